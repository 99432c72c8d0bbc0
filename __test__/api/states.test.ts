/**
 * Every method before initialize, after shutdown, and with bad arguments, side by side with
 * statsig-node.
 */
import test from 'ava';
import { ENGINES, FakeNetwork, ours, settled, theirs, type AnyServer } from './support';

const U = { userID: 'u' };

/** Our report of events is an addition; statsig-node resolves with nothing. */
async function unreported(result: Promise<unknown>): Promise<unknown> {
  const report = (await result) as { delivered?: unknown } | undefined;
  return typeof report?.delivered === 'number' ? undefined : report;
}

/** Every public method, called well. */
const METHODS: Record<string, (s: AnyServer) => unknown> = {
  checkGate: (s) => s.checkGate(U, 'always'),
  getFeatureGate: (s) => s.getFeatureGate(U, 'always'),
  logGateExposure: (s) => s.logGateExposure(U, 'always'),
  getConfig: (s) => s.getConfig(U, 'config'),
  logConfigExposure: (s) => s.logConfigExposure(U, 'config'),
  getExperiment: (s) => s.getExperiment(U, 'experiment'),
  logExperimentExposure: (s) => s.logExperimentExposure(U, 'experiment'),
  getExperimentLayer: (s) => s.getExperimentLayer('experiment'),
  getLayer: (s) => s.getLayer(U, 'layer'),
  logLayerParameterExposure: (s) => s.logLayerParameterExposure(U, 'layer', 'text'),
  getUserPersistedValues: (s) => s.getUserPersistedValues(U, 'userID'),
  logEvent: (s) => s.logEvent(U, 'event'),
  logEventObject: (s) => s.logEventObject({ user: U, eventName: 'event' }),
  flush: (s) => unreported(s.flush()),
  'flush(timeout)': (s) => unreported(s.flush(100)),
  getClientInitializeResponse: (s) => s.getClientInitializeResponse(U) === null,
  overrideGate: (s) => s.overrideGate('g', true),
  overrideConfig: (s) => s.overrideConfig('c', {}),
  overrideLayer: (s) => s.overrideLayer('l', {}),
  clearAllGateOverrides: (s) => s.clearAllGateOverrides(),
  clearAllConfigOverrides: (s) => s.clearAllConfigOverrides(),
  clearAllLayerOverrides: (s) => s.clearAllLayerOverrides(),
  getFeatureGateList: (s) => s.getFeatureGateList(),
  getDynamicConfigList: (s) => s.getDynamicConfigList(),
  getExperimentList: (s) => s.getExperimentList(),
  getAutotuneList: (s) => s.getAutotuneList(),
  getLayerList: (s) => s.getLayerList(),
  syncStoreSpecs: (s) => s.syncStoreSpecs(),
  syncStoreIdLists: (s) => s.syncStoreIdLists(),
  checkGateSync: (s) => s.checkGateSync(U, 'always'),
  getFeatureGateSync: (s) => s.getFeatureGateSync(U, 'always'),
  checkGateWithExposureLoggingDisabled: (s) => s.checkGateWithExposureLoggingDisabled(U, 'always'),
  checkGateWithExposureLoggingDisabledSync: (s) =>
    s.checkGateWithExposureLoggingDisabledSync(U, 'always'),
  getFeatureGateWithExposureLoggingDisabled: (s) =>
    s.getFeatureGateWithExposureLoggingDisabled(U, 'always'),
  getFeatureGateWithExposureLoggingDisabledSync: (s) =>
    s.getFeatureGateWithExposureLoggingDisabledSync(U, 'always'),
  getConfigSync: (s) => s.getConfigSync(U, 'config'),
  getConfigWithExposureLoggingDisabled: (s) => s.getConfigWithExposureLoggingDisabled(U, 'config'),
  getConfigWithExposureLoggingDisabledSync: (s) =>
    s.getConfigWithExposureLoggingDisabledSync(U, 'config'),
  getExperimentSync: (s) => s.getExperimentSync(U, 'experiment'),
  getExperimentWithExposureLoggingDisabled: (s) =>
    s.getExperimentWithExposureLoggingDisabled(U, 'experiment'),
  getExperimentWithExposureLoggingDisabledSync: (s) =>
    s.getExperimentWithExposureLoggingDisabledSync(U, 'experiment'),
  getLayerSync: (s) => s.getLayerSync(U, 'layer'),
  getLayerWithExposureLoggingDisabled: (s) => s.getLayerWithExposureLoggingDisabled(U, 'layer'),
  getLayerWithExposureLoggingDisabledSync: (s) =>
    s.getLayerWithExposureLoggingDisabledSync(U, 'layer'),
  shutdown: (s) => s.shutdown(),
  shutdownAsync: (s) => unreported(s.shutdownAsync(100)),
};

const NAMES: unknown[] = [
  '',
  null,
  undefined,
  5,
  {},
  ['always'],
  'constructor',
  '__proto__',
  'toString',
  'ü',
  'x'.repeat(2000),
];
const USERS: unknown[] = [
  null,
  undefined,
  5,
  'u',
  {},
  [],
  { userID: null },
  { customIDs: {} },
  { customIDs: 5 },
  { email: 'e' },
  { userID: true },
];
/** Inherited names resolve in statsig-node (Q11); here they are unknown names like any other. */
const INHERITED = ['constructor', '__proto__', 'toString'];

/** Every evaluation method with a given user and name. */
const EVALUATIONS: Record<string, (s: AnyServer, user: never, name: never) => unknown> = {
  checkGate: (s, u, n) => s.checkGate(u, n),
  getFeatureGate: (s, u, n) => s.getFeatureGate(u, n),
  getConfig: (s, u, n) => s.getConfig(u, n),
  getExperiment: (s, u, n) => s.getExperiment(u, n),
  getLayer: (s, u, n) => s.getLayer(u, n),
  checkGateSync: (s, u, n) => s.checkGateSync(u, n),
  getConfigWithExposureLoggingDisabled: (s, u, n) => s.getConfigWithExposureLoggingDisabled(u, n),
  logGateExposure: (s, u, n) => s.logGateExposure(u, n),
  logConfigExposure: (s, u, n) => s.logConfigExposure(u, n),
  logExperimentExposure: (s, u, n) => s.logExperimentExposure(u, n),
  logLayerParameterExposure: (s, u, n) => s.logLayerParameterExposure(u, n, 'p'),
};

for (const engine of ENGINES) {
  for (const [name, call] of Object.entries(METHODS)) {
    test(`${engine}: ${name} before initialize`, async (t) => {
      t.is(
        await settled(() => call(ours(engine, new FakeNetwork()))),
        await settled(() => call(theirs(new FakeNetwork()))),
      );
    });

    test(`${engine}: ${name} after shutdown`, async (t) => {
      const servers = [ours(engine, new FakeNetwork()), theirs(new FakeNetwork())];
      const [mine, rivals] = await Promise.all(
        servers.map(async (server) => {
          await server.initializeAsync();
          await server.shutdownAsync(200);
          return settled(() => call(server));
        }),
      );
      t.is(mine, rivals);
    });
  }

  for (const [method, call] of Object.entries(EVALUATIONS)) {
    test(`${engine}: ${method} with bad arguments`, async (t) => {
      const servers = [ours(engine, new FakeNetwork()), theirs(new FakeNetwork())];
      for (const server of servers) await server.initializeAsync();
      for (const name of NAMES.filter((candidate) => !INHERITED.includes(candidate as string))) {
        const [mine, rivals] = await Promise.all(
          servers.map((s) => settled(() => call(s, U as never, name as never))),
        );
        t.is(mine, rivals, `name ${String(name).slice(0, 20)}`);
      }
      for (const user of USERS) {
        const [mine, rivals] = await Promise.all(
          servers.map((s) => settled(() => call(s, user as never, 'always' as never))),
        );
        t.is(mine, rivals, `user ${JSON.stringify(user)}`);
      }
      await Promise.all(servers.map((server) => server.shutdownAsync(200)));
    });
  }

  test(`${engine}: inherited names are unknown names (Q11)`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    for (const name of INHERITED) {
      t.is(server.getFeatureGate(U, name).evaluationDetails?.reason, 'Unrecognized');
      t.is(server.getConfig(U, name).getEvaluationDetails()?.reason, 'Unrecognized');
      t.is(server.getLayer(U, name).getEvaluationDetails()?.reason, 'Unrecognized');
      t.is(server.getExperimentLayer(name), null);
    }
    await server.shutdownAsync(200);
  });

  test(`${engine}: users that JSON cannot carry`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    const cycle: Record<string, unknown> = { userID: 'u' };
    cycle['custom'] = { cycle };
    const hostile = {
      userID: 'u',
      get email(): string {
        throw new Error('no');
      },
    };
    for (const user of [
      cycle,
      hostile,
      { userID: 'u', custom: { big: 10n } },
      { userID: 'u', custom: { f() {} } },
    ]) {
      t.notThrows(() => server.checkGate(user as never, 'inner'));
      t.notThrows(() => server.getLayer(user as never, 'layer').get('text', ''));
      t.notThrows(() => server.logEvent(user as never, 'e'));
      t.notThrows(() => server.getClientInitializeResponse(user as never));
    }
    await server.shutdownAsync(200);
  });

  test(`${engine}: arguments that throw when they are looked at`, async (t) => {
    const server = ours(engine, new FakeNetwork(), {
      userPersistentStorage: { load: () => ({}), save() {}, delete() {} },
    });
    await server.initializeAsync();
    const angry = new Proxy(
      {},
      {
        get() {
          throw new Error('get');
        },
        ownKeys() {
          throw new Error('keys');
        },
      },
    );
    const names = [
      Symbol('s'),
      Object.create(null),
      {
        toString() {
          throw new Error('text');
        },
      },
      () => {},
    ];
    for (const call of Object.values(EVALUATIONS)) {
      for (const name of names)
        t.throws(() => call(server, U as never, name as never), { message: /non-empty string/ });
      t.notThrows(() => call(server, angry as never, 'always' as never));
    }
    t.notThrows(() => server.logEvent(angry as never, 'e', angry as never, angry as never));
    t.notThrows(() => server.getClientInitializeResponse(angry as never));
    t.notThrows(() => server.getUserPersistedValues(angry as never, angry as never));
    t.notThrows(() => server.overrideConfig('c', angry as never));
    t.notThrows(() => server.getExperimentLayer(angry as never));
    t.notThrows(() =>
      server.getExperiment(U, 'experiment', { userPersistedValues: angry } as never),
    );
    t.notThrows(() => server.getLayer(U, 'layer', { userPersistedValues: angry } as never));
    await server.shutdownAsync(200);
  });

  test(`${engine}: overrides with bad arguments are ignored with a warning`, async (t) => {
    const servers = [ours(engine, new FakeNetwork()), theirs(new FakeNetwork())];
    const results = await Promise.all(
      servers.map(async (server) => {
        await server.initializeAsync();
        server.overrideGate('always', 'yes' as never);
        server.overrideGate('always', null as never);
        server.overrideConfig('config', 5 as never);
        server.overrideConfig('experiment', null as never);
        server.overrideLayer('plain', 'x' as never);
        server.overrideLayer('layer', [1] as never, null);
        server.overrideGate('missing', true, 'u');
        server.overrideConfig('missing', { a: 1 }, 'u');
        server.overrideGate('off', true, 'c1');
        return settled(() => [
          server.getFeatureGate(U, 'always'),
          server.getConfig(U, 'config'),
          server.getExperiment(U, 'experiment'),
          server.getLayer(U, 'plain'),
          server.getLayer(U, 'layer'),
          server.checkGate(U, 'missing'),
          server.checkGate({ userID: 'v' }, 'missing'),
          server.getConfig(U, 'missing'),
          server.checkGate({ customIDs: { companyID: 'c1' } }, 'off'),
          server.getFeatureGate({ userID: 'c1' }, 'off'),
        ]);
      }),
    );
    t.is(results[0], results[1]);
    for (const server of servers) {
      server.clearAllGateOverrides();
      t.false(server.checkGate(U, 'missing'));
      await server.shutdownAsync(200);
    }
  });

  test(`${engine}: the constructor's complaints`, (t) => {
    t.throws(() => ours(engine, new FakeNetwork(), {}, 5 as never), {
      message: 'Must be of type "string"',
    });
    t.throws(() => theirs(new FakeNetwork(), {}, 5 as never), {
      message: 'Must be of type "string"',
    });
    t.throws(() => ours(engine, new FakeNetwork(), { api: 5 as never }), { instanceOf: TypeError });
  });
}
