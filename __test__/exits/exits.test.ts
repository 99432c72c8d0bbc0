/**
 * Programs that never call shutdown end by themselves, whatever the SDK was doing when they had
 * nothing left to do.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createLocalServer, type LocalServer } from '../../src/local-server';
import { payload } from '../api/support';
import { freePort, kill, startRedis, withRedis } from '../storage/redis-server';

interface Ended {
  code: number | null;
  output: string;
}

/** Longer than any single request may take, far shorter than polling would go on. */
const LIMIT_MS = 60_000;

/** Runs a program with `Server`, `api` and `extra` in scope. */
function run(program: string, api: string, extra = ''): Promise<Ended> {
  const script = `
    const { StatsigServer } = require('./src/index');
    const { RedisDataAdapter } = require('./src/storage/redis');
    const { FileDataAdapter } = require('./src/storage/file-adapter');
    const [api, extra] = process.argv.slice(1);
    const U = { userID: 'u' };
    const quiet = { warn() {}, error() {}, logLevel: 'none' };
    const make = (options) => new StatsigServer('secret-exits', { api, logger: quiet, ...options });
    (async () => { ${program} })().then(() => process.stdout.write('end'));`;
  const child = spawn(process.execPath, ['--require=tsx/cjs', '-e', script, api, extra], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  return new Promise((resolve) =>
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    }),
  );
}

/** name, program, what it prints */
const PROGRAMS: [string, string, string][] = [
  [
    'after initialize, with polling',
    `const s = make(); console.log((await s.initializeAsync()).source);`,
    'Network\nend',
  ],
  [
    'after checks, with pending events',
    `
    const s = make(); await s.initializeAsync();
    console.log(s.checkGate(U, 'always')); s.logEvent(U, 'e');`,
    'true\nend',
  ],
  [
    'while a flush is under way that nobody awaits',
    `
    const s = make(); await s.initializeAsync(); s.logEvent(U, 'e'); void s.flush();`,
    'end',
  ],
  [
    'after syncs over kept-alive connections',
    `
    const s = make(); await s.initializeAsync(); await s.syncStoreSpecs(); await s.syncStoreIdLists();`,
    'end',
  ],
  ['made but never initialized', `make();`, 'end'],
  [
    'with lazy ID lists and IP table',
    `
    const s = make({ initStrategyForIDLists: 'lazy', initStrategyForIP3Country: 'lazy' }); await s.initializeAsync();`,
    'end',
  ],
  [
    'after a failed initialize',
    `
    const s = make({ api: 'http://127.0.0.1:1/v1' }); console.log((await s.initializeAsync()).success);
    s.checkGate(U, 'always');`,
    'false\nend',
  ],
  [
    'after a refused key',
    `
    const s = new StatsigServer('client-x', { api, logger: quiet }); await s.initializeAsync().catch(() => console.log('refused'));`,
    'refused\nend',
  ],
  [
    'initTimeoutMs long after the end of init',
    `const s = make({ initTimeoutMs: 600000 }); await s.initializeAsync();`,
    'end',
  ],
  [
    'in localMode',
    `const s = make({ localMode: true }); await s.initializeAsync(); s.logEvent(U, 'e');`,
    'end',
  ],
  [
    'with the file adapter',
    `
    const s = make({ dataAdapter: new FileDataAdapter(extra) }); await s.initializeAsync(); s.checkGate(U, 'always');`,
    'end',
  ],
  [
    'after shutdown',
    `const s = make(); await s.initializeAsync(); s.logEvent(U, 'e'); await s.shutdownAsync(); console.log(s.eventStats().delivered > 0);`,
    'true\nend',
  ],
  [
    'after shutdown that nobody awaits',
    `const s = make(); await s.initializeAsync(); s.logEvent(U, 'e'); s.shutdown();`,
    'end',
  ],
  [
    'initialized again after shutdown',
    `const s = make(); await s.initializeAsync(); await s.shutdownAsync(); await s.initializeAsync();`,
    'end',
  ],
];

let local: LocalServer;
test.before(async () => {
  local = await createLocalServer({ specs: payload(), idLists: { l: ['1'] } });
});
test.after.always(() => local.close(0));

for (const [name, program, output] of PROGRAMS) {
  test(name, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'statsig-'));
    t.teardown(() => rmSync(directory, { recursive: true, force: true }));
    t.deepEqual(await run(program, local.api, directory), { code: 0, output });
  });
}

withRedis('with the Redis adapter', async (t) => {
  const port = await freePort();
  const redis = await startRedis(port);
  t.teardown(() => kill(redis));
  const program = `
    const s = make({ dataAdapter: new RedisDataAdapter({ url: extra }) }); await s.initializeAsync();
    console.log(s.checkGate(U, 'always'));`;
  t.deepEqual(await run(program, local.api, `redis://127.0.0.1:${port}`), {
    code: 0,
    output: 'true\nend',
  });
});

test('with a Redis adapter whose server is away', async (t) => {
  const program = `
    const s = make({ dataAdapter: new RedisDataAdapter({ url: extra, connectTimeoutMs: 100 }) }); await s.initializeAsync();`;
  t.deepEqual(await run(program, local.api, `redis://127.0.0.1:${await freePort()}`), {
    code: 0,
    output: 'end',
  });
});

test('a server that never answers holds the process no longer than a request may take', async (t) => {
  const silent = await createLocalServer();
  silent.fail({ route: 'specs', until: new Promise(() => undefined) });
  silent.fail({ route: 'idListIndex', until: new Promise(() => undefined) });
  t.teardown(() => silent.close(0));
  const program = `
    const s = make({ requestTimeoutMs: 300, initTimeoutMs: 50 }); console.log((await s.initializeAsync()).error.message);`;
  t.deepEqual(await run(program, silent.api), {
    code: 0,
    output: 'Timed out waiting for initialize\nend',
  });
});

const HANGS = `
  const never = () => new Promise(() => {});
  const adapter = { initialize: never, get: never, set: never, shutdown: never };`;

/** What is awaited, with something that never answers and nothing else alive. */
const AWAITED: [string, string, string][] = [
  [
    'initialize with an adapter',
    `
    const s = make({ dataAdapter: adapter, dataAdapterTimeoutMs: 200 }); console.log((await s.initializeAsync()).source);`,
    'Network\nend',
  ],
  [
    'initialize with an adapter, for initTimeoutMs',
    `
    const s = make({ dataAdapter: adapter, initTimeoutMs: 200 }); console.log((await s.initializeAsync()).success);`,
    'false\nend',
  ],
  [
    'initialize with a network override',
    `
    const s = make({ networkOverrideFunc: never, requestTimeoutMs: 200 }); console.log((await s.initializeAsync()).success);`,
    'false\nend',
  ],
  [
    'syncStoreSpecs and syncStoreIdLists',
    `
    let isSilent = false;
    const networkOverrideFunc = (url, init) => (isSilent ? never() : fetch(url, init));
    const s = make({ networkOverrideFunc, requestTimeoutMs: 200 }); await s.initializeAsync();
    isSilent = true; await s.syncStoreSpecs(); await s.syncStoreIdLists();`,
    'end',
  ],
  [
    'flush and shutdownAsync',
    `
    const networkOverrideFunc = (url, init) => (url.includes('log_event') ? never() : fetch(url, init));
    const s = make({ networkOverrideFunc, requestTimeoutMs: 200 }); await s.initializeAsync(); s.logEvent(U, 'e');
    await s.flush(300); console.log((await s.shutdownAsync(300)).dropped > 0);`,
    'true\nend',
  ],
];

for (const [name, program, output] of AWAITED) {
  test(`the process does not end within an awaited ${name} that hangs`, async (t) => {
    t.deepEqual(await run(HANGS + program, local.api), { code: 0, output });
  });
}
