// Mixed load for a long time: new and returning users, updates, ID lists, outages, overrides.
// Prints RSS over time and what became of each event; fails when RSS is not flat or an event is
// unaccounted for.
//   node bench/events/soak.mjs [--engine native] [--minutes 30] [--save bench/results/soak-native.json]
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commit, machine } from '../lib/machine.mjs';
import { argument } from './start.mjs';

const engine = argument('engine', 'native');
const minutes = Number(argument('minutes', '30'));
const save = argument('save', '');
/** The highest minute after the first third may be above the lowest by so much. */
const FLAT = 0.1;

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const once = (child, key) =>
  new Promise((resolve) => {
    const listen = (message) => {
      if (key in message) {
        child.off('message', listen);
        resolve(message[key]);
      }
    };
    child.on('message', listen);
  });
const server = fork(here('soak-server.mjs'));
const port = await once(server, 'port');
const ask = (message) => {
  const answer = once(server, 'state');
  server.send(message);
  return answer;
};
const load = fork(here('soak-load.mjs'), [
  JSON.stringify({ engine, minutes, url: `http://127.0.0.1:${port}` }),
]);

const started = Date.now();
const samples = [];
const mb = (bytes) => Math.round(bytes / 1e5) / 10;
load.on('message', async ({ sample }) => {
  if (!sample) return;
  const { arrived, trouble } = await ask({});
  const seconds = Math.round((Date.now() - started) / 1000);
  const { given, events, memory } = sample;
  samples.push({ seconds, arrived, trouble, ...sample });
  console.log(
    `${String(seconds).padStart(5)} s  RSS ${mb(sample.rss)} MB  heap ${mb(sample.heapUsed)}  events given ${given.custom + given.exposures} arrived ${arrived} queued ${events.queued} dropped ${events.dropped}  lists ${mb(memory.idListBytes)} MB  server ${trouble}`,
  );
});
const ended = new Promise((resolve) => load.once('exit', resolve));
const result = once(load, 'result');
await Promise.race([once(load, 'loaded'), ended]);
await ask({ well: true });
if (load.connected) load.send({ goOn: true });
const told = await Promise.race([result, ended.then(() => null)]);
const { arrived, custom, own, batchesTwice, requests, updates, listParts } = await ask({});
server.kill();

/** Mean RSS of each whole minute. */
function byMinute() {
  const sums = new Map();
  for (const { seconds, rss } of samples) {
    const minute = Math.floor(seconds / 60);
    sums.set(minute, [...(sums.get(minute) ?? []), rss]);
  }
  return [...sums].map(([minute, all]) => ({
    minute,
    mb: mb(all.reduce((sum, one) => sum + one, 0) / all.length),
  }));
}

const perMinute = byMinute();
const later = perMinute
  .filter(({ minute }) => minute >= minutes / 3 && minute < minutes)
  .map((one) => one.mb);
const drift = (Math.max(...later) - Math.min(...later)) / Math.min(...later);
const given = told ? told.given.custom + told.given.exposures : NaN;
const { delivered = NaN, dropped = NaN, kept = NaN, queued = NaN } = told?.stats ?? {};
const summary = {
  engine: told?.engine,
  minutes,
  checks: told?.checks,
  users: told?.users,
  given,
  delivered,
  dropped,
  kept,
  queued,
  arrived,
  customArrived: custom,
  batchesTwice,
  requests,
  updates,
  listParts,
  unaccounted: given - arrived - dropped - kept,
  ownCountsOff: given + own - delivered - dropped - kept - queued,
  rssMbPerMinute: perMinute.map((one) => one.mb),
  rssLowestLaterMb: Math.min(...later),
  rssHighestLaterMb: Math.max(...later),
  rangePercent: Math.round(drift * 1000) / 10,
};
console.log(JSON.stringify(summary, null, 1));
if (save !== '')
  writeFileSync(
    save,
    `${JSON.stringify({ date: new Date().toISOString(), commit: commit(), ...machine(), summary, samples })}\n`,
  );
const isFine =
  told !== null && summary.unaccounted === 0 && summary.ownCountsOff === 0 && drift <= FLAT;
console.log(isFine ? 'flat, and every event accounted for' : 'NOT AS IT SHOULD BE');
process.exitCode = isFine ? 0 : 1;
