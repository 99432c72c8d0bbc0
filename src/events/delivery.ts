import { abortController } from '../host/abort';
import { type Clock, type TimerHandle, type TimerKind, sleep, systemClock } from '../host/clock';
import { contained } from '../observability/error-boundary';
import { Backlog } from './backlog';
import { Collector } from './collector';
import type {
  DeliveryCounters,
  DeliveryReport,
  EventDeliveryOptions,
  FlushLimits,
} from './delivery-options';
import { DropLedger, type DropReason } from './dropped';
import { Sender } from './sender';
import { splitBatch } from './split';
import type { EventSpool } from './spool/event-spool';

export type { Compress, EncodedBatch, StoredBatch } from './batch';
export type {
  DeliveryCounters,
  DeliveryReport,
  EventDeliveryOptions,
  FlushLimits,
} from './delivery-options';
import { isError } from '../observability/thrown';
export type { DroppedByReason, DroppedEvents, DropReason } from './dropped';
export type { EventUpload } from './sender';
export type { EventSpool } from './spool/event-spool';

/** Default of `maxQueuedEvents`. */
const MAX_QUEUED_EVENTS = 250_000;
/** Default of `maxQueuedBytes`. */
const MAX_QUEUED_BYTES = 32 * 1024 * 1024;
/** Budget of `shutdown` when none is given, ms. */
export const SHUTDOWN_BUDGET_MS = 30_000;
const UPLOADS_AT_A_TIME = 4;
/** Shortest pause between two interval flushes, ms: an interval of 0 or NaN must not spin. */
const MIN_INTERVAL_MS = 10;
/** Part of a shutdown's budget, and most of it (ms), in which the spool catches up. */
const SETTLING_SHARE = 0.1;
const SETTLING_MS = 250;
/** One for all, for an error costs a look at the stack. */
const FILTERED = new Error('beforeLog dropped them');
/** How long uploads may take to notice that they were aborted, ms. */
const ABORTING_MS = 50;

/**
 * Takes batches from the engine and gets them to the server (BEHAVIOUR.md 7.8, 8.5, Q18, Q19).
 * Encoding and gzip run off the event loop. In an outage at most `maxQueuedEvents` and
 * `maxQueuedBytes` are kept in memory; older ones wait in the spool, or are dropped and counted.
 * One probe per interval asks whether it is over. No method throws or rejects.
 */
export class EventDelivery {
  private readonly clock: Clock;
  private readonly spool: EventSpool | null;
  private readonly sender: Sender;
  private readonly collector: Collector;
  private readonly backlog: Backlog | null;
  private readonly drops: DropLedger;
  private engineDropped = { limit: 0, engine: 0 };
  private timer: TimerHandle = null;
  private closing: Promise<DeliveryReport> | null = null;
  private isPaused = false;
  private isEnded = false;
  /** Events that were in the engine at the end, and are counted. */
  private leftInEngine = 0;
  /** Events of the SDK itself that were in the engine when the latest batch was taken. */
  private ownBefore = 0;

  constructor(private readonly options: EventDeliveryOptions) {
    const { silent, logger, onDropped } = options;
    this.clock = options.clock ?? systemClock;
    this.spool = silent ? null : (options.spool ?? null);
    this.drops = new DropLedger({
      clock: this.clock,
      logger,
      onDropped: (dropped, error) => onDropped?.(dropped, error),
    });
    this.sender = this.makeSender();
    this.collector = this.makeCollector();
    const onDamaged = (events: number): void =>
      this.sender.countDropped('spool', events, new Error('The event spool held damaged batches'));
    this.backlog = this.spool === null ? null : new Backlog(this.spool, this.sender, onDamaged);
  }

  /** Starts the interval timer and sends what an earlier process left in the spool. */
  start(): void {
    if (this.options.silent || this.closing !== null || this.timer !== null) return;
    this.schedule();
    void this.backlog?.drain();
  }

  /** No flush begins by itself until `resume`, unless a batch is full: the host may be frozen. */
  pause(): void {
    this.isPaused = true;
    this.clock.clearTimer(this.timer);
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    if (this.timer !== null && this.closing === null) this.schedule();
  }

  /** Shows each batch before it is sent; returns what ends that. What it throws is logged once. */
  watch(watcher: (body: Uint8Array) => void): () => void {
    const { logger } = this.options;
    const { watchers } = this.collector;
    const entry = (body: Uint8Array): void =>
      contained(logger, 'A watcher of events', () => watcher(body));
    watchers.add(entry);
    return () => void watchers.delete(entry);
  }

  /** An event that was accepted by a call and could not be written as JSON. */
  countInvalid(error: unknown): void {
    const text = this.options.logger.describe(error);
    this.sender.countDropped('invalid', 1, isError(error) ? error : new Error(text));
  }

  /** The engine said that a batch is full. Costs nothing while one is being collected. */
  batchReady(): void {
    if (this.options.silent || this.closing !== null || this.collector.isRunning) return;
    void this.collector.collect();
  }

  /**
   * Sends everything logged before the call, and what the spool holds. Resolves when it has been
   * delivered or dropped, when delivery was given up for now (it goes on at the next interval), or
   * at a limit; uploads under way then go on in the background. With a timeout a failed attempt is
   * enough: it is retried in the background. Who sets one has somebody waiting.
   */
  async flush(limits: FlushLimits = {}): Promise<DeliveryReport> {
    if (this.closing !== null) return this.closing;
    const report = this.beginReport();
    if (this.options.silent) return report();
    this.prepare();
    const isTimed = budget(limits.timeoutMs) !== undefined;
    if (isTimed) this.sender.hurry();
    await this.within(limits, async (isOver) => {
      await this.collector.collectAll();
      this.sender.probe();
      await this.backlog?.drain();
      await this.quiet(() => isOver() || (isTimed && this.sender.isWaiting));
      // What the report calls kept is on disk, and what it calls delivered is not any more.
      await this.spool?.settled();
    });
    return report();
  }

  /**
   * The last flush: everything is tried at once with at most 2 quick retries, within `timeoutMs`
   * (default 30,000), connecting included; then uploads under way are aborted. What is left stays
   * in the spool, or is dropped and counted. Further calls return the same report.
   */
  shutdown(timeoutMs?: number): Promise<DeliveryReport> {
    this.closing ??= this.close(timeoutMs);
    return this.closing;
  }

  /** Events that somebody would miss: all that are queued, but for the SDK's own diagnostics. */
  get undelivered(): number {
    return this.queued - Math.min(this.ownPending, this.collector.events);
  }

  /**
   * Uploads under way keep the process alive no more; what they carry is tried again while it
   * lives.
   */
  interrupt(): void {
    if (this.closing === null) this.sender.interrupt();
  }

  /**
   * The end of a shutdown, or of the process: at once. What is undelivered goes to the spool, or is
   * dropped and counted.
   */
  endNow(): void {
    if (this.isEnded || this.options.silent) return;
    const { collector, sender, spool } = this;
    this.clock.clearTimer(this.timer);
    this.prepare();
    sender.stop();
    const isWritten = spool?.isHanging === false;
    const unwritten = isWritten ? 0 : collector.events;
    if (this.undelivered === 0) this.drops.hush();
    sender.end(isWritten ? collector.collectNow() : []);
    sender.countUnsent(unwritten);
    sender.counters.kept += spool?.backlog ?? 0;
    spool?.close();
    this.isEnded = true;
    this.leftInEngine = collector.events;
    this.drops.say(true);
  }

  counters(): DeliveryCounters {
    this.noteEngineDrops();
    const { delivered, retried, kept, lastError } = this.sender.counters;
    const { total, byReason } = this.drops;
    // Accepted after the end, by a listener to `exit` for example: nobody sends them.
    const late = this.isEnded ? Math.max(0, this.collector.events - this.leftInEngine) : 0;
    const droppedByReason = { ...byReason, unsent: byReason.unsent + late };
    const counts = { delivered, retried, dropped: total + late, droppedByReason, kept, lastError };
    return { queued: this.queued, ...counts };
  }

  /** The same, and when the latest failure was, ms. */
  health(): DeliveryCounters & { lastErrorAt: number } {
    return { ...this.counters(), lastErrorAt: this.sender.lastErrorAt };
  }

  private get ownPending(): number {
    return (this.options.ownEvents?.() ?? 0) - this.ownBefore;
  }

  private get queued(): number {
    if (this.options.silent || this.isEnded) return 0;
    return this.collector.events + this.sender.events + (this.spool?.backlog ?? 0);
  }

  private async close(timeoutMs?: number): Promise<DeliveryReport> {
    this.clock.clearTimer(this.timer);
    const report = this.beginReport();
    if (this.options.silent) return report();
    const asked = budget(timeoutMs);
    const budgetMs = asked ?? SHUTDOWN_BUDGET_MS;
    const settlingMs = this.spool === null ? 0 : Math.min(budgetMs * SETTLING_SHARE, SETTLING_MS);
    this.prepare();
    this.sender.beginClosing();
    await this.within(
      { timeoutMs: budgetMs - settlingMs },
      async (isOver) => {
        await this.collector.collectAll();
        this.sender.pump();
        await this.sendRest(isOver);
      },
      asked === undefined ? 'limit' : 'wait',
    );
    this.sender.stop();
    await this.within({ timeoutMs: settlingMs || ABORTING_MS }, async () => {
      await this.sender.settled();
      await this.spool?.settled();
      // What others left since is kept, too.
      await this.spool?.look();
    });
    this.endNow();
    return report();
  }

  /**
   * One batch that fails must not take the others with it: probes until nothing is left or a probe
   * fails.
   */
  private async sendRest(isOver: () => boolean): Promise<void> {
    for (;;) {
      const { delivered } = this.sender.counters;
      await this.backlog?.drain();
      await this.quiet(isOver);
      if (isOver() || (this.sender.isEmpty && this.spool?.hasNext !== true)) return;
      this.sender.probe();
      await this.quiet(isOver);
      if (this.sender.counters.delivered === delivered) return;
    }
  }

  private async quiet(isOver: () => boolean): Promise<void> {
    while (!this.sender.isQuiet && !isOver()) await this.sender.changed();
  }

  /** Runs `work` until it is done or a limit is reached, holding the process alive meanwhile. */
  private async within(
    { timeoutMs, signal }: FlushLimits,
    work: (isOver: () => boolean) => Promise<void>,
    kind: TimerKind = 'wait',
  ): Promise<void> {
    const release = this.clock.hold?.();
    const done = abortController();
    const ms = budget(timeoutMs);
    let isOver = false;
    const ends = [work(() => isOver)];
    if (ms !== undefined) ends.push(sleep(this.clock, ms, done.signal, kind));
    if (signal !== undefined) ends.push(aborted(signal, done.signal));
    try {
      await Promise.race(ends);
    } finally {
      isOver = true;
      done.abort();
      release?.();
    }
  }

  private beginReport(): () => DeliveryReport {
    const before = this.counters();
    return () => {
      const { delivered, dropped, queued, kept } = this.counters();
      return {
        delivered: delivered - before.delivered,
        kept: queued + kept,
        dropped: dropped - before.dropped,
      };
    };
  }

  private schedule(): void {
    if (this.isPaused) return;
    const { intervalMs } = this.options;
    const delay = intervalMs >= MIN_INTERVAL_MS ? intervalMs : MIN_INTERVAL_MS;
    this.timer = this.clock.setTimer(() => {
      this.prepare();
      void this.collector.collectAll().then(() => this.sender.probe());
      void this.backlog?.drain();
      this.drops.say();
      this.schedule();
    }, delay);
  }

  private prepare(): void {
    this.noteEngineDrops();
    const { beforeFlush, logger } = this.options;
    try {
      beforeFlush?.();
    } catch (error) {
      logger.debug(`statsigSDK> preparing a flush failed: ${logger.describe(error)}`);
    }
  }

  private noteEngineDrops(): void {
    const { limit, engine } = this.options.engineDropped?.() ?? this.engineDropped;
    const before = this.engineDropped;
    this.engineDropped = { limit, engine };
    this.countNew('limit', limit - before.limit, 'Too many events were pending');
    this.countNew('engine', engine - before.engine, 'An engine died with events');
  }

  /** An error costs a look at the stack, and mostly there is nothing to count. */
  private countNew(reason: DropReason, events: number, message: string): void {
    if (events > 0) this.sender.countDropped(reason, events, new Error(message));
  }

  private makeSender(): Sender {
    const { options, clock } = this;
    return new Sender({
      upload: options.upload,
      retryLimit: options.retryLimit,
      retryBackoff: options.retryBackoff,
      maxQueuedEvents: options.maxQueuedEvents ?? MAX_QUEUED_EVENTS,
      maxQueuedBytes: options.maxQueuedBytes ?? MAX_QUEUED_BYTES,
      concurrency: Math.max(1, options.concurrency ?? UPLOADS_AT_A_TIME),
      clock,
      spool: this.spool,
      split: (batch) =>
        splitBatch(batch, {
          compress: options.compress,
          decompress: options.decompress ?? null,
          newId: options.newId,
        }),
      describe: (error) => options.logger.describe(error),
      onDropped: (reason, events, error) => this.drops.add(reason, events, error),
      onRoom: () => this.backlog?.resume(),
    });
  }

  private makeCollector(): Collector {
    const { options, sender } = this;
    return new Collector({
      takeBatch: (...how) => {
        this.ownBefore += this.ownPending;
        return options.takeBatch(...how);
      },
      takeBatchNow: options.takeBatchNow,
      pending: options.pending,
      lost: () => options.engineDropped?.().engine ?? 0,
      compress: options.compress,
      compressNow: options.compressNow ?? null,
      compressionEnabled: options.compressionEnabled,
      maxBatchEvents: options.maxBatchEvents,
      newId: options.newId,
      logger: options.logger,
      sender,
      filter: options.filter ?? null,
      onFiltered: (events) => this.drops.add('beforeLog', events, FILTERED),
      onLost: (events, error) => sender.countDropped('engine', events, error),
    });
  }
}

/** A usable timeout, or undefined. */
function budget(timeoutMs: number | undefined): number | undefined {
  return typeof timeoutMs === 'number' && timeoutMs > 0 ? timeoutMs : undefined;
}

/** Resolves when `signal` aborts; listens no longer than until `done` does. */
function aborted(signal: AbortSignal, done: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => resolve();
    // Somebody else's object: one that throws is no signal.
    try {
      if (signal.aborted) return resolve();
      signal.addEventListener('abort', finish, { once: true });
    } catch {
      return;
    }
    const forget = (): void => {
      try {
        signal.removeEventListener('abort', finish);
      } catch {
        // Old ones have no such method.
      }
    };
    done.addEventListener('abort', forget, { once: true });
  });
}
