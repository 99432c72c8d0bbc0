/**
 * At the end of a process the SDK is not alone: handlers of the application, tools, other copies,
 * threads.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { TESTED_ENGINES } from '../engines';
import { Receiver, start } from './endings';

const LOG = `
  await s.initializeAsync();
  for (let i = 0; i < 50; i++) s.logEvent(U, 'e' + i);
  say('ready');`;
const SIGNALS = `const s = make({ flushOnExit: 'signals', ...args });${LOG} const waiting = setInterval(() => {}, 1000);`;

async function receive(t: ExecutionContext): Promise<Receiver> {
  t.timeout(300_000);
  const receiver = await Receiver.start();
  t.teardown(() => receiver.server.stop());
  return receiver;
}

function directory(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'hosts-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('a handler of the application decides: it is called once, and its exit code stays', async (t) => {
  const receiver = await receive(t);
  const program = `${SIGNALS} process.on('SIGTERM', () => { say('mine'); setTimeout(() => process.exit(7), 1500); });`;
  const { child, ended, said } = start(program, receiver.api);
  await said('ready');
  child.kill('SIGTERM');
  t.deepEqual(await ended, { code: 7, signal: null, output: 'ready\nmine\n' });
  t.deepEqual(receiver.arrived, { 'secret-ending': 50 });
});

test('a handler that listens once decides, too, registered before the SDK or after', async (t) => {
  const receiver = await receive(t);
  const once =
    "process.once('SIGTERM', () => { say('mine'); setTimeout(() => process.exit(7), 1500); });";
  for (const program of [`${SIGNALS} ${once}`, `${once} ${SIGNALS}`]) {
    const { child, ended, said } = start(program, receiver.api);
    await said('ready');
    child.kill('SIGTERM');
    t.deepEqual(await ended, { code: 7, signal: null, output: 'ready\nmine\n' });
  }
  t.deepEqual(receiver.arrived, { 'secret-ending': 100 });
});

test('what a listener to `exit` logs after the SDK has ended is counted', async (t) => {
  const receiver = await receive(t);
  const late =
    "process.on('exit', () => { for (let i = 0; i < 5; i++) s.logEvent(U, 'late'); const e = s.eventStats(); say(e.dropped + ' ' + e.droppedByReason.unsent + ' ' + e.queued); });";
  const { output } = await start(
    `const s = make(args);${LOG} ${late} process.exit(0);`,
    receiver.api,
  ).ended;
  t.regex(output, /^ready\n(5[5-9]) \1 0\n/);
});

test('a handler that ignores the signal keeps the process alive', async (t) => {
  const receiver = await receive(t);
  const { child, ended, said } = start(
    `${SIGNALS} process.on('SIGINT', () => say('ignored'));
    process.stdin.once('data', () => process.exit(0));`,
    receiver.api,
  );
  await said('ready');
  child.kill('SIGINT');
  await receiver.until(50);
  child.kill('SIGINT');
  await said('ignored\nignored');
  child.stdin!.write('end');
  t.is((await ended).code, 0);
});

test('with signal-exit the process ends by the signal all the same', async (t) => {
  const receiver = await receive(t);
  const program = `
    const loaded = require('signal-exit'); (loaded.onExit ?? loaded)(() => say('hook'));${SIGNALS}`;
  const { child, ended, said } = start(program, receiver.api);
  await said('ready');
  child.kill('SIGTERM');
  const { signal, output } = await ended;
  t.is(signal, 'SIGTERM');
  t.true(output.endsWith('hook\n'));
  t.deepEqual(receiver.arrived, { 'secret-ending': 50 });
});

test('a second signal does not wait for a server that is silent', async (t) => {
  const receiver = await receive(t);
  const silent = `const never = (url, init) => (url.includes('log_event') ? new Promise(() => {}) : fetch(url, init));
    args.networkOverrideFunc = never; args.flushOnExitMs = 600000;`;
  const eventSpool = directory(t);
  const { child, ended, said } = start(silent + SIGNALS, receiver.api, { eventSpool });
  await said('ready');
  child.kill('SIGINT');
  child.kill('SIGTERM');
  const { signal } = await ended;
  t.true(signal === 'SIGTERM' || signal === 'SIGINT');
  await start(
    `const s = make(args); await s.initializeAsync(); await s.shutdownAsync(5000);`,
    receiver.api,
    { eventSpool },
  ).ended;
  t.deepEqual(receiver.arrived, { 'secret-ending': 50 });
});

test('a signal that meets a shutdown still ends the process', async (t) => {
  const receiver = await receive(t);
  const { child, ended, said } = start(
    `${SIGNALS} process.stdin.once('data', () => s.shutdown());`,
    receiver.api,
  );
  await said('ready');
  child.stdin!.write('end');
  child.kill('SIGTERM');
  t.is((await ended).signal, 'SIGTERM');
});

test('a silent server holds a natural end for flushOnExitMs, and the exit code stays', async (t) => {
  const receiver = await receive(t);
  const { ended } = start(
    `
    const networkOverrideFunc = (url, init) => (url.includes('log_event') ? new Promise(() => {}) : fetch(url, init));
    const s = make({ networkOverrideFunc, flushOnExitMs: 200 });${LOG}
    process.exitCode = 5; process.on('exit', (code) => say('exit ' + code));`,
    receiver.api,
  );
  t.deepEqual(await ended, { code: 5, signal: null, output: 'ready\nexit 5\n' });
});

test('nor does a connection, however long its answer may take', async (t) => {
  const receiver = await receive(t);
  receiver.isSilent = true;
  const { ended } = start(
    `
    const s = make({ flushOnExitMs: 200, requestTimeoutMs: 600_000, onEventsDropped: ({ reason, count }) => say(count + ' ' + reason) });${LOG}`,
    receiver.api,
  );
  t.deepEqual(await ended, { code: 0, signal: null, output: 'ready\n51 unsent\n' });
});

test('who goes on after beforeExit delivers all the same', async (t) => {
  const receiver = await receive(t);
  receiver.isSilent = true;
  const { child, ended, said } = start(
    `
    const s = make({ flushOnExitMs: 200, requestTimeoutMs: 600_000 });${LOG}
    let rounds = 0;
    process.on('beforeExit', () => {
      if (++rounds !== 2) return;
      process.stdin.once('data', () => s.shutdown());
      say('goes on');
    });`,
    receiver.api,
  );
  await said('goes on');
  receiver.isSilent = false;
  child.stdin!.write('end');
  child.stdin!.end();
  t.is((await ended).code, 0);
  t.deepEqual(receiver.arrived, { 'secret-ending': 50 });
});

for (const engine of TESTED_ENGINES) {
  test(`${engine}: process.exit says what is lost in one line, and nothing when it is the SDK's own`, async (t) => {
    const receiver = await receive(t);
    const program = (work: string): string => `
      const logger = { ...quiet, logLevel: 'info', info: say, warn: say, error: say };
      const s = make({ engine: args.engine, logger }); await s.initializeAsync(); ${work} process.exit(0);`;
    const lines = async (work: string): Promise<string> =>
      (await start(program(work), receiver.api, { engine }).ended).output.replace(
        /^statsigSDK> 0 specs from Network, .*\n/,
        '',
      );
    t.regex(
      await lines("for (let i = 0; i < 50; i++) s.logEvent(U, 'e');"),
      /^statsigSDK> Events were dropped: 51 unsent[^\n]*\n$/,
    );
    t.is(await lines(''), '');
    t.is(await lines('await s.flush();'), '');
  });
}

test('an application that logs on each beforeExit ends', async (t) => {
  const receiver = await receive(t);
  const { ended } = start(
    `const s = make();${LOG} process.on('beforeExit', () => s.logEvent(U, 'again'));`,
    receiver.api,
  );
  t.is((await ended).code, 0);
  t.true(receiver.arrived['secret-ending']! >= 51);
});

test('copies of the package listen once, and each delivers', async (t) => {
  const receiver = await receive(t);
  const { ended } = start(
    `
    const first = StatsigServer;
    for (const path of Object.keys(require.cache)) if (path.includes('/src/')) delete require.cache[path];
    const { StatsigServer: second } = require('./src/index');
    if (first === second) throw new Error('no copy');
    for (const [n, Copy] of [first, second].entries()) {
      for (let i = 0; i < 3; i++) {
        const s = new Copy('secret-' + n, { api, logger: quiet, disableDiagnostics: true });
        await s.initializeAsync();
        s.logEvent(U, 'e');
      }
    }
    say(process.listenerCount('beforeExit') + ' ' + process.listenerCount('exit'));`,
    receiver.api,
  );
  const { code, output } = await ended;
  t.is(code, 0);
  t.regex(output, /^1 /);
  t.deepEqual(receiver.arrived, { 'secret-0': 3, 'secret-1': 3 });
});

test('after shutdown nobody listens any more', async (t) => {
  const receiver = await receive(t);
  const count =
    "['beforeExit', 'SIGTERM', 'SIGINT'].map((name) => process.listenerCount(name)).join()";
  const { ended } = start(
    `
    const s = make({ flushOnExit: 'signals' }); await s.initializeAsync(); say(${count});
    await s.shutdownAsync(); say(${count});`,
    receiver.api,
  );
  t.is((await ended).output, '1,1,1\n0,0,0\n');
});

test('in localMode, and without logging, nobody listens', async (t) => {
  const receiver = await receive(t);
  const { ended } = start(
    `
    for (const options of [{ localMode: true }, { disableAllLogging: true }]) await make(options).initializeAsync();
    say(process.listenerCount('beforeExit'));`,
    receiver.api,
  );
  t.is((await ended).output, '0\n');
});

test('a worker thread that ends by itself delivers; one that exits leaves its events in the spool', async (t) => {
  const receiver = await receive(t);
  const eventSpool = directory(t);
  const worker = (end: string): string => `
    const { Worker } = require('node:worker_threads');
    const code = \`
      const { StatsigServer } = require('./src/index');
      const s = new StatsigServer('secret-ending', { api: \${JSON.stringify(api)}, eventSpool: \${JSON.stringify(args.eventSpool)}, flushOnExit: 'signals',
        logger: { warn() {}, error() {}, logLevel: 'none' }, disableDiagnostics: true });
      s.initializeAsync().then(() => { for (let i = 0; i < 50; i++) s.logEvent({ userID: 'u' }, 'e'); ${end} });\`;
    new Worker(code, { eval: true, execArgv: ['--require=tsx/cjs'] }).once('exit', (code) => say('worker ' + code));`;
  t.is((await start(worker(''), receiver.api, { eventSpool }).ended).output, 'worker 0\n');
  t.deepEqual(receiver.arrived, { 'secret-ending': 50 });
  t.is(
    (await start(worker('process.exit(4);'), receiver.api, { eventSpool }).ended).output,
    'worker 4\n',
  );
  t.deepEqual(receiver.arrived, { 'secret-ending': 50 });
  await start(
    `const s = make(args); await s.initializeAsync(); await s.shutdownAsync(5000);`,
    receiver.api,
    { eventSpool },
  ).ended;
  t.deepEqual(receiver.arrived, { 'secret-ending': 100 });
});

test('an instance that is let go of with pending events says so, and sends them', async (t) => {
  const receiver = await receive(t);
  const { ended, said, child } = start(
    `
    (() => { const s = make({ logger: { ...quiet, logLevel: 'info', info: say } }); globalThis.started = s.initializeAsync().then(() => s.logEvent(U, 'e')); })();
    await globalThis.started; delete globalThis.started;
    const collect = () => { globalThis.gc(); setTimeout(collect, 20); }; collect();`,
    receiver.api,
    {},
    ['--expose-gc'],
  );
  await receiver.until(1);
  await said('dropped without shutdown');
  child.kill('SIGKILL');
  t.regex(
    (await ended).output,
    /An instance with \d+ undelivered events was dropped without shutdown/,
  );
});
