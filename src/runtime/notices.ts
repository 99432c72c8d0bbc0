/** Tells listeners what happens in one life. Nothing of it throws. */
import type { DroppedEvents } from '../events/delivery';
import type { SafeLogger } from '../observability/logger';
import { plainNowOf, type SpecBytes } from '../updates/packed-specs';
import type { SyncHealth } from '../updates/sync-health';
import { changedNames, marksOf, noMarks, type ChangedNames, type Marks } from './changed-names';
import type { Listeners, StatsigEventName, StatsigEvents } from './listeners';
import type { SpecsInForce } from './spec-applier';

/** Syncs that fail for so long are told as stale, ms; two intervals if they are longer. */
const STALE_AFTER_MS = 120_000;

export interface NoticesOptions {
  listeners: Listeners;
  logger: SafeLogger;
  /** Between polls of config specs, ms. */
  intervalMs: number;
  isStopped(): boolean;
}

/** See the head of this file. */
export class Notices {
  private specs: SpecsInForce | null = null;
  /** Of `specs`, once somebody wanted to know. */
  private marks: Marks | null = null;
  private isInitialized = false;
  private isReady = false;
  private isStale = false;
  private isTellingError = false;

  constructor(private readonly options: NoticesOptions) {}

  /** Other specs serve. */
  committed(specs: SpecsInForce): void {
    const { listeners, logger } = this.options;
    const before = this.specs;
    logger.debug(`statsigSDK> Specs of time ${specs.time} from ${specs.source} serve`);
    const isUpdate = this.isReady && listeners.has('update');
    const marks = isUpdate ? (this.marks ?? markedOr(before?.bytes)) : null;
    this.specs = specs;
    this.marks = null;
    if (marks !== null) this.later(() => this.tellUpdate(before?.time ?? 0, specs, marks));
    else if (this.isInitialized && !this.isReady) this.later(() => this.tellReady());
  }

  /** `initialize` is over. `isServing`: answers are what they should be. */
  initialized(isServing: boolean, error: Error | undefined): void {
    this.isInitialized = true;
    if (isServing) this.tellReady();
    if (error !== undefined) this.failed('initialize', error);
  }

  /** A pass over config specs is over. */
  synced(health: SyncHealth): void {
    const { ageMs, failures, lastError } = health;
    if (failures === 0) {
      this.options.logger.debug('statsigSDK> Config specs were synced');
      const wasStale = this.isStale;
      this.isStale = false;
      if (wasStale) this.tellReady();
      return;
    }
    const patience = Math.max(STALE_AFTER_MS, 2 * (this.options.intervalMs || 0));
    if (this.isStale || this.specs === null || ageMs === null || ageMs < patience) return;
    this.isStale = true;
    const text = lastError === null ? null : this.options.logger.mask(lastError);
    this.emit('stale', { ageMs, failures, lastError: text });
  }

  /** Something failed. What listeners cause by being told is not told. */
  failed(during: string, error: unknown): void {
    const { listeners, logger } = this.options;
    if (this.isTellingError || !listeners.has('error')) return;
    const message = logger.describe(error);
    this.later(() => {
      this.isTellingError = true;
      this.emit('error', { during, message });
      this.isTellingError = false;
    });
  }

  dropped(dropped: DroppedEvents): void {
    this.emit('events-dropped', dropped);
  }

  private tellReady(): void {
    this.isReady = true;
    const { source = 'Uninitialized', time = 0 } = this.specs ?? {};
    this.emit('ready', { source, time });
  }

  private tellUpdate(previousTime: number, specs: SpecsInForce, before: Marks): void {
    const { source, time, bytes } = specs;
    const after = markedOr(bytes);
    if (this.specs === specs) this.marks = after;
    const changed: ChangedNames = changedNames(before, after);
    this.emit('update', { source, time, previousTime, changed });
  }

  /** When whoever is at work has done: listeners may call anything. */
  private later(work: () => void): void {
    void Promise.resolve()
      .then(() => (this.options.isStopped() ? undefined : work()))
      .catch(() => undefined);
  }

  private emit<E extends StatsigEventName>(event: E, detail: StatsigEvents[E]): void {
    this.options.listeners.emit(event, detail, this.options.logger);
  }
}

/** What cannot be read has no names. */
function markedOr(payload: SpecBytes | undefined): Marks {
  try {
    return payload === undefined ? noMarks() : marksOf(plainNowOf(payload));
  } catch {
    return noMarks();
  }
}
