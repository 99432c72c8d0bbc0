/**
 * The engine as the rest of the SDK uses it, between the public calls (which validate) and an
 * engine (which evaluates): keeps users in slots, remembers answers, and crosses into the engine
 * only when something is not known yet.
 *
 * Life of a warm check: name → index (Map), user → record (by ID, or the last one seen), record
 * against what was encoded, remembered code, exposure already recorded in this window → done,
 * without a call into the engine. Otherwise the answer comes from the engine, with some that will
 * be asked next (read-ahead.ts), and its exposure waits for others (buffered-engine.ts). An engine
 * that dies is replaced (failover-engine.ts): here that is another `generation`, and asking again.
 */
import {
  EvalBits,
  EvalCode,
  EvalMode,
  SpecKind,
  type Engine,
  type LookupKind,
  type OutcomeRecord,
  type PreparedSpecs,
} from '../engine/engine';
import type { WindowOf } from '../engine/engine';
import { Answers, UNKNOWN, isVolatile } from '../answers/answers';
import { Verdict, EvaluationFailedError, type SpecTimes } from '../answers/verdict';
import { GateBatch } from '../answers/gate-batch';
import { OutcomeCache } from '../answers/outcome-cache';
import { ParameterExposures } from '../answers/parameter-exposures';
import { ReadAhead } from '../answers/read-ahead';
import { ScopeMemo, type MemoWatch, type PinnedUser } from '../answers/scope-memo';
import { UserAgentCache, agentParserFor, userAgentOf } from '../users/user-agent';
import { UserTable, type UserRecord } from '../users/user-table';
import { ATTEMPTS, ClientResponses, type Untimed } from './client-responses';
import { customEventText, type CustomEvent } from './custom-event';
import { FailoverEngine, type FailoverHooks } from './failover-engine';
import type { HostHooks } from './host-hooks';
import { SpecFacts } from './spec-facts';
import { timeZoneTransitions } from './time-zone';

/** Length of a dedupe and sampling window (BEHAVIOUR.md 7.6, 7.7), ms. */
export const WINDOW_MS = 60_000;

/** See the head of this file. One per life of an instance. */
export class EngineHost {
  /** Nobody may keep what it holds across an await. */
  readonly engine: FailoverEngine;
  private readonly users: UserTable;
  private readonly answers: Answers;
  private readonly batch = new GateBatch();
  private readonly ahead = new ReadAhead();
  private readonly parameters = new ParameterExposures();
  readonly outcomes = new OutcomeCache();
  private userAgents = new UserAgentCache();
  /** Whether the specs in force are of dcs-v2. */
  private isNewer = false;
  /** Client-initialize responses, and the environment of users. */
  readonly responses: ClientResponses;
  private times: SpecTimes = { reason: 'Uninitialized', configSyncTime: 0, initTime: 0 };
  readonly facts = new SpecFacts((question) => this.query(question));

  /** @param failover without it a dead engine stays in place and every check fails */
  constructor(
    engine: Engine,
    private readonly hooks: HostHooks,
    failover: FailoverHooks | null = null,
  ) {
    this.engine = new FailoverEngine(
      engine,
      {
        now: () => this.time(),
        onBatchFull: () => hooks.onBatchFull(),
        onEpoch: () => this.startEpoch(),
        onChange: () => this.answers.forget(),
        onReplaced: () => {
          this.startEpoch();
          this.users.resize(this.answers.slots);
        },
      },
      failover,
    );
    this.answers = new Answers(
      () => hooks.now(),
      (kind, name) => hooks.onUnknown?.(kind, name),
    );
    this.answers.resize(0, engine.userCapacity);
    this.users = new UserTable(this.engine, this.answers.slots, hooks.isProxy, hooks.additions);
    this.responses = new ClientResponses(
      this.engine,
      this.users,
      (code, record, user, generation) => this.actOn(code, record, user, generation),
    );
  }

  // ---- checks ----

  /** The gate's value. Exposure by `mode`. @throws EvaluationFailedError */
  checkGate(user: object, name: string, mode: number): boolean {
    const index = this.answers.names.gates.get(name);
    if (index !== undefined) {
      const record = this.users.acquire(user);
      const known = this.answers.free(record, index, mode);
      const code = known !== UNKNOWN ? known : this.askOf(record, index, mode);
      if (code >= 0) return (code & EvalBits.Value) !== 0;
    }
    return (this.ask(user, SpecKind.Gate, name, mode) & EvalBits.Value) !== 0;
  }

  /**
   * As `checkGate` for a user that does not change: nothing is compared. What is asked again is in
   * the memo.
   */
  checkGateOf(pinned: PinnedUser, name: string, mode: number): boolean {
    const index = this.answers.names.gates.get(name);
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
      const index = this.answers.names.resolve(this.engine, SpecKind.Gate, names[i]!);
      const known = index < 0 ? index : answers.free(record, index, mode);
      if (known >= 0) values[i] = (known & EvalBits.Value) !== 0;
      else batch.add(index, i);
    }
    const { version } = answers;
    while (batch.count > 0) {
      const done = answers.version === version ? this.askBatch(record, user, mode, values) : 0;
      if (done === 0) {
        // Whatever it is, the single check knows what to do.
        const [position = 0] = batch.positions;
        values[position] = single(names[position] ?? '');
        batch.drop(1);
      } else batch.drop(done);
    }
    return values;
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
  evaluate(user: object, kind: LookupKind, name: string, mode: number): Verdict {
    const first = kind === SpecKind.Layer ? mode & ~EvalMode.Expose : mode;
    // When the engine dies between answer and record, its exposure is saved or counted as lost: the
    // next is quiet.
    for (let attempt = 0, asked = first; attempt < ATTEMPTS; attempt++, asked &= ~EvalMode.Expose) {
      const outcome = this.ask(user, kind, name, asked) >> EvalBits.OutcomeShift;
      const { generation } = this.engine;
      const spelled = this.outcomes.get(this.engine, outcome);
      if (spelled !== null) return new Verdict(spelled, user, this.time(), this.times);
      if (this.engine.generation === generation) break;
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

  /** The user as it is evaluated and logged. */
  asEvaluated(user: object): object {
    return this.users.withAdditions(user);
  }

  /** An evaluation whose record the caller made, for exposures of sticky values. */
  adopt(user: object, record: OutcomeRecord): Verdict {
    const spelled = this.outcomes.spell(record, this.intern(record));
    return new Verdict(spelled, user, this.time(), this.times);
  }

  /** Records the exposure of an evaluation (gate or config). */
  expose(verdict: Verdict, mode: number): void {
    this.record(() => {
      const outcome = this.outcomeOf(verdict);
      return this.engine.expose(this.current(verdict.user).slot, outcome, mode, this.time());
    });
  }

  /** What the conditions of a layer asked for is exposed with it, not with its parameters. */
  exposeReferences(verdict: Verdict): void {
    if (verdict.record.alsoExposes !== undefined) this.expose(verdict, EvalMode.Expose);
  }

  /** Records the exposure of one parameter of a layer. */
  exposeLayerParameter(verdict: Verdict, parameter: string, mode: number): void {
    if (mode === EvalMode.Expose && verdict.epoch === this.outcomes.epoch) {
      if (
        !this.parameters.add(
          this.current(verdict.user),
          verdict.outcome,
          parameter,
          this.answers.window,
        )
      )
        return;
    }
    this.record(() => {
      const outcome = this.outcomeOf(verdict);
      const { slot } = this.current(verdict.user);
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
      const { generation } = this.engine;
      const index = this.answers.names.resolve(this.engine, kind, name);
      if (index < 0) {
        if (this.engine.generation === generation) this.engine.reset();
        continue;
      }
      const record = this.users.acquire(user);
      const code = this.askOf(record, index, mode);
      if (code >= 0) return code;
      this.actOn(code, record, user, generation);
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
    const outcome = code >> EvalBits.OutcomeShift;
    return this.engine.exposeSoon(record.slot, outcome, this.time()) ? EvalCode.Failed : code;
  }

  /**
   * Asks the engine the batch up to the first gate that it has no answer for. How many it answered.
   */
  private askBatch(record: UserRecord, user: object, mode: number, values: boolean[]): number {
    const { answers, batch } = this;
    const { generation } = this.engine;
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
        if (code === EvalCode.NeedsUserAgent) this.actOn(code, record, user, generation);
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
  current(user: object): UserRecord {
    const record = this.users.acquire(user);
    if (record.version !== this.answers.version) this.answers.renew(record);
    return record;
  }

  /**
   * Acts on a negative code so that asking again can succeed. `generation`: of the engine that gave
   * it. @throws EvaluationFailedError
   */
  actOn(code: number, record: UserRecord, user: object, generation: number): void {
    const { engine } = this;
    if (code === EvalCode.NeedsUserAgent)
      engine.setUserAgent(record.slot, this.userAgents.parse(userAgentOf(user, this.isNewer)));
    else if (code === EvalCode.TableFull) engine.reset();
    else if (engine.generation === generation) throw new EvaluationFailedError(engine.lastError());
  }

  /** Asks something besides checks; asks again when the engine died over it. */
  query<T>(question: (engine: Engine) => T): T {
    const { generation } = this.engine;
    const answer = question(this.engine);
    return this.engine.generation === generation ? answer : question(this.engine);
  }

  /** Records an event, in the next engine when this one is dead. */
  private record(event: () => boolean): void {
    if (this.query(event)) this.hooks.onBatchFull();
  }

  private startEpoch(): void {
    this.outcomes.startEpoch();
    this.responses.startEpoch();
    this.facts.startEpoch();
    const { specs } = this.engine.stats();
    const { slots } = this.answers;
    this.answers.resize(specs, this.engine.userCapacity);
    this.ahead.reset(this.answers.stride);
    if (this.answers.slots !== slots) this.users.resize(this.answers.slots);
  }

  private outcomeOf({ epoch, outcome, record }: Verdict): number {
    return epoch === this.outcomes.epoch ? outcome : this.intern(record);
  }

  private intern(record: OutcomeRecord): number {
    const { generation } = this.engine;
    const outcome = this.engine.internOutcome(record);
    if (outcome >= 0) return outcome;
    if (this.engine.generation === generation) this.engine.reset();
    return this.engine.internOutcome(record);
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
  clientInitialize(user: object, options: Untimed): Uint8Array | null {
    const timed = { ...options, nowMs: this.time() };
    return this.responses.respond(user, (slot) => this.engine.clientInitialize(slot, timed));
  }

  /** The same as text. */
  clientInitializeText(user: object, options: Untimed): string | null {
    const timed = { ...options, nowMs: this.time() };
    return this.responses.respond(user, (slot) => this.engine.clientInitializeText(slot, timed));
  }

  // ---- specs and their surroundings ----

  get specTimes(): SpecTimes {
    return this.times;
  }

  /** Reason and times for answers from now on. */
  setSpecTimes(times: SpecTimes): void {
    this.times = times;
    this.engine.setDetails(times.reason, times.configSyncTime, times.initTime);
  }

  /**
   * Swaps prepared specs in. @throws Error when the engine dies of them; the specs before them
   * serve then
   */
  commit({ handle, summary }: PreparedSpecs): void {
    const { engine } = this;
    if (summary.usesTimeZone && !engine.hasTimeZone) engine.setTimeZone(timeZoneTransitions());
    const parser = agentParserFor(summary, this.hooks.agentParser);
    const { generation } = engine;
    engine.commitSpecs(handle);
    if (engine.generation !== generation) throw new Error('The engine died of a payload');
    this.users.ask(summary);
    const isNewer = summary.format === 2;
    if (parser === this.userAgents.parser && isNewer === this.isNewer) return;
    this.isNewer = isNewer;
    this.userAgents = new UserAgentCache(parser);
    // Users who are known have parts that the other parser found.
    this.users.resize(this.answers.slots);
  }

  /** A new dedupe or sampling window, or both: exposures count again. */
  rotateWindow(of?: WindowOf): void {
    if (of !== 'sampled') this.answers.rotateWindow();
    this.engine.rotateWindow(of);
  }
}
