/**
 * Pending events (BEHAVIOUR.md 7): exposures are tuples until a batch is taken, custom events are
 * the text around their user. Sampling first, then deduplication.
 */

import { type EngineOptions, type EventBatch, EvalMode, type OutcomeRecord } from '../engine';
import type { WindowOf } from '../engine';
import { MAX_SEEN, SeenSet } from './dedupe';
import { type Hash64, hash64 } from './hashing';
import { nextTurn } from './host';
import { type Details, type Pending, dedupeText, encodeEvents, sizeOf } from './event-json';
import type { Outcome } from './outcome';
import { type ExposedParameter, Sampler, type SamplingSettings } from './sampling';
import { type Steps, atOnce } from './turns';
import type { User } from './user';

/** Texts of pending users and custom events; beyond it events are dropped and counted. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;
/**
 * A batch ends before its JSON would grow longer than this, about; an event that is longer goes
 * alone. A batch is due as well when pending texts reach this.
 */
const BATCH_BYTES = 2 * 1024 * 1024;

const DEFAULT_OPTIONS: EngineOptions = {
  tier: null,
  loggingEnabled: true,
  batchLimit: 1000,
  pendingLimit: 10_000,
  sdkType: 'statsig-node',
  sdkVersion: '',
  sessionID: '',
};

export class EventQueue {
  options: EngineOptions;
  droppedEvents = 0;
  pendingBytes = 0;
  private pending: Pending[] = [];
  private readonly owed = new Set<OwedBatch>();
  private readonly seen = new SeenSet();
  private readonly sampler = new Sampler();
  /** Deduplication keys of outcomes; they live as long as the outcomes. */
  private keys = new WeakMap<Outcome, [Hash64 | null, Hash64 | null]>();

  constructor(options = DEFAULT_OPTIONS) {
    this.options = options;
  }

  setOptions(options: EngineOptions): void {
    this.options = { ...options };
    this.seen.setLimit(options.dedupeLimit ?? MAX_SEEN);
  }

  get count(): number {
    return this.pending.length;
  }

  get isFull(): boolean {
    return this.pending.length >= this.options.batchLimit || this.pendingBytes >= BATCH_BYTES;
  }

  startWindow(of?: WindowOf): void {
    if (of !== 'sampled') this.seen.clear();
    if (of !== 'exposed') this.sampler.clear();
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
    this.push(
      {
        user: user.logged,
        record,
        parameter: exposed,
        isManual,
        time: facts.nowMs,
        details: facts.details,
        metadata: decision.metadata,
      },
      0,
    );
  }

  /** A custom event; `user` null = no user. */
  log(user: User | null, head: string, tail: string, dedupeKey: string): void {
    if (!this.options.loggingEnabled) return;
    if (dedupeKey !== '' && user !== null && !this.seen.add(user.identityHash(), hash64(dedupeKey)))
      return;
    this.push({ user: user === null ? null : user.logged, head, tail }, head.length + tail.length);
  }

  private push(event: Pending, textBytes: number): void {
    const { user } = event;
    const userBytes = user !== null && user.pending === 0 ? user.json.length : 0;
    const bytes = textBytes + userBytes;
    if (
      this.pending.length >= this.options.pendingLimit ||
      this.pendingBytes + bytes > MAX_PENDING_BYTES
    ) {
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

  /** Takes the oldest events now, and writes their JSON in slices. */
  async take(prefix: string, suffix: string, maxEvents: number): Promise<EventBatch> {
    const owed = this.remove(prefix, suffix, maxEvents);
    this.owed.add(owed);
    for (let step = owed.steps.next(); ; step = owed.steps.next()) {
      if (step.done === true) {
        owed.body = step.value;
        break;
      }
      await nextTurn();
      if (!this.owed.has(owed)) return NO_BATCH;
    }
    // Until the caller's own code goes on, a process that ends may ask for it again.
    await null;
    return this.owed.delete(owed) ? written(owed) : NO_BATCH;
  }

  /** The same at once; first what `take` has not given yet, which then gives nothing. */
  takeNow(prefix: string, suffix: string, maxEvents: number): EventBatch {
    const [owed = this.remove(prefix, suffix, maxEvents)] = this.owed;
    this.owed.delete(owed);
    return written(owed);
  }

  private remove(prefix: string, suffix: string, maxEvents: number): OwedBatch {
    const taken = this.pending.splice(0, this.fitting(maxEvents));
    for (const event of taken) this.release(event);
    return {
      count: taken.length,
      steps: encodeEvents(taken, { prefix, suffix, redact: this.options.redact ?? [] }),
      body: null,
    };
  }

  /** How many of the oldest events make a batch. */
  private fitting(maxEvents: number): number {
    const most = Math.min(Math.max(0, maxEvents), this.pending.length);
    let count = 0;
    for (let bytes = 0; count < most; count++) {
      bytes += sizeOf(this.pending[count]!);
      if (bytes > BATCH_BYTES && count > 0) break;
    }
    return count;
  }

  private release(event: Pending): void {
    if (!('record' in event)) this.pendingBytes -= event.head.length + event.tail.length;
    const { user } = event;
    if (user !== null && --user.pending === 0) this.pendingBytes -= user.json.length;
  }
}

/** A batch that was taken and not given yet. */
interface OwedBatch {
  count: number;
  steps: Steps<Uint8Array>;
  body: Uint8Array | null;
}

const NO_BATCH: EventBatch = { count: 0, body: new Uint8Array(0), isGzipped: false };

function written({ count, body, steps }: OwedBatch): EventBatch {
  return { count, body: body ?? atOnce(steps), isGzipped: false };
}

/** What an exposure takes from its moment. */
export interface ExposureFacts {
  mode: number;
  nowMs: number;
  details: Details;
  sampling: SamplingSettings;
}

function exposedParameter(record: OutcomeRecord, name: string): ExposedParameter {
  const isExplicit = record.explicitParameters?.includes(name) ?? false;
  return { name, isExplicit, allocatedExperiment: isExplicit ? (record.configDelegate ?? '') : '' };
}
