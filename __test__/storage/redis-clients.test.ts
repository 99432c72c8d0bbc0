/** Every client that `RedisDataAdapter` takes, on real servers: `redis`, `ioredis`, and clusters of both. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import Redis, { Cluster } from 'ioredis';
import { createClient, createCluster } from 'redis';
import { StatsigServer } from '../../src/api/statsig';
import { DataAdapterKeyPath, type IDataAdapter } from '../../src/storage/data-adapter';
import { CompressedDataAdapter } from '../../src/storage/compressed-adapter';
import { RedisDataAdapter, type RedisDataAdapterOptions } from '../../src/storage/redis';
import { FakeNetwork, KEY, Log, payload } from '../api/support';
import { FakeClock, until } from '../network/fake-clock';
import { freePort, kill, startRedis, withRedis } from './redis-server';

const HASH = createHash('sha256').update(KEY).digest('base64');
const specsKey = (version: 1 | 2): string =>
  `statsig|/v${version}/download_config_specs|plain_text|${HASH}`;
const V1 = DataAdapterKeyPath.V1Rulesets;

/** A client, and what a test does with it beside the adapter. */
interface Given {
  client: NonNullable<RedisDataAdapterOptions['client']>;
  hset(key: string, field: string, value: string): Promise<unknown>;
  ttl(key: string): Promise<number>;
  close(): unknown;
}

const quiet = (): void => undefined;

/** Not connected yet, as an application may hand it over. */
const CLIENTS: Record<string, (port: number) => Given> = {
  redis: (port) => {
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    return {
      client,
      hset: (...args) => client.hSet(...args),
      ttl: (key) => client.ttl(key),
      close: () => client.destroy(),
    };
  },
  ioredis: (port) => {
    const client = new Redis(port, '127.0.0.1');
    return {
      client,
      hset: (...args) => client.hset(...args),
      ttl: (key) => client.ttl(key),
      close: () => client.disconnect(),
    };
  },
  'ioredis, lazy': (port) => {
    const client = new Redis(port, '127.0.0.1', { lazyConnect: true });
    return {
      client,
      hset: (...args) => client.hset(...args),
      ttl: (key) => client.ttl(key),
      close: () => client.disconnect(),
    };
  },
};

const CLUSTERS: Record<string, (port: number) => Given> = {
  'a cluster of redis': (port) => {
    const client = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] });
    return {
      client,
      hset: (...args) => client.hSet(...args),
      ttl: (key) => client.ttl(key),
      close: () => client.destroy(),
    };
  },
  'a cluster of ioredis': (port) => {
    const client = new Cluster([{ port, host: '127.0.0.1' }]);
    return {
      client,
      hset: (...args) => client.hset(...args),
      ttl: (key) => client.ttl(key),
      close: () => client.disconnect(),
    };
  },
};

/** Two nodes that share the slots. Ports of clusters are below 55,536, for their bus. */
async function startCluster(t: ExecutionContext): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'statsig-cluster-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const ports = [await clusterPort(), await clusterPort()];
  for (const port of ports) {
    const more = ['--cluster-enabled', 'yes', '--cluster-config-file', `${port}.conf`];
    const node = await startRedis(port, [...more, '--dir', folder]);
    t.teardown(() => kill(node));
  }
  const nodes = ports.map((port) => new Redis(port, '127.0.0.1'));
  t.teardown(() => nodes.forEach((node) => node.disconnect()));
  await nodes[0]!.call('cluster', 'addslotsrange', 0, 8191);
  await nodes[1]!.call('cluster', 'addslotsrange', 8192, 16383);
  await nodes[0]!.call('cluster', 'meet', '127.0.0.1', ports[1]!);
  const isWhole = async (node: Redis): Promise<boolean> =>
    /cluster_state:ok[^]*cluster_known_nodes:2/.test(String(await node.call('cluster', 'info')));
  while (!(await Promise.all(nodes.map(isWhole))).every(Boolean))
    await new Promise((resolve) => setTimeout(resolve, 20));
  return ports[0]!;
}

async function clusterPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port < 55_000) return port;
  }
}

/** A writer with a network, or a reader without one. */
function instance(dataAdapter: IDataAdapter, network: FakeNetwork) {
  const clock = new FakeClock();
  const server = new StatsigServer(
    KEY,
    {
      engine: 'js',
      logger: new Log(),
      disableIdListsSync: true,
      networkOverrideFunc: network.override,
      dataAdapter,
    },
    { clock },
  );
  return { clock, server };
}

const timeOf = (server: StatsigServer): number | undefined =>
  server.getFeatureGate({ userID: 'u' }, 'always').evaluationDetails?.configSyncTime;

/** All that is promised of a client. */
async function serves(t: ExecutionContext, given: Given): Promise<void> {
  const { client } = given;
  const adapter = new RedisDataAdapter({ client, expireSeconds: 90, keyPrefix: 'p:' });
  await adapter.initialize();
  const big = JSON.stringify({ text: 'é€😀'.repeat(50_000) });
  // Enough keys for slots on both nodes.
  for (let at = 0; at < 8; at++) await adapter.set(`k${at}`, `${at}${big}`);
  for (let at = 0; at < 8; at++) t.is((await adapter.get(`k${at}`)).result, `${at}${big}`);
  t.deepEqual(await adapter.get('none'), {});
  const ttl = await given.ttl('p:k0');
  t.true(ttl > 60 && ttl <= 90, `expires in ${ttl} s`);
  await adapter.shutdown();
  t.is((await adapter.get('k0')).result, `0${big}`, 'a client of the application stays open');

  // One writes, the other polls.
  const network = new FakeNetwork();
  const dead = new FakeNetwork();
  dead.status = 500;
  const writer = instance(new RedisDataAdapter({ client }), network);
  await writer.server.initializeAsync();
  const reader = instance(new RedisDataAdapter({ client, pollsFor: [V1] }), dead);
  t.like(await reader.server.initializeAsync(), { success: true, source: 'DataAdapter' });
  network.specs = payload({ time: 2000 });
  await writer.clock.advance(11_000);
  await until(() => timeOf(writer.server) === 2000);
  await reader.clock.advance(11_000);
  await until(() => timeOf(reader.server) === 2000);

  // What the forward proxy stores, at both kinds of keys, and what the newer SDKs do.
  const hashed = async (key: string, time: number): Promise<void> => {
    await given.hset(key, 'config', JSON.stringify(payload({ time })));
    const one = instance(new RedisDataAdapter({ client, keyPrefix: `${time}` }), dead);
    t.like(await one.server.initializeAsync(), { success: true, source: 'DataAdapter' });
    t.is(timeOf(one.server), time);
    await one.server.shutdownAsync(100);
  };
  await hashed(`3000${specsKey(1)}`, 3000);
  await hashed(`3001${specsKey(2)}`, 3001);
  await hashed(`3002${specsKey(1).replace(HASH, KEY.slice(0, 20))}`, 3002);

  // Compressed, beside the plain ones.
  const packed = (): IDataAdapter =>
    new CompressedDataAdapter(new RedisDataAdapter({ client, keyPrefix: 'gz:' }));
  const packing = instance(packed(), network);
  await packing.server.initializeAsync();
  const unpacking = instance(packed(), dead);
  t.like(await unpacking.server.initializeAsync(), { success: true, source: 'DataAdapter' });
  t.is(timeOf(unpacking.server), 2000);
  for (const { server } of [writer, reader, packing, unpacking]) await server.shutdownAsync(100);
}

for (const [name, make] of Object.entries(CLIENTS)) {
  withRedis(`${name}: stores, reads, polls`, async (t) => {
    const port = await freePort();
    const redis = await startRedis(port);
    t.teardown(() => kill(redis));
    const given = make(port);
    t.teardown(given.close);
    await serves(t, given);
  });

  withRedis(`${name}: a server that is away fails at once`, async (t) => {
    const given = make(await freePort());
    t.teardown(given.close);
    const adapter = new RedisDataAdapter({ client: given.client, connectTimeoutMs: 100 });
    await t.throwsAsync(adapter.initialize());
    t.truthy((await adapter.get('k')).error);
    await t.throwsAsync(adapter.set('k', 'v'));
    await adapter.shutdown();
  });
}

for (const [name, make] of Object.entries(CLUSTERS))
  withRedis(`${name}: stores, reads, polls`, async (t) => {
    const given = make(await startCluster(t));
    t.teardown(given.close);
    given.client.on?.('error', quiet);
    await serves(t, given);
  });
