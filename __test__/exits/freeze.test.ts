/**
 * Hosts that are frozen between invocations: `flushAfter` has delivered by then, and nothing runs
 * in between.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { StatsigServer } from '../../src/api/statsig';
import { StatsigError } from '../../src/types/errors';
import { TESTED_ENGINES } from '../engines';
import { FakeClock, settle, until } from '../network/fake-clock';
import { Receiver, start } from './endings';

const U = { userID: 'u' };
const quiet = { warn() {}, error() {}, logLevel: 'none' as const };

async function receive(t: ExecutionContext): Promise<Receiver> {
  t.timeout(300_000);
  const receiver = await Receiver.start();
  t.teardown(() => receiver.server.stop());
  return receiver;
}

/**
 * A function as a host runs it: one line of input is one invocation. Its lines of output are the
 * answers.
 */
const FUNCTION = `
  const s = make({ engine: args.engine, loggingIntervalMs: 20, disableRulesetsSync: false, ...args.options });
  const handler = s.flushAfter(async (event) => {
    await s.initializeAsync();
    for (let i = 0; i < 50; i++) s.logEvent(U, 'e' + i);
    if (event.startsWith('fail')) throw new Error('mine');
    return 'answer to ' + event;
  });
  process.stdin.on('data', async (line) => say(await handler(String(line).trim()).catch((error) => 'threw ' + error.message)));`;

if (process.platform !== 'win32') {
  for (const engine of TESTED_ENGINES) {
    test(`${engine}: events have arrived before the answer, through freezing and thawing, also when a handler throws`, async (t) => {
      const receiver = await receive(t);
      const { child, ended, said } = start(FUNCTION, receiver.api, { engine });
      for (const [n, event] of ['one', 'fail', 'three'].entries()) {
        child.stdin!.write(`${event}\n`);
        await said(event === 'fail' ? 'threw mine' : `answer to ${event}`);
        child.kill('SIGSTOP');
        t.deepEqual(receiver.arrived, { 'secret-ending': 50 * (n + 1) });
        child.kill('SIGCONT');
      }
      child.stdin!.end();
      child.kill('SIGKILL');
      t.is((await ended).output, 'answer to one\nthrew mine\nanswer to three\n');
    });
  }

  test('a host that is frozen in an outage, and never thawed, has its events in the spool', async (t) => {
    const receiver = await receive(t);
    const eventSpool = mkdtempSync(join(tmpdir(), 'freeze-'));
    t.teardown(() => rmSync(eventSpool, { recursive: true, force: true }));
    receiver.isDown = true;
    const { child, ended, said } = start(FUNCTION, receiver.api, {
      options: { eventSpool, postLogsRetryLimit: 0 },
    });
    child.stdin!.write('one\n');
    await said('answer to one');
    child.kill('SIGSTOP');
    child.kill('SIGKILL');
    await ended;
    receiver.isDown = false;
    await start(
      'const s = make(args); await s.initializeAsync(); await s.shutdownAsync(5000);',
      receiver.api,
      { eventSpool },
    ).ended;
    t.deepEqual(receiver.arrived, { 'secret-ending': 50 });
  });
}

/** An instance on a clock of its own, whose requests are counted. */
async function instance(): Promise<{
  s: StatsigServer;
  clock: FakeClock;
  urls: string[];
  isSilent: boolean;
}> {
  const urls: string[] = [];
  const clock = new FakeClock();
  const networkOverrideFunc = (url: string): Promise<Response> => {
    if (made.isSilent) return new Promise(() => undefined);
    urls.push(url.replace(/^.*\/v1\//, '').replace(/\/.*/, ''));
    const body = url.includes('specs')
      ? { has_updates: true, time: 1, feature_gates: [], dynamic_configs: [], layer_configs: [] }
      : {};
    return Promise.resolve(new Response(JSON.stringify(body)));
  };
  const s = new StatsigServer(
    'secret-freeze',
    { networkOverrideFunc, logger: quiet, disableDiagnostics: true, engine: 'js' },
    { clock },
  );
  const made = { s, clock, urls, isSilent: false };
  await s.initializeAsync();
  await s.flush();
  urls.length = 0;
  return made;
}

test('between invocations no timer runs; what was due is done when the next one begins', async (t) => {
  const { s, clock, urls } = await instance();
  const handler = s.flushAfter((text: string) => text.toUpperCase());
  t.is(await handler('a'), 'A');
  t.is(clock.pending, 0);
  await clock.advance(3_600_000);
  s.checkGate(U, 'g');
  t.deepEqual(urls, []);
  t.is(s.health().specs.nextPollMs, null);
  t.is(await handler('b'), 'B');
  await until(() => urls.includes('get_id_lists'));
  t.true(urls.includes('download_config_specs') && urls.includes('log_event'));
  await settle();
  t.is(clock.pending, 0);
  await s.shutdownAsync();
});

test('timers run until the last of several invocations is over', async (t) => {
  const { s, clock } = await instance();
  const ends: (() => void)[] = [];
  const handler = s.flushAfter(() => new Promise<void>((resolve) => ends.push(resolve)));
  const [first, second] = [handler(), handler()];
  ends[0]!();
  await first;
  t.true(clock.pending > 0);
  ends[1]!();
  await second;
  t.is(clock.pending, 0);
  await s.shutdownAsync();
});

test('waitUntil, given or found, takes the delivery over; one that throws does not lose it', async (t) => {
  const { s, urls } = await instance();
  const handed: Promise<unknown>[] = [];
  const waitUntil = (delivery: Promise<unknown>): void => void handed.push(delivery);
  const log = (): void => s.logEvent(U, 'e');
  await s.flushAfter(log, { waitUntil })();
  t.deepEqual(urls, [], 'the answer did not wait');
  await Promise.all(handed);
  t.deepEqual(urls, ['log_event']);

  class Context {
    readonly taken: Promise<unknown>[] = [];
    waitUntil(delivery: Promise<unknown>): void {
      this.taken.push(delivery);
    }
  }
  const context = new Context();
  await s.flushAfter((_request: object, _environment: null, _context: Context) => log())(
    {},
    null,
    context,
  );
  t.is(context.taken.length, 1);
  await Promise.all(context.taken);
  t.is(urls.length, 2);

  await s.flushAfter(log, {
    waitUntil: () => {
      throw new Error('outside of a request');
    },
  })();
  t.is(urls.length, 3);
  await s.shutdownAsync();
});

test('this, arguments, results and errors of a handler are passed on; what is no function is refused', async (t) => {
  const { s } = await instance();
  const holder = {
    n: 2,
    times: s.flushAfter(function (this: { n: number }, a: number, b: number) {
      return this.n * a * b;
    }),
  };
  t.is(await holder.times(3, 4), 24);
  const error = new StatsigError('mine');
  t.is(
    await t.throwsAsync(
      s.flushAfter(() => {
        throw error;
      })(),
    ),
    error,
  );
  t.is(await t.throwsAsync(s.flushAfter(() => Promise.reject(error))()), error);
  t.throws(() => s.flushAfter(null as never), { instanceOf: TypeError });
  await s.shutdownAsync();
  t.is(await s.flushAfter(() => 'after shutdown')(), 'after shutdown');
});

test('a server that is silent holds an answer for the timeout only', async (t) => {
  const made = await instance();
  const { s, clock } = made;
  made.isSilent = true;
  const answer = s.flushAfter(
    () => {
      s.logEvent(U, 'e');
      return 1;
    },
    { timeout: 300 },
  )();
  await clock.advance(299);
  await clock.advance(1);
  t.is(await answer, 1);
  const ended = s.shutdownAsync(100);
  await clock.advance(100);
  await ended;
});
