/**
 * Every evaluation method side by side with statsig-node: results, and the events that reach the
 * network.
 */
import test from 'ava';
import type { StatsigUser } from '../../src/api/public-types';
import {
  ENGINES,
  FakeNetwork,
  circle,
  ours,
  outcome,
  payload,
  theirs,
  type AnyServer,
} from './support';

const USERS: StatsigUser[] = [
  { userID: 'u1' },
  {
    userID: 'u2',
    email: 'a@b.c',
    customIDs: { companyID: 'c1' },
    custom: { k: [1 as never, 'x'] },
  },
  { userID: 5 as never, privateAttributes: { email: 'a@b.c' } },
  { userID: '' },
  { customIDs: { companyID: 'c2' }, email: 'other', statsigEnvironment: { tier: 'x' } },
];
const GATES = [
  'always',
  '50',
  'never',
  'off',
  'odd',
  'inner',
  'outer',
  'segment:s',
  'missing',
  'unheard of',
];
const CONFIGS = ['config', 'experiment', 'targeted', 'ended', 'tune', 'missing', 'unheard of'];
const LAYERS = ['layer', 'plain', 'missing', 'unheard of'];

/** Names of methods and how each is called; a result is turned into text by `outcome`. */
const SCRIPT: [string, (server: AnyServer, user: StatsigUser) => unknown[]][] = [
  [
    'gates',
    (s, u) =>
      GATES.flatMap((g) => [
        s.checkGate(u, g),
        s.getFeatureGate(u, g),
        s.checkGate(u, g, { disableExposureLogging: true }),
        s.checkGateSync(u, g),
        s.getFeatureGateSync(u, g),
        s.checkGateWithExposureLoggingDisabled(u, g),
        s.checkGateWithExposureLoggingDisabledSync(u, g),
        s.getFeatureGateWithExposureLoggingDisabled(u, g),
        s.getFeatureGateWithExposureLoggingDisabledSync(u, g),
      ]),
  ],
  [
    'configs',
    (s, u) =>
      CONFIGS.flatMap((c) => [
        s.getConfig(u, c),
        s.getConfig(u, c, { disableExposureLogging: true }),
        s.getConfigSync(u, c),
        s.getConfigWithExposureLoggingDisabled(u, c),
        s.getConfigWithExposureLoggingDisabledSync(u, c),
        s.getConfig(u, c).get('text', 5 as never),
        s.getConfig(u, c).get('list', []),
        s.getConfig(u, c).getValue('deep'),
      ]),
  ],
  [
    'experiments',
    (s, u) =>
      CONFIGS.flatMap((c) => [
        s.getExperiment(u, c),
        s.getExperimentSync(u, c),
        s.getExperimentWithExposureLoggingDisabled(u, c),
        s.getExperimentWithExposureLoggingDisabledSync(u, c),
        s.getExperimentLayer(c),
      ]),
  ],
  [
    'layers',
    (s, u) =>
      LAYERS.flatMap((l) => {
        const layers = [
          s.getLayer(u, l),
          s.getLayer(u, l, { disableExposureLogging: true }),
          s.getLayerSync(u, l),
          s.getLayerWithExposureLoggingDisabled(u, l),
          s.getLayerWithExposureLoggingDisabledSync(u, l),
        ];
        return layers.flatMap((layer) => [
          layer,
          layer.get('text', ''),
          layer.get('n', 0),
          layer.getValue('other', 1),
          layer.getAllocatedExperimentName(),
        ]);
      }),
  ],
  [
    'manual exposures',
    (s, u) => [
      s.logGateExposure(u, 'always'),
      s.logConfigExposure(u, 'config'),
      s.logExperimentExposure(u, 'experiment'),
      s.logLayerParameterExposure(u, 'layer', 'text'),
      s.logLayerParameterExposure(u, 'plain', 'text'),
      s.logGateExposure(u, 'missing'),
    ],
  ],
  [
    'lists',
    (s) => [
      s.getFeatureGateList(),
      s.getDynamicConfigList(),
      s.getExperimentList(),
      s.getAutotuneList(),
      s.getLayerList(),
    ],
  ],
  [
    'custom events',
    (s, u) => [
      s.logEvent(u, 'a'),
      s.logEvent(u, 'b', 'v', { m: 1, skip: undefined }),
      s.logEvent(u, 'c', 1.5),
      s.logEvent(u, 'd', NaN),
      s.logEvent(u, 'e', { o: 1 } as never, [1] as never),
      s.logEvent(u, 'f', true as never, 'text' as never),
      s.logEvent(u, ''),
      s.logEvent(u, 5 as never),
      s.logEvent(null as never, 'nobody'),
      s.logEvent(7 as never, 'number'),
      s.logEventObject({
        eventName: 'object',
        user: u,
        value: 'v',
        metadata: { a: 'b' },
        time: 99,
      }),
      s.logEventObject({ eventName: 'text time', user: u, time: '99' }),
    ],
  ],
];

async function run(server: AnyServer, network: FakeNetwork, script: (typeof SCRIPT)[number][1]) {
  await server.initializeAsync();
  const results = USERS.map((user) => outcome(() => script(server, structuredClone(user))));
  await server.flush();
  await server.shutdownAsync(500);
  return { results, events: network.comparable() };
}

for (const engine of ENGINES) {
  for (const [name, script] of SCRIPT) {
    for (const options of [{}, { environment: { tier: 'staging' } }]) {
      test(`${engine}: ${name}, ${JSON.stringify(options)}`, async (t) => {
        const [here, there] = [new FakeNetwork(), new FakeNetwork()];
        const mine = await run(ours(engine, here, options), here, script);
        const rivals = await run(theirs(there, options), there, script);
        t.deepEqual(mine.results, rivals.results);
        t.deepEqual(mine.events, rivals.events);
        if (name !== 'lists') t.true(mine.events.length > 0);
      });
    }
  }

  test(`${engine}: a gate that cannot be evaluated gives the empty default, and says so once`, async (t) => {
    const network = new FakeNetwork();
    network.specs = payload({ feature_gates: [circle] });
    const lines: string[] = [];
    const logger = {
      warn: () => {},
      error: (...parts: unknown[]) => void lines.push(parts.map(String).join()),
      logLevel: 'error' as const,
    };
    const server = ours(engine, network, { logger });
    await server.initializeAsync();
    const empty = {
      name: 'circle',
      ruleID: '',
      value: false,
      groupName: null,
      idType: null,
      evaluationDetails: null,
    };
    for (let i = 0; i < 3; i++) {
      t.deepEqual(server.getFeatureGate({ userID: 'u' }, 'circle'), empty);
      t.false(server.checkGate({ userID: 'u' }, 'circle'));
    }
    t.true(lines.length >= 1 && lines.length <= 2, lines.join('\n'));
    await server.shutdownAsync(500);
  });

  test(`${engine}: the caller's user is never modified, frozen ones are fine`, async (t) => {
    const network = new FakeNetwork();
    const server = ours(engine, network, { environment: { tier: 'staging' } });
    await server.initializeAsync();
    const user = Object.freeze({ userID: 'u', custom: Object.freeze({ a: 'b' }) });
    t.true(server.checkGate(user, 'always'));
    server.getConfig(user, 'config');
    server.getLayer(user, 'layer').get('text', '');
    server.logEvent(user, 'e');
    t.deepEqual(user, { userID: 'u', custom: { a: 'b' } });
    await server.flush();
    const users = network.events
      .filter((event) => event.eventName !== 'statsig::diagnostics')
      .map((event) => event.user);
    t.is(users.length, 4);
    for (const logged of users) t.deepEqual(logged?.['statsigEnvironment'], { tier: 'staging' });
    await server.shutdownAsync(500);
  });

  test(`${engine}: an override is a copy, which its caller's object does not change`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    const [config, layer] = [{ text: 'mine', deep: { a: 1 } }, { text: 'mine' }];
    server.overrideConfig('config', config);
    server.overrideLayer('plain', layer);
    config.deep.a = 2;
    layer.text = 'changed';
    t.deepEqual(server.getConfig({ userID: 'u' }, 'config').value, {
      text: 'mine',
      deep: { a: 1 },
    });
    t.is(server.getLayer({ userID: 'u' }, 'plain').get('text', ''), 'mine');
    await server.shutdownAsync();
  });

  test(`${engine}: values are the caller's own`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    const user = { userID: 'u', email: 'a@b.c' };
    const config = server.getConfig(user, 'config');
    (config.value['list'] as number[]).push(2);
    config._getSecondaryExposures().push({ gate: 'x', gateValue: 'x', ruleID: 'x' });
    t.deepEqual(server.getConfig(user, 'config').value['list'], [1]);
    t.is(server.getConfig(user, 'config')._getSecondaryExposures().length, 1);
    await server.shutdownAsync(500);
  });
}
