/** Client-initialize responses: about a JSON clone of the user, with the environment filled in. */
import { EvalCode, type ClientInitializeOptions } from '../engine/engine';
import { EvaluationFailedError } from '../answers/verdict';
import { NO_ENVIRONMENT, clonedUser, lacksFields, type EnvironmentRule } from '../users/user-json';
import type { UserRecord, UserTable } from '../users/user-table';
import type { FailoverEngine } from './failover-engine';

/**
 * How often one question is put again: a user agent was supplied, a table emptied, an engine
 * replaced.
 */
export const ATTEMPTS = 8;

export type Untimed = Omit<ClientInitializeOptions, 'nowMs'>;

/** Acts on a negative code so that asking again can succeed. @throws EvaluationFailedError */
export type ActOn = (code: number, record: UserRecord, user: object, generation: number) => void;

/** See the head of this file. Keeps the environment of users, too. */
export class ClientResponses {
  private environment = NO_ENVIRONMENT;
  /**
   * The same text for client-initialize, which only fills a missing environment. Kept, so that its
   * users stay known.
   */
  private filling = NO_ENVIRONMENT;
  /** A response of these specs asked for the user agent. */
  private readAgents = false;

  constructor(
    private readonly engine: FailoverEngine,
    private readonly users: UserTable,
    private readonly actOn: ActOn,
  ) {}

  /** Other specs serve. */
  startEpoch(): void {
    this.readAgents = false;
  }

  /** The environment that users get from now on. */
  setEnvironment(rule: EnvironmentRule): void {
    const { json, overwrites } = this.environment;
    if (rule.json === json && rule.overwrites === overwrites) return;
    this.environment = rule;
    this.filling = { ...rule, overwrites: false };
    this.users.setEnvironment(this.environment);
  }

  /** @throws EvaluationFailedError */
  respond<T>(user: object, ask: (slot: number) => T | number): T {
    this.users.setEnvironment(this.filling);
    try {
      const subject = this.users.acquire(user).isJson ? user : this.cloneOf(user);
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const { generation } = this.engine;
        const record = this.users.acquire(subject);
        // A response asks for nearly everything, so if one asked for the user agent, the next one
        // will.
        if (this.readAgents && attempt === 0)
          this.actOn(EvalCode.NeedsUserAgent, record, subject, generation);
        const returned = ask(record.slot);
        if (typeof returned !== 'number') return returned;
        this.readAgents ||= returned === EvalCode.NeedsUserAgent;
        this.actOn(returned, record, subject, generation);
      }
      throw new EvaluationFailedError(this.engine.lastError());
    } finally {
      this.users.setEnvironment(this.environment);
    }
  }

  /** It has its environment already, or part of it. */
  private cloneOf(user: object): object {
    const clone = clonedUser(user, this.filling);
    if (clone === null) throw new TypeError('The user is nothing that JSON could tell a client.');
    const isPart = lacksFields(clone['statsigEnvironment'], this.filling);
    this.users.setEnvironment(isPart ? this.filling : NO_ENVIRONMENT);
    return clone;
  }
}
