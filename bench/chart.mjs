// Pictures of a stored run, all panels or those of some rows (README's first is new-flags1000):
//   node bench/chart.mjs bench/results/<file>.json [row…] > picture.svg
// Linear bars from zero, one panel per row; the SDKs of a panel are sorted, and nobody who ran is
// left out.
import { readFileSync } from 'node:fs';
import { median } from './lib/stats.mjs';
import { format } from './report.mjs';
import { OURS, SDKS } from './sdks/index.mjs';

const PANELS = [
  ['new-flags1000', 'A new user checks 1,000 flags, events on', 'ns per check'],
  ['warm-flags1000', 'A known user checks 1,000 flags, events on', 'ns per check'],
  ['cpu-request', 'CPU of such a request, all threads, until its events are sent', 'ms'],
  ['p99-flags2000', 'p99 of a request of 2,000 checks', 'ms'],
];
const LEFT = 170;
const WIDTH = 760;
const BAR = 16;
const STEP = 22;
const STYLE = `text{font:13px system-ui,sans-serif;fill:#1f2328}.t{font-weight:600;font-size:14px}.u{fill:#59636e;font-size:12px}.o{fill:#0969da}.r{fill:#afb8c1}.f{fill:#d4a72c}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.u{fill:#9198a1}.r{fill:#57606a}}`;

const escape = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function bars(row) {
  return Object.entries(row.sdks)
    .filter(([, s]) => s.rounds.length)
    .map(([sdk, s]) => ({ sdk, value: median(s.rounds.map((r) => r.value)) }))
    .sort((a, b) => a.value - b.value);
}

function panel(row, title, unit, top) {
  const list = bars(row);
  const scale = (WIDTH - LEFT - 90) / Math.max(...list.map((bar) => bar.value));
  const lines = [
    `<text class="t" x="0" y="${top + 14}">${escape(title)} <tspan class="u">${escape(unit)}, less is better</tspan></text>`,
  ];
  list.forEach(({ sdk, value }, i) => {
    const y = top + 26 + i * STEP;
    const colour = OURS.includes(sdk) ? 'o' : sdk === 'floor' ? 'f' : 'r';
    const width = Math.max(1, value * scale);
    lines.push(
      `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${escape(SDKS[sdk].label)}</text><rect class="${colour}" x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/><text x="${(LEFT + width + 6).toFixed(1)}" y="${y + 12}">${format(value)}</text>`,
    );
  });
  return { lines, bottom: top + 26 + list.length * STEP + 18 };
}

/** SVG text of a report as run.mjs stores it. `rows`: all without any. */
export function chart(report, rows = []) {
  let top = 4;
  const body = [];
  for (const [id, title, unit] of PANELS.filter(([id]) => rows.length === 0 || rows.includes(id))) {
    const row = report.rows.find((candidate) => candidate.id === id);
    if (!row || !bars(row).length) continue;
    const { lines, bottom } = panel(row, title, unit, top);
    body.push(...lines);
    top = bottom;
  }
  const { machine: m } = report;
  body.push(
    `<text class="u" x="0" y="${top + 8}">${escape(`${m.cpu}, ${m.cores} cores, Node ${m.node}, ${report.date.slice(0, 10)}, commit ${report.commit}; medians of ${report.rounds} rounds`)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top + 18}" width="${WIDTH}" height="${top + 18}" role="img" aria-label="Benchmark results"><style>${STYLE}</style>\n${body.join('\n')}\n</svg>\n`;
}

if (process.argv[1]?.endsWith('chart.mjs'))
  process.stdout.write(
    chart(JSON.parse(readFileSync(process.argv[2], 'utf8')), process.argv.slice(3)),
  );
