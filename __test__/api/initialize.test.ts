/**
 * Initialization: details, sources, timeout, repeated and concurrent calls, life after shutdown.
 */
import test from 'ava';
import { spawnSync } from 'node:child_process';
import type { AdapterResponse, IDataAdapter } from '../../src/compat/data-adapter';
import type { InitializationDetails, StatsigOptions } from '../../src/api/public-types';
import { ENGINES, FakeNetwork, KEY, Log, ours, payload, theirs, type AnyServer } from './support';

/** Details as text. The key is masked in full here, in part there. */
function shown(details: InitializationDetails): string {
  const { success, error, source } = details;
  const message = error?.message.replace(/(download_config_specs)\/[^/]*\.json/, '$1/KEY.json');
  return JSON.stringify({ keys: Object.keys(details), success, error: message, source });
}

type Scenario = {
  options?: StatsigOptions;
  key?: string | null;
  prepare?(network: FakeNetwork): void;
  adapter?: AdapterResponse;
};

/** An adapter that answers every `get` for the specs alike and writes its calls down. */
class Adapter implements IDataAdapter {
  readonly calls: string[] = [];
  constructor(private readonly answer: AdapterResponse) {}

  async get(key: string): Promise<AdapterResponse> {
    this.calls.push(`get ${key}`);
    return key.includes('download_config_specs') ? this.answer : { error: new Error('nothing') };
  }

  async set(key: string, value: string, time?: number): Promise<void> {
    this.calls.push(`set ${key} ${value} ${time}`);
  }

  async initialize(): Promise<void> {
    this.calls.push('initialize');
  }

  async shutdown(): Promise<void> {
    this.calls.push('shutdown');
  }
}

const SCENARIOS: Record<string, Scenario> = {
  network: {},
  'a server that answers 500': { prepare: (n) => void (n.status = 500) },
  'a server that answers junk': { prepare: (n) => void (n.specs = 'no json') },
  'a payload without arrays': { prepare: (n) => void (n.specs = { has_updates: true, time: 5 }) },
  'a payload without updates': { prepare: (n) => void (n.specs = { has_updates: false }) },
  'a payload for another key': {
    prepare: (n) => void (n.specs = payload({ hashed_sdk_key_used: '1' })),
  },
  'a payload without time': { prepare: (n) => void (n.specs = payload({ time: undefined })) },
  bootstrap: { options: { bootstrapValues: JSON.stringify(payload()) } },
  'bootstrap of junk, then network': { options: { bootstrapValues: 'no json' } },
  'bootstrap without time, then network': {
    options: { bootstrapValues: JSON.stringify(payload({ time: undefined })) },
  },
  'bootstrap without arrays, then network': {
    options: { bootstrapValues: '{"has_updates":true,"time":1}' },
  },
  localMode: { options: { localMode: true } },
  'localMode without a key': { options: { localMode: true }, key: null },
  'localMode with bootstrap': {
    options: { localMode: true, bootstrapValues: JSON.stringify(payload()) },
  },
  'adapter with text': { adapter: { result: JSON.stringify(payload()) } },
  'adapter with an object': { adapter: { result: payload() } },
  'adapter with junk, then network': { adapter: { result: 'no json' } },
  'adapter without arrays, then network': { adapter: { result: '{"has_updates":true,"time":1}' } },
  'adapter with nothing, then bootstrap': {
    adapter: {},
    options: { bootstrapValues: JSON.stringify(payload()) },
  },
  'adapter with junk, then a failing network': {
    adapter: { result: '{' },
    prepare: (n) => void (n.status = 500),
  },
  'adapter with junk in localMode': { adapter: { result: '{' }, options: { localMode: true } },
  'localMode with junk': { options: { localMode: true, bootstrapValues: '{' } },
};

const probe = (server: AnyServer): string => {
  const { value, evaluationDetails } = server.getFeatureGate({ userID: 'u' }, 'always');
  return JSON.stringify({ value, details: { ...evaluationDetails, serverTime: 0 } });
};

for (const engine of ENGINES) {
  for (const [name, { options = {}, key = KEY, prepare, adapter }] of Object.entries(SCENARIOS)) {
    test(`${engine}: ${name}`, async (t) => {
      const networks = [new FakeNetwork(), new FakeNetwork()];
      for (const network of networks) prepare?.(network);
      const adapters = networks.map(() => (adapter === undefined ? null : new Adapter(adapter)));
      const all = adapters.map((dataAdapter) => ({
        ...options,
        ...(dataAdapter && { dataAdapter }),
      }));
      const servers = [
        ours(engine, networks[0]!, all[0], key as string),
        theirs(networks[1]!, all[1], key as string),
      ];
      const details = [await servers[0]!.initializeAsync(), await servers[1]!.initializeAsync()];
      t.is(shown(details[0]!), shown(details[1]!));
      t.is(probe(servers[0]!), probe(servers[1]!));
      t.deepEqual(networks[0]!.requests, networks[1]!.requests);
      for (const server of servers) await server.shutdownAsync(200);
      // The newer SDKs' key is asked too, when statsig-node's holds nothing.
      const calls = adapters[0]?.calls.filter((call) => !call.startsWith('get statsig|/v2/'));
      t.deepEqual(calls, adapters[1]?.calls);
    });
  }

  for (const key of ['client-x', '', 'Secret-x', null]) {
    test(`${engine}: the key ${String(key)} is refused`, async (t) => {
      const message =
        'Invalid key provided.  You must use a Server Secret Key from the Statsig console with the node-js-server-sdk';
      await t.throwsAsync(ours(engine, new FakeNetwork(), {}, key as string).initializeAsync(), {
        message,
      });
      await t.throwsAsync(theirs(new FakeNetwork(), {}, key as string).initializeAsync(), {
        message,
      });
    });
  }

  test(`${engine}: an adapter's own error is passed on, where statsig-node puts a general one`, async (t) => {
    const dataAdapter = new Adapter({
      result: JSON.stringify(payload()),
      error: new Error('adapter is down'),
    });
    const server = ours(engine, new FakeNetwork(), { dataAdapter });
    const { success, source, error } = await server.initializeAsync();
    t.deepEqual([success, source, error?.message], [true, 'Network', 'adapter is down']);
    await server.shutdownAsync(200);
  });

  test(`${engine}: an adapter whose initialize rejects leads to the next source (Q41)`, async (t) => {
    const dataAdapter = new Adapter({});
    dataAdapter.initialize = async () => {
      throw new Error('no connection');
    };
    const server = ours(engine, new FakeNetwork(), { dataAdapter });
    const { success, source, error } = await server.initializeAsync();
    t.deepEqual([success, source, error?.message], [true, 'Network', 'no connection']);
    t.true(server.checkGate({ userID: 'u' }, 'always'));
    await server.shutdownAsync(200);
  });

  test(`${engine}: bootstrapValues as an object (Q40)`, async (t) => {
    const network = new FakeNetwork();
    const server = ours(engine, network, { bootstrapValues: payload() });
    t.is((await server.initializeAsync()).source, 'Bootstrap');
    t.true(server.checkGate({ userID: 'u' }, 'always'));
    t.false(network.requests.some((line) => line.includes('download_config_specs')));
    await server.shutdownAsync(200);
  });

  test(`${engine}: concurrent callers share one run; a later call does nothing`, async (t) => {
    const network = new FakeNetwork();
    const server = ours(engine, network);
    const [one, two] = await Promise.all([server.initializeAsync(), server.initializeAsync()]);
    t.is(one.source, 'Network');
    t.is(two.source, 'Network');
    const three = await server.initializeAsync();
    t.deepEqual(
      { ...three, duration: 0 },
      { duration: 0, success: true, error: undefined, source: undefined },
    );
    t.is(network.requests.filter((line) => line.includes('download_config_specs')).length, 1);
    await server.shutdownAsync(200);
  });

  test(`${engine}: the timeout is exact, and the work finishes in the background`, async (t) => {
    const network = new FakeNetwork();
    let open = (): void => {};
    network.gate = new Promise((resolve) => {
      open = resolve;
    });
    const server = ours(engine, network, { initTimeoutMs: 40 });
    const begun = Date.now();
    const details = await server.initializeAsync();
    t.true(Date.now() - begun >= 39);
    t.is(
      shown(details),
      JSON.stringify({
        keys: ['duration', 'success', 'error', 'source'],
        success: false,
        error: 'Timed out waiting for initialize',
      }),
    );
    t.is(
      server.getFeatureGate({ userID: 'u' }, 'always').evaluationDetails?.reason,
      'Uninitialized',
    );
    open();
    while (!server.checkGate({ userID: 'u' }, 'always', { disableExposureLogging: true })) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    t.is(server.getFeatureGate({ userID: 'u' }, 'always').evaluationDetails?.reason, 'Network');
    await server.shutdownAsync(200);
  });

  test(`${engine}: a server that was shut down during init stays shut down (Q4)`, async (t) => {
    const network = new FakeNetwork();
    let open = (): void => {};
    network.gate = new Promise((resolve) => {
      open = resolve;
    });
    const server = ours(engine, network, { initTimeoutMs: 10_000 });
    const running = server.initializeAsync();
    server.shutdown();
    open();
    await running;
    t.throws(() => server.checkGate({ userID: 'u' }, 'always'), {
      message: 'Call and wait for initialize() to finish first.',
    });
  });

  test(`${engine}: initialize after shutdown is a new life with timers, events and overrides (Q3)`, async (t) => {
    const network = new FakeNetwork();
    const server = ours(engine, network);
    server.overrideGate('off', true);
    await server.initializeAsync();
    const layer = server.getLayer({ userID: 'u' }, 'layer');
    await server.shutdownAsync(200);
    t.throws(() => server.checkGate({ userID: 'u' }, 'always'));
    t.true(server.getFeatureGateList().includes('always'));
    t.notThrows(() => layer.get('text', ''));
    network.events.splice(0);
    t.is((await server.initializeAsync()).source, 'Network');
    t.true(server.checkGate({ userID: 'u' }, 'always'));
    t.true(server.checkGate({ userID: 'u' }, 'off'));
    t.notThrows(() => layer.get('n', 0));
    await server.flush();
    t.is(network.comparable().length, 2);
    await server.shutdownAsync(200);
  });

  test(`${engine}: after a failed init the server is ready, and a sync repairs it`, async (t) => {
    const network = new FakeNetwork();
    network.status = 500;
    const server = ours(engine, network);
    t.false((await server.initializeAsync()).success);
    t.false(server.checkGate({ userID: 'u' }, 'always'));
    network.status = 200;
    await server.syncStoreSpecs();
    t.true(server.checkGate({ userID: 'u' }, 'always'));
    await server.shutdownAsync(200);
  });

  test(`${engine}: no secret reaches details or log`, async (t) => {
    const secret = 'secret-0123456789abcdef';
    const [network, log] = [new FakeNetwork(), new Log()];
    network.status = 500;
    const server = ours(engine, network, { logger: log }, secret);
    const { error } = await server.initializeAsync();
    t.false(`${error?.message}${error?.stack}`.includes(secret));
    t.false(log.lines.join('\n').includes(secret));
    t.true(log.lines.length > 0);
    await server.shutdownAsync(200);
  });

  test(`${engine}: the logger of one instance is that instance's own (Q46)`, async (t) => {
    const [one, two] = [new Log(), new Log()];
    const servers = [
      ours(engine, new FakeNetwork(), { logger: one }),
      ours(engine, new FakeNetwork(), { logger: two }),
    ];
    for (const server of servers) await server.initializeAsync();
    servers[0]!.overrideGate('g', 5 as never);
    t.true(one.lines.some((line) => line.includes('override')));
    t.false(two.lines.some((line) => line.includes('override')));
    for (const server of servers) await server.shutdownAsync(200);
  });

  test(`${engine}: a script that never calls shutdown exits by itself`, (t) => {
    const script = `
      const { StatsigServer } = require(${JSON.stringify(require.resolve('../../src/index'))});
      const override = async (url) => new Response(url.includes('specs') ? ${JSON.stringify(JSON.stringify(payload()))} : '{}');
      const server = new StatsigServer('secret-x', { networkOverrideFunc: override, engine: '${engine}', initTimeoutMs: 60000 });
      server.initializeAsync().then(() => console.log('ready', server.checkGate({ userID: 'u' }, 'always')));
    `;
    const { status, stdout } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', script], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    t.is(status, 0);
    t.is(stdout.trim(), 'ready true');
  });
}
