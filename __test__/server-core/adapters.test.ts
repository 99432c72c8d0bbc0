/** What is plugged into `./server-core`, and what it does better than the newer SDK. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import {
  GCIRResponseFormat,
  Statsig,
  StatsigUser,
  type DataStore,
  type StatsigOptions,
} from '../../src/server-core/index';
import { StandIn, message } from '../forward-proxy/stand-in';
import { needs } from '../needs';
import { certificate } from '../network/certificate';
import { until } from '../network/fake-clock';
import { PROJECT, Service } from './project';

const KEY = 'secret-core-adapters-long-enough';
const USER = new StatsigUser({ userID: 'u' });
const HASHED = createHash('sha256').update(KEY).digest('base64');
const at = (end: string): string => `statsig|/v2/download_config_specs|plain_text|${end}`;

async function start(options: StatsigOptions) {
  const service = await Service.start();
  const statsig = new Statsig(KEY, { ...service.options, ...options });
  const started = await statsig.initialize();
  return { service, statsig, started };
}

function storeOf(
  items: Record<string, string>,
  more: DataStore = {},
): DataStore & { calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    initialize: async () => void calls.push('initialize'),
    shutdown: async () => void calls.push('shutdown'),
    get: async (key) => (calls.push(`get ${key}`), { result: items[key] }),
    set: async (key, value) => void ((items[key] = value), calls.push(`set ${key}`)),
    ...more,
  };
}

test('specs come from the data store, under the keys of either schema', async (t) => {
  for (const [schema, end] of [
    ['v2', HASHED],
    ['v3', KEY.slice(0, 20)],
  ] as const) {
    const dataStore = storeOf({ [at(end)]: JSON.stringify(PROJECT) });
    const { statsig, service } = await start({ dataStore, dataStoreKeySchemaVersion: schema });
    t.is(statsig.getFeatureGate(USER, 'on').details.reason, 'Adapter(DataStore):Recognized');
    await statsig.shutdown();
    t.deepEqual(dataStore.calls, ['initialize', `get ${at(end)}`, 'shutdown']);
    t.false(service.server.seen.some(({ url }) => url.includes('download_config_specs')));
    await service.server.stop();
  }
});

test('an empty store is filled, with bytes where it takes them', async (t) => {
  const bytes: Record<string, Uint8Array> = {};
  const dataStore = storeOf(
    {},
    {
      getBytes: async (key) => ({ result: bytes[key] }),
      setBytes: async (key, value) => void (bytes[key] = value as Uint8Array),
    },
  );
  const first = await start({ dataStore });
  await first.statsig.shutdown();
  await first.service.server.stop();
  t.deepEqual(JSON.parse(Buffer.from(bytes[at(HASHED)]!).toString()), PROJECT);
  const second = await start({ dataStore, disableNetwork: true });
  t.true(second.statsig.checkGate(USER, 'on'));
  await second.statsig.shutdown();
  await second.service.server.stop();
});

test('a store that fails is gone round', async (t) => {
  const boom = () => Promise.reject(new Error('boom'));
  const dataStore = { initialize: boom, get: boom, set: boom, shutdown: boom };
  const { statsig, service, started } = await start({ dataStore });
  t.true(started.isSuccess);
  t.true(statsig.checkGate(USER, 'on'));
  t.deepEqual(await statsig.shutdown(), { isSuccess: true });
  await service.server.stop();
});

test('an observability client is told, and may fail', async (t) => {
  const told: [string, number, Record<string, string>][] = [];
  const { statsig, service } = await start({
    observabilityClient: {
      initialize: () => {
        throw new Error('no');
      },
      dist: (name, value, tags) => void told.push([name, value, tags]),
      increment: (name, value, tags) => void told.push([name, value, tags]),
    },
  });
  t.is(told[0]?.[0], 'statsig.sdk.initialization');
  t.is(told[0]?.[2]['init_success'], 'true');
  statsig.checkGate(USER, 'on');
  await statsig.flushEvents();
  const sent = told[1];
  t.is(sent?.[0], 'statsig.sdk.events_successfully_sent_count');
  t.true((sent?.[1] ?? 0) >= 1);
  await statsig.shutdown();
  await service.server.stop();
});

test('a logger, a level, options that mean nothing here', async (t) => {
  const lines: string[] = [];
  const put = (tag: string, message: string) => void lines.push(`${tag} ${message}`);
  const { statsig, service } = await start({
    outputLogLevel: 'warn',
    outputLoggerProvider: { debug: put, info: put, warn: put, error: put },
    proxyConfig: { proxyHost: 'h', proxyProtocol: 'socks5' },
    specAdaptersConfig: [{ adapterType: 'network_grpc_websocket', initTimeoutMs: 1 }],
  });
  t.is(lines.length, 2);
  t.true(lines[0]?.includes('grpc') && lines[1]?.includes('proxyConfig'));
  t.false(lines.join().includes(KEY));
  await statsig.shutdown();
  await service.server.stop();
});

test('a forward proxy streams config specs', async (t) => {
  const proxy = await StandIn.start();
  proxy.first = message({ ...PROJECT, time: PROJECT.time + 1 });
  const adapter = { adapterType: 'network_grpc_websocket', initTimeoutMs: 1000 } as const;
  const { statsig, service } = await start({
    specAdaptersConfig: [{ ...adapter, specsUrl: proxy.url }],
  });
  t.true(statsig.checkGate(USER, 'on'));
  await until(() => statsig.getFeatureGate(USER, 'on').details.lcut === PROJECT.time + 1);
  proxy.send(message({ ...PROJECT, time: PROJECT.time + 2, feature_gates: {} }));
  await until(() => !statsig.checkGate(USER, 'on'));
  await statsig.shutdown();
  await proxy.close();
  await service.server.stop();
});

needs('openssl')('a forward proxy with certificates of both sides', async (t) => {
  const [client, server] = [certificate(), certificate()];
  const proxy = await StandIn.start({ ...server, ca: client.cert, requestCert: true });
  proxy.first = message({ ...PROJECT, time: PROJECT.time + 1 });
  const folder = mkdtempSync(join(tmpdir(), 'server-core-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const { statsig, service } = await start({
    specAdaptersConfig: [
      {
        adapterType: 'network_grpc_websocket',
        initTimeoutMs: 1000,
        specsUrl: proxy.url,
        authenticationMode: 'mtls',
        caCertPath: file('ca', server.cert),
        clientCertPath: file('cert', client.cert),
        clientKeyPath: file('key', client.key),
        domainName: 'localhost',
      },
    ],
  });
  await until(() => statsig.getFeatureGate(USER, 'on').details.lcut === PROJECT.time + 1);
  await statsig.shutdown();
  await proxy.close();
  await service.server.stop();
  rmSync(folder, { recursive: true });
  t.is(proxy.requests.length, 1);
});

test('new specs are told, whole', async (t) => {
  const seen: { event_name: string; data: { source: string; values: { time: number } } }[] = [];
  const service = await Service.start();
  const statsig = new Statsig(KEY, service.options);
  statsig.subscribe('specs_updated', (event) => seen.push(event as never));
  statsig.subscribe('specs_updated', () => {
    throw new Error('boom');
  });
  await statsig.initialize();
  t.is(seen.length, 1);
  t.is(seen[0]?.data.source, 'Network');
  t.is(seen[0]?.data.values.time, PROJECT.time);
  await statsig.shutdown();
  await service.server.stop();
});

test('events that do not arrive are no success', async (t) => {
  const { statsig, service } = await start({ logEventUrl: 'http://127.0.0.1:1/log_event' });
  statsig.checkGate(USER, 'on');
  const { isSuccess, error } = await statsig.shutdown(100);
  t.false(isSuccess);
  t.regex(error ?? '', /^\d events/);
  await service.server.stop();
});

test('plain users are answered, and so is nobody', async (t) => {
  const { statsig, service } = await start({});
  t.true(statsig.checkGate({ userID: 'u' } as never, 'on'));
  for (const user of [null, undefined, 5, 'u']) {
    t.false(statsig.checkGate(user as never, 'on'));
    t.is(statsig.getFeatureGate(user as never, 'on').value, false);
    t.deepEqual(statsig.getExperiment(user as never, 'experiment').value, {});
    t.is(statsig.getLayer(user as never, 'layer').get('color', 'd'), 'd');
    t.is(statsig.getParameterStore(user as never, 'store').getValue('fixed', 'd'), 'd');
    t.notThrows(() => statsig.logEvent(user as never, 'e'));
  }
  t.false(statsig.checkGate(USER, 5 as never));
  await statsig.shutdown();
  await service.server.stop();
});

test('a parameter store can be overridden, and every response has its format', async (t) => {
  const { statsig, service } = await start({});
  statsig.overrideParameterStore('store', { fixed: 'mine' });
  t.is(statsig.getParameterStore(USER, 'store').getValue('fixed', ''), 'mine');
  statsig.removeParameterStoreOverride('store');
  t.is(statsig.getParameterStore(USER, 'store').getValue('fixed', ''), 'kept');
  const { InitializeV2 } = GCIRResponseFormat;
  const response = statsig.getClientInitializeResponse(USER, { responseFormat: InitializeV2 });
  t.is((JSON.parse(response) as { response_format: string }).response_format, 'init-v2');
  await statsig.shutdown();
  await service.server.stop();
});
