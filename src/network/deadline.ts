import { abortController } from '../host/abort';
import type { Clock, TimerHandle } from '../host/clock';
import { NetworkError } from './network-error';

/** Limits of one request, ms. */
export interface DeadlineLimits {
  /** Until the response begins, and between two pieces of its body. */
  idleMs: number;
  /** From start to end. */
  totalMs: number;
}

/**
 * Bounds one request in time and joins the caller's abort to it. A trickling or silent server, a
 * connection that is never accepted and an override that never settles all end here.
 */
export class Deadline {
  private readonly controller = abortController();
  private readonly totalTimer: TimerHandle;
  private idleTimer: TimerHandle;
  /** Why time is up. */
  private failure: NetworkError | null = null;
  private expire: ((error: NetworkError) => void) | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly limits: DeadlineLimits,
    private readonly outer?: AbortSignal,
  ) {
    this.totalTimer = clock.setTimer(() => this.timeOut(limits.totalMs), limits.totalMs, 'limit');
    this.idleTimer = this.startIdle();
    outer?.addEventListener('abort', this.abort, { once: true });
    if (outer?.aborted) this.abort();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /**
   * Settles as `sent` does, or rejects when time is up or the caller aborts. Not `Promise.race`
   * with a promise of ours: that would hold the result as long as the connection holds this
   * deadline, which is until its next request.
   */
  race<T>(sent: Promise<T>): Promise<T> {
    if (this.failure !== null) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.expire = reject;
      sent.then(resolve, reject);
    });
  }

  /** Progress was made: the idle limit starts anew. */
  readonly touch = (): void => {
    this.clock.clearTimer(this.idleTimer);
    this.idleTimer = this.startIdle();
  };

  /** The request settled: timers and listeners go. */
  clear(): void {
    this.expire = null;
    this.clock.clearTimer(this.idleTimer);
    this.clock.clearTimer(this.totalTimer);
    this.outer?.removeEventListener('abort', this.abort);
  }

  /** Ends the request now. */
  readonly abort = (): void => this.stop(new NetworkError('aborted', 'The request was aborted'));

  private startIdle(): TimerHandle {
    return this.clock.setTimer(() => this.timeOut(this.limits.idleMs), this.limits.idleMs, 'limit');
  }

  private timeOut(ms: number): void {
    this.stop(new NetworkError('timeout', `No complete response within ${ms} ms`));
  }

  private stop(error: NetworkError): void {
    const { expire } = this;
    this.failure = error;
    this.clear();
    expire?.(error);
    this.controller.abort();
  }
}
