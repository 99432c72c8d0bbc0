/**
 * Pending events (BEHAVIOUR.md 7): exposures are tuples until a batch is taken, custom events are the text around their
 * user. Sampling first, then deduplication.
 */

import { EngineOptions, EventBatch, EvalMode, OutcomeRecord, SpecKind } from '../engine';
import { SeenSet } from './dedupe';
import { Hash64, hash64 } from './hashing';
import { Outcome, exposuresJson } from './outcome';
import { ExposedParameter, Sampler, SamplingSettings } from './sampling';
import { User } from './user';

/** Texts of pending users and custom events; beyond it events are dropped and counted. */
export const MAX_PENDING_BYTES = 256 * 1024 * 1024;
/** A batch is due as well when pending texts reach this, whatever their number. */
export const BATCH_BYTES = 16 * 1024 * 1024;

/** Source of the specs and times, as answers and exposures carry them. */
export interface Details {
  reason: string;
  configSyncTime: number;
  initTime: number;
}

interface PendingExposure {
  user: User;
  record: OutcomeRecord;
  parameter: ExposedParameter | null;
  isManual: boolean;
  time: number;
  details: Details;
  /** JSON of statsigMetadata. */
  metadata: string;
}

interface PendingCustom {
  user: User | null;
  head: string;
  tail: string;
}

type Pending = PendingExposure | PendingCustom;

export class EventQueue {
  options: EngineOptions;
  droppedEvents = 0;
  pendingBytes = 0;
  private pending: Pending[] = [];
  private readonly seen = new SeenSet();
  private readonly sampler = new Sampler();
  /** Deduplication keys of outcomes; they live as long as the outcomes. */
  private keys = new WeakMap<Outcome, [Hash64 | null, Hash64 | null]>();

  constructor(options: EngineOptions) {
    this.options = options;
  }

  get count(): number {
    return this.pending.length;
  }

  get isFull(): boolean {
    return this.pending.length >= this.options.batchLimit || this.pendingBytes >= BATCH_BYTES;
  }

  startWindow(): void {
    this.seen.clear();
    this.sampler.clear();
  }

  /** Exposure of a gate or config, or of one parameter of a layer. */
  expose(user: User, outcome: Outcome, parameter: string | null, facts: ExposureFacts): void {
    if (!this.options.loggingEnabled) return;
    const { record } = outcome;
    const exposed = parameter === null ? null : exposedParameter(record, parameter);
    const decision = this.sampler.decide(facts.sampling, record, user, exposed);
    if (!decision.isLogged) return;
    const isManual = (facts.mode & EvalMode.Manual) !== 0;
    if (!this.seen.add(user.identityHash(), this.keyOf(outcome, exposed, isManual))) return;
    this.push({
      user, record, parameter: exposed, isManual,
      time: facts.nowMs, details: facts.details, metadata: decision.metadata,
    }, 0);
  }

  /** A custom event; `user` null = no user. */
  log(user: User | null, head: string, tail: string, dedupeKey: string): void {
    if (!this.options.loggingEnabled) return;
    if (dedupeKey !== '' && user !== null && !this.seen.add(user.identityHash(), hash64(dedupeKey))) return;
    this.push({ user, head, tail }, head.length + tail.length);
  }

  private push(event: Pending, textBytes: number): void {
    const { user } = event;
    const userBytes = user !== null && user.pending === 0 ? user.json.length : 0;
    const bytes = textBytes + userBytes;
    if (this.pending.length >= this.options.pendingLimit || this.pendingBytes + bytes > MAX_PENDING_BYTES) {
      this.droppedEvents++;
      return;
    }
    if (user !== null) user.pending++;
    this.pendingBytes += bytes;
    this.pending.push(event);
  }

  private keyOf(outcome: Outcome, parameter: ExposedParameter | null, isManual: boolean): Hash64 {
    if (parameter !== null) return hash64(dedupeText(outcome.record, parameter, isManual));
    let pair = this.keys.get(outcome);
    if (pair === undefined) this.keys.set(outcome, (pair = [null, null]));
    const at = isManual ? 1 : 0;
    return (pair[at] ??= hash64(dedupeText(outcome.record, null, isManual)));
  }

  /** Takes the oldest events and writes their JSON. */
  take(prefix: string, suffix: string, maxEvents: number): EventBatch {
    const taken = this.pending.splice(0, Math.max(0, maxEvents));
    const users = new Map<User, string>();
    const texts = taken.map((event) => {
      this.release(event);
      const user = event.user === null ? 'null' : userText(event.user, users);
      return 'record' in event ? exposureJson(event, user) : event.head + user + event.tail;
    });
    return { count: taken.length, body: new TextEncoder().encode(prefix + texts.join(',') + suffix) };
  }

  private release(event: Pending): void {
    if (!('record' in event)) this.pendingBytes -= event.head.length + event.tail.length;
    const { user } = event;
    if (user !== null && --user.pending === 0) this.pendingBytes -= user.json.length;
  }
}

/** What an exposure takes from its moment. */
export interface ExposureFacts {
  mode: number;
  nowMs: number;
  details: Details;
  sampling: SamplingSettings;
}

function userText(user: User, texts: Map<User, string>): string {
  let text = texts.get(user);
  if (text === undefined) texts.set(user, (text = user.eventJson()));
  return text;
}

function exposedParameter(record: OutcomeRecord, name: string): ExposedParameter {
  const isExplicit = record.explicitParameters?.includes(name) ?? false;
  return { name, isExplicit, allocatedExperiment: isExplicit ? (record.configDelegate ?? '') : '' };
}

/** Metadata of an exposure up to the details, in wire order (BEHAVIOUR.md 7.4). */
function metadataOf(record: OutcomeRecord, parameter: ExposedParameter | null, isManual: boolean): Record<string, string> {
  const { name, ruleID, configVersion } = record;
  const value = String(record.value);
  const metadata: Record<string, string> =
    record.kind === SpecKind.Gate ? { gate: name, gateValue: value, ruleID }
    : record.kind === SpecKind.Config ? { config: name, ruleID, rulePassed: value }
    : {
        config: name,
        ruleID,
        allocatedExperiment: parameter?.allocatedExperiment ?? '',
        parameterName: parameter?.name ?? '',
        isExplicitParameter: String(parameter?.isExplicit ?? false),
      };
  if (configVersion !== null) metadata.configVersion = String(configVersion);
  if (isManual) metadata.isManualExposure = 'true';
  return metadata;
}

const EVENT_NAMES = ['gate_exposure', 'config_exposure', 'layer_exposure'] as const;

function dedupeText(record: OutcomeRecord, parameter: ExposedParameter | null, isManual: boolean): string {
  const metadata = Object.values(metadataOf(record, parameter, isManual)).join();
  return [EVENT_NAMES[record.kind], metadata].join();
}

function exposureJson(event: PendingExposure, user: string): string {
  const { record, parameter, time } = event;
  const details = detailsOf(record, event.details);
  const metadata = { ...metadataOf(record, parameter, event.isManual), ...details, serverTime: time };
  const isUndelegated = parameter !== null && !parameter.isExplicit;
  const exposures = isUndelegated ? record.undelegatedSecondaryExposures : record.secondaryExposures;
  return `{"eventName":"statsig::${EVENT_NAMES[record.kind]}","metadata":${JSON.stringify(metadata)},"time":${time},` +
    `"user":${user},"value":null,"secondaryExposures":${exposuresJson(exposures, (name) => name)},` +
    `"statsigMetadata":${event.metadata}}`;
}

function detailsOf(record: OutcomeRecord, details: Details): Details {
  if (record.reason === null) return details;
  if (record.reason === 'Uninitialized') return { reason: record.reason, configSyncTime: 0, initTime: 0 };
  const configSyncTime = record.reason === 'Persisted' ? (record.persistedTime ?? 0) : details.configSyncTime;
  return { reason: record.reason, configSyncTime, initTime: details.initTime };
}
