// The loops that rows time. One place, so that every SDK is called in the same way.
import { collect, now, processCpu, sink, turn } from './measure.mjs';
import { quantile } from './stats.mjs';

/**
 * Calls `gate` for every name; returns the number of true answers, or a promise of it for an async
 * SDK.
 */
export function checkAll(client, user, names) {
  return client.isAsync
    ? checkAllAsync(client.gate, user, names)
    : checkAllSync(client.gate, user, names);
}

function checkAllSync(gate, user, names) {
  let on = 0;
  for (let i = 0; i < names.length; i++) if (gate(user, names[i])) on++;
  return on;
}

async function checkAllAsync(gate, user, names) {
  let on = 0;
  for (let i = 0; i < names.length; i++) if (await gate(user, names[i])) on++;
  return on;
}

/**
 * Runs `request(index)` `count` times and times each. The event loop turns between requests, as it
 * does in a server, so that whatever an SDK does in the background competes with the next request
 * instead of being postponed to the end. `operations`: how many operations one request holds.
 * Returns ns per operation, and p99 of a request in ms.
 */
export async function timeRequests(count, operations, request, { turnEvery = 1 } = {}) {
  collect();
  const times = new Float64Array(count);
  const cpuBefore = processCpu();
  for (let i = 0; i < count; i++) {
    const start = now();
    const pending = request(i);
    sink.use(typeof pending === 'object' && pending !== null ? await pending : pending);
    times[i] = now() - start;
    if (i % turnEvery === 0) await turn();
  }
  const total = times.reduce((sum, time) => sum + time, 0);
  return {
    value: total / count / operations,
    medianNs: quantile(times, 0.5) / operations,
    p99RequestMs: quantile(times, 0.99) / 1e6,
    cpuNs: ((processCpu() - cpuBefore) * 1000) / count / operations,
    count,
  };
}
