// npm run bench -- [--rows warm,new-real] [--sdks native,statsig-node] [--rounds 5] [--target-ms
// 1000] [--quick] [--big] [--label name] [--no-save] [--cpu-prof]
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ROWS } from './rows/index.mjs';
import { OTHER_RIVALS, OURS, SDKS, STATSIG_RIVALS } from './sdks/index.mjs';
import { startServer, startWorker } from './lib/processes.mjs';
import { commit, isBuilt, machine, versions } from './lib/machine.mjs';
import { flagCount, hasReal } from './payloads/index.mjs';
import { markdown, printRow } from './report.mjs';
import { agree } from './agree.mjs';
import { chart } from './chart.mjs';

const { values: args } = parseArgs({
  options: {
    rows: { type: 'string' },
    sdks: { type: 'string' },
    rounds: { type: 'string' },
    'target-ms': { type: 'string' },
    label: { type: 'string', default: 'local' },
    quick: { type: 'boolean', default: false },
    big: { type: 'boolean', default: false },
    'no-save': { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    'cpu-prof': { type: 'boolean', default: false },
  },
});
const rounds = Number(args.rounds ?? (args.quick ? 2 : 7));
const targetMs = Number(args['target-ms'] ?? (args.quick ? 60 : 700));

const wantedRows = ROWS.filter(
  (row) =>
    (args.big || !row.big) &&
    (!args.rows || args.rows.split(',').some((part) => row.id.startsWith(part))),
);
const wantedSdks = (args.sdks?.split(',') ?? Object.keys(SDKS)).filter(
  (sdk) => SDKS[sdk] && (isBuilt() || !OURS.includes(sdk)),
);

/**
 * SDKs that can hold the row's project: everyone for `flags…`, Statsig SDKs for the rest. Who lacks
 * a function says so at setup.
 */
function eligible(row) {
  return wantedSdks.filter((sdk) => {
    if (sdk === 'none') return row.alone === true;
    if (OURS.includes(sdk)) return true;
    if (STATSIG_RIVALS.includes(sdk)) return true;
    if (row.needs.includes('gates') || row.needs.includes('scope')) return false;
    return flagCount(row.project) > 0 && !(row.id === 'module-load' && sdk === 'floor');
  });
}

const attempt = (promise) =>
  promise.then(
    (result) => ({ result }),
    (error) => ({ error: error.message }),
  );

/**
 * Rows with long-lived processes: all SDKs are set up, then rounds go around, starting with another
 * SDK each time.
 */
async function runLongLived(row, sdks, server) {
  const workers = new Map();
  const out = {};
  for (const sdk of sdks) {
    const worker = startWorker({
      sdk,
      row,
      project: row.project,
      server,
      targetMs,
      cpuProf: args['cpu-prof'],
    });
    const { result, error } = await attempt(worker.run('setup'));
    if (result?.ready) workers.set(sdk, worker);
    else worker.kill();
    out[sdk] = { rounds: [], error, missing: result?.missing };
  }
  for (let round = 0; round < rounds; round++) {
    const order = [...workers.keys()];
    for (const sdk of [
      ...order.slice(round % order.length),
      ...order.slice(0, round % order.length),
    ]) {
      const { result, error } = await attempt(workers.get(sdk).run('round'));
      if (result) out[sdk].rounds.push(result);
      if (error) {
        out[sdk].error = error;
        workers.get(sdk).kill();
        workers.delete(sdk);
      }
    }
  }
  for (const [sdk, worker] of workers)
    out[sdk].events = (await attempt(worker.run('stop'))).result?.events;
  return out;
}

async function freshRound(row, sdk, project, server) {
  const worker = startWorker({ sdk, row, project, server, targetMs, cpuProf: args['cpu-prof'] });
  await attempt(worker.run('setup'));
  const outcome = await attempt(worker.run('round'));
  await attempt(worker.run('stop'));
  return outcome;
}

/** Rows about starting: a new process for each round. */
async function runFresh(row, sdks, server) {
  const out = Object.fromEntries(sdks.map((sdk) => [sdk, { rounds: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (const sdk of sdks) {
      if (out[sdk].error) continue;
      const measured = await freshRound(row, sdk, row.project, server);
      const baseline =
        row.baselineProject && !measured.error
          ? await freshRound(row, sdk, row.baselineProject, server)
          : null;
      out[sdk].error = measured.error ?? baseline?.error;
      if (out[sdk].error) continue;
      const value = measured.result.value - (baseline?.result.value ?? 0);
      out[sdk].rounds.push({
        ...measured.result,
        value,
        ...(baseline && { withList: measured.result.value, without: baseline.result.value }),
      });
    }
  }
  return out;
}

async function main() {
  if (args.list) return void wantedRows.forEach((row) => console.log(row.id.padEnd(28), row.title));
  if (!isBuilt()) console.log('dist/index.js is missing: this package is left out (npm run build)');
  await agree(wantedSdks.filter((sdk) => sdk !== 'none'));
  const server = await startServer();
  const started = new Date();
  const report = {
    date: started.toISOString(),
    label: args.label,
    quick: args.quick,
    rounds,
    targetMs,
    commit: commit(),
    realPayload: hasReal(),
    machine: machine(),
    versions: await packageVersions(),
    rows: [],
  };
  try {
    for (const row of wantedRows) {
      const sdks = eligible(row);
      for (const project of [row.project, row.baselineProject].filter(Boolean))
        await server.ask(
          'warm',
          `secret-${project}--${row.encoding ? `${row.encoding}-` : ''}warm`,
        );
      const out = await (row.fresh ? runFresh : runLongLived)(row, sdks, server);
      const { id, title, unit, project, exposures, target } = row;
      const entry = {
        id,
        title,
        unit,
        project,
        exposures,
        target,
        sdks: Object.fromEntries(Object.entries(out).filter(([, o]) => !o.missing)),
      };
      if (!Object.values(entry.sdks).some((one) => one.rounds.length || one.error)) continue;
      report.rows.push(entry);
      printRow(entry);
    }
  } finally {
    server.stop();
  }
  report.seconds = Math.round((Date.now() - started) / 1000);
  report.loadAfter = machine().load;
  if (!args['no-save']) save(report);
}

async function packageVersions() {
  const infos = await Promise.all(
    [...OURS.slice(0, 1), ...STATSIG_RIVALS, ...OTHER_RIVALS].map(
      async (sdk) => (await import(SDKS[sdk].file.replace('./', './sdks/'))).info.package,
    ),
  );
  return versions(infos);
}

function save(report) {
  const base = new URL(`results/${report.date.slice(0, 10)}-${report.label}`, import.meta.url);
  mkdirSync(new URL('results/', import.meta.url), { recursive: true });
  writeFileSync(
    `${base.pathname}.json`,
    `${JSON.stringify(report, (_, v) => (typeof v === 'number' ? Number(v.toPrecision(6)) : v), 1)}\n`,
  );
  writeFileSync(`${base.pathname}.md`, markdown(report));
  writeFileSync(`${base.pathname}.svg`, chart(report));
  console.log(
    `\n${markdown(report)}\nwritten: bench/results/${report.date.slice(0, 10)}-${report.label}.{json,md,svg}`,
  );
}

await main();
