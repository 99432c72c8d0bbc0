/** An engine as the facade uses it: checks (checks.ts), events, specs and what surrounds them. */
import {
  EvalCode,
  type ClientInitializeOptions,
  type Engine,
  type EngineOptions,
  type EventBatch,
  type OverrideTable,
  type PreparedSpecs,
  type SpecContent,
  type SpecKind,
} from '../engine/engine';
import { ATTEMPTS, Checks } from './checks';
import { customEventText, type CustomEvent } from './custom-event';
import { EvaluationFailedError, type Source } from '../answers/evaluation';
import { timeZoneTransitions } from './time-zone';
import { preloadUserAgentParser, UserAgentCache } from '../users/user-agent';
import { clonedUser, type EnvironmentRule } from '../users/user-json';

export type { EvaluatorHooks } from './checks';
export type { PinnedUser } from '../answers/scope-memo';

/** Length of a dedupe and sampling window (BEHAVIOUR.md 7.6, 7.7), ms. */
export const WINDOW_MS = 60_000;
const NO_ENVIRONMENT: EnvironmentRule = { json: '', overwrites: true };

/** What the specs say of a name. */
export type KnownSpec = SpecContent & {
  readonly entity: string | null;
  readonly idType: string | null;
  readonly isActive: boolean;
};

/** See the head of this file. One per SDK instance. */
export class Evaluator extends Checks {
  private environment = NO_ENVIRONMENT;
  /**
   * The same text for client-initialize, which only fills a missing environment. Kept, so that its
   * users stay known.
   */
  private fillingEnvironment = NO_ENVIRONMENT;
  /** A client-initialize response of these specs asked for the user agent. */
  private responsesReadAgents = false;

  private stores: Record<string, unknown> | null = null;
  /** By kind and name. */
  private contents = new Map<string, KnownSpec | null>();

  /** What the specs say of a name, whoever asks; null when they say nothing. Shared. */
  contentOf(kind: SpecKind, name: string): KnownSpec | null {
    const key = `${kind} ${name}`;
    const known = this.contents.get(key);
    if (known !== undefined) return known;
    const content = this.query((engine) => {
      const index = engine.specIndex(kind, name);
      const found = index < 0 ? null : engine.specContent(index);
      const info = found === null ? null : engine.specInfo(index);
      return found === null || info === null ? null : { ...found, ...info };
    });
    // Of unknown names there may be any number.
    if (content !== null) this.contents.set(key, content);
    return content;
  }

  /** The user as it is evaluated and logged. */
  asEvaluated(user: object): object {
    return this.users.withAdditions(user);
  }

  /** The parameter store of a name as the payload has it; undefined when there is none. */
  parameterStore(name: string): unknown {
    const stores = (this.stores ??= this.query((engine) => engine.paramStores()));
    return Object.prototype.hasOwnProperty.call(stores, name) ? stores[name] : undefined;
  }

  parameterStoreNames(): string[] {
    return Object.keys((this.stores ??= this.query((engine) => engine.paramStores())));
  }

  protected override startEpoch(): void {
    this.stores = null;
    this.contents = new Map();
    super.startEpoch();
  }

  // ---- events and responses ----

  /**
   * Queues a custom event. With a dedupe key, at most once per user, key and window. The length of
   * the user's JSON, 0 without one.
   */
  logEvent(user: object | null, event: CustomEvent, dedupeKey = ''): number {
    const { head, tail } = customEventText(event);
    let textLength = 0;
    this.record(() => {
      if (user === null) return this.engine.logEvent(-1, head, tail, dedupeKey);
      const record = this.current(user);
      textLength = record.textLength;
      return this.engine.logEvent(record.slot, head, tail, dedupeKey);
    });
    return textLength;
  }

  /**
   * The client-initialize response as UTF-8 JSON; null when no specs serve. @throws
   * EvaluationFailedError
   */
  clientInitialize(
    user: object,
    options: Omit<ClientInitializeOptions, 'nowMs'>,
  ): Uint8Array | null {
    const timed = { ...options, nowMs: this.time() };
    return this.respond(user, (slot) => this.engine.clientInitialize(slot, timed));
  }

  /** The same as text. */
  clientInitializeText(
    user: object,
    options: Omit<ClientInitializeOptions, 'nowMs'>,
  ): string | null {
    const timed = { ...options, nowMs: this.time() };
    return this.respond(user, (slot) => this.engine.clientInitializeText(slot, timed));
  }

  private respond<T>(user: object, ask: (slot: number) => T | number): T {
    this.users.setEnvironment(this.fillingEnvironment);
    try {
      const subject = this.users.acquire(user).isJson ? user : this.cloneOf(user);
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const record = this.users.acquire(subject);
        // A response asks for nearly everything, so if one asked for the user agent, the next one
        // will.
        if (this.responsesReadAgents && attempt === 0)
          this.resolveCode(EvalCode.NeedsUserAgent, record, subject);
        const answer = ask(record.slot);
        if (typeof answer !== 'number') return answer;
        this.responsesReadAgents ||= answer === EvalCode.NeedsUserAgent;
        this.resolveCode(answer, record, subject);
      }
      throw new EvaluationFailedError(this.engine.lastError());
    } finally {
      this.users.setEnvironment(this.environment);
    }
  }

  /**
   * A response is about a JSON clone of the user (BEHAVIOUR.md 6), which has its environment
   * already.
   */
  private cloneOf(user: object): object {
    const clone = clonedUser(user, this.fillingEnvironment);
    if (clone === null) throw new TypeError('The user is nothing that JSON could tell a client.');
    this.users.setEnvironment(NO_ENVIRONMENT);
    return clone;
  }

  // ---- pending events ----

  /** Pending events, those of dead engines included. */
  pendingEvents(): number {
    this.handOver();
    // Only a dead engine's are still there: its successor is the one to ask.
    if (this.buffer.count > 0) this.replaceIfDead();
    return this.engine.pendingEvents() + (this.failover?.pendingEvents() ?? 0);
  }

  /** See `Engine.takeBatch`. Events of dead engines go first. */
  takeBatch(...of: Parameters<Engine['takeBatch']>): Promise<EventBatch> {
    this.handOver();
    return this.failover?.takeBatch(...of) ?? this.engine.takeBatch(...of);
  }

  /** See `Engine.takeBatchNow`. Events of dead engines go first. */
  takeBatchNow(...of: Parameters<Engine['takeBatchNow']>): EventBatch {
    this.handOver();
    return this.failover?.takeBatchNow(...of) ?? this.engine.takeBatchNow(...of);
  }

  /** Events that were dropped because too many were pending. */
  droppedEvents(): number {
    return this.engine.stats().droppedEvents + (this.failover?.droppedEvents ?? 0);
  }

  /** Events that went down with an engine. */
  lostEvents(): number {
    return this.buffer.lost + (this.failover?.lostEvents ?? 0);
  }

  // ---- specs and their surroundings ----

  /** Asks the engine something besides checks; asks again when it died over it. */
  query<T>(question: (engine: Engine) => T): T {
    this.settle();
    const answer = question(this.engine);
    return this.replaceIfDead() ? question(this.engine) : answer;
  }

  /**
   * See `Engine.prepareSpecs`. The result is the present engine's; a payload that kills its engine
   * is refused.
   */
  async prepare(payload: Uint8Array): Promise<PreparedSpecs> {
    for (;;) {
      const { engine } = this;
      try {
        const prepared = await engine.prepareSpecs(payload);
        if (engine === this.engine && !this.replaceIfDead()) return prepared;
      } catch (error) {
        if (engine === this.engine) {
          this.replaceIfDead();
          throw error;
        }
      }
    }
  }

  setOptions(options: EngineOptions): void {
    this.memory.options = options;
    this.settle();
    this.buffer.setBatchLimit(options.batchLimit);
    this.engine.setOptions(options);
  }

  /** JSON text of the environment that users get from now on, '' for none. */
  setEnvironment(json: string): void {
    if (json === this.environment.json) return;
    this.environment = { json, overwrites: true };
    this.fillingEnvironment = { json, overwrites: false };
    this.users.setEnvironment(this.environment);
  }

  get currentSource(): Source {
    return this.memory.source;
  }

  /** Reason and times for answers from now on. */
  setSource(source: Source): void {
    const previous = this.memory.source;
    this.memory.source = source;
    // What was exposed before happened under the source before.
    this.settle();
    this.engine.setDetails(source.reason, source.configSyncTime, source.initTime);
    if ((previous.reason === 'Uninitialized') !== (source.reason === 'Uninitialized'))
      this.answers.version++;
  }

  /**
   * Swaps prepared specs in. @throws Error when the engine dies of them; the specs before them
   * serve then
   */
  commit(prepared: PreparedSpecs): void {
    if (prepared.summary.usesTimeZone && !this.memory.hasTimeZone) {
      this.memory.hasTimeZone = true;
      this.engine.setTimeZone(timeZoneTransitions());
    }
    const { format, usesUserAgent } = prepared.summary;
    const parser = this.hooks.agentParser ?? (format === 2 ? 'statsig' : 'ua-parser-js');
    if (usesUserAgent && parser === 'ua-parser-js') preloadUserAgentParser();
    this.settle();
    this.engine.commitSpecs(prepared.handle);
    this.responsesReadAgents = false;
    if (this.replaceIfDead()) throw new Error('The engine died of a payload');
    this.users.ask(prepared.summary);
    this.startEpoch();
    if (parser !== this.userAgents.parser) {
      this.userAgents = new UserAgentCache(parser);
      // Users who are known have parts that the other parser found.
      this.users.resize(this.answers.slots);
    }
  }

  setOverrides(table: OverrideTable): void {
    this.memory.overrides = table;
    this.engine.setOverrides(table);
    this.answers.version++;
  }

  setIpTable(table: Uint8Array): void {
    this.memory.ipTable = table;
    this.engine.setIpTable(table);
    this.answers.version++;
  }

  /** See `Engine.updateIdList`. */
  async updateIdList(name: string, replace: boolean, lines: Uint8Array): Promise<boolean> {
    for (;;) {
      const { engine } = this;
      const isApplied = await engine.updateIdList(name, replace, lines);
      this.answers.version++;
      if (isApplied) this.memory.idLists.add(name);
      // Lines are changes of a set: applied twice they do the same.
      if (engine === this.engine && !this.replaceIfDead()) return isApplied;
    }
  }

  removeIdList(name: string): void {
    this.memory.idLists.delete(name);
    this.engine.removeIdList(name);
    this.answers.version++;
  }

  /** A new dedupe and sampling window: exposures count again. */
  rotateWindow(): void {
    this.settle();
    this.answers.rotateWindow();
    this.engine.rotateWindow();
    // A death that only remembered answers would hide shows here.
    this.replaceIfDead();
  }

  dispose(): void {
    this.settle();
    this.failover?.dispose();
    this.engine.dispose();
  }
}
