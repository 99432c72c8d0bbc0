// Clocks and loops. Everything here runs inside an SDK's own process.
import { readFileSync } from 'node:fs';
import { quantile } from './stats.mjs';

/**
 * Results of checks end here, so that no optimiser may drop them; the sum is part of the raw
 * output.
 */
export const sink = {
  total: 0,
  use(value) {
    this.total =
      (this.total + (value === true ? 1 : value === false || value == null ? 0 : 2)) % 1e9;
  },
};

export const now = () => Number(process.hrtime.bigint());
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Collect garbage, twice, so that one round doesn't pay for the other. Needs --expose-gc. */
export function collect() {
  globalThis.gc?.();
  globalThis.gc?.();
}

/**
 * How often to repeat `once` (ns per call is measured on a few calls) to fill `targetMs`. Fixed
 * afterwards.
 */
export async function calibrate(once, targetMs, { min = 3, max = 1e6 } = {}) {
  const budget = now() + Math.max(targetMs, 30) * 1e6;
  const times = [];
  while (times.length < min || (now() < budget && times.length < max)) {
    const start = now();
    await once(times.length);
    times.push(now() - start);
  }
  const settled = quantile(times.slice(Math.floor(times.length / 2)), 0.5);
  return Math.max(min, Math.min(max, Math.round((targetMs * 1e6) / Math.max(settled, 1))));
}

/** CPU of the whole process so far, all threads, in µs. */
export function processCpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/**
 * CPU of the main thread so far, in µs. Linux: from the scheduler (a blocking wait of 1 ms first,
 * because the kernel adds a running slice up only when the thread leaves the core). Elsewhere: of
 * the whole process.
 */
export function mainThreadCpu() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  try {
    return (
      Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1000
    );
  } catch {
    return processCpu();
  }
}

export const rss = () => process.memoryUsage.rss();

/**
 * Largest gap between two turns of the event loop while `work` runs; `each` is done on every turn.
 * Milliseconds.
 */
export async function longestStall(work, each) {
  let done = false;
  const gaps = [];
  const finished = work().finally(() => {
    done = true;
  });
  let last = now();
  while (!done) {
    each();
    await turn();
    const at = now();
    gaps.push(at - last);
    last = at;
  }
  await finished;
  return {
    value: longestOf(gaps) / 1e6,
    p99: quantile(gaps, 0.99) / 1e6,
    turns: gaps.length,
  };
}

/** As `Math.max`, which takes a list of this length only as so many arguments. */
function longestOf(times) {
  return times.reduce((longest, time) => Math.max(longest, time), 0);
}

/**
 * Requests one after the other while `work` runs: how long after the end of one the next begins;
 * p99 and longest, ms.
 */
export async function delayedRequests(work, request) {
  let done = false;
  const delays = [];
  const finished = work().finally(() => {
    done = true;
  });
  while (!done) {
    request();
    const ended = now();
    await turn();
    delays.push(now() - ended);
  }
  await finished;
  return {
    value: quantile(delays, 0.99) / 1e6,
    max: longestOf(delays) / 1e6,
    requests: delays.length,
  };
}
