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

export interface PollerOptions<T> {
  intervalMs: number;
  isDisabled: boolean;
  clock: Clock;
  /** One pass; must not reject. */
  run(): Promise<T>;
  isFailure(result: T): boolean;
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
  private failures = 0;
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
    const { clock, intervalMs } = this.options;
    const interval = intervalMs >= MIN_INTERVAL_MS ? intervalMs : MIN_INTERVAL_MS;
    const delay = interval * (1 + POLL_JITTER * (2 * clock.random() - 1));
    this.nextPollAt = clock.now() + delay;
    this.timer = clock.setTimer(() => void this.poll(), delay);
  }

  private async poll(): Promise<void> {
    this.lastPoll = this.options.clock.now();
    this.count(await this.run());
    this.options.clock.clearTimer(this.timer);
    if (this.isPolling) this.schedule();
  }

  private note(result: T): void {
    const { describe, isFailure, onPass } = this.options;
    this.record.note(isFailure(result) ? (describe?.(result) ?? 'the sync failed') : null);
    onPass?.(this.health());
  }

  private count(result: T): void {
    if (!this.options.isFailure(result)) {
      this.failures = 0;
      return;
    }
    this.failures++;
    if (this.failures * this.options.intervalMs <= WARN_AFTER_MS) return;
    this.options.onFailing(this.failures);
    this.failures = 0;
  }
}
