/** Config specs in stores that other SDKs and Statsig's forward proxy write. */
import { createHash } from 'node:crypto';
import test from 'ava';
import { createClient } from 'redis';
import type { IDataAdapter } from '../../src/storage/data-adapter';
import { MemoryDataAdapter } from '../../src/storage/memory-adapter';
import { RedisDataAdapter } from '../../src/storage/redis';
import type { StatsigOptions } from '../../src/api/public-types';
import { StatsigServer } from '../../src/api/statsig';
import { TESTED_ENGINES } from '../engines';
import { freePort, kill, startRedis, withRedis } from './redis-server';

const KEY = 'secret-stored-specs-of-everybody';
const HASHED = createHash('sha256').update(KEY).digest('base64');
const at = (version: string, end = HASHED): string =>
  `statsig|/${version}/download_config_specs|plain_text|${end}`;
const USER = { userID: 'u' };

const gate = { salt: 's', enabled: true, defaultValue: true, rules: [], idType: 'userID' };
const common = { has_updates: true, time: 5 };
const V1 = JSON.stringify({
  ...common,
  feature_gates: [{ ...gate, name: 'in_v1', type: 'feature_gate', entity: 'feature_gate' }],
  dynamic_configs: [],
  layer_configs: [],
});
const V2 = JSON.stringify({
  ...common,
  feature_gates: { in_v2: { ...gate, type: 'feature_gate', entity: 'feature_gate' } },
  dynamic_configs: {},
  layer_configs: {},
  condition_map: {},
  experiment_to_layer: {},
});

async function started(
  engine: (typeof TESTED_ENGINES)[number],
  dataAdapter: IDataAdapter,
  more: StatsigOptions = {},
): Promise<StatsigServer> {
  const logger = { warn: () => {}, error: () => {}, logLevel: 'none' as const };
  const server = new StatsigServer(KEY, { engine, dataAdapter, logger, localMode: true, ...more });
  await server.initializeAsync();
  return server;
}

async function storeOf(items: Record<string, string>): Promise<MemoryDataAdapter> {
  const store = new MemoryDataAdapter();
  for (const [key, value] of Object.entries(items)) await store.set(key, value);
  return store;
}

for (const engine of TESTED_ENGINES) {
  test(`${engine}: what the newer SDK stored is read, and means what it means there`, async (t) => {
    const server = await started(engine, await storeOf({ [at('v2')]: V2 }));
    t.deepEqual(server.getFeatureGateList(), ['in_v2']);
    t.true(server.checkGate(USER, 'in_v2'));
    t.is(server.getFeatureGate(USER, 'in_v2').evaluationDetails?.reason, 'DataAdapter');
    await server.shutdownAsync();
  });
}

test('of both, the format that is asked for is read', async (t) => {
  const store = await storeOf({ [at('v1')]: V1, [at('v2')]: V2 });
  for (const [configFormat, name] of [
    ['v1', 'in_v1'],
    ['v2', 'in_v2'],
    ['auto', 'in_v2'],
  ] as const) {
    const server = await started('js', store, { configFormat });
    t.deepEqual(server.getFeatureGateList(), [name]);
    await server.shutdownAsync();
  }
  const server = await started('js', await storeOf({ [at('v1')]: V1 }), { configFormat: 'v2' });
  t.deepEqual(server.getFeatureGateList(), ['in_v1']);
  await server.shutdownAsync();
});

test('a store that is polled for either path is polled', async (t) => {
  for (const path of ['/v1/download_config_specs', '/v2/download_config_specs']) {
    const store = await storeOf({});
    const polled: IDataAdapter = {
      get: (key) => store.get(key),
      set: (key, value) => store.set(key, value),
      initialize: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
      supportsPollingUpdatesFor: (asked) => String(asked) === path,
    };
    const server = await started('js', polled);
    await store.set(at('v2'), V2);
    await server.syncStoreSpecs();
    t.deepEqual(server.getFeatureGateList(), ['in_v2']);
    await server.shutdownAsync();
  }
});

test('specs are stored where those look who understand them', async (t) => {
  for (const [body, key] of [
    [V1, at('v1')],
    [V2, at('v2')],
  ] as const) {
    const store = new MemoryDataAdapter();
    const server = await started('js', store, {
      localMode: false,
      disableAllLogging: true,
      initStrategyForIDLists: 'none',
      disableRulesetsSync: true,
      networkOverrideFunc: () => Promise.resolve(new Response(body)),
    });
    t.is((await store.get(key)).result, body);
    const other = key === at('v1') ? at('v2') : at('v1');
    t.is((await store.get(other)).result, undefined);
    await server.shutdownAsync();
  }
});

test('no adapter sees a part of the key that does not ask for it', async (t) => {
  const asked: string[] = [];
  const adapter: IDataAdapter = {
    get: (key) => Promise.resolve((asked.push(key), {})),
    set: () => Promise.resolve(),
    initialize: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  await (await started('js', adapter)).shutdownAsync();
  t.deepEqual(
    asked.filter((key) => key.includes('/download_config_specs')),
    [at('v1'), at('v2')],
  );
  t.deepEqual(
    asked.filter((key) => key.includes(KEY.slice(0, 20))),
    [],
  );
});

withRedis('the hashes of the forward proxy are read, and left alone', async (t) => {
  const port = await freePort();
  const redis = await startRedis(port);
  t.teardown(() => kill(redis));
  const url = `redis://127.0.0.1:${port}`;
  const client = createClient({ url });
  await client.connect();
  for (const [key, body, name] of [
    [at('v1', KEY.slice(0, 20)), V1, 'in_v1'],
    [at('v2', KEY.slice(0, 20)), V2, 'in_v2'],
    [at('v2'), V2, 'in_v2'],
  ] as const) {
    await client.flushAll();
    await client.hSet(key, { encoding: 'plain_text', lcut: '5', config: body });
    const server = await started('js', new RedisDataAdapter({ url }));
    t.deepEqual(server.getFeatureGateList(), [name]);
    await server.shutdownAsync();
    t.deepEqual(await client.keys('*'), [key]);
  }
  await client.close();
});
