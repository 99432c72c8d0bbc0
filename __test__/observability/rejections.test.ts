/**
 * Callbacks that return promises which reject, or thenables that throw: nobody waits for them, and
 * no process ends by them.
 */
import { execFile } from 'node:child_process';
import test from 'ava';
import { onRejection } from '../../src/observability/rejection';
import { SafeLogger } from '../../src/observability/logger';
import { NetworkError } from '../../src/network/network-error';
import { ENGINES } from '../api/support';

/**
 * In a process of its own, where an unhandled rejection is the end. `bad()` makes one kind of
 * misbehaviour after the other.
 */
const PROGRAM = `
  const { StatsigServer } = require('./src/index');
  const { FakeNetwork } = require('./__test__/api/support');
  const engine = process.argv[1];
  const kinds = [
    async () => { throw new Error('rejected'); },
    () => Promise.reject(undefined),
    () => ({ then(resolve, reject) { reject('thenable'); } }),
    () => ({ then() { throw new Error('then throws'); } }),
    () => ({ get then() { throw new Error('getter throws'); } }),
    () => Object.assign(Promise.reject(new Error('odd')), { catch: 5 }),
    () => { throw new Error('thrown'); },
  ];
  const sleep = () => new Promise((resolve) => setTimeout(resolve, 20));
  (async () => {
    for (const bad of kinds) {
      const network = new FakeNetwork();
      network.idLists = { l: { name: 'l', url: 'http://lists/l', fileID: 'f', creationTime: 1, size: 3 } };
      const polls = { dataAdapter: { initialize: bad, get: bad, set: bad, shutdown: bad, supportsPollingUpdatesFor: bad } };
      let isDown = false;
      const override = async (url, init) => {
        const response = isDown ? new Response('no', { status: 500 }) : await network.override(url, init);
        return { ok: response.ok, status: response.status, text: () => response.text(), headers: { get: bad } };
      };
      const s = new StatsigServer('secret-rejections', {
        engine, networkOverrideFunc: override, logger: { warn: bad, error: bad, info: bad, debug: bad, logLevel: 'debug' },
        rulesUpdatedCallback: bad, evaluationCallback: bad, ...polls, postLogsRetryBackoff: bad, postLogsRetryLimit: 1, reportExceptions: true,
        userPersistentStorage: { load: bad, save: bad, delete: bad }, unknownOption: 1,
        evaluationCallbacks: { gateCallback: bad, dynamicConfigCallback: bad, experimentCallback: bad, layerCallback: bad, layerParamCallback: bad },
      });
      await s.initializeAsync();
      const user = { userID: 'u', email: 'a@b.c' };
      const values = [
        s.checkGate(user, 'always'), s.getConfig(user, 'config').get('text', ''),
        s.getExperiment(user, 'experiment', { userPersistedValues: {} }).get('text', ''),
        s.getExperiment(user, 'experiment').get('text', ''), s.getLayer(user, 'layer', { userPersistedValues: {} }).get('text', ''),
      ];
      try { s.getConfig(user, 'config').get('text', '', bad); } catch {}
      try { s.getLayer(user, 'layer').get('text', '', bad); } catch {}
      void s.getUserPersistedValues(user, 'userID');
      isDown = true;
      s.logEvent(user, 'e');
      await s.flush(50);
      await s.syncStoreSpecs();
      await s.syncStoreIdLists();
      await sleep();
      isDown = false;
      await s.shutdownAsync(200);
      await sleep();
      console.log(JSON.stringify(values));
    }
    console.log('alive');
    process.exit(0);
  })();`;

function run(engine: string): Promise<{ code: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    const args = ['--require=tsx/cjs', '-e', PROGRAM, engine];
    execFile(process.execPath, args, { timeout: 100_000 }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, out, err }),
    );
  });
}

for (const engine of ENGINES) {
  test(`${engine}: every callback, adapter, storage and logger may reject or throw`, async (t) => {
    const { code, out, err } = await run(engine);
    const lines = out.trim().split('\n');
    t.is(code, 0, err.slice(-2_000));
    t.is(lines.at(-1), 'alive');
    t.deepEqual([...new Set(lines.slice(0, -1))], ['[true,"set","A","A","A"]']);
    t.is(lines.length, 8);
  });
}

test('onRejection hears promises and thenables, and nothing of other values', async (t) => {
  const heard: unknown[] = [];
  const tell = (error: unknown): void => void heard.push(error);
  for (const value of [
    undefined,
    null,
    1,
    'text',
    {},
    [],
    () => 1,
    Promise.resolve(1),
    { then: 5 },
  ])
    onRejection(value, tell);
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(heard, []);
  onRejection(Promise.reject(new Error('a')), tell);
  onRejection({ then: (_: unknown, reject: (error: unknown) => void) => reject('b') }, tell);
  onRejection(
    Object.defineProperty({}, 'then', {
      get: () => {
        throw 'c';
      },
    }),
    tell,
  );
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(heard.map(String).sort(), ['Error: a', 'b', 'c']);
});

test('what a logger rejects with is said once, on the console', async (t) => {
  const said: unknown[] = [];
  const original = console.error;
  console.error = (...args: unknown[]) => void said.push(...args);
  t.teardown(() => (console.error = original));
  const rejecting = (): never => Promise.reject(new Error('logger')) as never;
  const logger = new SafeLogger({ warn: rejecting, error: rejecting, logLevel: 'warn' });
  logger.warn('one');
  logger.error('two');
  new SafeLogger({ logLevel: 'debug' } as never).debug('an optional method');
  new SafeLogger({ logLevel: 'debug' } as never).warn('a needed one');
  await new Promise((resolve) => setImmediate(resolve));
  t.is(said.length, 2);
});

test('accounts of thrown values never throw', (t) => {
  const nasty = Object.defineProperty({ code: 5 }, 'message', {
    get: () => {
      throw new Error('no');
    },
  });
  t.deepEqual(NetworkError.accountOf(nasty), { code: 5 });
  t.deepEqual(NetworkError.accountOf(Object.assign(new TypeError('x'), { code: 'E' })), {
    code: 'E',
    name: 'TypeError',
    message: 'x',
  });
  for (const value of ['text', null, undefined, 5]) t.is(NetworkError.accountOf(value), null);
});
