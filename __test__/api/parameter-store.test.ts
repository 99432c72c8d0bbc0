/** Parameter stores (NEWER.md 10), and what the facade adds to the rest of dcs-v2. */
import test from 'ava';
import { inspect } from 'node:util';
import * as singleton from '../../src/index';
import { ENGINES, FakeNetwork, KEY, Log, isPublic, ours, rule, spec } from '../api/support';

const U = { userID: 'u', email: 'a@b.c' };
const config = (value: object, more: object = {}) =>
  spec({
    type: 'dynamic_config',
    entity: 'dynamic_config',
    defaultValue: {},
    rules: [rule({ id: 'set', conditions: ['all'], returnValue: value })],
    ...more,
  });

const STORE = {
  targetAppIDs: [],
  parameters: {
    fixed: { ref_type: 'static', param_type: 'array', value: [1, { a: 1 }] },
    nothing: { ref_type: 'static', param_type: 'string', value: null },
    // Told by its fields, whatever it says of itself.
    misnamed: { ref_type: 'gate', param_type: 'string', value: 'static', gate_name: 'on' },
    gated: {
      ref_type: 'gate',
      param_type: 'string',
      gate_name: 'on',
      pass_value: 'passed',
      fail_value: 'failed',
    },
    ungated: {
      ref_type: 'gate',
      param_type: 'string',
      gate_name: 'unheard of',
      pass_value: 'passed',
      fail_value: 'failed',
    },
    configured: {
      ref_type: 'dynamic_config',
      param_type: 'number',
      config_name: 'config',
      param_name: 'size',
    },
    tried: {
      ref_type: 'experiment',
      param_type: 'string',
      experiment_name: 'experiment',
      param_name: 'text',
    },
    tuned: {
      ref_type: 'experiment',
      param_type: 'string',
      experiment_name: 'tune',
      param_name: 'arm',
    },
    layered: { ref_type: 'layer', param_type: 'boolean', layer_name: 'layer', param_name: 'flag' },
    unlayered: {
      ref_type: 'layer',
      param_type: 'boolean',
      layer_name: 'layer',
      param_name: 'absent',
    },
    broken: 'no parameter',
    unnamed: { ref_type: 'layer', param_type: 'boolean', layer_name: 'layer' },
  },
};
const PAYLOAD = {
  has_updates: true,
  time: 1000,
  response_format: 'dcs-v2',
  condition_map: {
    all: isPublic,
    grouped: {
      ...isPublic,
      type: 'experiment_group',
      field: 'experiment',
      operator: 'any',
      targetValue: ['Test'],
    },
  },
  feature_gates: { on: spec({ rules: [rule({ id: 'yes', conditions: ['all'] })] }), old: spec() },
  dynamic_configs: {
    config: config({ size: 2.5 }),
    experiment: config(
      { text: 'tried' },
      {
        entity: 'experiment',
        rules: [
          rule({
            id: 'test',
            groupName: 'Test',
            conditions: ['all'],
            returnValue: { text: 'tried' },
          }),
        ],
      },
    ),
  },
  layer_configs: {
    layer: config({ flag: true }, { entity: 'layer' }),
    asking: config(
      { flag: true },
      {
        entity: 'layer',
        rules: [rule({ id: 'asked', conditions: ['grouped'], returnValue: { flag: true } })],
      },
    ),
  },
  overrides: { old: [{ new_config_name: 'on', rules: [{ rule_name: 'always' }] }] },
  override_rules: { always: rule({ id: 'always', conditions: ['all'] }) },
  cmab_configs: {
    tune: {
      salt: 't',
      defaultValue: {},
      idType: 'userID',
      enabled: true,
      version: 1,
      sampleRate: 0,
      higherIsBetter: true,
      groups: [{ name: 'Arm', id: 'arm', parameterValues: { arm: 'best' } }],
      config: {},
    },
  },
  param_stores: { store: STORE, __proto__x: STORE, empty: {} },
};

for (const engine of ENGINES) {
  const start = async (options: object = {}) => {
    const network = new FakeNetwork();
    network.specs = PAYLOAD;
    const server = ours(engine, network, options);
    await server.initializeAsync();
    return { network, server };
  };
  const exposed = (network: FakeNetwork): string[] =>
    network.events
      .filter(({ eventName }) => eventName.endsWith('_exposure'))
      .map(
        ({ metadata }) =>
          `${String(metadata?.['gate'] ?? metadata?.['config'])}${metadata?.['parameterName'] === undefined ? '' : `.${String(metadata['parameterName'])}`}`,
      );

  test(`${engine}: a parameter comes from what it refers to`, async (t) => {
    const { server } = await start();
    const store = server.getParameterStore(U, 'store');
    const read = [
      'fixed',
      'nothing',
      'misnamed',
      'gated',
      'ungated',
      'configured',
      'tried',
      'tuned',
      'layered',
      'unlayered',
      'broken',
      'unnamed',
      'unheard of',
      'toString',
    ];
    t.deepEqual(
      read.map((name) => store.get(name)),
      [
        [1, { a: 1 }],
        null,
        'static',
        'passed',
        'failed',
        2.5,
        'tried',
        'best',
        true,
        null,
        null,
        null,
        null,
        null,
      ],
    );
    t.deepEqual(
      read.map((name) => store.getValue(name, 'default')),
      [
        'default',
        'default',
        'static',
        'passed',
        'failed',
        'default',
        'tried',
        'best',
        'default',
        'default',
        'default',
        'default',
        'default',
        'default',
      ],
    );
    (store.get('fixed') as unknown[]).push('mine');
    t.deepEqual(store.get('fixed', []), [1, { a: 1 }] as never);
    t.deepEqual(store.get('fixed', {} as never), {} as never, 'a list is no object');
    await server.shutdownAsync();
  });

  test(`${engine}: reading exposes what a parameter comes from, a layer's only when it is handed out`, async (t) => {
    const { network, server } = await start();
    const store = server.getParameterStore(U, 'store');
    for (const name of ['gated', 'configured', 'tried', 'layered', 'fixed']) store.get(name, 5);
    await server.flush();
    t.deepEqual(exposed(network), ['on', 'config', 'experiment']);
    store.get('layered', false);
    const quiet = server.getParameterStore(U, 'store', { disableExposureLogging: true });
    for (const name of ['ungated', 'tuned', 'layered']) quiet.get(name);
    await server.shutdownAsync();
    t.deepEqual(exposed(network).slice(3), ['layer.flag']);
  });

  test(`${engine}: names and types of parameters, names of stores`, async (t) => {
    const { server } = await start();
    t.deepEqual(server.getParameterStoreList().sort(), ['__proto__x', 'empty', 'store']);
    const store = server.forUser(U).getParameterStore('store');
    t.deepEqual(store.names(), Object.keys(STORE.parameters).sort());
    t.like(store.types(), { fixed: 'array', gated: 'string', broken: '' });
    t.deepEqual(Object.keys(store.types()), store.names());
    for (const name of ['empty', 'unheard of', 'constructor'])
      t.deepEqual(server.getParameterStore(U, name).names(), []);
    t.is(server.forUser(U).getParameterStore('store').get('gated', ''), 'passed');
    const secret = server.getParameterStore(
      { ...U, privateAttributes: { ssn: '078-05' } },
      'store',
    );
    t.false(
      /078-05/.test(JSON.stringify(secret) + inspect(secret, { depth: 10, showHidden: true })),
    );
    await server.shutdownAsync();
  });

  test(`${engine}: parameters are those of the specs that serve`, async (t) => {
    const { network, server } = await start();
    t.is(server.getParameterStore(U, 'store').get('misnamed'), 'static');
    network.specs = {
      ...PAYLOAD,
      time: 2000,
      param_stores: { store: { parameters: { misnamed: { value: 'newer' } } } },
    };
    await server.syncStoreSpecs();
    t.is(server.getParameterStore(U, 'store').get('misnamed'), 'newer');
    t.deepEqual(server.getParameterStoreList(), ['store']);
    await server.shutdownAsync();
  });

  test(`${engine}: dcs-v2 through the calls of applications`, async (t) => {
    const told: (Record<string, unknown> | null)[] = [];
    const callbacks = {
      gateCallback: (
        _gate: unknown,
        _user: unknown,
        event: { metadata: Record<string, unknown> | null },
      ) => void told.push(event.metadata),
    };
    const { network, server } = await start({ evaluationCallbacks: callbacks });
    t.is(server.getExperiment(U, 'tune').getGroupName(), 'Arm');
    t.is(server.getConfig(U, 'tune').getEvaluationDetails()?.reason, 'Unrecognized');
    t.true(server.checkGate(U, 'old'));
    t.like(told[0], { gate: 'old', ruleID: 'yes', overrideConfigName: 'on' });
    const layer = server.getLayer(U, 'asking');
    server.getLayer({ userID: 'quiet' }, 'asking', { disableExposureLogging: true });
    t.true(layer.get('flag', false));
    await server.shutdownAsync();
    t.deepEqual(exposed(network), ['tune', 'tune', 'old', 'experiment', 'asking.flag']);
  });
}

test.serial('the singleton has parameter stores', async (t) => {
  const network = new FakeNetwork();
  network.specs = PAYLOAD;
  t.throws(() => singleton.getParameterStore(U, 'store'), {
    message: 'Call and wait for initialize() to finish first.',
  });
  await singleton.initialize(KEY, {
    networkOverrideFunc: network.override,
    logger: new Log(),
    disableRulesetsSync: true,
    disableIdListsSync: true,
  });
  t.is(singleton.getParameterStore(U, 'store').get('gated', ''), 'passed');
  t.is(singleton.getParameterStoreList().length, 3);
  await singleton.shutdownAsync();
});
