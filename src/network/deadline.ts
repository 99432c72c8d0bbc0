import type { Clock, TimerHandle } from './clock';
import { NetworkError } from './network-error';

/** Limits of one request, ms. */
export interface DeadlineLimits {
  /** Until the response begins, and between two pieces of its body. */
  idleMs: number;
  /** From start to end. */
  totalMs: number;
}

/**
 * Bounds one request in time and joins the caller's abort to it. A trickling or silent server, a connection that is
 * never accepted and an override that never settles all end here.
 */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly totalTimer: TimerHandle;
  private idleTimer: TimerHandle;
  private expire: (error: NetworkError) => void = () => undefined;
  /** Rejects when time is up or the caller aborts. Never resolves. */
  readonly expired: Promise<never>;

  constructor(
    private readonly clock: Clock,
    private readonly limits: DeadlineLimits,
    private readonly outer?: AbortSignal,
  ) {
    this.expired = new Promise((_, reject) => (this.expire = reject));
    this.expired.catch(() => undefined);
    this.totalTimer = clock.setTimer(() => this.timeOut(limits.totalMs), limits.totalMs);
    this.idleTimer = this.startIdle();
    outer?.addEventListener('abort', this.onOuterAbort, { once: true });
    if (outer?.aborted) this.onOuterAbort();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Progress was made: the idle limit starts anew. */
  readonly touch = (): void => {
    this.clock.clearTimer(this.idleTimer);
    this.idleTimer = this.startIdle();
  };

  /** The request settled: timers and listeners go. */
  clear(): void {
    this.clock.clearTimer(this.idleTimer);
    this.clock.clearTimer(this.totalTimer);
    this.outer?.removeEventListener('abort', this.onOuterAbort);
  }

  private readonly onOuterAbort = (): void => this.stop(new NetworkError('aborted', 'The request was aborted'));

  private startIdle(): TimerHandle {
    return this.clock.setTimer(() => this.timeOut(this.limits.idleMs), this.limits.idleMs);
  }

  private timeOut(ms: number): void {
    this.stop(new NetworkError('timeout', `No complete response within ${ms} ms`));
  }

  private stop(error: NetworkError): void {
    this.clear();
    this.expire(error);
    this.controller.abort();
  }
}
