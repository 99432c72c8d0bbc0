/** Options that the newer SDKs have (NEWER.md 13, 14), and countries of IPv6 addresses. */
import test from 'ava';
import { HELD } from './ipv6-addresses';
import type { StatsigOptions } from '../../src/api/public-types';
import { FakeClock } from '../network/fake-clock';
import { Loopback } from '../network/loopback';
import { StatsigServer } from '../../src/api/statsig';
import type { EngineKind } from '../../src/engine/engine';
import { ENGINES, FakeNetwork, KEY, Log, isPublic, ours, payload, rule, spec } from './support';

const when = (type: string, field: string, targetValue: unknown, operator = 'any') => ({
  ...isPublic,
  type,
  field,
  operator,
  targetValue,
});
const gate = (name: string, condition: object) =>
  spec({ name, rules: [rule({ id: name, conditions: [condition] })] });

const newerPayload = (sdk_configs: object): object => ({
  has_updates: true,
  time: 1,
  sdk_configs,
  feature_gates: { a: spec({ rules: [] }) },
  dynamic_configs: {},
  layer_configs: {},
  condition_map: {},
  experiment_to_layer: {},
});

/** How often a gate is exposed that is checked each second. */
async function exposuresOfAMinute(engine: EngineKind, specs: object): Promise<number> {
  const [network, clock] = [new FakeNetwork(), new FakeClock()];
  network.specs = specs;
  const options = {
    engine,
    logger: new Log(),
    networkOverrideFunc: network.override,
    disableRulesetsSync: true,
    disableIdListsSync: true,
    loggingIntervalMs: 1e9,
  };
  const server = new StatsigServer(KEY, options, { clock });
  await server.initializeAsync();
  // The timer that was set at the start is of the length that held then.
  await clock.advance(60_000);
  for (let i = 0; i < 60; i++) {
    server.checkGate({ userID: 'u' }, 'a');
    await clock.advance(1_000);
  }
  await server.flush();
  server.shutdown(0);
  return network.events.filter(({ eventName }) => eventName.includes('exposure')).length;
}

for (const engine of ENGINES) {
  const start = async (gates: object[], options: StatsigOptions = {}, more: object = {}) => {
    const network = new FakeNetwork();
    network.specs = payload({ feature_gates: gates, ...more });
    const server = ours(engine, network, options);
    await server.initializeAsync();
    return { network, server };
  };

  test(`${engine}: a country is found for addresses that hold an IPv4 one, when that is wanted`, async (t) => {
    const american = [gate('us', when('ip_based', 'country', ['US']))];
    const plain = await start(american);
    const mapped = await start(american, { countryLookup: 'mapped' });
    for (const [ip, held] of HELD) {
      // Four parts that begin with numbers are an address there, as in statsig-node.
      const isOdd = ip.split('.').length === 4 && [8, 64].includes(parseInt(ip));
      t.is(plain.server.checkGate({ userID: 'u', ip }, 'us'), isOdd, ip);
      t.is(mapped.server.checkGate({ userID: 'u', ip }, 'us'), held !== null || isOdd, ip);
    }
    t.true(mapped.server.checkGate({ userID: 'u', ip: '8.8.8.8' }, 'us'));
    const own = { userID: 'u', ip: '::ffff:8.8.8.8', country: 'DE' };
    t.false(mapped.server.checkGate(own, 'us'));
    await plain.server.shutdownAsync();
    await mapped.server.shutdownAsync();
  });

  test(`${engine}: the application finds the country of an IPv6 address`, async (t) => {
    const asked: string[] = [];
    const { server, network } = await start([gate('de', when('ip_based', 'country', ['DE']))], {
      countryLookup: (address) => {
        asked.push(address);
        if (address === 'fe80::1') throw new Error('no');
        return address.startsWith('2a01:') ? 'DE' : null;
      },
    });
    const check = (user: object) => server.checkGate({ userID: 'u', ...user }, 'de');
    t.true(check({ ip: '2a01::1' }));
    t.false(check({ ip: '2a02::1' }));
    t.false(check({ ip: 'fe80::1' }));
    t.false(check({ ip: '2a01::1', country: 'US' }));
    t.true(check({ ip: '::ffff:91.0.0.1' }));
    t.false(check({ ip: '8.8.8.8' }));
    t.deepEqual([...new Set(asked)], ['2a01::1', '2a02::1', 'fe80::1', '::ffff:91.0.0.1']);
    await server.shutdownAsync();
    t.false(JSON.stringify(network.events).includes('"DE"'));
  });

  test(`${engine}: custom fields of all users`, async (t) => {
    const gates = [
      gate('region', when('user_field', 'region', ['eu'])),
      gate('Plan', when('user_field', 'Plan', ['pro'])),
      gate('secret', when('user_field', 'secret', ['global'])),
    ];
    const globalCustomFields = { region: 'eu', plan: 'pro', secret: 'global' };
    const { server, network } = await start(gates, { globalCustomFields });
    class User {
      constructor(readonly userID: string) {}
    }
    const user = Object.freeze({ userID: 'u', custom: Object.freeze({ region: 'us' }) });
    const secret = { userID: 's', privateAttributes: { secret: 'own' } };
    t.false(server.checkGate(user, 'region'));
    t.true(server.checkGate({ userID: 'v' }, 'region'));
    t.true(server.checkGate({ userID: 'v' }, 'Plan'));
    t.true(server.checkGate(secret, 'secret'));
    t.true(server.checkGate(new User('w') as never, 'region'));
    t.true(server.forUser({ userID: 'x' }).checkGate('region'));
    t.deepEqual(server.checkGates({ userID: 'y' }, ['region', 'Plan']), {
      region: true,
      Plan: true,
    });
    const changing = { userID: 'z', custom: { region: 'us' } };
    t.false(server.checkGate(changing, 'region'));
    changing.custom.region = 'eu';
    t.true(server.checkGate(changing, 'region'));
    await server.shutdownAsync();
    const logged = (id: string) =>
      network.events.find((event) => event.user?.['userID'] === id)?.user?.['custom'];
    t.deepEqual(logged('u'), { ...globalCustomFields, region: 'us' });
    t.deepEqual(logged('v'), globalCustomFields);
    t.deepEqual(logged('w'), globalCustomFields);
  });

  test(`${engine}: an assignment gives way to targeting and override rules, when that is wanted`, async (t) => {
    const stored: string[] = [];
    const experiment = spec({
      name: 'experiment',
      type: 'dynamic_config',
      entity: 'experiment',
      isActive: true,
      defaultValue: {},
      rules: [
        rule({ id: 'tester_override', conditions: [when('user_field', 'email', ['t'])] }),
        rule({ id: 'inlineTargetingRules', conditions: [when('user_field', 'email', ['x'])] }),
        rule({ id: 'group', isExperimentGroup: true, conditions: [isPublic] }),
      ],
    });
    const { server } = await start(
      [],
      {
        userPersistentStorage: {
          load: () => ({}),
          save: (key) => void stored.push(key),
          delete: (key) => void stored.push(key),
        },
      },
      { dynamic_configs: [experiment] },
    );
    const record = { value: true, json_value: {}, rule_id: 'kept', group_name: null, time: 1 };
    const userPersistedValues = { experiment: record } as never;
    const ask = (email: string, persistentAssignmentOptions: object) =>
      server
        .getExperiment({ userID: 'u', email }, 'experiment', {
          userPersistedValues,
          persistentAssignmentOptions,
        })
        .getRuleID();
    const both = { enforceTargeting: true, enforceOverrides: true };
    const table = (email: string) =>
      [{}, { enforceTargeting: true }, { enforceOverrides: true }, both].map((o) => ask(email, o));
    t.deepEqual(table('a'), ['kept', 'kept', 'kept', 'kept']);
    t.deepEqual(table('t'), ['kept', 'kept', 'tester_override', 'tester_override']);
    t.deepEqual(table('x'), ['kept', 'inlineTargetingRules', 'kept', 'inlineTargetingRules']);
    t.deepEqual(stored, []);
    await server.shutdownAsync();
  });

  test(`${engine}: fewer exposures are remembered`, async (t) => {
    const gates = [gate('a', isPublic), gate('b', isPublic), gate('c', isPublic)];
    for (const [exposureDedupeMaxKeys, count] of [
      [1, 6],
      [100, 3],
    ] as const) {
      const { server, network } = await start(gates, { exposureDedupeMaxKeys });
      // Manual exposures are remembered by the engine alone.
      for (const name of ['a', 'b', 'c', 'a', 'b', 'c'])
        server.logGateExposure({ userID: 'u' }, name);
      await server.shutdownAsync();
      const exposures = network.events.filter(({ eventName }) => eventName.includes('exposure'));
      t.true(exposures.length >= Math.min(count, 4) && exposures.length <= count);
    }
  });

  test(`${engine}: dcs-v2 may say how long an exposure is remembered`, async (t) => {
    const specsOf = (format: 'v1' | 'v2', ttl: unknown): object => {
      const sdk_configs = { exposure_dedupe_ttl_ms: ttl };
      return format === 'v1'
        ? payload({ feature_gates: [gate('a', isPublic)], sdk_configs })
        : newerPayload(sdk_configs);
    };
    for (const [format, ttl, windows] of [
      ['v2', 10_000, 6],
      ['v2', 1, 60],
      ['v2', 'soon', 1],
      ['v1', 10_000, 1],
    ] as const) {
      const specs = specsOf(format, ttl);
      t.is(await exposuresOfAMinute(engine, specs), windows, `${format} ${ttl}`);
    }
  });
}

for (const engine of ENGINES)
  test(`${engine}: dcs-v2 may say how long the first of a kind is remembered`, async (t) => {
    for (const [ttl, firsts] of [
      [10_000, 6],
      [undefined, 1],
    ] as const) {
      const specs = newerPayload({
        exposure_dedupe_ttl_ms: 1_000,
        exposure_spec_sampling_ttl_ms: ttl,
        sampling_mode: 'on',
        special_case_sampling_rate: 1e9,
      });
      t.is(await exposuresOfAMinute(engine, specs), firsts, String(ttl));
    }
  });

test('who asks, whom for files of ID lists, and how long', async (t) => {
  const files = await Loopback.start((_, response) => void response.end('+abcdefgh\n'));
  const api = await Loopback.start(({ url }, response) => {
    const lists = {
      l: {
        name: 'l',
        url: 'http://127.0.0.1:1/lists/l?a=b',
        fileID: 'f',
        creationTime: 1,
        size: 10,
      },
    };
    if (url.includes('get_id_lists')) response.end(JSON.stringify(lists));
    else response.end(url.includes('download_config_specs') ? JSON.stringify(payload()) : '{}');
  });
  const server = new StatsigServer(KEY, {
    engine: 'js',
    api: api.base,
    logger: new Log(),
    serviceName: 'shop ü\n',
    downloadIdListFileApi: `${files.base}/v1`,
    idListsRequestTimeoutMs: 60_000,
    disableRulesetsSync: true,
    disableIdListsSync: true,
  });
  await server.initializeAsync();
  server.logEvent({ userID: 'u' }, 'e');
  await server.shutdownAsync();
  t.deepEqual(
    files.seen.map(({ url }) => url),
    ['/lists/l?a=b'],
  );
  t.is(files.seen[0]?.headers['x-request-service'], undefined);
  const services = api.seen.map(({ headers }) => headers['x-request-service']);
  t.deepEqual([...new Set(services)], ['shop %C3%BC%0A']);
  await Promise.all([files.stop(), api.stop()]);
});

test('ID lists have a patience of their own', async (t) => {
  const api = await Loopback.start(({ url }, response) => {
    if (url.includes('get_id_lists')) return;
    response.end(url.includes('download_config_specs') ? JSON.stringify(payload()) : '{}');
  });
  const log = new Log();
  const server = new StatsigServer(KEY, {
    engine: 'js',
    api: api.base,
    logger: log,
    idListsRequestTimeoutMs: 20,
    disableRulesetsSync: true,
    disableIdListsSync: true,
  });
  const { success } = await server.initializeAsync();
  t.true(success);
  await server.shutdownAsync();
  t.true(log.lines.some((line) => line.includes('get_id_lists')));
  await api.stop();
});
