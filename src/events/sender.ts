import { abortController } from '../host/abort';
import { type Clock, type TimerHandle, hasPassed, sleep } from '../host/clock';
import type { StoredBatch } from './batch';
import { BatchQueue, type QueuedBatch } from './batch-queue';
import type { DropReason } from './dropped';
import {
  MAX_WAITED_RETRY_AFTER_MS,
  type RetryBackoff,
  askedWait,
  clampRetryLimit,
  isTooLarge,
  judgeFailure,
  retryDelay,
} from './retry-policy';
import type { EventSpool } from './spool/event-spool';
import { isError } from '../observability/thrown';

/** One POST of one batch. */
export interface EventUpload {
  batchId: string;
  count: number;
  body: Uint8Array;
  isGzipped: boolean;
  signal: AbortSignal;
}

export interface SenderOptions {
  upload(upload: EventUpload): Promise<unknown>;
  retryLimit: number;
  retryBackoff: RetryBackoff;
  maxQueuedEvents: number;
  maxQueuedBytes: number;
  concurrency: number;
  clock: Clock;
  spool: EventSpool | null;
  /** Halves of a batch that the server finds too long. May reject. */
  split(batch: StoredBatch): Promise<readonly StoredBatch[]>;
  describe(error: unknown): string;
  onDropped(reason: DropReason, events: number, error: Error): void;
  /** A batch is done and there is room for another one. */
  onRoom(): void;
}

/**
 * Retries of a batch while shutting down, and the longest wait before each (ms): an answer is due
 * soon.
 */
const CLOSING_RETRIES = 2;
const CLOSING_DELAY_MS = 500;

/**
 * Gets queued batches to the server: a few at a time, one retry chain per batch. When a chain is
 * used up its batch returns to the queue and the sender is *in outage*: nothing is sent until one
 * probe (`probe`) gets through.
 */
export class Sender {
  readonly counters = { delivered: 0, retried: 0, kept: 0, lastError: null as string | null };
  /** When that happened, ms. */
  lastErrorAt = 0;
  private readonly queue: BatchQueue;
  private readonly active = new Set<QueuedBatch>();
  /** `stop` was called: nothing is sent any more. */
  isStopped = false;
  private uploads = abortController();
  private readonly waiters = new Set<() => void>();
  private wake = abortController();
  /** One token per chain that waits for its next retry. */
  private readonly waiting = new Set<object>();
  private isOutage = false;
  private isClosing = false;
  /** The server sent Retry-After: no upload starts for so long (ms) after that. */
  private heldFor = 0;
  private heldSince = 0;
  private holdTimer: TimerHandle = null;

  constructor(private readonly options: SenderOptions) {
    this.queue = new BatchQueue(options.maxQueuedEvents, options.maxQueuedBytes);
  }

  /** Events in the queue or in flight. */
  get events(): number {
    let count = this.queue.events;
    for (const batch of this.active) count += batch.count;
    return count;
  }

  /**
   * Nothing is in flight, and what is queued has to wait for a probe or for the server's
   * permission, or is not sent any more.
   */
  get isQuiet(): boolean {
    return (
      this.active.size === 0 &&
      (this.queue.length === 0 || this.isOutage || this.isHeld || this.isStopped)
    );
  }

  /**
   * Uploads fail or wait: batches should be collected at once, since the queue drops the oldest,
   * not the newest.
   */
  get isStruggling(): boolean {
    return this.isOutage || this.waiting.size > 0 || this.isHeld || this.isStopped;
  }

  /** What is active has been tried and waits for its next retry. */
  get isWaiting(): boolean {
    return this.active.size > 0 && this.active.size === this.waiting.size;
  }

  get isEmpty(): boolean {
    return this.queue.length === 0 && this.active.size === 0;
  }

  /** The queue holds enough to keep all uploads busy. */
  get isFull(): boolean {
    return this.queue.length >= this.options.concurrency;
  }

  private get isHeld(): boolean {
    return !hasPassed(this.heldFor, this.heldSince, this.options.clock.now());
  }

  /** Queues a batch and sends it as soon as possible. `isStored`: the spool has it already. */
  add(batch: StoredBatch, isStored = false): void {
    if (isStored && this.isStopped) return;
    if (!isStored) void this.options.spool?.write(batch);
    this.dropForRoom(this.queue.add(batch, isStored));
    this.pump();
  }

  /** Starts uploads up to the limit, unless in outage or held. */
  pump(): void {
    if (this.isOutage || this.isStopped || this.isHeld) return;
    while (this.active.size < this.options.concurrency) {
      const batch = this.queue.shift();
      if (batch === undefined) return;
      void this.run(batch, this.retryLimit);
    }
  }

  /**
   * In outage: one upload without retries. Its success ends the outage. Otherwise the same as
   * `pump`.
   */
  probe(): void {
    if (!this.isOutage) return this.pump();
    if (this.active.size > 0 || this.isHeld || this.isStopped) return;
    const batch = this.queue.takeProbe();
    if (batch !== undefined) void this.run(batch, 0);
  }

  /** Tries at once what waits for its next retry, unless the server asked to wait. */
  hurry(): void {
    if (this.waiting.size === 0 || this.isHeld) return;
    this.waiting.clear();
    this.wake.abort();
    this.wake = abortController();
  }

  /** Resolves at the next change of state. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.waiters.add(resolve));
  }

  /** The last round begins: waits are cut short, everything is tried (again), with few retries. */
  beginClosing(): void {
    this.isClosing = true;
    this.isOutage = false;
    this.heldFor = 0;
    this.wake.abort();
    this.wake = abortController();
    this.pump();
  }

  /**
   * Aborts what is in flight, for it keeps the process alive. It returns to the queue, as in an
   * outage.
   */
  interrupt(): void {
    this.uploads.abort();
    this.uploads = abortController();
  }

  /** Aborts what is in flight; it returns to the queue. */
  stop(): void {
    this.isStopped = true;
    this.uploads.abort();
    this.wake.abort();
    this.options.clock.clearTimer(this.holdTimer);
    this.notify();
  }

  /** Resolves when nothing is in flight any more. */
  async settled(): Promise<void> {
    while (this.active.size > 0) await this.changed();
  }

  /**
   * After `stop`: the last of it, at once. What is undelivered, `rest` included, is kept by the
   * spool or else dropped. An upload that does not heed its abort counts as failed.
   */
  end(rest: Iterable<StoredBatch>): void {
    const left = [...this.active, ...this.queue.takeAll()];
    this.active.clear();
    for (const batch of [...left, ...rest]) {
      if (this.isKept(batch)) this.counters.kept += batch.count;
      else this.countUnsent(batch.count);
    }
    this.notify();
  }

  /** Undelivered events that no spool has. */
  countUnsent(events: number): void {
    if (events <= 0) return;
    const reason = this.options.spool === null ? 'unsent' : 'spool';
    this.countDropped(reason, events, new Error('Events were undelivered at the end'));
  }

  private isKept(batch: StoredBatch): boolean {
    const { spool } = this.options;
    if (spool === null) return false;
    if (!spool.isHanging) spool.writeNow(batch);
    return spool.has(batch.id);
  }

  private get retryLimit(): number {
    const limit = clampRetryLimit(this.options.retryLimit);
    return this.isClosing ? Math.min(limit, CLOSING_RETRIES) : limit;
  }

  private async run(batch: QueuedBatch, retries: number): Promise<void> {
    this.active.add(batch);
    const outcome = await this.deliver(batch, retries);
    const halves = isTooLarge(outcome) && batch.count > 1 ? await this.halve(batch) : null;
    // Counted by `end`.
    if (!this.active.delete(batch)) return;
    if (outcome === null) this.finish(batch);
    else if (halves !== null) this.replace(batch, halves);
    else if (judgeFailure(outcome) === 'reject') this.refuse(batch, outcome);
    else this.giveUp(batch);
    this.pump();
    if (!this.isFull && !this.isStruggling) this.options.onRoom();
    this.notify();
  }

  /** Null when delivered, otherwise the last failure. */
  private async deliver(batch: QueuedBatch, retries: number): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      const failure = await this.attempt(batch);
      if (failure === null) return null;
      const limit = this.isClosing ? Math.min(retries, CLOSING_RETRIES) : retries;
      if (judgeFailure(failure) !== 'retry' || attempt >= limit) return failure;
      const asked = askedWait(failure);
      if (asked > MAX_WAITED_RETRY_AFTER_MS) return failure;
      await this.waitBeforeRetry(attempt, limit, asked);
      if (this.isStopped) return failure;
      this.counters.retried++;
    }
  }

  private async attempt(batch: QueuedBatch): Promise<unknown> {
    const { id: batchId, count, body, isGzipped } = batch;
    try {
      await this.options.upload({ batchId, count, body, isGzipped, signal: this.uploads.signal });
      return null;
    } catch (error) {
      this.noteError(error);
      const asked = askedWait(error);
      if (asked > 0 && !this.isClosing) this.hold(asked);
      return error ?? new Error('The upload failed');
    }
  }

  private async waitBeforeRetry(attempt: number, limit: number, asked: number): Promise<void> {
    const { clock, retryBackoff } = this.options;
    const delay = Math.max(retryDelay(retryBackoff, attempt, limit, clock.random()), asked);
    const token = {};
    this.waiting.add(token);
    this.notify();
    await sleep(
      clock,
      this.isClosing ? Math.min(delay, CLOSING_DELAY_MS) : delay,
      this.wake.signal,
    );
    this.waiting.delete(token);
  }

  private async halve(batch: QueuedBatch): Promise<readonly StoredBatch[] | null> {
    try {
      return await this.options.split(batch);
    } catch (error) {
      this.noteError(error);
      return null;
    }
  }

  /** The server answered, so this is no outage. The halves are written before the whole goes. */
  private replace(batch: QueuedBatch, halves: readonly StoredBatch[]): void {
    const { spool } = this.options;
    if (spool !== null)
      void Promise.all(halves.map((half) => spool.write(half))).then(() => spool.remove(batch.id));
    this.isOutage = false;
    this.dropForRoom(this.queue.putInstead(batch, halves));
  }

  private finish(batch: QueuedBatch): void {
    this.counters.delivered += batch.count;
    this.isOutage = false;
    void this.options.spool?.remove(batch.id);
  }

  private giveUp(batch: QueuedBatch): void {
    batch.failures++;
    this.isOutage = true;
    this.dropForRoom(this.queue.putBack(batch));
  }

  /** Without room in memory a batch waits on disk only, if it is there. */
  private dropForRoom(batches: readonly QueuedBatch[]): void {
    for (const batch of batches) {
      if (this.options.spool?.has(batch.id) === true) this.options.spool.park(batch.id);
      else this.drop(batch, 'limit', new Error('The queue of undelivered events is full'));
    }
  }

  private refuse(batch: QueuedBatch, error: unknown): void {
    const text = this.options.describe(error);
    this.drop(
      batch,
      isTooLarge(error) ? 'size' : 'refused',
      isError(error) ? error : new Error(text),
    );
  }

  private drop(batch: QueuedBatch, reason: DropReason, error: Error): void {
    void this.options.spool?.remove(batch.id);
    this.countDropped(reason, batch.count, error);
  }

  private noteError(error: unknown): void {
    this.counters.lastError = this.options.describe(error);
    this.lastErrorAt = this.options.clock.now();
  }

  /** Events that are lost, and why. */
  countDropped(reason: DropReason, events: number, error: Error): void {
    if (events <= 0) return;
    this.noteError(error);
    this.options.onDropped(reason, events, error);
  }

  /**
   * The timer ends it, or a clock that shows so: timers of frozen hosts are late, and clocks may
   * stand still.
   */
  private hold(ms: number): void {
    const { clock } = this.options;
    const now = clock.now();
    if (this.isHeld && this.heldSince + this.heldFor >= now + ms) return;
    this.heldFor = ms;
    this.heldSince = now;
    clock.clearTimer(this.holdTimer);
    this.holdTimer = clock.setTimer(
      () => {
        this.heldFor = 0;
        this.pump();
        this.notify();
      },
      ms,
      'wait',
    );
  }

  private notify(): void {
    const waiting = [...this.waiters];
    this.waiters.clear();
    for (const resolve of waiting) resolve();
  }
}
