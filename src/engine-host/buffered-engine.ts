/**
 * An engine whose exposures wait outside of it, so that one crossing carries many: a crossing costs
 * more than recording.
 *
 * They are kept in the order of the calls. Every call that is no part of a check could make an
 * order or a number visible (another event, a batch), or change what recorded exposures say
 * (specs, source, options, window): it hands them over first, and so does a user who comes into a
 * slot that is named here. That is all of this file; whoever holds the engine need not think of it.
 * Bound: `MOST` exposures, and never more than the engine's batch still has room for, so that a
 * batch is found full when it is.
 */
import {
  EvalMode,
  type ClientInitializeOptions,
  type Engine,
  type EngineOptions,
  type LookupKind,
  type OutcomeRecord,
  type OverrideTable,
  type SpecKind,
  type UserAgentParts,
} from '../engine/engine';
import type { WindowOf } from '../engine/engine';

/** Most exposures kept. */
export const MOST_BUFFERED = 256;

/** See the head of this file. A dead engine is handed nothing but by `rescue`. */
export class BufferedEngine implements Engine {
  readonly kind: Engine['kind'];
  readonly version: string;
  readonly userCapacity: number;
  readonly takesParsed: boolean;
  /** Exposures that wait. */
  waiting = 0;
  /** Exposures that a dead engine did not take. */
  lost = 0;
  /** Triples `slot, outcome, nowMs`, as `Engine.exposeMany` takes them. */
  private readonly entries = new Float64Array(3 * MOST_BUFFERED);
  /** 1 for slots that `entries` names. */
  private readonly named: Uint8Array;
  private batchLimit = MOST_BUFFERED;
  /**
   * How many may wait until the engine's batch is full, about: other events count only when
   * exposures are handed over.
   */
  private room = MOST_BUFFERED;

  /** @param onBatchFull told when what was handed over filled a batch; must not throw */
  constructor(
    readonly inner: Engine,
    private readonly onBatchFull: () => void,
  ) {
    this.kind = inner.kind;
    this.version = inner.version;
    this.userCapacity = inner.userCapacity;
    this.takesParsed = inner.takesParsed === true;
    this.named = new Uint8Array(inner.userCapacity);
  }

  // ---- exposures ----

  /**
   * Records the exposure of an outcome of a gate or config, as `expose` with `EvalMode.Expose`
   * would. True: they could not be handed over, the engine is dead.
   */
  exposeSoon(slot: number, outcome: number, nowMs: number): boolean {
    if (this.waiting === MOST_BUFFERED) this.lost++;
    else {
      const at = 3 * this.waiting++;
      this.entries[at] = slot;
      this.entries[at + 1] = outcome;
      this.entries[at + 2] = nowMs;
      this.named[slot] = 1;
      if (this.waiting < this.room) return false;
    }
    this.settle();
    return this.waiting > 0;
  }

  /** Events that make a batch full. Nothing may wait. */
  setBatchLimit(batchLimit: number): void {
    this.batchLimit = batchLimit;
    this.measure(0);
  }

  /** Takes the last exposure back. */
  retract(): void {
    if (this.waiting > 0) this.waiting--;
  }

  /**
   * Hands all over to a dead engine, whose pending events may still be saved; counts what it does
   * not take.
   */
  rescue(): void {
    const { waiting } = this;
    const before = this.inner.pendingEvents();
    const returned = this.take();
    this.lost += Math.max(0, waiting - Math.max(0, (returned >> 1) - before));
    this.measure(0);
  }

  private settle(): void {
    if (this.waiting > 0 && this.handOver()) this.onBatchFull();
  }

  /** Hands all over, unless the engine is dead. True = batch full. */
  private handOver(): boolean {
    const { waiting } = this;
    if (waiting === 0 || this.inner.isDead()) return false;
    const returned = this.take();
    this.measure(Math.max(0, returned >> 1));
    if (returned >= 0) return (returned & 1) === 1;
    this.lost += waiting;
    return false;
  }

  private take(): number {
    const { waiting } = this;
    this.waiting = 0;
    for (let i = 0; i < 3 * waiting; i += 3) this.named[this.entries[i] ?? 0] = 0;
    return waiting === 0 ? 0 : this.inner.exposeMany(this.entries, waiting);
  }

  private measure(pending: number): void {
    const room = this.batchLimit - pending;
    // Of a batch that is full already the others were told.
    this.room = room > 0 ? Math.min(MOST_BUFFERED, room) : MOST_BUFFERED;
  }

  // ---- parts of a check: they neither show nor change what waits ----

  evaluate(slot: number, spec: number, mode: number, nowMs: number): number {
    if (mode !== EvalMode.Quiet) this.settle();
    return this.inner.evaluate(slot, spec, mode, nowMs);
  }

  evaluateMany(
    slot: number,
    specs: Int32Array,
    count: number,
    mode: number,
    nowMs: number,
    codes: Int32Array,
  ): number {
    if (mode !== EvalMode.Quiet) this.settle();
    return this.inner.evaluateMany(slot, specs, count, mode, nowMs, codes);
  }

  holdsUntil(): number {
    return this.inner.holdsUntil();
  }

  specIndex(kind: LookupKind, name: string): number {
    return this.inner.specIndex(kind, name);
  }

  outcome(outcome: number): OutcomeRecord | null {
    return this.inner.outcome(outcome);
  }

  internOutcome(record: OutcomeRecord): number {
    return this.inner.internOutcome(record);
  }

  setUser(slot: number, json: string, privateJson: string, exotic: string, parsed?: object): void {
    if (this.named[slot] === 1) this.settle();
    this.inner.setUser(slot, json, privateJson, exotic, parsed);
  }

  setUserValues(slot: number, template: string, values: string): boolean {
    if (this.named[slot] === 1) this.settle();
    return this.inner.setUserValues(slot, template, values);
  }

  setUserAgent(slot: number, parts: UserAgentParts): void {
    this.inner.setUserAgent(slot, parts);
  }

  lastError(): string {
    return this.inner.lastError();
  }

  isDead(): boolean {
    return this.inner.isDead();
  }

  // ---- batches: whoever takes one need not be told that it is full ----

  pendingEvents(): number {
    this.handOver();
    return this.inner.pendingEvents();
  }

  takeBatch(...of: Parameters<Engine['takeBatch']>): ReturnType<Engine['takeBatch']> {
    this.handOver();
    return this.inner.takeBatch(...of);
  }

  takeBatchNow(...of: Parameters<Engine['takeBatchNow']>): ReturnType<Engine['takeBatchNow']> {
    this.handOver();
    return this.inner.takeBatchNow(...of);
  }

  // ---- all else ----

  private get settled(): Engine {
    this.settle();
    return this.inner;
  }

  setOptions(options: EngineOptions): void {
    this.settle();
    this.setBatchLimit(options.batchLimit);
    this.inner.setOptions(options);
  }

  setDetails(reason: string, configSyncTimeMs: number, initTimeMs: number): void {
    this.settled.setDetails(reason, configSyncTimeMs, initTimeMs);
  }

  prepareSpecs(payload: Parameters<Engine['prepareSpecs']>[0]): ReturnType<Engine['prepareSpecs']> {
    return this.settled.prepareSpecs(payload);
  }

  commitSpecs(handle: number): void {
    this.settled.commitSpecs(handle);
  }

  discardSpecs(handle: number): void {
    this.settled.discardSpecs(handle);
  }

  reset(): void {
    this.settled.reset();
  }

  specNames(kind: SpecKind, entity: string): string[] {
    return this.settled.specNames(kind, entity);
  }

  specInfo(index: number): ReturnType<Engine['specInfo']> {
    return this.settled.specInfo(index);
  }

  specContent(index: number): ReturnType<Engine['specContent']> {
    return this.settled.specContent(index);
  }

  explain(slot: number, spec: number, nowMs: number): ReturnType<Engine['explain']> {
    return this.settled.explain(slot, spec, nowMs);
  }

  experimentLayer(experiment: string): string | null {
    return this.settled.experimentLayer(experiment);
  }

  paramStores(): Record<string, unknown> {
    return this.settled.paramStores();
  }

  expose(slot: number, outcome: number, mode: number, nowMs: number): boolean {
    return this.settled.expose(slot, outcome, mode, nowMs);
  }

  exposeMany(exposures: Float64Array, count: number): number {
    return this.settled.exposeMany(exposures, count);
  }

  exposeLayerParameter(...of: Parameters<Engine['exposeLayerParameter']>): boolean {
    return this.settled.exposeLayerParameter(...of);
  }

  logEvent(slot: number, head: string, tail: string, dedupeKey: string): boolean {
    return this.settled.logEvent(slot, head, tail, dedupeKey);
  }

  rotateWindow(of?: WindowOf): void {
    this.settled.rotateWindow(of);
  }

  setOverrides(overrides: OverrideTable): void {
    this.settled.setOverrides(overrides);
  }

  updateIdList(name: string, replace: boolean, lines: Uint8Array): Promise<boolean> {
    return this.settled.updateIdList(name, replace, lines);
  }

  removeIdList(name: string): void {
    this.settled.removeIdList(name);
  }

  exportIdList(name: string): Uint8Array | null {
    return this.settled.exportIdList(name);
  }

  setIpTable(table: Uint8Array): void {
    this.settled.setIpTable(table);
  }

  setTimeZone(transitions: Float64Array): void {
    this.settled.setTimeZone(transitions);
  }

  clientInitialize(
    slot: number,
    options: ClientInitializeOptions,
  ): ReturnType<Engine['clientInitialize']> {
    return this.settled.clientInitialize(slot, options);
  }

  clientInitializeText(
    slot: number,
    options: ClientInitializeOptions,
  ): ReturnType<Engine['clientInitializeText']> {
    return this.settled.clientInitializeText(slot, options);
  }

  stats(): ReturnType<Engine['stats']> {
    return this.settled.stats();
  }

  dispose(): void {
    this.settled.dispose();
  }
}
