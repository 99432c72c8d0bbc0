import { type Clock, type TimerHandle, hasPassed } from '../host/clock';
import { SyncRecord, type SyncHealth } from './sync-health';

/**
 * Spread of each polling interval: ±5 %, so that a fleet started together does not stay in step.
 */
const POLL_JITTER = 0.05;
/**
 * A poll later than this (or one interval, if longer) was lost to a frozen runtime, ms
 * (BEHAVIOUR.md 11.4).
 */
export const STALE_AFTER_MS = 120_000;
/** Failures that last this long are worth a warning, ms (BEHAVIOUR.md 8.3). */
const WARN_AFTER_MS = 120_000;
/** An interval of 0 or NaN must not spin. */
const MIN_INTERVAL_MS = 10;
/**
 * Wait before the first retry, ms; each further one waits twice as long, while that is less than
 * the interval.
 */
const RETRY_MS = 1_000;
const RETRY_JITTER = 0.5;

export interface PollerOptions<T> {
  intervalMs: number;
  isDisabled: boolean;
  clock: Clock;
  /** One pass; must not reject. */
  run(): Promise<T>;
  isFailure(result: T): boolean;
  /**
   * The least wait, ms, after which a failed pass is worth another before the interval is over;
   * null for none. Default: none.
   */
  retryAfter?(result: T): number | null;
  /** Text of what failed, without secrets. */
  describe?(result: T): string;
  /** Runs the pass, and tells somebody. */
  trace?(work: () => Promise<T>): Promise<T>;
  /** A pass is over. Must not throw. */
  onPass?(health: SyncHealth): void;
  /** Failures went on for two minutes. */
  onFailing(failures: number): void;
}

/**
 * Runs one thing at a time: polls join a running pass, callers wait for one that begins after their
 * call, and polls are scheduled after the last one settled. Polling ends with `stop` and with
 * nothing else.
 */
export class Poller<T> {
  private running: Promise<T> | null = null;
  private next: Promise<T> | null = null;
  private timer: TimerHandle = null;
  private isPolling = false;
  /** `stop` was called. */
  isStopped = false;
  private isPaused = false;
  private lastPoll = 0;
  /** Passes that failed in a row, and those of them that a retry may mend. */
  private failures = 0;
  private retryable = 0;
  /** For how long the polls have failed by their schedule, ms. */
  private failingMs = 0;
  /** Wait before the poll that is due, without its spread, ms. */
  private wait = 0;
  /** Least wait before a retry; null when none is worth it. */
  private retryMs: number | null = null;
  /** When the timer is due; null while none is set. */
  private nextPollAt: number | null = null;
  private readonly record: SyncRecord;

  constructor(private readonly options: PollerOptions<T>) {
    this.record = new SyncRecord(options.clock);
  }

  health(): ReturnType<SyncRecord['health']> {
    return this.record.health(this.isPolling && !this.isPaused ? this.nextPollAt : null);
  }

  /**
   * A pass that begins after the call: those who call during the same pass share the next one.
   * Without one after `stop`.
   */
  async runAfresh(): Promise<T> {
    if (this.running === null) return this.run();
    this.next ??= this.running.then((result) => {
      this.next = null;
      return this.isStopped ? result : this.run();
    });
    return this.next;
  }

  /** A pass now, or the one that is running. `work` takes the place of the usual pass. */
  run(work: () => Promise<T> = this.options.run): Promise<T> {
    const { trace = (pass: () => Promise<T>) => pass() } = this.options;
    this.running ??= trace(work)
      .then((result) => {
        this.note(result);
        return result;
      })
      .finally(() => (this.running = null));
    return this.running;
  }

  start(): void {
    if (this.isPolling || this.isStopped || this.options.isDisabled) return;
    this.isPolling = true;
    this.lastPoll = this.options.clock.now();
    this.schedule();
  }

  stop(): void {
    this.isStopped = true;
    this.isPolling = false;
    this.options.clock.clearTimer(this.timer);
  }

  /** No poll begins until `resume`: the host may be frozen. A running pass goes on. */
  pause(): void {
    this.isPaused = true;
    this.options.clock.clearTimer(this.timer);
  }

  /** Goes on; a poll that was due meanwhile begins now. */
  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    if (!this.isPolling || this.running !== null) return;
    const { clock, intervalMs } = this.options;
    if (hasPassed(intervalMs || 0, this.lastPoll, clock.now())) void this.poll();
    else this.schedule();
  }

  /** Resolves when no pass is running. */
  async idle(): Promise<void> {
    await this.running;
  }

  /**
   * Starts the timer anew when the last poll is long overdue and none is running (BEHAVIOUR.md
   * 11.4); for each check. With `now` (ms) given it takes a few ns; never restarts after `stop`
   * (Q25).
   */
  recoverIfStale(now = this.options.clock.now()): void {
    if (!this.isPolling || this.isPaused || this.running !== null) return;
    const { clock, intervalMs } = this.options;
    const isEarlier = now < this.lastPoll;
    if (!isEarlier && now - this.lastPoll <= Math.max(STALE_AFTER_MS, intervalMs || 0)) return;
    this.lastPoll = now;
    // The clock was set back: the timer does not mind.
    if (isEarlier) return;
    clock.clearTimer(this.timer);
    this.schedule();
  }

  private schedule(): void {
    if (this.isPaused) return;
    const { clock } = this.options;
    const delay = this.untilNext();
    this.nextPollAt = clock.now() + delay;
    this.timer = clock.setTimer(() => void this.poll(), delay);
  }

  /** An interval, or less to try again what failed: 1, 2, 4… s. */
  private untilNext(): number {
    const { clock, intervalMs } = this.options;
    const spread = 2 * clock.random() - 1;
    this.wait = intervalMs >= MIN_INTERVAL_MS ? intervalMs : MIN_INTERVAL_MS;
    const usual = this.wait * (1 + POLL_JITTER * spread);
    if (this.retryMs === null) return usual;
    const backoff = RETRY_MS * 2 ** (this.retryable - 1);
    const retry = Math.max(this.retryMs, backoff * (1 + RETRY_JITTER * spread));
    if (retry >= usual) return usual;
    this.wait = retry;
    return retry;
  }

  private async poll(): Promise<void> {
    this.lastPoll = this.options.clock.now();
    this.count(await this.run());
    this.options.clock.clearTimer(this.timer);
    if (this.isPolling) this.schedule();
  }

  private note(result: T): void {
    const { describe, isFailure, onPass, retryAfter } = this.options;
    const isFailed = isFailure(result);
    this.record.note(isFailed ? (describe?.(result) ?? 'the sync failed') : null);
    this.retryMs = isFailed ? (retryAfter?.(result) ?? null) : null;
    this.retryable = this.retryMs === null ? 0 : this.retryable + 1;
    onPass?.(this.health());
  }

  private count(result: T): void {
    if (!this.options.isFailure(result)) {
      this.failures = 0;
      this.failingMs = 0;
      return;
    }
    this.failures++;
    this.failingMs += this.wait;
    if (this.failingMs <= WARN_AFTER_MS) return;
    this.options.onFailing(this.failures);
    this.failures = 0;
    this.failingMs = 0;
  }
}
