// Prints the table of the README's section "Numbers" from a stored run: node bench/readme.mjs
// results/<run>.json
import { readFileSync } from 'node:fs';
import { median } from './lib/stats.mjs';

const run = JSON.parse(readFileSync(new URL(process.argv[2], import.meta.url), 'utf8'));
const SDKS = ['native', 'js', 'statsig-node', 'statsig-core'];
/** Label and the rows whose medians stand in it. */
const LINES = [
  [
    `Fastify, a new user with 20 / 1,000 checks, µs a request (${alone()} without an SDK)`,
    'service-20',
    'service-1000',
  ],
  ['check of a known user, ns', 'warm-real'],
  ['the same through `forUser`, ns', 'scope-warm'],
  ['check of a new user, every gate once, ns', 'new-real'],
  ['the same, exposures off, ns', 'new-real-quiet'],
  ['five checks of a new user, ns per check', 'five-real'],
  ['CPU of 1,000 checks of a new user until the events are sent, all threads, ms', 'cpu-request'],
  ['config / experiment / layer with one `get`, ns', 'config', 'experiment', 'layer'],
  ['`logEvent`, ns', 'log-event'],
  [
    'client-initialize response as text, 150 / 3,000 specs, µs',
    'bootstrap-text-real',
    'bootstrap-text-specs3000',
  ],
  ['the very first request / each of the first ten, every gate, µs', 'cold-first', 'cold-ten'],
  ['CPU of `initialize` on 5 MB, gzip, main thread, ms', 'initialize-specs5mb-gzip'],
  ['longest stall in an update of 5 MB, gzip, ms', 'poll-specs5mb-gzip'],
  ['memory of one more worker thread on a 5 MB project, MB', 'worker-memory-specs5mb'],
  ['memory after loading the recorded project, MB', 'memory-real'],
  ['memory of an ID list of 1,000,000, MB', 'id-list-memory'],
];

/** What the service takes by itself. */
function alone() {
  const { rounds } = run.rows.find(({ id }) => id === 'service-20')?.sdks.none ?? { rounds: [] };
  return text(median(rounds.map(({ value }) => value)));
}

function text(value) {
  if (value < 10 && !Number.isInteger(value)) return value.toFixed(1);
  return Math.round(value).toLocaleString('en-US');
}

function cell(sdk, ids) {
  const values = ids.map((id) =>
    run.rows.find((row) => row.id === id)?.sdks[sdk]?.rounds.map((round) => round.value),
  );
  return values.every(Boolean) ? values.map((rounds) => text(median(rounds))).join(' / ') : '';
}

const { versions } = run;
console.log(
  `| | native | js | statsig-node ${versions['statsig-node']} | statsig-node-core ${versions['@statsig/statsig-node-core']} |`,
);
console.log('| --- | --: | --: | --: | --: |');
for (const [label, ...ids] of LINES)
  console.log(`| ${label} | ${SDKS.map((sdk) => cell(sdk, ids)).join(' | ')} |`);
