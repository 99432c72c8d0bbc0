/**
 * Time as this package's background work sees it. Tests and edge runtimes replace it; nothing below `network`,
 * `updates`, `storage` and `events` calls `setTimeout`, `Date.now` or `Math.random` directly.
 */

/** Opaque handle of a pending timer. */
export type TimerHandle = unknown;

/** Timers, wall clock (ms) and one source of random draws. */
export interface Clock {
  /** The time, ms: always a finite number. It may be earlier than before: clocks are corrected, and replaced by tests. */
  now(): number;
  /** True while something else than the host's own clock tells the time, so that it may jump between any two readings. */
  readonly isReplaced: () => boolean;
  /** A draw in [0,1), for jitter only. */
  random(): number;
  /** Runs `task` once after `ms`. Timers never keep the process alive (they are unref'ed where that exists). */
  setTimer(task: () => void, ms: number): TimerHandle;
  clearTimer(handle: TimerHandle): void;
  /** Keeps the process alive until the returned function is called: for work that a caller awaits. */
  hold?(): () => void;
}

const MAX_TIMER_MS = 2 ** 31 - 1;

/** The host's own `Date.now`; undefined when it was replaced before this module was loaded. */
const hostNow = /^function now\(\) \{ \[native code\] \}$/.test(String(Date.now)) ? Date.now : undefined;
/** The latest time that was one. An array, because to keep a number in a variable is to allocate it. */
const latest = new Float64Array(1);

/** What `Date.now` says, as a number. If that is none, or it throws, as mocks do, the time of the call before. */
function wallTime(): number {
  try {
    const time = Number(Date.now());
    if (Number.isFinite(time)) return (latest[0] = time);
  } catch {
    // The same as no time.
  }
  return latest[0]!;
}
// So that there is one to fall back on.
wallTime();

/** Whether `ms` have passed since a time; also when the clock went back, because nobody knows how long ago it was. */
export function hasPassed(ms: number, since: number, now: number): boolean {
  return now < since || now - since >= ms;
}

/** The host's clock. A delay beyond what the host can count, or NaN, is brought into range instead of firing at once. */
export const systemClock: Clock = {
  now: wallTime,
  isReplaced: () => Date.now !== hostNow,
  random: () => Math.random(),
  setTimer(task, ms) {
    const delay = Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), MAX_TIMER_MS);
    const handle: unknown = setTimeout(task, delay);
    if (typeof handle === 'object' && handle !== null) (handle as { unref?: () => void }).unref?.();
    return handle;
  },
  clearTimer: (handle) => clearTimeout(handle as Parameters<typeof clearTimeout>[0]),
  hold() {
    const handle = setInterval(() => undefined, MAX_TIMER_MS);
    return () => clearInterval(handle);
  },
};

/** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = (): void => {
      clock.clearTimer(handle);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const handle = clock.setTimer(finish, ms);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
