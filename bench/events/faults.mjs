// What becomes of N accepted events when delivery goes wrong, for this package and its rivals, each
// in its own process:
//   node bench/events/faults.mjs [--short] [--events 2000] [--sdks native,js,statsig-node,core] [--outage 30]
// For this package every event must have arrived or be counted; anything else makes the exit code
// 1.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argument, flag, sleep, startChild, startSink } from './start.mjs';

const isShort = flag('short');
const events = Number(argument('events', isShort ? '500' : '2000'));
const outageMs = 1000 * Number(argument('outage', isShort ? '3' : '30'));
const sdks = argument(
  'sdks',
  isShort ? 'native,wasm,js' : 'native,wasm,js,statsig-node,core',
).split(',');

const times = (count, kind) => Array(count).fill(kind);
/** `mayLose`: the server never takes them, so they can only be counted. */
const scenarios = [
  { name: 'healthy' },
  { name: '500, three times', kinds: times(3, '500') },
  { name: '429 with Retry-After: 1, twice', kinds: times(2, '429') },
  { name: 'connection reset, three times', kinds: times(3, 'reset') },
  { name: 'slow-loris answer, twice', kinds: times(2, 'slow') },
  { name: 'black hole, twice', kinds: times(2, 'silent') },
  { name: '413 for the first batch', kinds: ['413'] },
  { name: `outage of ${outageMs / 1000} s`, outageMs },
  { name: 'dead to the end, shutdown in 3 s', then: 'reset', shutdownMs: 3000, mayLose: true },
  {
    name: 'black hole to the end, shutdown in 3 s',
    then: 'silent',
    shutdownMs: 3000,
    mayLose: true,
  },
];

const options = (sdk) => ({
  postLogsRetryBackoff: 100,
  loggingIntervalMs: 1000,
  ...(sdk === 'statsig-node' || sdk === 'core' ? {} : { requestTimeoutMs: 1000 }),
});
const taskFor = (sdk, url) =>
  sdk === 'statsig-node' || sdk === 'core' ? { sdk, url } : { sdk: 'ours', engine: sdk, url };

async function runOne(sdk, scenario) {
  const sink = await startSink();
  await sink.fault({ kinds: scenario.kinds, then: scenario.then ?? 'ok', keep: sdk !== 'core' });
  const waitMs = scenario.outageMs ? 3000 : isShort ? 1500 : 4000;
  const task = {
    ...taskFor(sdk, sink.url),
    what: 'deliver',
    events,
    waitMs,
    shutdownMs: scenario.shutdownMs ?? 10_000,
    options: options(sdk),
  };
  if (scenario.outageMs) task.overMs = scenario.outageMs + 1000;
  const { result, said, child } = startChild(task);
  if (scenario.outageMs) {
    await sleep(isShort ? 1500 : 3000);
    await sink.down();
    await sleep(scenario.outageMs);
    await sink.up();
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), 150_000);
  await Promise.race([said('logged'), result]);
  const told = await result;
  clearTimeout(timer);
  // What a rival still sends after its shutdown resolved would count; none can, its process is
  // gone.
  await sleep(300);
  const state = await sink.ask();
  sink.stop();
  return { told, state };
}

async function killAndRestart(sdk) {
  const sink = await startSink();
  const spool = mkdtempSync(join(tmpdir(), 'event-spool-'));
  const isOurs = sdk !== 'statsig-node' && sdk !== 'core';
  const task = {
    ...taskFor(sdk, sink.url),
    events,
    options: { ...options(sdk), ...(isOurs ? { eventSpool: spool } : {}) },
  };
  await sink.fault({ then: 'silent', keep: sdk !== 'core' });
  const first = startChild({ ...task, what: 'logOnly', waitMs: 1500 });
  await Promise.race([first.said('logged'), first.result]);
  first.kill();
  await first.result;
  await sink.fault({ keep: sdk !== 'core' });
  const second = startChild({ ...task, what: 'onlyStart', waitMs: 3000 });
  const told = await second.result;
  await sleep(300);
  const state = await sink.ask();
  sink.stop();
  rmSync(spool, { recursive: true, force: true });
  return { told, state };
}

let failures = 0;
function row(name, sdk, { told, state }, mayLose) {
  // statsig-node-core is counted by header, its initialization event included.
  const arrived = sdk === 'core' ? Math.max(0, state.arrived - 1) : state.arrived;
  const isOurs = told?.stats != null;
  // The SDK's own initialization event is one more that is accepted; where it did not arrive it is
  // among the counted.
  const own = isOurs ? Math.max(0, 1 - state.diagnostics) : 0;
  const counted = (told?.stats?.dropped ?? 0) + (told?.report?.kept ?? 0) - own;
  const unaccounted = events - arrived - (isOurs ? counted : 0);
  if (
    sdk !== 'statsig-node' &&
    sdk !== 'core' &&
    (unaccounted !== 0 || (!mayLose && arrived !== events) || state.duplicates > 0)
  )
    failures++;
  const shown = isOurs ? String(counted) : '–';
  return `| ${name} | ${sdk} | ${arrived} | ${shown} | ${unaccounted} | ${state.duplicates} | ${state.requests} | ${told?.shutdownMs ?? '–'} |`;
}

console.log(`${events} events, Node ${process.version}\n`);
console.log(
  '| Scenario | SDK | arrived | counted as dropped or kept | unaccounted for | arrived twice | requests | shutdown took, ms |\n| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
);
for (const scenario of scenarios) {
  const results = await Promise.all(sdks.map((sdk) => runOne(sdk, scenario)));
  results.forEach((result, index) =>
    console.log(row(scenario.name, sdks[index], result, scenario.mayLose)),
  );
}
const restarted = await Promise.all(sdks.map((sdk) => killAndRestart(sdk)));
restarted.forEach((result, index) =>
  console.log(row('kill -9 while the server is silent, restart', sdks[index], result, false)),
);
console.log(
  failures === 0
    ? '\nEvery event of this package arrived or is counted.'
    : `\n${failures} rows of this package fail.`,
);
process.exitCode = failures === 0 ? 0 : 1;
