import { type Clock, type TimerHandle, sleep, systemClock } from '../network/clock';
import type { SafeLogger } from '../observability/logger';
import { type Compress, type EncodedBatch, type EventSpool, newBatchId } from './batch';
import type { RetryBackoff } from './retry-policy';
import { type EventUpload, Sender } from './sender';
import { splitBatch } from './split';

export type { Compress, EncodedBatch, EventSpool, StoredBatch } from './batch';
export type { EventUpload } from './sender';

/** Default of `maxQueuedEvents`. */
export const MAX_QUEUED_EVENTS = 250_000;
/** Default of `maxQueuedBytes`. */
export const MAX_QUEUED_BYTES = 32 * 1024 * 1024;
/** Budget of `shutdown` when none is given, ms. */
export const SHUTDOWN_BUDGET_MS = 30_000;
const UPLOADS_AT_A_TIME = 4;
/** Shortest pause between two interval flushes, ms: an interval of 0 or NaN must not spin. */
const MIN_INTERVAL_MS = 10;

export interface EventDeliveryOptions {
  /** Resolves on 2xx, rejects with a `NetworkError`. `http.postEvents` fits. */
  upload(upload: EventUpload): Promise<unknown>;
  /** `gzip`: the body is wanted gzipped; `compress` does it for an engine that gives it plain. */
  takeBatch(maxEvents: number, gzip: boolean): Promise<EncodedBatch>;
  /** Events waiting in the engine. */
  pending(): number;
  /** Called before each flush, e.g. to turn diagnostics markers into events. */
  beforeFlush?(): void;
  compress: Compress | null;
  /** Turns `compress` back; without it a gzipped batch that is too long (413) is dropped, not split. */
  decompress?: Compress | null;
  /** False while the payload's sdk_flags.stop_log_event_compression is true. */
  compressionEnabled(): boolean;
  /** loggingIntervalMs */
  intervalMs: number;
  /** loggingMaxBufferSize */
  maxBatchEvents: number;
  /** postLogsRetryLimit */
  retryLimit: number;
  /** postLogsRetryBackoff */
  retryBackoff: RetryBackoff;
  /** localMode or disableAllLogging: nothing is taken and nothing is sent. */
  silent: boolean;
  logger: SafeLogger;
  clock?: Clock;
  spool?: EventSpool | null;
  /** Events kept while undelivered. Default 250,000. */
  maxQueuedEvents?: number;
  /** Bytes (as they will be sent, plus 512 a batch) kept while undelivered. Default 32 MiB. */
  maxQueuedBytes?: number;
  /** Uploads at a time. Default 4. */
  concurrency?: number;
  /** Told of events that were dropped. Contained. */
  onDropped?(error: Error, events: number): void;
}

/**
 * What became of the events between the call and its end. `kept`: still waiting, and retried later (by this process,
 * or after shutdown from the spool).
 */
export interface DeliveryReport {
  delivered: number;
  kept: number;
  dropped: number;
}

export interface DeliveryCounters {
  /** Events not yet delivered: in the engine, in the queue or in flight. */
  queued: number;
  delivered: number;
  /** Uploads that repeated an earlier one. */
  retried: number;
  dropped: number;
  /** Left in the spool at shutdown, for the next start. */
  kept: number;
  /** Masked text of the latest failure. */
  lastError: string | null;
}

/**
 * Takes batches from the engine and gets them to the server (BEHAVIOUR.md 7.8, 8.5, Q18, Q19). Encoding and gzip run
 * off the event loop. In an outage at most `maxQueuedEvents` and `maxQueuedBytes` are kept, the oldest are dropped and
 * counted, and one probe per interval asks whether it is over. No method throws or rejects.
 */
export class EventDelivery {
  private readonly clock: Clock;
  private readonly sender: Sender;
  private timer: TimerHandle = null;
  private collecting: Promise<void> | null = null;
  private recovered: Promise<void> = Promise.resolve();
  private closing: Promise<DeliveryReport> | null = null;

  constructor(private readonly options: EventDeliveryOptions) {
    this.clock = options.clock ?? systemClock;
    this.sender = new Sender({
      upload: options.upload,
      retryLimit: options.retryLimit,
      retryBackoff: options.retryBackoff,
      maxQueuedEvents: options.maxQueuedEvents ?? MAX_QUEUED_EVENTS,
      maxQueuedBytes: options.maxQueuedBytes ?? MAX_QUEUED_BYTES,
      concurrency: Math.max(1, options.concurrency ?? UPLOADS_AT_A_TIME),
      clock: this.clock,
      spool: options.silent ? null : (options.spool ?? null),
      split: (batch) => splitBatch(batch, {
        compress: options.compress,
        decompress: options.decompress ?? null,
        newId: () => newBatchId(this.clock.random),
      }),
      describe: (error) => options.logger.describe(error),
      onDropped: (error, events) => this.reportDropped(error, events),
    });
  }

  /** Starts the interval timer and sends what an earlier process left in the spool. */
  start(): void {
    if (this.options.silent || this.closing !== null || this.timer !== null) return;
    this.schedule();
    this.recovered = this.recover();
  }

  /** An event that was accepted by a call and could not be queued. */
  countLost(error: unknown): void {
    this.sender.countDropped(error instanceof Error ? error : new Error(this.options.logger.describe(error)), 1);
  }

  /** The engine said that a batch is full. Costs nothing while one is being collected. */
  batchReady(): void {
    if (this.options.silent || this.closing !== null || this.collecting !== null) return;
    void this.collect();
  }

  /**
   * Sends everything logged before the call. Resolves when it has been delivered or dropped, when delivery was given
   * up for now (it goes on at the next interval), or after `timeoutMs`; uploads under way then go on in the background.
   */
  async flush(timeoutMs?: number): Promise<DeliveryReport> {
    if (this.closing !== null) return this.closing;
    const report = this.beginReport();
    if (this.options.silent) return report();
    this.prepare();
    await this.within(budget(timeoutMs), async (isOver) => {
      await this.collectAll();
      this.sender.probe();
      while (!this.sender.isQuiet && !isOver()) await this.sender.changed();
    });
    return report();
  }

  /**
   * The last flush: everything is tried at once with at most 2 quick retries, within `timeoutMs` (default 30,000),
   * connecting included; then uploads under way are aborted. What is left stays in the spool, or is dropped and counted.
   * Further calls return the same report.
   */
  shutdown(timeoutMs?: number): Promise<DeliveryReport> {
    this.closing ??= this.close(timeoutMs);
    return this.closing;
  }

  counters(): DeliveryCounters {
    const queued = this.sender.events + (this.options.silent ? 0 : this.options.pending());
    return { queued, ...this.sender.counters };
  }

  private async close(timeoutMs?: number): Promise<DeliveryReport> {
    this.clock.clearTimer(this.timer);
    const report = this.beginReport();
    if (this.options.silent) return report();
    this.prepare();
    this.sender.beginClosing();
    await this.within(budget(timeoutMs) ?? SHUTDOWN_BUDGET_MS, async (isOver) => {
      await this.collectAll();
      this.sender.pump();
      await this.sendRest(isOver);
    });
    this.sender.stop();
    await this.collecting;
    await this.recovered;
    const { kept } = await this.sender.close(this.options.pending());
    return { ...report(), kept };
  }

  /** One batch that fails must not take the others with it: probes until nothing is left or a probe fails. */
  private async sendRest(isOver: () => boolean): Promise<void> {
    for (;;) {
      const { delivered } = this.sender.counters;
      while (!this.sender.isQuiet && !isOver()) await this.sender.changed();
      if (isOver() || this.sender.isEmpty) return;
      this.sender.probe();
      while (!this.sender.isQuiet && !isOver()) await this.sender.changed();
      if (this.sender.counters.delivered === delivered) return;
    }
  }

  /** Runs `work` until it is done or `ms` are over (undefined = no limit), holding the process alive meanwhile. */
  private async within(ms: number | undefined, work: (isOver: () => boolean) => Promise<void>): Promise<void> {
    const release = this.clock.hold?.();
    const done = new AbortController();
    let isOver = false;
    const worked = work(() => isOver).finally(() => done.abort());
    if (ms === undefined) await worked;
    else await Promise.race([worked, sleep(this.clock, ms, done.signal)]);
    isOver = true;
    release?.();
  }

  private get hasSpool(): boolean {
    return this.options.spool !== undefined && this.options.spool !== null;
  }

  private beginReport(): () => DeliveryReport {
    const { delivered, dropped } = this.sender.counters;
    return () => {
      const now = this.counters();
      return { delivered: now.delivered - delivered, kept: now.queued, dropped: now.dropped - dropped };
    };
  }

  private schedule(): void {
    const { intervalMs } = this.options;
    const delay = intervalMs >= MIN_INTERVAL_MS ? intervalMs : MIN_INTERVAL_MS;
    this.timer = this.clock.setTimer(() => {
      this.prepare();
      void this.collectAll().then(() => this.sender.probe());
      this.schedule();
    }, delay);
  }

  private prepare(): void {
    try {
      this.options.beforeFlush?.();
    } catch (error) {
      this.options.logger.debug(`statsig: preparing a flush failed: ${this.options.logger.describe(error)}`);
    }
  }

  /** Collects what is pending now, even if a collection is under way. */
  private async collectAll(): Promise<void> {
    if (this.collecting !== null) await this.collecting;
    await this.collect();
  }

  private collect(): Promise<void> {
    this.collecting ??= this.collectPending()
      .catch((error: unknown) => {
        this.options.logger.once('take-batch', 'error', `statsig: ${this.options.logger.describe(error)}`);
      })
      .finally(() => (this.collecting = null));
    return this.collecting;
  }

  /**
   * Moves the events pending at the start, and then any further full batch, from the engine to the sender. While
   * uploads succeed it waits for room, so that a burst stays in the engine; while they fail it does not wait.
   */
  private async collectPending(): Promise<void> {
    const max = Math.max(1, Math.floor(this.options.maxBatchEvents) || 1);
    let expected = this.options.pending();
    while (expected > 0 || this.options.pending() >= max) {
      while (this.sender.isFull && !this.sender.isStruggling) await this.sender.changed();
      if (this.sender.isStopped && !this.hasSpool) return;
      const batch = await this.options.takeBatch(max, this.isCompressing);
      if (batch.count === 0) return;
      expected -= batch.count;
      await this.enqueue(batch);
    }
  }

  private get isCompressing(): boolean {
    return this.options.compress !== null && this.options.compressionEnabled();
  }

  private async enqueue({ count, body, isGzipped }: EncodedBatch): Promise<void> {
    const id = newBatchId(this.clock.random);
    const zipped = isGzipped ? body : await this.compress(body);
    this.sender.add({ id, count, body: zipped ?? body, isGzipped: zipped !== null });
  }

  private async compress(body: Uint8Array): Promise<Uint8Array | null> {
    const { compress, logger } = this.options;
    if (compress === null || !this.isCompressing) return null;
    try {
      return await compress(body);
    } catch (error) {
      logger.once('compress', 'debug', `statsig: events go out uncompressed: ${logger.describe(error)}`);
      return null;
    }
  }

  private async recover(): Promise<void> {
    const { spool } = this.options;
    if (spool === undefined || spool === null) return;
    const stored = await spool.recover();
    if (spool.lostEvents > 0) this.sender.countDropped(new Error('The event spool held batches that cannot be used'), spool.lostEvents);
    for (const batch of stored) this.sender.add(batch, true);
  }

  private reportDropped(error: Error, events: number): void {
    this.options.logger.once('dropped', 'warn', `statsig: events were dropped: ${this.options.logger.describe(error)}`);
    try {
      this.options.onDropped?.(error, events);
    } catch {
      // A report about lost events must not lose more.
    }
  }
}

/** A usable timeout, or undefined. */
function budget(timeoutMs: number | undefined): number | undefined {
  return typeof timeoutMs === 'number' && timeoutMs > 0 ? timeoutMs : undefined;
}
