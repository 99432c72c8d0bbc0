/**
 * An engine that outlives its death (a panic in native, a trap in WebAssembly): another takes its
 * place and is told everything the dead one knew. Slots, spec indexes and outcomes of the dead one
 * mean nothing to it: the call that found it dead answers `Failed`, empty or true as a dead engine
 * does, and whoever sees that `generation` is another one asks anew.
 *
 * Native is replaced by js, WebAssembly by a fresh instance of the same module, at most
 * `MOST_FRESH` times in `FRESH_WITHIN_MS`; after that by js, which cannot die. Events of the dead
 * instance are still taken where it gives them, and counted as lost where it does not.
 *
 * Cost: the specs are parsed and compiled on the calling thread, tens of ms for a large project.
 */
import {
  EvalCode,
  type ClientInitializeOptions,
  type Engine,
  type EngineKind,
  type EngineOptions,
  type EventBatch,
  type LookupKind,
  type OutcomeRecord,
  type OverrideTable,
  type PreparedSpecs,
  type ReplacementEngine,
  type SpecKind,
  type UserAgentParts,
} from '../engine/engine';
import type { WindowOf } from '../engine/engine';
import { PackedSpecs, type Inflated, type SpecBytes } from '../updates/packed-specs';
import { BufferedEngine } from './buffered-engine';
import { EngineMemory } from './engine-memory';
import { RetiredEngines } from './retired-engines';

/** Fresh WebAssembly instances within `FRESH_WITHIN_MS`; the next death puts js in charge. */
export const MOST_FRESH = 3;
export const FRESH_WITHIN_MS = 60_000;

/** A death and what followed. */
export interface EngineDeath {
  kind: EngineKind;
  reason: string;
  successor: Engine;
  /** ID lists that the dead instance could not give back: they are to be loaded again. */
  hasLostIdLists: boolean;
}

export interface FailoverHooks {
  /** A new engine that knows nothing. May throw for wasm, never for js. */
  makeReplacement(kind: 'wasm' | 'js'): ReplacementEngine;
  /** The payload in force, null when none is. */
  payload(): Uint8Array | null;
  /** Told after each replacement. Must not throw. */
  onDeath(death: EngineDeath): void;
}

/** Who holds the engine. Nothing of it may throw. */
export interface EngineWatch {
  /** Wall clock, ms. */
  now(): number;
  /** Enough events are pending for a batch. */
  onBatchFull(): void;
  /** Indexes, outcomes and answers are void. */
  onEpoch(): void;
  /** Answers are void. */
  onChange(): void;
  /** Nobody has a slot any more; an epoch begins, too. */
  onReplaced(): void;
}

/** See the head of this file. */
export class FailoverEngine implements Engine {
  /** Counts replacements. */
  generation = 0;
  private current: BufferedEngine;
  private readonly memory = new EngineMemory();
  private readonly retired = new RetiredEngines();
  private lostBefore = 0;
  private freshAt: number[] = [];

  /** @param hooks null: a dead engine stays in place, and every check fails */
  constructor(
    engine: Engine,
    private readonly watch: EngineWatch,
    private readonly hooks: FailoverHooks | null,
  ) {
    this.current = new BufferedEngine(engine, watch.onBatchFull);
  }

  get kind(): EngineKind {
    return this.current.kind;
  }

  get version(): string {
    return this.current.version;
  }

  get userCapacity(): number {
    return this.current.userCapacity;
  }

  get takesParsed(): boolean {
    return this.current.takesParsed;
  }

  /** The engine that answers now: nobody may keep it. */
  get inner(): Engine {
    return this.current.inner;
  }

  get hasTimeZone(): boolean {
    return this.memory.hasTimeZone;
  }

  /** Events that went down with an engine. */
  lostEvents(): number {
    return this.lostBefore + this.current.lost + this.retired.lostEvents;
  }

  /** Events that were dropped because too many were pending. */
  droppedEvents(): number {
    return this.current.inner.stats().droppedEvents + this.retired.droppedEvents;
  }

  // ---- death ----

  /** True when the engine was dead: another answers now; what was kept of the old one is void. */
  private survive(): boolean {
    if (this.hooks === null || !this.current.isDead()) return false;
    const dead = this.current;
    dead.rescue();
    this.lostBefore += dead.lost;
    const lists = this.memory.idListsOf(dead.inner);
    const successor = this.successorOf(dead.kind, lists);
    this.current = new BufferedEngine(successor, this.watch.onBatchFull);
    if (this.memory.options !== null) this.current.setBatchLimit(this.memory.options.batchLimit);
    this.generation++;
    this.retired.add(dead.inner);
    this.watch.onReplaced();
    const hasLostIdLists = [...lists.values()].includes(null);
    this.hooks.onDeath({ kind: dead.kind, reason: dead.lastError(), successor, hasLostIdLists });
    return true;
  }

  /** Another engine in the state of the dead one. Never throws. */
  private successorOf(kind: EngineKind, lists: ReadonlyMap<string, Uint8Array | null>): Engine {
    const hooks = this.hooks as FailoverHooks;
    if (kind === 'wasm' && this.mayBeFresh()) {
      try {
        const engine = hooks.makeReplacement('wasm');
        this.memory.restore(engine, lists, hooks.payload());
        if (!engine.isDead()) return engine;
      } catch {
        // What kills or stops a fresh instance at once is told by the death that led here; js
        // answers.
      }
    }
    const engine = hooks.makeReplacement('js');
    try {
      this.memory.restore(engine, lists, hooks.payload());
    } catch {
      engine.setDetails('Uninitialized', 0, 0);
    }
    return engine;
  }

  private mayBeFresh(): boolean {
    const nowMs = this.watch.now();
    this.freshAt = this.freshAt.filter((at) => nowMs - at < FRESH_WITHIN_MS && at <= nowMs);
    if (this.freshAt.length >= MOST_FRESH) return false;
    this.freshAt.push(nowMs);
    return true;
  }

  /** An answer that only a dead engine gives, or one of few, asks for a look at it. */
  private told<T>(returned: T, isSuspect: boolean): T {
    if (isSuspect) this.survive();
    return returned;
  }

  // ---- checks ----

  evaluate(slot: number, spec: number, mode: number, nowMs: number): number {
    const code = this.current.evaluate(slot, spec, mode, nowMs);
    return code === EvalCode.Failed ? this.told(code, true) : code;
  }

  evaluateMany(
    slot: number,
    specs: Int32Array,
    count: number,
    mode: number,
    nowMs: number,
    codes: Int32Array,
  ): number {
    const written = this.current.evaluateMany(slot, specs, count, mode, nowMs, codes);
    const isSuspect = written === 0 || codes[written - 1] === EvalCode.Failed;
    return isSuspect ? this.told(written, true) : written;
  }

  /**
   * Records the exposure of an outcome of a gate or config, in a moment. True: the engine was
   * replaced, and this exposure is in none.
   */
  exposeSoon(slot: number, outcome: number, nowMs: number): boolean {
    if (!this.current.exposeSoon(slot, outcome, nowMs) || this.hooks === null) return false;
    this.current.retract();
    return this.survive();
  }

  holdsUntil(): number {
    return this.current.holdsUntil();
  }

  specIndex(kind: LookupKind, name: string): number {
    const index = this.current.specIndex(kind, name);
    return this.told(index, index < 0);
  }

  outcome(outcome: number): OutcomeRecord | null {
    const record = this.current.outcome(outcome);
    return this.told(record, record === null);
  }

  internOutcome(record: OutcomeRecord): number {
    const outcome = this.current.internOutcome(record);
    return this.told(outcome, outcome < 0);
  }

  setUser(slot: number, json: string, privateJson: string, exotic: string, parsed?: object): void {
    this.current.setUser(slot, json, privateJson, exotic, parsed);
  }

  setUserValues(slot: number, template: string, values: string): boolean {
    return this.current.setUserValues(slot, template, values);
  }

  setUserAgent(slot: number, parts: UserAgentParts): void {
    this.current.setUserAgent(slot, parts);
  }

  lastError(): string {
    return this.current.lastError();
  }

  isDead(): boolean {
    return this.current.isDead();
  }

  // ---- events ----

  expose(slot: number, outcome: number, mode: number, nowMs: number): boolean {
    const isFull = this.current.expose(slot, outcome, mode, nowMs);
    return this.told(isFull, isFull);
  }

  exposeMany(exposures: Float64Array, count: number): number {
    const returned = this.current.exposeMany(exposures, count);
    return this.told(returned, returned < 0);
  }

  exposeLayerParameter(...of: Parameters<Engine['exposeLayerParameter']>): boolean {
    const isFull = this.current.exposeLayerParameter(...of);
    return this.told(isFull, isFull);
  }

  logEvent(slot: number, head: string, tail: string, dedupeKey: string): boolean {
    const isFull = this.current.logEvent(slot, head, tail, dedupeKey);
    return this.told(isFull, isFull);
  }

  /** Those of dead engines included. */
  pendingEvents(): number {
    const pending = this.current.pendingEvents();
    // Only a dead engine's exposures still wait: its successor is the one to ask.
    const isReplaced = this.current.waiting > 0 && this.survive();
    return this.retired.pendingEvents() + (isReplaced ? this.current.pendingEvents() : pending);
  }

  /** Events of dead engines go first. */
  takeBatch(...of: Parameters<Engine['takeBatch']>): Promise<EventBatch> {
    return this.retired.takeBatch(...of) ?? this.current.takeBatch(...of);
  }

  /** Events of dead engines go first. */
  takeBatchNow(...of: Parameters<Engine['takeBatchNow']>): EventBatch {
    return this.retired.takeBatchNow(...of) ?? this.current.takeBatchNow(...of);
  }

  /** A death that only remembered answers would hide shows here. */
  rotateWindow(of?: WindowOf): void {
    this.current.rotateWindow(of);
    this.survive();
  }

  // ---- specs and what surrounds them ----

  /** Whether the present engine takes specs with their content encoding. */
  get inflates(): boolean {
    return this.current.inner.inflate !== undefined;
  }

  /** The present engine inflates specs, which hold the result. False: it can not. */
  async inflateSpecs(specs: PackedSpecs, maxBytes: number): Promise<boolean> {
    const { inner } = this.current;
    const inflated = await inner.inflate?.(specs.bytes, specs.encoding, maxBytes).catch(() => null);
    if (inflated == null) return false;
    specs.hold(inflated);
    return true;
  }

  /** The result is the present engine's; a payload that kills its engine is refused. */
  async prepareSpecs(payload: SpecBytes | Inflated): Promise<PreparedSpecs> {
    for (;;) {
      const { current } = this;
      try {
        const prepared = await current.prepareSpecs(await textFor(current, payload));
        if (current === this.current && !this.survive()) return prepared;
      } catch (error) {
        if (current === this.current) {
          this.survive();
          throw error;
        }
      }
    }
  }

  commitSpecs(handle: number): void {
    this.current.commitSpecs(handle);
    if (!this.survive()) this.watch.onEpoch();
  }

  discardSpecs(handle: number): void {
    this.current.discardSpecs(handle);
  }

  reset(): void {
    this.current.reset();
    this.watch.onEpoch();
  }

  specNames(kind: SpecKind, entity: string): string[] {
    return this.told(this.current.specNames(kind, entity), true);
  }

  specInfo(index: number): ReturnType<Engine['specInfo']> {
    return this.told(this.current.specInfo(index), true);
  }

  specContent(index: number): ReturnType<Engine['specContent']> {
    return this.told(this.current.specContent(index), true);
  }

  explain(slot: number, spec: number, nowMs: number): ReturnType<Engine['explain']> {
    return this.told(this.current.explain(slot, spec, nowMs), true);
  }

  experimentLayer(experiment: string): string | null {
    return this.told(this.current.experimentLayer(experiment), true);
  }

  paramStores(): Record<string, unknown> {
    return this.told(this.current.paramStores(), true);
  }

  clientInitialize(
    slot: number,
    options: ClientInitializeOptions,
  ): ReturnType<Engine['clientInitialize']> {
    const returned = this.current.clientInitialize(slot, options);
    return this.told(returned, returned === EvalCode.Failed);
  }

  clientInitializeText(
    slot: number,
    options: ClientInitializeOptions,
  ): ReturnType<Engine['clientInitializeText']> {
    const returned = this.current.clientInitializeText(slot, options);
    return this.told(returned, returned === EvalCode.Failed);
  }

  setOptions(options: EngineOptions): void {
    this.memory.options = options;
    this.current.setOptions(options);
  }

  setDetails(reason: string, configSyncTimeMs: number, initTimeMs: number): void {
    const before = this.memory.details.reason;
    this.memory.details = { reason, configSyncTime: configSyncTimeMs, initTime: initTimeMs };
    this.current.setDetails(reason, configSyncTimeMs, initTimeMs);
    if ((before === 'Uninitialized') !== (reason === 'Uninitialized')) this.watch.onChange();
  }

  setOverrides(overrides: OverrideTable): void {
    this.memory.overrides = overrides;
    this.current.setOverrides(overrides);
    this.watch.onChange();
  }

  setIpTable(table: Uint8Array): void {
    this.memory.ipTable = table;
    this.current.setIpTable(table);
    this.watch.onChange();
  }

  setTimeZone(transitions: Float64Array): void {
    this.memory.hasTimeZone = true;
    this.current.setTimeZone(transitions);
  }

  async updateIdList(name: string, replace: boolean, lines: Uint8Array): Promise<boolean> {
    for (;;) {
      const { current } = this;
      const isApplied = await current.updateIdList(name, replace, lines);
      this.watch.onChange();
      if (isApplied) this.memory.idLists.add(name);
      // Lines are changes of a set: applied twice they do the same.
      if (current === this.current && !this.survive()) return isApplied;
    }
  }

  removeIdList(name: string): void {
    this.memory.idLists.delete(name);
    this.current.removeIdList(name);
    this.watch.onChange();
  }

  exportIdList(name: string): Uint8Array | null {
    return this.told(this.current.exportIdList(name), true);
  }

  stats(): ReturnType<Engine['stats']> {
    return this.told(this.current.stats(), true);
  }

  dispose(): void {
    this.retired.dispose();
    this.current.dispose();
  }
}

/** Specs as this engine takes them: what it has inflated itself, else bytes of text. */
async function textFor(
  { inner }: BufferedEngine,
  payload: SpecBytes | Inflated,
): Promise<Uint8Array | Inflated> {
  if (!(payload instanceof PackedSpecs)) return payload;
  return payload.takeInflated(inner) ?? payload.plain();
}
