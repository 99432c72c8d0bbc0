/**
 * Time as this package's background work sees it. Tests and edge runtimes replace it; nothing below
 * `network`, `updates`, `storage` and `events` calls `setTimeout`, `Date.now` or `Math.random`
 * directly.
 */

import { LONGEST_MS, host, unref } from './host';

/** Opaque handle of a pending timer. */
export type TimerHandle = unknown;

/**
 * What a timer is for, which decides what a test's fake timers do with it. `schedule`: polls,
 * flushes, windows and lazy loading. It is the fake timers' own: nothing happens unless the test
 * moves their time on. `wait`: somebody waits until it is over. A test may cut it short by moving
 * its time on; else it takes real time. `limit`: the end of patience with a server or an adapter.
 * Real time only: a test that jumps ahead must not break requests.
 */
export type TimerKind = 'schedule' | 'wait' | 'limit';

/** Timers, wall clock (ms) and one source of random draws. */
export interface Clock {
  /**
   * The time, ms: always a finite number. It may be earlier than before: clocks are corrected, and
   * replaced by tests.
   */
  now(): number;
  /**
   * True while something else than the host's own clock tells the time, so that it may jump between
   * any two readings.
   */
  readonly isReplaced: () => boolean;
  /** A draw in [0,1), for jitter only. */
  random(): number;
  /**
   * Runs `task` once after `ms`. Timers never keep the process alive (they are unref'ed where that
   * exists).
   */
  setTimer(task: () => void, ms: number, kind?: TimerKind): TimerHandle;
  clearTimer(handle: TimerHandle): void;
  /**
   * Keeps the process alive until the returned function is called: for work that a caller awaits.
   */
  hold?(): () => void;
}

/** The host's own `Date.now`; undefined when it was replaced before this module was loaded. */
const hostNow = /^function now\(\) \{ \[native code\] \}$/.test(String(Date.now))
  ? Date.now
  : undefined;
/**
 * The latest time that was one. An array, because to keep a number in a variable is to allocate it.
 */
const latest = new Float64Array(1);

/** What a Date can hold; a time beyond is none. */
const LATEST_DATE_MS = 8.64e15;

/**
 * What `Date.now` says, as a number. If that is none, or it throws, as mocks do, the time of the
 * call before.
 */
function wallTime(): number {
  try {
    const time = Number(Date.now());
    if (Math.abs(time) <= LATEST_DATE_MS) return (latest[0] = time);
  } catch {
    // The same as no time.
  }
  return latest[0]!;
}
// So that there is one to fall back on.
wallTime();

/**
 * Whether `ms` have passed since a time; also when the clock went back, because nobody knows how
 * long ago it was.
 */
export function hasPassed(ms: number, since: number, now: number): boolean {
  return now < since || now - since >= ms;
}

/**
 * The host's clock. A delay beyond what the host can count, or NaN, is brought into range instead
 * of firing at once.
 */
export const systemClock: Clock = {
  now: wallTime,
  isReplaced: () => Date.now !== hostNow,
  random: () => Math.random(),
  setTimer(task, ms, kind = 'schedule') {
    // Whole, for Node keeps something for each duration until it is over, even when the timer was
    // cleared.
    const delay = Number.isNaN(ms) ? 0 : Math.round(Math.min(Math.max(ms, 0), LONGEST_MS));
    if (kind === 'schedule') return startSchedule(task, delay);
    return kind === 'wait' ? startWait(task, delay) : host.startTimer(task, delay);
  },
  clearTimer: (handle) => (handle as (() => void) | null)?.(),
  hold: () => host.hold(),
};

/**
 * A mock that runs what it is given at once would never end with an interval, because each run
 * starts the next: it does nothing then. Work that is only put off runs a moment later.
 */
function startSchedule(task: () => void, ms: number): () => void {
  let isStarted = false;
  const run = (): void => {
    if (isStarted) task();
    else if (ms === 0) void Promise.resolve().then(task);
  };
  const end = startGlobal(run, ms);
  isStarted = true;
  return end;
}

/** A real timer, and a fake one where timers are fake. The first one counts. */
function startWait(task: () => void, ms: number): () => void {
  if (globalThis.setTimeout === host.setTimeout) return host.startTimer(task, ms);
  const ends: (() => void)[] = [];
  const end = (): void => ends.forEach((endOne) => endOne());
  let isOver = false;
  const run = (): void => {
    if (isOver) return;
    isOver = true;
    end();
    task();
  };
  // A mock may run it at once; whoever waits must have got the handle first.
  ends.push(
    host.startTimer(run, ms),
    startGlobal(() => void Promise.resolve().then(run), ms),
  );
  return () => {
    isOver = true;
    end();
  };
}

/** A timer of whatever `setTimeout` is at the moment. Returns what ends it. */
function startGlobal(task: () => void, ms: number): () => void {
  // A test environment that is being torn down has none.
  if (typeof globalThis.setTimeout !== 'function') return host.startTimer(task, ms);
  const timer = globalThis.setTimeout(task, ms);
  unref(timer);
  return () => globalThis.clearTimeout(timer);
}

/** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
export function sleep(
  clock: Clock,
  ms: number,
  signal?: AbortSignal,
  kind: TimerKind = 'wait',
): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = (): void => {
      clock.clearTimer(handle);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const handle = clock.setTimer(finish, ms, kind);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
