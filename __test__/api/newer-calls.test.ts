/** The newer SDK's calls (NEWER.md 11-14, 17), on v1 and v2 specs. */
import test from 'ava';
import * as singleton from '../../src/index';
import type { StatsigOptions } from '../../src/api/public-types';
import { ENGINES, FakeNetwork, Log, isPublic, ours, payload, rule, spec } from './support';

const U = { userID: 'u', email: 'a@b.c' };
const EXPERIMENT = spec({
  type: 'dynamic_config',
  entity: 'experiment',
  isActive: true,
  version: 7,
  defaultValue: { text: 'default' },
  fieldsUsed: ['email', 'custom.plan', 5],
  rules: [
    rule({ id: 'layerAssignment', groupName: 'Outside', conditions: [], passPercentage: 0 }),
    rule({
      id: 'a1',
      groupName: 'A',
      idType: 'companyID',
      isExperimentGroup: true,
      passPercentage: 0,
      returnValue: { text: 'A', n: 1.5, deep: { list: ['é', null] } },
    }),
    rule({ id: 'b1', groupName: null, isExperimentGroup: true, returnValue: { text: 'B' } }),
  ],
});
const GATE = spec({
  fieldsUsed: ['country'],
  version: 3,
  rules: [rule({ id: 'g', conditions: [] })],
});
const LAYER = spec({
  type: 'dynamic_config',
  entity: 'layer',
  fieldsUsed: ['ip'],
  defaultValue: { text: 'layer' },
});
const CONFIG = spec({
  type: 'dynamic_config',
  entity: 'dynamic_config',
  fieldsUsed: ['locale'],
  defaultValue: { text: 'config' },
});
const STORE = {
  parameters: {
    a: { ref_type: 'gate', param_type: 'string', gate_name: 'gate' },
    b: { ref_type: 'layer', param_type: 'string', layer_name: 'layer', param_name: 'text' },
    c: { ref_type: 'static', param_type: 'string', value: 'c' },
    d: null,
  },
};

const SPECS = {
  v1: payload({
    feature_gates: [{ ...GATE, name: 'gate' }],
    dynamic_configs: [
      { ...EXPERIMENT, name: 'experiment' },
      { ...CONFIG, name: 'config' },
    ],
    layer_configs: [{ ...LAYER, name: 'layer' }],
    layers: {},
  }),
  v2: {
    has_updates: true,
    time: 1000,
    condition_map: { all: isPublic },
    experiment_to_layer: {},
    feature_gates: { gate: GATE },
    dynamic_configs: { experiment: EXPERIMENT, config: CONFIG },
    layer_configs: { layer: LAYER },
    param_stores: { store: STORE },
  },
};

for (const engine of ENGINES) {
  const start = async (specs: unknown = SPECS.v2, options: StatsigOptions = {}) => {
    const network = new FakeNetwork();
    network.specs = specs;
    const server = ours(engine, network, options);
    await server.initializeAsync();
    const logged = async (name: string) => {
      await server.flush();
      return network.events.filter(({ eventName }) => eventName === name);
    };
    return { network, server, logged };
  };

  for (const format of ['v1', 'v2'] as const) {
    test(`${engine}, ${format}: groups of an experiment, whoever asks`, async (t) => {
      const { server, network } = await start(SPECS[format]);
      const { groups, ...rest } = server.getExperimentGroups('experiment');
      t.deepEqual(rest, { isExperimentActive: true });
      t.deepEqual(groups, [
        {
          groupName: 'A',
          ruleId: 'a1',
          idType: 'companyID',
          returnValue: { text: 'A', n: 1.5, deep: { list: ['é', null] } },
        },
        { groupName: '', ruleId: 'b1', idType: 'userID', returnValue: { text: 'B' } },
      ]);
      groups[0]!.returnValue['text'] = 'mine';
      t.is(server.getExperimentGroups('experiment').groups[0]?.returnValue['text'], 'A');
      for (const other of ['config', 'layer', 'gate', 'unheard of', '__proto__', 5 as never])
        t.deepEqual(server.getExperimentGroups(other), { groups: [] });
      await server.flush();
      t.deepEqual(network.comparable(), []);
      await server.shutdownAsync();
    });

    test(`${engine}, ${format}: an experiment by group and by rule`, async (t) => {
      const { server } = await start(SPECS[format]);
      const byName = server.getExperimentByGroupName('experiment', 'A');
      t.is(byName.get('text', ''), 'A');
      t.is(byName.getRuleID(), 'a1');
      t.is(byName.getGroupName(), 'A');
      t.is(byName.getIDType(), 'companyID');
      t.is(byName.getEvaluationDetails()?.reason, 'Network');
      t.is(server.getExperimentByGroupName('experiment', 'Outside').getRuleID(), 'layerAssignment');
      const byRule = server.getExperimentByGroupIdAdvanced('experiment', 'b1');
      t.deepEqual(byRule.value, { text: 'B' });
      t.is(byRule.getGroupName(), null);
      for (const none of [
        server.getExperimentByGroupName('experiment', 'C'),
        server.getExperimentByGroupIdAdvanced('unheard of', 'a1'),
      ]) {
        t.deepEqual(none.value, {});
        t.is(none.getRuleID(), '');
        t.is(none.getEvaluationDetails()?.reason, 'Unrecognized');
      }
      await server.shutdownAsync();
    });

    test(`${engine}, ${format}: fields that are looked at`, async (t) => {
      const { server } = await start(SPECS[format]);
      t.deepEqual(server.getFieldsNeededForGate('gate'), ['country']);
      t.deepEqual(server.getFieldsNeededForExperiment('experiment'), ['email', 'custom.plan']);
      t.deepEqual(server.getFieldsNeededForDynamicConfig('config'), ['locale']);
      t.deepEqual(server.getFieldsNeededForLayer('layer'), ['ip']);
      t.deepEqual(server.getFieldsNeededForGate('unheard of'), []);
      t.deepEqual(
        server.getFieldsNeededForParameterStore('store'),
        format === 'v2' ? ['country', 'ip'] : [],
      );
      server.getFieldsNeededForGate('gate').push('mine');
      t.deepEqual(server.getFieldsNeededForGate('gate'), ['country']);
      await server.shutdownAsync();
    });
  }

  test(`${engine}: a group takes the place of a value, and follows the specs`, async (t) => {
    const { server, network } = await start();
    const text = (user: object = U) =>
      server.getExperiment(user as typeof U, 'experiment').value['text'];
    server.overrideExperimentByGroupName('experiment', 'A');
    t.is(text(), 'A');
    t.is(server.getExperiment(U, 'experiment').getRuleID(), 'override');
    server.overrideExperimentByGroupName('experiment', 'no such group', 'u');
    t.deepEqual(server.getExperiment(U, 'experiment').value, {});
    t.is(server.getExperiment(U, 'experiment').getEvaluationDetails()?.reason, 'LocalOverride');
    server.overrideConfig('experiment', { text: 'mine' }, 'u');
    t.is(text(), 'mine');
    t.is(text({ userID: 'other' }), 'A');
    server.removeExperimentOverride('experiment', 'u');
    t.is(text(), 'A');
    const rules = [rule({ id: 'a2', groupName: 'A', returnValue: { text: 'A2' } })];
    network.specs = {
      ...SPECS.v2,
      time: 2000,
      dynamic_configs: { experiment: { ...EXPERIMENT, rules } },
    };
    await server.syncStoreSpecs();
    t.is(text(), 'A2');
    server.removeExperimentOverride('experiment');
    t.is(server.getExperiment(U, 'experiment').getRuleID(), 'a2');
    await server.shutdownAsync();
  });

  test(`${engine}: one override is removed, or all of a name, or all`, async (t) => {
    const { server } = await start();
    const other = { userID: 'other' };
    const gates = () => [server.checkGate(U, 'gate'), server.checkGate(other, 'gate')];
    server.overrideGate('gate', false);
    server.overrideGate('gate', true, 'u');
    t.deepEqual(gates(), [true, false]);
    server.removeGateOverride('gate', 'nobody');
    t.deepEqual(gates(), [true, false]);
    server.removeGateOverride('gate', 'u');
    t.deepEqual(gates(), [false, false]);
    server.overrideGate('gate', true, 'u');
    server.removeGateOverride('gate');
    t.deepEqual(gates(), [true, true]);
    server.overrideLayer('layer', { text: 'mine' });
    server.overrideDynamicConfig('config', { text: 'mine' });
    t.is(server.getConfig(U, 'config').get('text', ''), 'mine');
    server.overrideExperiment('experiment', { text: 'mine' }, 'u');
    t.deepEqual(server.getExperiment({ userID: 'u' }, 'experiment').value, { text: 'mine' });
    server.removeExperimentOverride('experiment', 'u');
    t.notDeepEqual(server.getExperiment({ userID: 'u' }, 'experiment').value, { text: 'mine' });
    server.overrideGate('gate', false);
    server.overrideParameterStore('store', { c: 'mine' });
    server.removeLayerOverride('layer');
    t.is(server.getLayer(U, 'layer').get('text', ''), 'layer');
    server.removeDynamicConfigOverride('config');
    t.is(server.getConfig(U, 'config').get('text', ''), 'config');
    t.is(server.getParameterStore(U, 'store').get('c', ''), 'mine');
    server.removeAllOverrides();
    t.deepEqual(gates(), [true, true]);
    t.is(server.getParameterStore(U, 'store').get('c', ''), 'c');
    await server.shutdownAsync();
  });

  test(`${engine}: a name without text is no override's, and no store's`, async (t) => {
    const { server } = await start();
    server.overrideGate('gate', false);
    const odd = [undefined, 5, Symbol('s'), Object.create(null)] as never[];
    for (const name of odd) {
      t.notThrows(() => {
        server.removeGateOverride(name);
        server.removeGateOverride('gate', name ?? 'nobody');
        server.removeConfigOverride(name);
        server.removeLayerOverride(name);
        server.removeParameterStoreOverride(name);
      });
      t.deepEqual(server.getFieldsNeededForParameterStore(name), []);
    }
    t.false(server.checkGate(U, 'gate'));
    await server.shutdownAsync();
  });

  test(`${engine}: a parameter store is overridden for a user or for all`, async (t) => {
    const { server } = await start();
    const layered = {
      ref_type: 'layer',
      param_type: 'string',
      layer_name: 'layer',
      param_name: 'text',
    };
    server.overrideParameterStore('store', { c: 'all', l: layered, list: [1] });
    server.overrideParameterStore('store', { c: 'company' }, 'acme');
    server.overrideParameterStore('new', { a: 1 }, 'u');
    const store = server.getParameterStore(U, 'store');
    t.is(store.getEvaluationDetails().reason, 'LocalOverride');
    t.deepEqual(store.names(), ['c', 'l', 'list']);
    t.deepEqual([store.get('c', ''), store.get('l', ''), store.get('list')], ['all', 'layer', [1]]);
    const employee = { userID: 'e', customIDs: { companyID: 'acme' } };
    t.is(server.getParameterStore(employee, 'store').get('c', ''), 'company');
    t.is(server.getParameterStore(U, 'new').get('a', 0), 1);
    t.is(server.getParameterStore(employee, 'new').getEvaluationDetails().reason, 'Unrecognized');
    server.removeParameterStoreOverride('store', 'acme');
    t.is(server.getParameterStore(employee, 'store').get('c', ''), 'all');
    server.removeParameterStoreOverride('store');
    t.is(server.getParameterStore(U, 'store').getEvaluationDetails().reason, 'Network');
    server.overrideParameterStore('store', null as never);
    t.is(server.getParameterStore(U, 'store').get('c', ''), 'c');
    await server.shutdownAsync();
  });

  test(`${engine}: an override adapter is asked first`, async (t) => {
    const { server, logged } = await start(SPECS.v2, {
      overrideAdapter: {
        overrideGate: (user, name) => (name === 'gate' && user.userID === 'u' ? false : null),
        overrideDynamicConfig: (_, name) => (name === 'config' ? { text: 'mine' } : undefined),
        overrideExperiment: (_, name) => (name === 'config' ? { text: 'tried' } : null),
        overrideLayer: () => ({ text: 'layered' }),
        overrideParameterStore: () => ({ c: 'stored' }),
      },
    });
    t.false(server.checkGate(U, 'gate'));
    t.false(server.forUser(U).checkGate('gate'));
    t.deepEqual(server.checkGates(U, ['gate', 'none']), { gate: false, none: false });
    t.true(server.checkGate({ userID: 'other' }, 'gate'));
    const gate = server.getFeatureGate(U, 'gate');
    t.is(gate.ruleID, 'override');
    t.is(gate.evaluationDetails?.reason, 'LocalOverride');
    t.is(server.getConfig(U, 'config').get('text', ''), 'mine');
    t.is(server.getExperiment(U, 'config').get('text', ''), 'tried');
    t.is(server.getLayer(U, 'anything').get('text', ''), 'layered');
    t.is(server.getParameterStore(U, 'store').get('c', ''), 'stored');
    const gates = await logged('statsig::gate_exposure');
    t.deepEqual(
      gates.map(({ metadata }) => [
        metadata?.['gate'],
        metadata?.['ruleID'],
        metadata?.['reason'],
      ])[0],
      ['gate', 'override', 'LocalOverride'],
    );
    const layers = await logged('statsig::layer_exposure');
    t.deepEqual(
      layers.map(({ metadata }) => [metadata?.['config'], metadata?.['parameterName']]),
      [['anything', 'text']],
    );
    await server.shutdownAsync();
  });

  test(`${engine}: an override adapter that fails overrides nothing`, async (t) => {
    const log = new Log();
    const boom = (): never => {
      throw new Error('boom');
    };
    const { server } = await start(SPECS.v2, {
      logger: log,
      overrideAdapter: {
        overrideGate: boom,
        overrideDynamicConfig: (async () => boom()) as never,
        overrideLayer: () => 5 as never,
        overrideExperiment: () => ({ n: 1n }) as never,
      },
    });
    t.true(server.checkGate(U, 'gate'));
    t.true(server.checkGate(U, 'gate'));
    t.is(server.getConfig(U, 'config').get('text', ''), 'config');
    t.is(server.getExperiment(U, 'experiment').getRuleID(), 'layerAssignment');
    t.is(server.getLayer(U, 'layer').get('text', ''), 'layer');
    await server.shutdownAsync();
    t.is(log.lines.filter((line) => line.includes('overrideAdapter.overrideGate')).length, 1);
    t.is(log.lines.filter((line) => line.includes('overrideDynamicConfig')).length, 1);
  });

  test(`${engine}: several results at once`, async (t) => {
    const { server, logged } = await start();
    const configs = server.getConfigs(U, ['config', 'unheard of', '__proto__']);
    t.deepEqual(Object.keys(configs), ['config', 'unheard of', '__proto__']);
    t.is(configs['config']?.get('text', ''), 'config');
    const { experiment } = server.getExperiments(U, ['experiment']);
    t.is(experiment?.getRuleID(), 'layerAssignment');
    t.is(server.getLayers(U, ['layer'])['layer']?.get('text', ''), 'layer');
    t.is(server.getDynamicConfig(U, 'config').get('text', ''), 'config');
    server.getConfigs(U, ['quiet'], { disableExposureLogging: true });
    t.throws(() => server.getConfigs(U, 'config' as never), { message: 'Names must be an array' });
    t.deepEqual(
      (await logged('statsig::config_exposure')).map(({ metadata }) => metadata?.['config']),
      ['config', 'unheard of', '__proto__', 'experiment'],
    );
    await server.shutdownAsync();
  });

  test(`${engine}: identify and lines of a log are events`, async (t) => {
    const { server, logged } = await start(SPECS.v2, { globalCustomFields: { region: 'eu' } });
    const user = { ...U, custom: { plan: 'pro' }, privateAttributes: { ssn: 'secret' } };
    server.identify(user);
    server.forwardLogLineEvent(user, 'log', 'a line', { file: 'a.ts', status: 'theirs' });
    server.forwardLogLineEvent(user, 'error');
    server.forwardLogLineEvent(user, 'constructor' as never, 'odd');
    const hostile = Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    t.notThrows(() => server.forwardLogLineEvent(user, 'warn', 'hostile', hostile));
    const [identified] = await logged('statsig::identify');
    t.deepEqual(identified?.user, {
      ...U,
      custom: { region: 'eu', plan: 'pro' },
      privateAttributes: null,
    });
    t.deepEqual([identified?.value, identified?.metadata], [null, null]);
    const lines = await logged('statsig::log_line');
    t.deepEqual(
      lines.map(({ value, metadata }) => [value, metadata]),
      [
        ['a line', { file: 'a.ts', status: 'info', log_level: 'Log', source: 'statsig-node' }],
        [null, { status: 'error', log_level: 'Error', source: 'statsig-node' }],
        ['odd', { status: 'info', log_level: 'Info', source: 'statsig-node' }],
      ],
    );
    await server.shutdownAsync();
  });

  test(`${engine}: results tell their version and the gates on their way`, async (t) => {
    const passes = { ...isPublic, type: 'pass_gate', targetValue: 'gate' };
    const asking = (more: object) =>
      spec({ rules: [rule({ conditions: ['asks'], returnValue: { a: 1 } })], version: 9, ...more });
    const { server } = await start({
      ...SPECS.v2,
      condition_map: { asks: passes },
      feature_gates: { gate: GATE, outer: asking({}) },
      dynamic_configs: { config: asking({ type: 'dynamic_config', entity: 'dynamic_config' }) },
      layer_configs: { layer: asking({ type: 'dynamic_config', entity: 'layer' }) },
    });
    const exposures = [{ gate: 'gate', gateValue: 'true', ruleID: 'g' }];
    const gate = server.getFeatureGate(U, 'outer');
    t.is(gate.evaluationDetails?.version, 9);
    t.deepEqual(gate.evaluationDetails?.secondaryExposures, exposures);
    t.false(JSON.stringify(gate).includes('version'));
    t.deepEqual(server.getConfig(U, 'config').getSecondaryExposures(), exposures);
    t.deepEqual(server.getLayer(U, 'layer').getSecondaryExposures(), exposures);
    t.is(server.getLayer(U, 'layer').getEvaluationDetails()?.version, 9);
    t.is(server.getFeatureGate(U, 'unheard of').evaluationDetails?.version, null);
    await server.shutdownAsync();
  });

  test(`${engine}: checks without an exposure are counted, when that is wanted`, async (t) => {
    const quiet = { disableExposureLogging: true };
    for (const countNonExposedChecks of [true, false]) {
      const { server, logged } = await start(SPECS.v2, { countNonExposedChecks });
      server.checkGate(U, 'gate');
      for (let i = 0; i < 3; i++) server.checkGate(U, 'gate', quiet);
      server.forUser(U).checkGate('gate', quiet);
      server.checkGates(U, ['gate', 'other'], quiet);
      server.getConfig(U, 'config', quiet);
      server.getParameterStore(U, 'store');
      server.getLayer(U, 'layer', quiet).get('text', '');
      const events = await logged('statsig::non_exposed_checks');
      const counts = { gate: 5, other: 1, config: 1, store: 1, layer: 2 };
      t.deepEqual(
        events.map(({ metadata, user }) => [JSON.parse(String(metadata?.['checks'])), user]),
        countNonExposedChecks ? [[counts, { privateAttributes: null }]] : [],
      );
      t.is((await logged('statsig::non_exposed_checks')).length, events.length);
      await server.shutdownAsync();
    }
  });

  test(`${engine}: initialized or not`, async (t) => {
    const network = new FakeNetwork();
    const server = ours(engine, network);
    t.false(server.isInitialized());
    await server.initializeAsync();
    t.true(server.isInitialized());
    await server.shutdownAsync();
    t.false(server.isInitialized());
  });
}

test('the singleton has them all', async (t) => {
  const network = new FakeNetwork();
  network.specs = SPECS.v2;
  t.false(singleton.isInitialized());
  await singleton.initialize('secret-newer-calls', {
    networkOverrideFunc: network.override,
    disableRulesetsSync: true,
    disableIdListsSync: true,
  });
  t.true(singleton.isInitialized());
  t.is(singleton.getExperimentGroups('experiment').groups.length, 2);
  t.deepEqual(singleton.getFieldsNeededForGate('gate'), ['country']);
  singleton.overrideExperimentByGroupName('experiment', 'A');
  t.is(singleton.getExperiments(U, ['experiment'])['experiment']?.get('text', ''), 'A');
  singleton.removeAllOverrides();
  t.is(singleton.getDynamicConfig(U, 'config').get('text', ''), 'config');
  await singleton.shutdownAsync();
});
