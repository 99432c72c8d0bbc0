import { spawn } from 'node:child_process';
import test from 'ava';
import { DataAdapterKeyPath } from '../../src/storage/data-adapter';
import { type RedisClient, RedisDataAdapter } from '../../src/storage/redis';
import { until } from '../network/fake-clock';
import { freePort, kill, startRedis, withRedis } from './redis-server';

test('a client of the user is used as it is, with prefix and expiry, and not closed', async (t) => {
  const calls: unknown[][] = [];
  const client: RedisClient = {
    isOpen: true,
    isReady: true,
    get: (key) => Promise.resolve(key === 'p:k' ? 'value' : null),
    set: (...args) => Promise.resolve(calls.push(args)),
    close: () => void calls.push(['close']),
  };
  const adapter = new RedisDataAdapter({
    client,
    keyPrefix: 'p:',
    expireSeconds: 60,
    pollsFor: [DataAdapterKeyPath.V1Rulesets],
  });
  await adapter.initialize();
  t.deepEqual(await adapter.get('k'), { result: 'value' });
  t.deepEqual(await adapter.get('other'), {});
  await adapter.set('k', 'v');
  await adapter.shutdown();
  t.deepEqual(calls, [['p:k', 'v', { EX: 60 }]]);
  t.true(adapter.supportsPollingUpdatesFor(DataAdapterKeyPath.V1Rulesets));
  t.false(adapter.supportsPollingUpdatesFor(DataAdapterKeyPath.V1IDLists));
});

test('a client that is offline fails at once', async (t) => {
  const client: RedisClient = {
    isOpen: true,
    isReady: false,
    get: () => new Promise(() => undefined),
    set: () => new Promise(() => undefined),
  };
  const adapter = new RedisDataAdapter({ client });
  t.is((await adapter.get('k')).error?.message, 'Redis is not connected');
  await t.throwsAsync(adapter.set('k', 'v'), { message: 'Redis is not connected' });
});

test('neither client nor url is a mistake that is told', (t) => {
  t.throws(() => new RedisDataAdapter({}), { instanceOf: TypeError });
});

withRedis('values survive between adapters on a real server', async (t) => {
  const port = await freePort();
  const server = await startRedis(port);
  t.teardown(() => kill(server));
  const url = `redis://127.0.0.1:${port}`;
  const [writer, reader] = [new RedisDataAdapter({ url }), new RedisDataAdapter({ url })];
  await Promise.all([writer.initialize(), reader.initialize()]);
  const big = JSON.stringify({ text: 'é€😀'.repeat(100_000) });
  await writer.set('k', big);
  t.is((await reader.get('k')).result, big);
  await Promise.all([writer.shutdown(), reader.shutdown()]);
});

withRedis('Redis down at start, coming up, dying and coming back', async (t) => {
  const port = await freePort();
  const errors: unknown[] = [];
  const adapter = new RedisDataAdapter({
    url: `redis://127.0.0.1:${port}`,
    connectTimeoutMs: 100,
    onError: (error) => errors.push(error),
  });
  await t.throwsAsync(adapter.initialize(), { message: /ECONNREFUSED/ });
  t.truthy((await adapter.get('k')).error);
  let server = await startRedis(port);
  t.teardown(() => kill(server));
  await settleGet(adapter);
  await adapter.set('k', '1');
  t.is((await adapter.get('k')).result, '1');
  await kill(server);
  await until(() => errors.length > 1);
  t.truthy((await adapter.get('k')).error);
  await t.throwsAsync(adapter.set('k', '2'));
  server = await startRedis(port);
  await settleGet(adapter);
  await adapter.set('k', '3');
  t.is((await adapter.get('k')).result, '3');
  await adapter.shutdown();
});

/** Waits until the client has reconnected. */
async function settleGet(adapter: RedisDataAdapter): Promise<void> {
  let isBack = false;
  const poll = (): void =>
    void adapter
      .get('x')
      .then(({ error }) => (error === undefined ? (isBack = true) : setImmediate(poll)));
  poll();
  await until(() => isBack, 20_000);
}

withRedis('an open connection does not keep the process alive', async (t) => {
  const port = await freePort();
  const server = await startRedis(port);
  t.teardown(() => kill(server));
  const script = `
    const { RedisDataAdapter } = require('./src/storage/redis');
    const adapter = new RedisDataAdapter({ url: process.argv[1] });
    adapter.initialize().then(() => adapter.set('k', 'v')).then(() => process.stdout.write('set'));`;
  const child = spawn(
    process.execPath,
    ['--require=tsx/cjs', '-e', script, `redis://127.0.0.1:${port}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  t.is(await new Promise((resolve) => child.once('exit', resolve)), 0);
  t.is(output, 'set');
});
