// What becomes of 50 accepted events when a process ends without shutdown, in each way it can, for
// this package with and without a spool and for its rivals; prints the table of docs/events.md:
//   node bench/events/exits.mjs [--events 50] [--sdks native,wasm,js,statsig-node,core]
// The power failure is one of a disk in a file, and is tried by root only. A cell: how many arrived
// in that life / how many the next life with the same spool delivered / how many were counted as
// dropped.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLoopDisk } from './loop-disk.mjs';
import { argument, sleep, startChild, startSink } from './start.mjs';

const events = Number(argument('events', '50'));
const sdks = argument('sdks', 'native,wasm,js,statsig-node,core').split(',');
const FROZEN_MS = 3000;

const signal = (name, options) => ({ end: 'wait', options, act: ({ child }) => child.kill(name) });
const freeze = async ({ child }) => {
  child.kill('SIGSTOP');
  await sleep(FROZEN_MS);
};
const ways = [
  ['natural end', { end: 'natural' }],
  ['`process.exit(0)`', { end: 'exit' }],
  ['uncaught exception', { end: 'exception' }],
  ['SIGTERM', signal('SIGTERM')],
  ["SIGTERM, `'signals'`", signal('SIGTERM', { flushOnExit: 'signals' })],
  ['SIGINT', signal('SIGINT')],
  ["SIGINT, `'signals'`", signal('SIGINT', { flushOnExit: 'signals' })],
  ['kill -9', signal('SIGKILL')],
  ['kill -9 in an outage, after a flush', { ...signal('SIGKILL'), isOutage: true, flushes: true }],
  [
    'power failure in an outage, after a flush',
    { ...signal('SIGKILL'), isOutage: true, flushes: true, hasLoopDisk: true },
  ],
  [
    'the same, `eventSpoolSync`',
    {
      ...signal('SIGKILL', { eventSpoolSync: true }),
      isOutage: true,
      flushes: true,
      hasLoopDisk: true,
    },
  ],
  [
    'frozen for 3 s, thawed, `shutdownAsync`',
    {
      end: 'shutdown',
      act: async (started) => {
        await freeze(started);
        started.child.kill('SIGCONT');
        started.child.send({ goOn: true });
      },
    },
  ],
  [
    'frozen after a handler, never thawed',
    {
      end: 'wait',
      inHandler: true,
      act: async (started) => {
        await freeze(started);
        started.child.kill('SIGKILL');
      },
    },
  ],
];

const isRival = (sdk) => sdk === 'statsig-node' || sdk === 'core';
const nameOf = (sdk) => (isRival(sdk) ? sdk : 'ours');

/** Where the spool is, and where it is after the power failed. */
function placeOf(folder, hasLoopDisk) {
  if (!hasLoopDisk) return { spool: () => join(folder, 'spool'), powerOff() {}, remove() {} };
  const disk = makeLoopDisk(folder);
  let { path } = disk;
  return {
    spool: () => join(path, 'spool'),
    powerOff() {
      path = disk.powerOff();
    },
    remove: disk.remove,
  };
}

/** How many arrive when another process has the spool. */
async function inherit(sink, base, options) {
  await sink.fault({ then: 'ok', keep: true });
  await startChild({ ...base, what: 'onlyStart', waitMs: 0, options }).result;
  return (await sink.ask()).arrived;
}

async function live(folder, sink, sdk, { act, isOutage, hasLoopDisk, ...way }, hasSpool) {
  const place = placeOf(folder, hasLoopDisk && hasSpool);
  const spool = () => (hasSpool ? { eventSpool: place.spool() } : {});
  const countFile = join(folder, 'dropped');
  const base = { sdk: nameOf(sdk), engine: sdk, url: sink.url };
  const ours = isRival(sdk) ? {} : { ...way.options, ...spool() };
  const started = startChild({
    ...base,
    ...way,
    what: 'endBy',
    events,
    countFile,
    options: { postLogsRetryBackoff: 100, ...ours },
  });
  await started.said('started');
  await sink.fault({ then: isOutage ? 'reset' : 'ok', keep: sdk !== 'core' });
  started.child.send({ goOn: true });
  await Promise.race([started.said('logged'), started.result]);
  place.powerOff();
  await act?.(started);
  await started.result;
  const { arrived } = await sink.ask();
  const kept = hasSpool ? await inherit(sink, base, spool()) : 0;
  place.remove();
  const counted = existsSync(countFile)
    ? readFileSync(countFile, 'utf8')
        .split('\n')
        .reduce((sum, line) => sum + Number(line), 0)
    : 0;
  return isRival(sdk) ? `${arrived}` : `${arrived} / ${kept} / ${counted}`;
}

async function cell(sdk, way, hasSpool) {
  const folder = mkdtempSync(join(tmpdir(), 'exits-'));
  const sink = await startSink();
  try {
    return await live(folder, sink, sdk, way, hasSpool);
  } catch (error) {
    if (!way.hasLoopDisk) throw error;
    return 'not tried';
  } finally {
    sink.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const columns = sdks.flatMap((sdk) =>
  isRival(sdk)
    ? [[sdk, false]]
    : [
        [sdk, false],
        [sdk, true],
      ],
);
console.log(
  `| How it ends | ${columns.map(([sdk, hasSpool]) => (hasSpool ? `${sdk}, spool` : sdk)).join(' | ')} |`,
);
console.log(`| --- |${' ---: |'.repeat(columns.length)}`);
for (const [name, way] of ways) {
  const cells = await Promise.all(columns.map(([sdk, hasSpool]) => cell(sdk, way, hasSpool)));
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
