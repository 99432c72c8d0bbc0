// Numbers for people: one line per SDK while running, a Markdown table at the end.
// node bench/report.mjs bench/results/<file>.json writes the table of a stored run again.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OTHER_RIVALS, SDKS, STATSIG_RIVALS } from './sdks/index.mjs';
import { median, quantile, ratio } from './lib/stats.mjs';

const values = (entry, sdk) => entry.sdks[sdk]?.rounds.map((round) => round.value) ?? [];

export function format(number) {
  if (!Number.isFinite(number)) return '–';
  const digits = Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2;
  return number.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** The one of `candidates` with the lowest median, or undefined when none has run. */
function best(entry, candidates) {
  return candidates
    .filter((sdk) => values(entry, sdk).length)
    .sort((a, b) => median(values(entry, a)) - median(values(entry, b)))[0];
}

/** Ratio of our native engine to the faster rival, with the target that issue 8 sets. */
export function verdict(entry, rows, sdk = 'native') {
  const ours = values(entry, sdk);
  const against = entry.target?.against
    ? rows.find((row) => row.id === entry.target.against)
    : entry;
  if (!ours.length || !against) return null;
  const compare = (candidates, wanted) => {
    const rival = best(against, candidates);
    return rival && { rival, ...ratio(values(against, rival), ours), wanted };
  };
  return {
    statsig: compare(STATSIG_RIVALS, entry.target?.ratio),
    others: compare(OTHER_RIVALS, entry.target?.ratioToOthers),
  };
}

export function printRow(entry) {
  console.log(`\n${entry.title} (${entry.unit})   [${entry.id}]`);
  for (const [sdk, { rounds, error, events }] of Object.entries(entry.sdks)) {
    if (error) console.log(`  ${SDKS[sdk].label.padEnd(20)} failed: ${error.split('\n')[0]}`);
    if (!rounds.length) continue;
    const list = values(entry, sdk);
    const extra = Object.entries(rounds.at(-1))
      .filter(([key]) => !['value', 'sink', 'medianNs'].includes(key))
      .map(([key, v]) => `${key} ${typeof v === 'number' ? format(v) : v}`);
    const sent = events?.events !== undefined ? `  events ${events.events}` : '';
    console.log(
      `  ${SDKS[sdk].label.padEnd(20)} ${format(median(list)).padStart(10)}  (${format(Math.min(...list))} – ${format(Math.max(...list))})  ${extra.join(', ')}${sent}`,
    );
  }
}

const cell = (entry, sdk) => {
  const list = values(entry, sdk);
  if (!list.length) return entry.sdks[sdk]?.error ? 'failed' : '';
  return format(median(list));
};

function ratioCell(result) {
  if (!result) return '';
  const text = `${format(result.median)}× (${format(result.low)}–${format(result.high)})`;
  if (!result.wanted) return text;
  return `${text} ${result.median >= result.wanted ? '✓' : '✗'} ${result.wanted}×`;
}

/**
 * The promises of issue 8 about the other two engines: wasm within twice native, js three times
 * faster than statsig-node.
 */
function engines(report) {
  const rows = report.rows.filter((row) => row.unit === 'ns/check' && values(row, 'native').length);
  const against = (entry, one, other) => {
    const [a, b] = [values(entry, one), values(entry, other)];
    return a.length && b.length ? ratio(a, b) : null;
  };
  const mark = (result, good) =>
    result
      ? `${format(result.median)}× (${format(result.low)}–${format(result.high)}) ${good(result.median) ? '✓' : '✗'}`
      : '';
  return rows.map((entry) => [
    entry.title,
    '',
    mark(against(entry, 'wasm', 'native'), (r) => r <= 2),
    mark(against(entry, 'statsig-node', 'js'), (r) => r >= 3),
  ]);
}

export function markdown(report) {
  const sdks = Object.keys(SDKS).filter((sdk) =>
    report.rows.some((row) => row.sdks[sdk]?.rounds.length),
  );
  const head = [
    'row',
    'unit',
    ...sdks.map((sdk) => SDKS[sdk].label),
    'native to the faster Statsig SDK',
    'native to the fastest other',
  ];
  const lines = report.rows.map((entry) => {
    const result = verdict(entry, report.rows);
    return [
      entry.title,
      entry.unit,
      ...sdks.map((sdk) => cell(entry, sdk)),
      ratioCell(result?.statsig),
      ratioCell(result?.others),
    ];
  });
  const p99 = report.rows
    .filter((row) => Object.values(row.sdks).some((s) => s.rounds[0]?.p99RequestMs !== undefined))
    .map((entry) => [
      entry.title,
      'ms',
      ...sdks.map((sdk) =>
        format(quantile(entry.sdks[sdk]?.rounds.map((r) => r.p99RequestMs) ?? [], 0.5)),
      ),
    ]);
  const table = (header, body) =>
    [header, header.map((_, i) => (i < 2 ? '---' : '--:')), ...body]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n');
  const { machine: m } = report;
  return `# Benchmark ${report.date.slice(0, 10)}, ${report.label}${report.quick ? ' (quick: shows that the rows work; don’t quote it)' : ''}

${m.cpu}, ${m.cores} cores, ${m.memoryGB} GB, ${m.os}, Node ${m.node}; commit ${report.commit}; ${report.rounds} rounds of about ${report.targetMs} ms, interleaved; load before ${m.load?.join(' ')}.
${Object.entries(report.versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(', ')}.

Medians over rounds; lower is better. Ratios: median, and in brackets the extremes over rounds. ✓ and ✗: against the target of issue 8.

${table(head, lines)}

${
  engines(report).length
    ? `The other engines (targets: wasm at most 2× native's time, js at least 3× faster than statsig-node):

${table(['row', '', 'wasm to native', 'statsig-node to js'], engines(report))}

`
    : ''
}p99 of one request (median over rounds):

${table(['row', 'unit', ...sdks.map((sdk) => SDKS[sdk].label)], p99)}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(markdown(JSON.parse(readFileSync(process.argv[2], 'utf8'))));
