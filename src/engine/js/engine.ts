/**
 * The engine in plain TypeScript: for hosts without the native addon or WebAssembly. No dependency
 * on Node.
 */

import {
  type ClientInitializeOptions,
  type EngineOptions,
  type EngineStats,
  EvalBits,
  EvalCode,
  EvalMode,
  type EventBatch,
  MAX_PREPARED,
  type OutcomeRecord,
  type LookupKind,
  type OverrideTable,
  type PreparedSpecs,
  type SpecContent,
  type ReplacementEngine,
  SpecKind,
  USER_CAPACITY,
  type Trace,
  type UserAgentParts,
} from '../engine';
import type { WindowOf } from '../engine';
import { ClientResponder } from './bootstrap';
import { Interruption } from './eval/context';
import { Evaluation } from './eval/evaluation';
import { Random } from './eval/random';
import { Tracer } from './eval/tracer';
import type { Details } from './event-json';
import { EventQueue, type ExposureFacts } from './exposure';
import { textEncoder } from './host';
import { IdList, looksLikeIdList } from './id-list';
import { IpTable } from './lookup/ip';
import { type Found, type Outcome, Tables } from './outcome';
import { copyOf, missingOutcome } from './outcome-record';
import { Overrides } from './overrides';
import type { SamplingSettings } from './sampling';
import type { Store } from './store';
import { ValueBox } from './value-box';
import { type Target, Targets, contentOf } from './target';
import { type Steps, atOnce, inTurns } from './turns';
import { User } from './user';
import { compileStore } from './wire/compile';
import { parseRoot, withoutUpdates } from './wire/payload';

export { useHost } from './host';
/**
 * Creates an engine that holds no specs; `version` is what it reports. It never dies, so there is
 * always an outcome.
 */
export function createJsEngine(
  version: string,
): { outcome(outcome: number): OutcomeRecord } & ReplacementEngine {
  return new JsEngine(version);
}

const EMPTY = {
  root: { feature_gates: [], dynamic_configs: [], layer_configs: [] },
  isMeasured: true,
};
const EMPTY_STORE: Store = atOnce(compileStore(EMPTY));

class JsEngine implements ReplacementEngine {
  readonly kind = 'js';
  readonly userCapacity = USER_CAPACITY;
  readonly takesParsed = true;

  private users: (User | null)[] = new Array<User | null>(USER_CAPACITY).fill(null);
  private details: Details = { reason: 'Uninitialized', configSyncTime: 0, initTime: -1 };
  private tables = new Tables(EMPTY_STORE.dialect);
  private evaluation = new Evaluation(EMPTY_STORE, this.tables);
  private events = new EventQueue();
  private sampling: SamplingSettings = { mode: null, specialRate: null, isProduction: true };
  private responder = new ClientResponder(this.evaluation);
  private hasSpecs = false;
  private targets = new Targets(EMPTY_STORE);
  private epoch = 0;
  private readonly prepared = new Map<number, Store>();
  private lastHandle = 0;
  private error = '';
  private isDisposed = false;

  constructor(readonly version: string) {
    this.startEpoch();
  }

  setOptions(options: EngineOptions): void {
    this.events.setOptions(options);
    this.evaluation.readsMapped = options.readsMappedAddresses === true;
    if (options.randomSeed !== undefined)
      this.evaluation.newer.random = new Random(options.randomSeed);
    this.readSampling();
  }

  setDetails(reason: string, configSyncTimeMs: number, initTimeMs: number): void {
    this.details = { reason, configSyncTime: configSyncTimeMs, initTime: initTimeMs };
  }

  prepareSpecs(payload: Uint8Array): Promise<PreparedSpecs> {
    // Before any specs serve, everybody waits for these.
    return inTurns(this.preparing(payload, this.hasSpecs));
  }

  prepareSpecsNow(payload: Uint8Array): PreparedSpecs {
    return atOnce(this.preparing(payload, false));
  }

  private *preparing(payload: Uint8Array, inPieces: boolean): Steps<PreparedSpecs> {
    const parsed = yield* parseRoot(payload, inPieces);
    if (!parsed.root.has_updates) return { handle: 0, summary: withoutUpdates(parsed) };
    const store = yield* compileStore(parsed);
    if (this.prepared.size >= MAX_PREPARED)
      throw new Error('too many prepared payloads wait for commit or discard');
    this.prepared.set(++this.lastHandle, store);
    return { handle: this.lastHandle, summary: store.summary };
  }

  commitSpecs(handle: number): void {
    const store = this.prepared.get(handle);
    if (store === undefined || this.isDisposed) return;
    this.prepared.delete(handle);
    const previous = this.evaluation;
    this.tables = new Tables(store.dialect);
    this.evaluation = new Evaluation(store, this.tables);
    this.evaluation.inherit(previous);
    this.responder = new ClientResponder(this.evaluation);
    this.hasSpecs = true;
    this.readSampling();
    this.startEpoch();
  }

  discardSpecs(handle: number): void {
    this.prepared.delete(handle);
  }

  reset(): void {
    this.tables = new Tables(this.evaluation.store.dialect);
    this.evaluation.startEpoch(this.tables);
    this.startEpoch();
  }

  private startEpoch(): void {
    this.epoch++;
    this.targets = new Targets(this.evaluation.store);
  }

  private readSampling(): void {
    const { samplingMode, specialRate } = this.evaluation.store;
    const { tier } = this.events.options;
    this.sampling = {
      mode: samplingMode,
      specialRate,
      isProduction: (tier ?? 'production') === 'production',
    };
  }

  specIndex(kind: LookupKind, name: string): number {
    return this.targets.indexOf(kind, name);
  }

  specNames(kind: SpecKind, entity: string): string[] {
    const specs = [...this.evaluation.store.specs[kind].values()];
    return specs.filter((spec) => entity === '' || spec.entity === entity).map((spec) => spec.name);
  }

  specInfo(
    index: number,
  ): { entity: string | null; idType: string | null; isActive: boolean } | null {
    const spec = this.targets.get(index)?.spec ?? null;
    if (spec === null) return null;
    return { entity: spec.entity, idType: spec.idType ?? null, isActive: spec.isActive };
  }

  specContent(index: number): SpecContent | null {
    const spec = this.targets.get(index)?.spec ?? null;
    return spec === null ? null : contentOf(spec);
  }

  experimentLayer(experiment: string): string | null {
    return this.evaluation.store.experimentLayers.get(experiment) ?? null;
  }

  paramStores(): Record<string, unknown> {
    return this.evaluation.store.client.paramStores;
  }

  setUser(slot: number, json: string, privateJson: string, exotic: string, parsed?: object): void {
    if (slot >= 0 && slot < USER_CAPACITY && !this.isDisposed)
      this.users[slot] = new User(json, privateJson, exotic, parsed);
  }

  /** An object is had cheaper: see `takesParsed`. */
  setUserValues(): boolean {
    return false;
  }

  setUserAgent(slot: number, parts: UserAgentParts): void {
    const user = this.users[slot];
    if (user) user.userAgent = { ...parts };
  }

  evaluate(slot: number, spec: number, mode: number, nowMs: number): number {
    const user = this.users[slot];
    const target = this.targets.get(spec);
    if (!user || target === undefined)
      return this.fail(user ? 'no such spec index' : 'no user in this slot');
    let outcome: number;
    const { evaluation } = this;
    try {
      evaluation.begin(slot, user, nowMs);
      const found = this.withReferences(this.found(target, mode, evaluation), evaluation);
      outcome =
        found.outcome >= 0 ? found.outcome : this.tables.outcomeOf(target.kind, target.name, found);
      if (mode & EvalMode.Expose && mode < EvalMode.TargetingOnly)
        this.exposeKnown(slot, this.tables.outcomes[outcome]!, null, mode, nowMs);
      const flags =
        (evaluation.holdsUntil < Infinity ? EvalBits.Volatile : 0) |
        (this.events.isFull ? EvalBits.BatchFull : 0);
      return (
        (outcome << EvalBits.OutcomeShift) | flags | (found.value === true ? EvalBits.Value : 0)
      );
    } catch (error) {
      return this.codeOf(error);
    }
  }

  evaluateMany(
    slot: number,
    specs: Int32Array,
    count: number,
    mode: number,
    nowMs: number,
    codes: Int32Array,
  ): number {
    const length = Math.min(count, specs.length, codes.length);
    let written = 0;
    while (written < length) {
      const code = this.evaluate(slot, specs[written]!, mode, nowMs);
      codes[written++] = code;
      if (code < 0) break;
    }
    return written;
  }

  explain(slot: number, index: number, nowMs: number): Trace {
    const tracer = new Tracer(this.evaluation);
    const code = this.explained(tracer, slot, index, nowMs);
    return { code, isCut: tracer.isCut, steps: tracer.steps };
  }

  private explained(tracer: Tracer, slot: number, index: number, nowMs: number): number {
    const user = this.users[slot];
    const target = this.targets.get(index);
    if (!user || target === undefined) return this.fail('no such user or spec');
    try {
      tracer.begin(slot, user, nowMs);
      const { kind, name } = target;
      const find = (): Found => this.found(target, EvalMode.Quiet, tracer);
      const told = this.isServing ? find() : tracer.told(kind, name, null, find);
      const found = this.withReferences(told, tracer);
      const outcome = this.tables.outcomeOf(kind, name, found);
      return (outcome << EvalBits.OutcomeShift) | Number(found.value === true);
    } catch (error) {
      return this.codeOf(error);
    }
  }

  private get isServing(): boolean {
    return this.details.reason !== 'Uninitialized';
  }

  /** Answers of experiments that were asked for on the way are exposed along with the answer. */
  private withReferences(found: Found, { newer }: Evaluation): Found {
    const { references } = newer;
    if (references.size === 0) return found;
    const also = [...references].map(([name, reference]) =>
      this.tables.outcomeOf(SpecKind.Config, name, reference),
    );
    return found.derived(found.mapped, also);
  }

  private found(target: Target, mode: number, evaluation: Evaluation): Found {
    const { kind, lookup, name, spec } = target;
    if (mode & EvalMode.TargetingOnly && spec !== null)
      return evaluation.restricted(spec, spec.targetingRules);
    if (mode & EvalMode.OverridesOnly && spec !== null)
      return evaluation.restricted(spec, spec.overrideRules);
    if (this.isServing) return evaluation.named(lookup, name, spec);
    const override = evaluation.overrides.find(kind, name, evaluation.user, this.tables);
    if (override !== null) return override;
    target.uninitialized ??= this.tables.constant({
      box: new ValueBox({}),
      reason: 'Uninitialized',
    });
    return target.uninitialized;
  }

  private factsOf(mode: number, nowMs: number): ExposureFacts {
    return { mode, nowMs, details: this.details, sampling: this.sampling };
  }

  private codeOf(error: unknown): number {
    if (error instanceof Interruption) {
      if (error.reason === 'NeedsUserAgent') return EvalCode.NeedsUserAgent;
      if (error.reason === 'TableFull') return EvalCode.TableFull;
      return this.fail('gates or delegates refer to themselves, or are nested deeper than 300');
    }
    return this.fail(error instanceof Error ? error.message : 'evaluation failed');
  }

  private fail(message: string): number {
    this.error = message;
    return EvalCode.Failed;
  }

  holdsUntil(): number {
    return this.evaluation.holdsUntil;
  }

  expose(slot: number, outcome: number, mode: number, nowMs: number): boolean {
    const known = this.tables.outcomes[outcome];
    if (known !== undefined) this.exposeKnown(slot, known, null, mode, nowMs);
    return this.events.isFull;
  }

  exposeMany(exposures: Float64Array, count: number): number {
    const end = Math.min(3 * count, exposures.length);
    for (let i = 0; i < end; i += 3)
      this.expose(exposures[i]!, exposures[i + 1]!, EvalMode.Expose, exposures[i + 2]!);
    return (this.pendingEvents() << 1) | Number(this.events.isFull);
  }

  exposeLayerParameter(
    slot: number,
    outcome: number,
    parameter: string,
    mode: number,
    nowMs: number,
  ): boolean {
    const known = this.tables.outcomes[outcome];
    if (known !== undefined) this.exposeKnown(slot, known, parameter, mode, nowMs);
    return this.events.isFull;
  }

  private exposeKnown(
    slot: number,
    outcome: Outcome,
    parameter: string | null,
    mode: number,
    nowMs: number,
  ): void {
    const user = this.users[slot];
    if (!user) return;
    const facts = this.factsOf(mode, nowMs);
    try {
      if (parameter === null && !(mode & EvalMode.Manual)) {
        for (const id of outcome.also)
          this.events.expose(user, this.tables.outcomes[id]!, null, facts);
      }
      // Layers expose per parameter, everything else does not.
      if ((outcome.record.kind === SpecKind.Layer) === (parameter !== null))
        this.events.expose(user, outcome, parameter, facts);
    } catch (error) {
      this.codeOf(error);
    }
  }

  outcome(outcome: number): OutcomeRecord {
    return this.tables.outcomes[outcome]?.record ?? missingOutcome();
  }

  internOutcome(record: OutcomeRecord): number {
    try {
      return this.tables.intern(copyOf(record));
    } catch (error) {
      return this.codeOf(error);
    }
  }

  lastError(): string {
    return this.error;
  }

  logEvent(slot: number, head: string, tail: string, dedupeKey: string): boolean {
    try {
      this.events.log(slot < 0 ? null : (this.users[slot] ?? null), head, tail, dedupeKey);
    } catch (error) {
      this.codeOf(error);
    }
    return this.events.isFull;
  }

  pendingEvents(): number {
    return this.events.count;
  }

  async takeBatch(prefix: string, suffix: string, maxEvents: number): Promise<EventBatch> {
    return this.events.take(prefix, suffix, maxEvents);
  }

  readonly takeBatchNow: ReplacementEngine['takeBatchNow'] = (...of) =>
    this.events.takeNow(of[0], of[1], of[2]);

  rotateWindow(of?: WindowOf): void {
    this.events.startWindow(of);
  }

  setOverrides(overrides: OverrideTable): void {
    this.evaluation.overrides = new Overrides(overrides);
    this.evaluation.answers++;
  }

  async updateIdList(name: string, replace: boolean, lines: Uint8Array): Promise<boolean> {
    if (!looksLikeIdList(lines) || this.isDisposed) return false;
    const known = this.evaluation.idLists.get(name);
    const list = replace || known === undefined ? new IdList() : known;
    list.apply(lines);
    this.evaluation.idLists.set(name, list);
    this.evaluation.answers++;
    return true;
  }

  removeIdList(name: string): void {
    if (this.evaluation.idLists.delete(name)) this.evaluation.answers++;
  }

  exportIdList(name: string): Uint8Array | null {
    return this.evaluation.idLists.get(name)?.export() ?? null;
  }

  setIpTable(table: Uint8Array): void {
    this.evaluation.ipTable = IpTable.of(table);
    this.evaluation.answers++;
  }

  /** Ignored: local time is the host's own, and the host is JavaScript. */
  setTimeZone(_transitions: Float64Array): void {
    this.evaluation.answers++;
  }

  clientInitialize(slot: number, options: ClientInitializeOptions): Uint8Array | number | null {
    const text = this.clientInitializeText(slot, options);
    return typeof text === 'string' ? textEncoder().encode(text) : text;
  }

  clientInitializeText(slot: number, options: ClientInitializeOptions): string | number | null {
    const user = this.users[slot];
    if (!user) return this.fail('no user in this slot');
    if (!this.hasSpecs || this.details.configSyncTime === 0) return null;
    try {
      const { sdkType, sdkVersion, sessionID } = this.events.options;
      return this.responder.respond(user, options, {
        sdkType,
        sdkVersion,
        sessionID,
        time: this.details.configSyncTime,
      });
    } catch (error) {
      return this.codeOf(error);
    }
  }

  stats(): EngineStats {
    let idListBytes = 0;
    for (const list of this.evaluation.idLists.values()) idListBytes += list.bytes;
    return {
      epoch: this.epoch,
      specs: this.evaluation.store.specs.reduce((sum, specs) => sum + specs.size, 0),
      outcomes: this.tables.outcomes.length,
      unknownNames: this.targets.unknownNames,
      pendingEvents: this.events.count,
      pendingBytes: this.events.pendingBytes,
      droppedEvents: this.events.droppedEvents,
      idLists: this.evaluation.idLists.size,
      idListBytes,
    };
  }

  /** JavaScript that throws is caught where it does; an instance never dies. */
  isDead(): boolean {
    return false;
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.users.fill(null);
    this.prepared.clear();
    this.hasSpecs = false;
    this.tables = new Tables(EMPTY_STORE.dialect);
    this.evaluation = new Evaluation(EMPTY_STORE, this.tables);
    this.responder = new ClientResponder(this.evaluation);
    this.events = new EventQueue({ ...this.events.options, loggingEnabled: false });
    this.startEpoch();
    this.error = 'the engine is disposed';
  }
}
