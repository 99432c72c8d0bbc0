/**
 * The checks, between the facade (which validates) and an engine (which evaluates): keeps users in slots, remembers
 * answers, and crosses into the engine only when something is not known yet.
 *
 * Life of a warm check: name → index (Map), user → record (WeakMap or the last one seen), record against its snapshot,
 * remembered code, exposure already recorded in this window → done, without a call into the engine.
 */
import {
  EvalBits, EvalCode, EvalMode, SpecKind,
  type ClientInitializeOptions, type Engine, type EngineOptions, type EventBatch, type OutcomeRecord, type OverrideTable,
  type PreparedSpecs,
} from '../engine/engine';
import { Answers } from './answers';
import { customEventText, type CustomEvent } from './custom-event';
import { Evaluation, EvaluationFailedError, type Source } from './evaluation';
import { EngineMemory, Failover, type FailoverHooks } from './failover';
import { OutcomeCache } from './outcome-cache';
import { SpecNames } from './spec-names';
import { timeZoneTransitions } from './time-zone';
import { UserAgentCache, userAgentOf } from './user-agent';
import type { EnvironmentRule } from './user-encoder';
import { UserTable, type PinnedUser, type UserRecord } from './user-table';

export type { PinnedUser } from './user-table';

/** What the evaluator needs of its surroundings. */
export interface EvaluatorHooks {
  /** Wall clock, ms. */
  now(): number;
  /** Enough events are pending for a batch. Called at most once per event; must not throw. */
  onBatchFull(): void;
}

/** Length of a dedupe and sampling window (BEHAVIOUR.md 7.6, 7.7), ms. */
export const WINDOW_MS = 60_000;
/** How often one question is put again after a user agent was supplied, a full table emptied or an engine replaced. */
const ATTEMPTS = 8;
const NO_ENVIRONMENT: EnvironmentRule = { json: '', overwrites: true };

/** No remembered answer. */
const UNKNOWN = -1;

/** See the head of this file. One per SDK instance. */
export class Evaluator {
  private readonly users: UserTable;
  private readonly answers = new Answers();
  private readonly names = new SpecNames();
  private readonly outcomes = new OutcomeCache();
  private readonly userAgents = new UserAgentCache();
  private readonly memory = new EngineMemory();
  private readonly failover: Failover | null;
  private environment = NO_ENVIRONMENT;
  /** The same text for client-initialize, which only fills a missing environment. Kept, so that its users stay known. */
  private fillingEnvironment = NO_ENVIRONMENT;
  private epoch = 0;
  /** Version of the remembered answers; rows of older versions are cleared when their user is seen. */
  private version = 0;
  /** Current window, 1 … 65535; 0 in a cell means never. */
  private window = 1;

  /**
   * @param engine the one that answers now; replaced when it dies, so nobody may keep it across an await
   * @param failover without it a dead engine stays in place and every check fails
   */
  constructor(public engine: Engine, private readonly hooks: EvaluatorHooks, failover?: FailoverHooks) {
    this.failover = failover === undefined ? null : new Failover(failover);
    this.answers.resize(0, engine.userCapacity);
    this.users = new UserTable({ setUser: (...user) => this.engine.setUser(...user) }, this.answers.slots);
  }

  // ---- checks ----

  /** The gate's value. Exposure by `mode`. Warm: about 100 ns. @throws EvaluationFailedError */
  checkGate(user: object, name: string, mode: number): boolean {
    const index = this.names.gates.get(name);
    const known = index === undefined ? UNKNOWN : this.remembered(this.users.acquire(user), index, mode);
    return ((known !== UNKNOWN ? known : this.ask(user, SpecKind.Gate, name, mode)) & EvalBits.Value) !== 0;
  }

  /** As `checkGate` for a user that does not change: nothing is compared. Warm: about 25 ns. */
  checkGateOf(pinned: PinnedUser, name: string, mode: number): boolean {
    const index = this.names.gates.get(name);
    const known = index === undefined ? UNKNOWN : this.remembered(pinned.record, index, mode);
    if (known !== UNKNOWN) return (known & EvalBits.Value) !== 0;
    const value = (this.ask(pinned.user, SpecKind.Gate, name, mode) & EvalBits.Value) !== 0;
    pinned.record = this.current(pinned.user);
    return value;
  }

  /** Promises that `user` will not change while the result is used. */
  pin(user: object): PinnedUser {
    return { user, owner: this, record: this.current(user) };
  }

  /** Everything about a gate, config or layer. Layers expose nothing here. @throws EvaluationFailedError */
  evaluate(user: object, kind: SpecKind, name: string, mode: number): Evaluation {
    const first = kind === SpecKind.Layer ? mode & ~EvalMode.Expose : mode;
    // When the engine dies between answer and record, its exposure is saved or counted as lost: the next is quiet.
    for (let attempt = 0, asked = first; attempt < ATTEMPTS; attempt++, asked &= ~EvalMode.Expose) {
      const outcome = this.ask(user, kind, name, asked) >> EvalBits.OutcomeShift;
      const record = this.outcomes.get(this.engine, outcome);
      if (record !== null) return new Evaluation(record, user, this.hooks.now(), this.memory.source, outcome, this.epoch);
      if (!this.replaceIfDead()) break;
    }
    throw new EvaluationFailedError(this.engine.lastError());
  }

  /** True when the targeting rules alone pass (sticky assignment's enforceTargeting). */
  evaluateTargeting(user: object, config: string): boolean {
    return (this.ask(user, SpecKind.Config, config, EvalMode.TargetingOnly) & EvalBits.Value) !== 0;
  }

  /** An evaluation whose record the caller made, for exposures of sticky values. */
  adopt(user: object, record: OutcomeRecord): Evaluation {
    const outcome = this.intern(record);
    return new Evaluation(record, user, this.hooks.now(), this.memory.source, outcome, this.epoch);
  }

  /** Records the exposure of an evaluation (gate or config). */
  expose(evaluation: Evaluation, mode: number): void {
    this.record(() => {
      const outcome = this.outcomeOf(evaluation);
      return this.engine.expose(this.current(evaluation.user).slot, outcome, mode, this.hooks.now());
    });
  }

  /** Records the exposure of one parameter of a layer. */
  exposeLayerParameter(evaluation: Evaluation, parameter: string, mode: number): void {
    this.record(() => {
      const outcome = this.outcomeOf(evaluation);
      const { slot } = this.current(evaluation.user);
      return this.engine.exposeLayerParameter(slot, outcome, parameter, mode, this.hooks.now());
    });
  }

  /** Queues a custom event. With a dedupe key, at most once per user, key and window. */
  logEvent(user: object | null, event: CustomEvent, dedupeKey = ''): void {
    const { head, tail } = customEventText(event);
    this.record(() => this.engine.logEvent(user === null ? -1 : this.current(user).slot, head, tail, dedupeKey));
  }

  /**
   * The client-initialize response as UTF-8 JSON; null when no specs serve. `environmentJson` fills a missing
   * `statsigEnvironment` ('' = none). @throws EvaluationFailedError
   */
  clientInitialize(user: object, options: Omit<ClientInitializeOptions, 'nowMs'>): Uint8Array | null {
    const timed = { ...options, nowMs: this.hooks.now() };
    this.users.setEnvironment(this.fillingEnvironment);
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const record = this.users.acquire(user);
        const answer = this.engine.clientInitialize(record.slot, timed);
        if (typeof answer !== 'number') return answer;
        this.resolveCode(answer, record, user);
      }
      throw new EvaluationFailedError(this.engine.lastError());
    } finally {
      this.users.setEnvironment(this.environment);
    }
  }

  // ---- pending events ----

  /** Pending events, those of dead engines included. */
  pendingEvents(): number {
    return this.engine.pendingEvents() + (this.failover?.pendingEvents() ?? 0);
  }

  /** See `Engine.takeBatch`. Events of dead engines go first. */
  takeBatch(prefix: string, suffix: string, maxEvents: number): Promise<EventBatch> {
    return this.failover?.takeBatch(prefix, suffix, maxEvents) ?? this.engine.takeBatch(prefix, suffix, maxEvents);
  }

  /** Events that were dropped because too many were pending, or that went down with an engine. */
  droppedEvents(): number {
    return this.engine.stats().droppedEvents + (this.failover?.lostEvents ?? 0);
  }

  // ---- specs and their surroundings ----

  /** Asks the engine something besides checks; asks again when it died over it. */
  query<T>(question: (engine: Engine) => T): T {
    const answer = question(this.engine);
    return this.replaceIfDead() ? question(this.engine) : answer;
  }

  /** See `Engine.prepareSpecs`. The result is the present engine's; a payload that kills its engine is refused. */
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
    this.engine.setDetails(source.reason, source.configSyncTime, source.initTime);
    if ((previous.reason === 'Uninitialized') !== (source.reason === 'Uninitialized')) this.version++;
  }

  /** Swaps prepared specs in. @throws Error when the engine dies of them; the specs before them serve then */
  commit(prepared: PreparedSpecs): void {
    if (prepared.summary.usesTimeZone && !this.memory.hasTimeZone) {
      this.memory.hasTimeZone = true;
      this.engine.setTimeZone(timeZoneTransitions());
    }
    this.engine.commitSpecs(prepared.handle);
    if (this.replaceIfDead()) throw new Error('The engine died of a payload');
    this.startEpoch();
  }

  setOverrides(table: OverrideTable): void {
    this.memory.overrides = table;
    this.engine.setOverrides(table);
    this.version++;
  }

  setIpTable(table: Uint8Array): void {
    this.memory.ipTable = table;
    this.engine.setIpTable(table);
    this.version++;
  }

  /** See `Engine.updateIdList`. */
  async updateIdList(name: string, replace: boolean, lines: Uint8Array): Promise<boolean> {
    for (;;) {
      const { engine } = this;
      const isApplied = await engine.updateIdList(name, replace, lines);
      this.version++;
      if (isApplied) this.memory.idLists.add(name);
      // Lines are changes of a set: applied twice they do the same.
      if (engine === this.engine && !this.replaceIfDead()) return isApplied;
    }
  }

  removeIdList(name: string): void {
    this.memory.idLists.delete(name);
    this.engine.removeIdList(name);
    this.version++;
  }

  /** A new dedupe and sampling window: exposures count again. */
  rotateWindow(): void {
    this.window = this.window === 0xffff ? 1 : this.window + 1;
    if (this.window === 1) this.answers.windows.fill(0);
    this.engine.rotateWindow();
    // A death that only remembered answers would hide shows here.
    this.replaceIfDead();
  }

  dispose(): void {
    this.failover?.dispose();
    this.engine.dispose();
  }

  // ---- inside ----

  /** The remembered code whose exposure needs no recording, or UNKNOWN. */
  private remembered(record: UserRecord, index: number, mode: number): number {
    const { answers } = this;
    if (record.version !== this.version || index >= answers.stride) return UNKNOWN;
    const cell = record.row + index;
    const code = answers.codes[cell]! - 1;
    if (code < 0 || mode === EvalMode.Quiet) return code;
    return mode === EvalMode.Expose && answers.windows[cell] === this.window ? code : UNKNOWN;
  }

  /** The code of an evaluation, remembered or new, with its exposure recorded as `mode` says. */
  private ask(user: object, kind: SpecKind, name: string, mode: number): number {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const index = this.names.resolve(this.engine, kind, name);
      if (index < 0) {
        if (!this.replaceIfDead()) this.startOver();
        continue;
      }
      const record = this.current(user);
      const code = this.lookUp(record, index, mode);
      if (code >= 0) {
        if ((code & EvalBits.BatchFull) !== 0) {
          // A dead engine says so too, when it should record.
          if (this.replaceIfDead()) continue;
          this.hooks.onBatchFull();
        }
        return code;
      }
      this.resolveCode(code, record, user);
    }
    throw new EvaluationFailedError(this.engine.lastError());
  }

  /** The record of a user with a valid row of answers. */
  private current(user: object): UserRecord {
    const record = this.users.acquire(user);
    if (record.version !== this.version) {
      record.row = record.slot * this.answers.stride;
      this.answers.clearRow(record.row);
      record.version = this.version;
    }
    return record;
  }

  private lookUp(record: UserRecord, index: number, mode: number): number {
    const { answers } = this;
    const isRemembered = index < answers.stride && mode <= EvalMode.Expose;
    const cell = record.row + index;
    const known = isRemembered ? answers.codes[cell]! : 0;
    if (known !== 0) {
      if (mode === EvalMode.Quiet || answers.windows[cell] === this.window) return known - 1;
      answers.windows[cell] = this.window;
      const isFull = this.engine.expose(record.slot, (known - 1) >> EvalBits.OutcomeShift, mode, this.hooks.now());
      return isFull ? (known - 1) | EvalBits.BatchFull : known - 1;
    }
    const code = this.engine.evaluate(record.slot, index, mode, this.hooks.now());
    if (isRemembered && code >= 0 && (code & EvalBits.Volatile) === 0) {
      answers.codes[cell] = (code & ~EvalBits.BatchFull) + 1;
      answers.windows[cell] = mode === EvalMode.Expose ? this.window : 0;
    }
    return code;
  }

  /** Acts on a negative code so that asking again can succeed. @throws EvaluationFailedError */
  private resolveCode(code: number, record: UserRecord, user: object): void {
    if (code === EvalCode.NeedsUserAgent) this.engine.setUserAgent(record.slot, this.userAgents.parse(userAgentOf(user)));
    else if (code === EvalCode.TableFull) this.startOver();
    else if (!this.replaceIfDead()) throw new EvaluationFailedError(this.engine.lastError());
  }

  /** Records an event, in the next engine when this one is dead. */
  private record(event: () => boolean): void {
    let isFull = event();
    if (isFull && this.replaceIfDead()) isFull = event();
    if (isFull) this.hooks.onBatchFull();
  }

  /** True when the engine was dead: another answers now, and what was kept of the old one is void. */
  private replaceIfDead(): boolean {
    if (this.failover === null || !this.engine.isDead()) return false;
    this.engine = this.failover.replace(this.engine, this.memory, this.hooks.now());
    this.startEpoch();
    // Whoever was known lived in a slot of the dead engine.
    this.users.resize(this.answers.slots);
    return true;
  }

  private startOver(): void {
    this.engine.reset();
    this.startEpoch();
  }

  private startEpoch(): void {
    this.epoch++;
    this.version++;
    this.names.clear();
    this.outcomes.clear();
    const specs = this.engine.stats().specs;
    const slots = this.answers.slots;
    this.answers.resize(specs, this.engine.userCapacity);
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
