// What the README says of a stored run: the table of its section "Numbers", the factor of its first
// sentence, the words and links of its pictures. Prints the table, or writes all of it:
//   node bench/readme.mjs results/<run>.json [--write]
import { readFileSync, writeFileSync } from 'node:fs';
import { median } from './lib/stats.mjs';

const SDKS = ['native', 'js', 'statsig-node', 'statsig-core'];
/** Label and the rows whose medians stand in it. */
const LINES = [
  ['Fastify, a new user with 20 / 1,000 checks, µs a request', 'service-20', 'service-1000'],
  ['check of a known user, ns', 'warm-real'],
  ['the same through `forUser`, ns', 'scope-warm'],
  [
    'check of a new user, every gate once, 150 specs / 1,000 flags, ns',
    'new-real',
    'new-flags1000',
  ],
  ['the same, exposures off, both, ns', 'new-real-quiet', 'new-flags1000-quiet'],
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
/** Rows of the table that the factor of the first sentence stands for: checks of a new user. */
const FACTOR_ROWS = ['new-real', 'new-flags1000', 'five-real'];
const PICTURE_ROW = 'new-flags1000';

function text(value) {
  if (value < 10 && !Number.isInteger(value)) return value.toFixed(1);
  return Math.round(value).toLocaleString('en-US');
}

/** The median of a row, null where the SDK did not run it. */
function valueOf(run, sdk, id) {
  const rounds = run.rows.find((row) => row.id === id)?.sdks[sdk]?.rounds ?? [];
  return rounds.length ? median(rounds.map(({ value }) => value)) : null;
}

function cell(run, sdk, ids) {
  const values = ids.map((id) => valueOf(run, sdk, id));
  return values.includes(null) ? '' : values.map(text).join(' / ');
}

/** What the service takes without any SDK, for its row. */
function alone(run, ids) {
  const value = valueOf(run, 'none', ids[0]);
  return value === null ? '' : ` (${text(value)} without an SDK)`;
}

/** The table, without the rows that nobody ran. */
function table(run) {
  const { versions } = run;
  const lines = LINES.map(([label, ...ids]) => ({
    label: label + alone(run, ids),
    cells: SDKS.map((sdk) => cell(run, sdk, ids)),
  })).filter(({ cells }) => cells.some(Boolean));
  return [
    `| | native | js | statsig-node ${versions['statsig-node']} | statsig-node-core ${versions['@statsig/statsig-node-core']} |`,
    '| --- | --: | --: | --: | --: |',
    ...lines.map(({ label, cells }) => `| ${label} | ${cells.join(' | ')} |`),
  ].join('\n');
}

/** How many times faster than the faster of Statsig's SDKs, over the rows of new users. */
function factor(run) {
  const times = FACTOR_ROWS.map((id) => {
    const theirs = ['statsig-node', 'statsig-core'].map((sdk) => valueOf(run, sdk, id));
    return Math.round(Math.min(...theirs) / valueOf(run, 'native', id));
  });
  const [least, most] = [Math.min(...times), Math.max(...times)];
  return least === most ? `${least} times faster` : `${least} to ${most} times faster`;
}

/** The words of the first picture. */
function picture(run) {
  const [ours, theirs, core] = ['native', 'statsig-node', 'statsig-core'].map((sdk) =>
    text(valueOf(run, sdk, PICTURE_ROW)),
  );
  return `Cost of a check of a new user next to other SDKs: ${ours} ns here, ${core} in statsig-node-core, ${theirs} in statsig-node`;
}

/**
 * The README with what it says of a run. `name`: of the run's files in bench/results.
 * @throws Error when the README has lost one of the places
 */
export function rewritten(readme, run, name) {
  const date = name.slice(0, 10);
  const places = [
    [/\d+( to \d+)? times\s+faster/, factor(run)],
    [/!\[Cost of a check[^\]]*\]\(\S+\)/, `![${picture(run)}](bench/results/${date}-new-user.svg)`],
    [/medians of \w+ rounds/, `medians of ${run.rounds} rounds`],
    [/(?<=^## Numbers\n[^|]*)\|(?:.*\n)+?(?=\n)/m, `${table(run)}\n`],
    [/(?<=\(bench\/results\/)[\w-]+(?=\.(md|json|svg)\))(?<!-new-user)/g, name],
  ];
  return places.reduce((rest, [place, words]) => {
    if (rest.search(place) < 0) throw new Error(`README.md has no place like ${place}`);
    return rest.replace(place, words);
  }, readme);
}

if (process.argv[1]?.endsWith('readme.mjs')) {
  const file = new URL(process.argv[2], import.meta.url);
  const run = JSON.parse(readFileSync(file, 'utf8'));
  const readme = new URL('../README.md', import.meta.url);
  const name = file.pathname.replace(/.*\/|\.json$/g, '');
  if (process.argv.includes('--write'))
    writeFileSync(readme, rewritten(readFileSync(readme, 'utf8'), run, name));
  else console.log(table(run));
}
