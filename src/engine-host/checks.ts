/**
 * The checks, between the facade (which validates) and an engine (which evaluates): keeps users in
 * slots, remembers answers, and crosses into the engine only when something is not known yet.
 *
 * Life of a warm check: name → index (Map), user → record (by ID, or the last one seen), record
 * against what was encoded, remembered code, exposure already recorded in this window → done,
 * without a call into the engine. Otherwise the answer comes from the engine, with some that will
 * be asked next (read-ahead.ts), and the exposure goes into a buffer (exposure-buffer.ts).
 */
import {
  EvalBits,
  EvalCode,
  EvalMode,
  SpecKind,
  type Engine,
  type LookupKind,
  type OutcomeRecord,
} from '../engine/engine';
import { Answers, UNKNOWN } from '../answers/answers';
import type { IsProxy } from '../users/asked-names';
import { Evaluation, EvaluationFailedError } from '../answers/evaluation';
import { ExposureBuffer } from './exposure-buffer';
import { EngineMemory, Failover, type FailoverHooks } from './failover';
import { GateBatch } from '../answers/gate-batch';
import { OutcomeCache, spelled } from '../answers/outcome-cache';
import { ParameterExposures } from '../answers/parameter-exposures';
import { ReadAhead } from '../answers/read-ahead';
import { ScopeMemo, type MemoWatch, type PinnedUser } from '../answers/scope-memo';
import { SpecNames } from '../answers/spec-names';
import type { UserAdditions } from '../users/user-additions';
import { UserAgentCache, userAgentOf, type AgentParser } from '../users/user-agent';
import { UserTable, type UserSink, type UserRecord } from '../users/user-table';

/** What the evaluator needs of its surroundings. */
export interface EvaluatorHooks {
  /** Wall clock, ms. */
  now(): number;
  /** Tells Proxies; null where the host cannot. */
  isProxy: IsProxy;
  /** Who parses user agents; null: whom the format of the specs asks for. */
  agentParser?: AgentParser | null;
  /** What every user gets; null for nothing. */
  additions?: UserAdditions | null;
  /** Enough events are pending for a batch. Called at most once per event; must not throw. */
  onBatchFull(): void;
}

/**
 * How often one question is put again after a user agent was supplied, a full table emptied or an
 * engine replaced.
 */
export const ATTEMPTS = 8;
/** As a code: the engine was replaced, ask again. */
const RETRY = -100;

/** See the head of this file. */
export abstract class Checks {
  protected readonly users: UserTable;
  protected readonly answers: Answers;
  protected readonly memory = new EngineMemory();
  protected readonly failover: Failover | null;
  private readonly names = new SpecNames();
  private readonly batch = new GateBatch();
  private readonly ahead = new ReadAhead();
  protected readonly buffer = new ExposureBuffer();
  private readonly parameters = new ParameterExposures();
  private readonly outcomes = new OutcomeCache();
  protected userAgents = new UserAgentCache();
  private epoch = 0;
  private gates: readonly string[] | null = null;

  /**
   * @param engine the one that answers now; replaced when it dies, so nobody may keep it across an
   * await
   * @param failover without it a dead engine stays in place and every check fails
   */
  constructor(
    public engine: Engine,
    protected readonly hooks: EvaluatorHooks,
    failover?: FailoverHooks,
  ) {
    this.failover = failover === undefined ? null : new Failover(failover);
    this.answers = new Answers(() => hooks.now());
    this.answers.resize(0, engine.userCapacity);
    this.buffer.resize(engine.userCapacity);
    const beforeChange = (slot: number): void => void (this.buffer.names(slot) && this.settle());
    this.users = new UserTable(
      sinkOf(() => this.engine, beforeChange),
      this.answers.slots,
      hooks.isProxy,
      hooks.additions,
    );
  }

  // ---- checks ----

  /** The gate's value. Exposure by `mode`. Warm: about 100 ns. @throws EvaluationFailedError */
  checkGate(user: object, name: string, mode: number): boolean {
    const index = this.names.gates.get(name);
    if (index !== undefined) {
      const record = this.users.acquire(user);
      const known = this.answers.free(record, index, mode);
      const code = known !== UNKNOWN ? known : this.askOf(record, index, mode);
      if (code >= 0) return (code & EvalBits.Value) !== 0;
    }
    return (this.ask(user, SpecKind.Gate, name, mode) & EvalBits.Value) !== 0;
  }

  /**
   * As `checkGate` for a user that does not change: nothing is compared. 25 ns; what is asked again
   * is in the memo.
   */
  checkGateOf(pinned: PinnedUser, name: string, mode: number): boolean {
    const index = this.names.gates.get(name);
    const known = index === undefined ? UNKNOWN : this.answers.free(pinned.record, index, mode);
    if (known !== UNKNOWN) {
      const value = (known & EvalBits.Value) !== 0;
      if (mode === EvalMode.Expose && !isVolatile(known)) pinned.memo.add(name, value);
      return value;
    }
    const { user, record } = pinned;
    // Another version may mean another environment, another slot, another engine.
    if (index !== undefined && record.version === this.answers.version) {
      const code = this.askOf(record, index, mode);
      if (code >= 0) return (code & EvalBits.Value) !== 0;
    }
    const value = (this.ask(user, SpecKind.Gate, name, mode) & EvalBits.Value) !== 0;
    pinned.record = this.current(user);
    return value;
  }

  /**
   * Values of gates in the order of their names: those that need the engine in one crossing.
   * `single` answers for a name that can't be answered this way.
   */
  checkGates(
    user: object,
    names: readonly string[],
    mode: number,
    single: (name: string) => boolean,
  ): boolean[] {
    const { answers, batch } = this;
    const values = new Array<boolean>(names.length).fill(false);
    const record = this.current(user);
    batch.begin(names.length);
    for (let i = 0; i < names.length; i++) {
      const index = this.names.resolve(this.engine, SpecKind.Gate, names[i]!);
      const known = index < 0 ? index : answers.free(record, index, mode);
      if (known >= 0) values[i] = (known & EvalBits.Value) !== 0;
      else batch.add(index, i);
    }
    const { version } = answers;
    while (batch.count > 0) {
      const done = answers.version === version ? this.askBatch(record, user, mode, values) : 0;
      if (done === 0) {
        // Whatever it is, the single check knows what to do.
        values[batch.positions[0]!] = single(names[batch.positions[0]!]!);
        batch.drop(1);
      } else batch.drop(done);
    }
    return values;
  }

  /**
   * Names of the gates that applications ask for: all but segments and holdouts. The array is
   * shared.
   */
  gateNames(): readonly string[] {
    if (this.gates === null) {
      const names = (entity: string): string[] => this.engine.specNames(SpecKind.Gate, entity);
      const hidden = new Set([...names('segment'), ...names('holdout')]);
      this.gates = names('').filter((name) => !hidden.has(name));
      if (this.replaceIfDead()) return this.gateNames();
    }
    return this.gates;
  }

  /** See `UserTable.isCopyable`. */
  isCopyable(user: object): boolean {
    return this.users.isCopyable(user);
  }

  /** Promises that `user` will not change while the result is used. */
  pin(user: object, watch: MemoWatch): PinnedUser {
    return {
      user,
      owner: this,
      memo: new ScopeMemo(this.answers, watch),
      record: this.current(user),
    };
  }

  /**
   * Everything about a gate, config or layer. Layers expose nothing here. @throws
   * EvaluationFailedError
   */
  evaluate(user: object, kind: LookupKind, name: string, mode: number): Evaluation {
    const first = kind === SpecKind.Layer ? mode & ~EvalMode.Expose : mode;
    // When the engine dies between answer and record, its exposure is saved or counted as lost: the
    // next is quiet.
    for (let attempt = 0, asked = first; attempt < ATTEMPTS; attempt++, asked &= ~EvalMode.Expose) {
      const outcome = this.ask(user, kind, name, asked) >> EvalBits.OutcomeShift;
      const spelledOutcome = this.outcomes.get(this.engine, outcome);
      if (spelledOutcome !== null)
        return new Evaluation(
          spelledOutcome,
          user,
          this.time(),
          this.memory.source,
          outcome,
          this.epoch,
        );
      if (!this.replaceIfDead()) break;
    }
    throw new EvaluationFailedError(this.engine.lastError());
  }

  /**
   * True when rules of one sort alone pass: `EvalMode.TargetingOnly` or `OverridesOnly` (sticky
   * assignment's enforceTargeting and enforceOverrides).
   */
  evaluateOnly(user: object, config: string, mode: number): boolean {
    return (this.ask(user, SpecKind.Config, config, mode) & EvalBits.Value) !== 0;
  }

  /** An evaluation whose record the caller made, for exposures of sticky values. */
  adopt(user: object, record: OutcomeRecord): Evaluation {
    const outcome = this.intern(record);
    return new Evaluation(
      spelled(record),
      user,
      this.time(),
      this.memory.source,
      outcome,
      this.epoch,
    );
  }

  /** Records the exposure of an evaluation (gate or config). */
  expose(evaluation: Evaluation, mode: number): void {
    this.record(() => {
      const outcome = this.outcomeOf(evaluation);
      return this.engine.expose(this.current(evaluation.user).slot, outcome, mode, this.time());
    });
  }

  /** What the conditions of a layer asked for is exposed with it, not with its parameters. */
  exposeReferences(evaluation: Evaluation): void {
    if (evaluation.record.alsoExposes !== undefined) this.expose(evaluation, EvalMode.Expose);
  }

  /** Records the exposure of one parameter of a layer. */
  exposeLayerParameter(evaluation: Evaluation, parameter: string, mode: number): void {
    if (mode === EvalMode.Expose && evaluation.epoch === this.epoch) {
      if (
        !this.parameters.add(
          this.current(evaluation.user),
          evaluation.outcome,
          parameter,
          this.answers.window,
        )
      )
        return;
    }
    this.record(() => {
      const outcome = this.outcomeOf(evaluation);
      const { slot } = this.current(evaluation.user);
      return this.engine.exposeLayerParameter(slot, outcome, parameter, mode, this.time());
    });
  }

  /**
   * The time, ms. Whoever asks notices that the clock went back, which makes what is remembered
   * void.
   */
  time(): number {
    return this.answers.time();
  }

  // ---- inside ----

  /** The code of an evaluation, remembered or new, with its exposure recorded as `mode` says. */
  private ask(user: object, kind: LookupKind, name: string, mode: number): number {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const index = this.names.resolve(this.engine, kind, name);
      if (index < 0) {
        if (!this.replaceIfDead()) this.startOver();
        continue;
      }
      const record = this.users.acquire(user);
      const code = this.askOf(record, index, mode);
      if (code >= 0) return code;
      this.resolveCode(code, record, user);
    }
    throw new EvaluationFailedError(this.engine.lastError());
  }

  /**
   * As `ask`, once; a negative code says what to do before asking again. The record must own its
   * slot.
   */
  private askOf(record: UserRecord, index: number, mode: number): number {
    const { answers } = this;
    if (mode > EvalMode.Expose) return this.askDirectly(record, index, mode);
    const free = answers.free(record, index, mode);
    if (free !== UNKNOWN) return free;
    if (record.version !== answers.version) answers.renew(record);
    const known = answers.known(record, index, mode);
    const code = known !== UNKNOWN ? known : this.askAhead(record, index);
    return code >= 0 && mode === EvalMode.Expose ? this.exposeNow(record, index, code) : code;
  }

  /** Manual exposures and targeting rules: nothing is remembered. */
  private askDirectly(record: UserRecord, index: number, mode: number): number {
    this.settle();
    const code = this.engine.evaluate(record.slot, index, mode, this.time());
    if (code >= 0 && (code & EvalBits.BatchFull) !== 0) this.hooks.onBatchFull();
    return code;
  }

  /** Evaluates a spec, and those that are likely to be asked for next. */
  private askAhead(record: UserRecord, index: number): number {
    const { answers, ahead, engine } = this;
    // Crossing into the js engine costs nothing.
    const count = engine.kind === 'js' ? 1 : ahead.plan(answers, record, index);
    if (count === 1) {
      const code = engine.evaluate(record.slot, index, EvalMode.Quiet, this.time());
      answers.keep(record, index, EvalMode.Quiet, code);
      if (isVolatile(code)) {
        answers.hold(record, index, code, engine.holdsUntil());
        ahead.refuse(index);
      }
      return code;
    }
    const { specs, codes } = ahead;
    const written = engine.evaluateMany(
      record.slot,
      specs,
      count,
      EvalMode.Quiet,
      this.time(),
      codes,
    );
    const code = written > 0 ? codes[0]! : EvalCode.Failed;
    answers.keep(record, index, EvalMode.Quiet, code);
    // Until when it holds is known only of the last; the next time it is asked alone.
    if (isVolatile(code)) ahead.refuse(index);
    ahead.keep(answers, record, written);
    return code;
  }

  /**
   * Records the exposure of an answer that was not exposed in this window. Asks again when the
   * engine turns out to be dead.
   */
  private exposeNow(record: UserRecord, index: number, code: number): number {
    if (!this.answers.expose(record, index, code)) return code;
    if (!this.buffer.add(record.slot, code >> EvalBits.OutcomeShift, this.time())) return code;
    this.settle();
    // Still there: the engine is dead. This one goes to its successor.
    if (this.buffer.count === 0 || this.failover === null) return code;
    this.buffer.retract();
    return this.replaceIfDead() ? RETRY : code;
  }

  /**
   * Hands buffered exposures over to the engine, unless that is dead: `replaceIfDead` does it then.
   */
  protected settle(): void {
    if (this.handOver()) this.hooks.onBatchFull();
  }

  /** As `settle`, for those who take batches anyway. True = batch full. */
  protected handOver(): boolean {
    return this.buffer.count > 0 && !this.engine.isDead() && this.buffer.handOver(this.engine);
  }

  /**
   * Asks the engine the batch up to the first gate that it has no answer for. How many it answered.
   */
  private askBatch(record: UserRecord, user: object, mode: number, values: boolean[]): number {
    const { answers, batch } = this;
    this.settle();
    const written = this.engine.evaluateMany(
      record.slot,
      batch.specs,
      batch.count,
      mode,
      this.time(),
      batch.codes,
    );
    let isFull = false;
    for (let i = 0; i < written; i++) {
      const code = batch.codes[i]!;
      if (code < 0) {
        if (code === EvalCode.NeedsUserAgent) this.resolveCode(code, record, user);
        if (isFull) this.hooks.onBatchFull();
        return i;
      }
      answers.keep(record, batch.specs[i]!, mode, code);
      values[batch.positions[i]!] = (code & EvalBits.Value) !== 0;
      isFull ||= (code & EvalBits.BatchFull) !== 0;
    }
    if (isFull) this.hooks.onBatchFull();
    return written;
  }

  /** The record of a user with a valid row of answers. */
  protected current(user: object): UserRecord {
    const record = this.users.acquire(user);
    if (record.version !== this.answers.version) this.answers.renew(record);
    return record;
  }

  /** Acts on a negative code so that asking again can succeed. @throws EvaluationFailedError */
  protected resolveCode(code: number, record: UserRecord, user: object): void {
    if (code === EvalCode.NeedsUserAgent)
      this.engine.setUserAgent(record.slot, this.userAgents.parse(userAgentOf(user)));
    else if (code === EvalCode.TableFull) this.startOver();
    else if (code !== RETRY && !this.replaceIfDead())
      throw new EvaluationFailedError(this.engine.lastError());
  }

  /** Records an event, in the next engine when this one is dead. */
  protected record(event: () => boolean): void {
    this.settle();
    let isFull = event();
    if (isFull && this.replaceIfDead()) isFull = event();
    if (isFull) this.hooks.onBatchFull();
  }

  /**
   * True when the engine was dead: another answers now, and what was kept of the old one is void.
   */
  protected replaceIfDead(): boolean {
    if (this.failover === null || !this.engine.isDead()) return false;
    this.buffer.rescue(this.engine);
    this.engine = this.failover.replace(this.engine, this.memory, this.time());
    this.buffer.resize(this.engine.userCapacity);
    this.startEpoch();
    // Whoever was known lived in a slot of the dead engine.
    this.users.resize(this.answers.slots);
    return true;
  }

  private startOver(): void {
    this.settle();
    this.engine.reset();
    this.startEpoch();
  }

  protected startEpoch(): void {
    this.epoch++;
    this.answers.version++;
    this.names.clear();
    this.outcomes.clear();
    this.gates = null;
    const specs = this.engine.stats().specs;
    const slots = this.answers.slots;
    this.answers.resize(specs, this.engine.userCapacity);
    this.ahead.reset(this.answers.stride);
    if (this.answers.slots !== slots) this.users.resize(this.answers.slots);
  }

  private outcomeOf(evaluation: Evaluation): number {
    return evaluation.epoch === this.epoch ? evaluation.outcome : this.intern(evaluation.record);
  }

  private intern(record: OutcomeRecord): number {
    const outcome = this.engine.internOutcome(record);
    if (outcome >= 0) return outcome;
    if (!this.replaceIfDead()) this.startOver();
    return this.engine.internOutcome(record);
  }
}

/** Whether an answer depends on the time. */
function isVolatile(code: number): boolean {
  return code >= 0 && (code & EvalBits.Volatile) !== 0;
}

/** Users go to whichever engine answers now. */
function sinkOf(engine: () => Engine, beforeChange: (slot: number) => void): UserSink {
  return {
    get takesParsed() {
      return engine().takesParsed === true;
    },
    setUser(slot, json, privateJson, exotic, parsed) {
      beforeChange(slot);
      engine().setUser(slot, json, privateJson, exotic, parsed);
    },
    setUserValues(slot, template, values) {
      beforeChange(slot);
      return engine().setUserValues(slot, template, values);
    },
  };
}
