/**
 * The table of docs/events.md: 50 events, each way for a process to end, with and without a spool,
 * on every engine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { TESTED_ENGINES } from '../engines';
import { Receiver, start, type Ended } from './endings';

const EVENTS = 50;
const ENGINES = TESTED_ENGINES;

/**
 * Events of each instance that arrived in its life, in the next one with the same spool, and that
 * were counted as dropped.
 */
interface Fate {
  arrived: number;
  kept: number;
  counted: number;
}

interface Way {
  name: string;
  /** Ends the program, after `ready`. */
  end: string;
  /** What the parent does then. */
  signal?: 'SIGTERM' | 'SIGINT' | 'SIGKILL';
  options?: object;
  /** The server refuses events during the first life. */
  isOutage?: boolean;
  code: number | null;
  without: Fate;
  withSpool: Fate;
}

const arrived: Fate = { arrived: EVENTS, kept: 0, counted: 0 };
const kept: Fate = { arrived: 0, kept: EVENTS, counted: 0 };
const counted: Fate = { arrived: 0, kept: 0, counted: EVENTS };
const lost: Fate = { arrived: 0, kept: 0, counted: 0 };
const WAIT = 'setInterval(() => {}, 1000);';

const WAYS: Way[] = [
  { name: 'natural end', end: '', code: 0, without: arrived, withSpool: arrived },
  {
    name: 'natural end, flushOnExit off',
    end: '',
    options: { flushOnExit: false },
    code: 0,
    without: counted,
    withSpool: kept,
  },
  {
    name: 'natural end in an outage',
    end: '',
    isOutage: true,
    options: { postLogsRetryLimit: 0 },
    code: 0,
    without: counted,
    withSpool: kept,
  },
  { name: 'process.exit(0)', end: 'process.exit(0);', code: 0, without: counted, withSpool: kept },
  {
    name: 'process.exit(3) with a batch under way',
    end: 'for (const s of all) void s.flush(); process.exit(3);',
    isOutage: true,
    code: 3,
    without: counted,
    withSpool: kept,
  },
  {
    name: 'uncaught exception',
    end: 'setImmediate(() => { throw new Error("uncaught"); });',
    code: 1,
    without: counted,
    withSpool: kept,
  },
  {
    name: 'unhandled rejection',
    end: 'Promise.reject(new Error("unhandled"));',
    code: 1,
    without: counted,
    withSpool: kept,
  },
  { name: 'SIGTERM', end: WAIT, signal: 'SIGTERM', code: null, without: lost, withSpool: lost },
  {
    name: "SIGTERM, flushOnExit: 'signals'",
    end: WAIT,
    signal: 'SIGTERM',
    options: { flushOnExit: 'signals' },
    code: null,
    without: arrived,
    withSpool: arrived,
  },
  {
    name: "SIGINT, flushOnExit: 'signals'",
    end: WAIT,
    signal: 'SIGINT',
    options: { flushOnExit: 'signals' },
    code: null,
    without: arrived,
    withSpool: arrived,
  },
  {
    name: "SIGTERM in an outage, flushOnExit: 'signals'",
    end: WAIT,
    signal: 'SIGTERM',
    isOutage: true,
    options: { flushOnExit: 'signals', postLogsRetryLimit: 0 },
    code: null,
    without: counted,
    withSpool: kept,
  },
  { name: 'kill -9', end: WAIT, signal: 'SIGKILL', code: null, without: lost, withSpool: lost },
  {
    name: 'kill -9 in an outage, a batch on disk',
    end: 'await Promise.all(all.map((s) => s.flush(500))); say("flushed");' + WAIT,
    signal: 'SIGKILL',
    isOutage: true,
    options: { postLogsRetryLimit: 0 },
    code: null,
    without: lost,
    withSpool: kept,
  },
];

const keyOf = (engine: string): string => `secret-${engine}`;

/** One process with an instance of each engine. */
const PROGRAM = `
  const all = args.engines.map((engine) => make({ engine, ...args.options, onEventsDropped: ({ count }) => say('dropped ' + engine + ' ' + count) }, 'secret-' + engine));
  await Promise.all(all.map((s) => s.initializeAsync()));
  // The SDK's own diagnostics.
  await Promise.all(all.map((s) => s.flush()));
  for (const s of all) for (let i = 0; i < args.events; i++) s.logEvent(U, 'e' + i);
  say('ready');`;

function droppedOf({ output }: Ended, engine: string): number {
  const lines = [...output.matchAll(new RegExp(`dropped ${engine} (\\d+)`, 'g'))];
  return lines.reduce((sum, [, count]) => sum + Number(count), 0);
}

async function live(
  t: ExecutionContext,
  way: Way,
  eventSpool: string | undefined,
): Promise<Ended & { fates: Fate[] }> {
  const receiver = await Receiver.start();
  t.teardown(() => receiver.server.stop());
  receiver.isDown = way.isOutage === true;
  const args = { engines: ENGINES, events: EVENTS, options: { ...way.options, eventSpool } };
  const first = start(PROGRAM + way.end, receiver.api, args);
  await first.said(way.end.includes('flushed') ? 'flushed' : 'ready');
  if (way.signal !== undefined) first.child.kill(way.signal);
  const ended = await first.ended;
  const firstArrived = { ...receiver.arrived };
  receiver.isDown = false;
  if (eventSpool !== undefined) {
    const heirs = { engines: ENGINES, events: 0, options: { eventSpool } };
    await start(
      `${PROGRAM} for (const s of all) await s.shutdownAsync(10000);`,
      receiver.api,
      heirs,
    ).ended;
  }
  const fates = ENGINES.map((engine) => {
    const before = firstArrived[keyOf(engine)] ?? 0;
    const after = receiver.arrived[keyOf(engine)] ?? 0;
    return { arrived: before, kept: after - before, counted: droppedOf(ended, engine) };
  });
  return { ...ended, fates };
}

for (const way of WAYS) {
  for (const hasSpool of [false, true]) {
    test(`${way.name}, ${hasSpool ? 'with' : 'without'} a spool`, async (t) => {
      t.timeout(300_000);
      if (process.platform === 'win32' && way.signal !== undefined)
        return t.pass('no signals there');
      const directory = mkdtempSync(join(tmpdir(), 'endings-'));
      t.teardown(() => rmSync(directory, { recursive: true, force: true }));
      const { code, signal, fates } = await live(t, way, hasSpool ? directory : undefined);
      t.deepEqual(
        fates,
        ENGINES.map(() => (hasSpool ? way.withSpool : way.without)),
        ENGINES.join(),
      );
      t.is(code, way.code);
      t.is(signal, way.signal ?? null);
    });
  }
}
