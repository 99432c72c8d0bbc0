/** Kept assignments (NEWER.md 13), as assertions that both SDKs pass: itself (the oracle) and ours. */
import test from 'ava';
import * as core from '@statsig/statsig-node-core';
import * as ours from '../../src/server-core/index';
import { TESTED_ENGINES } from '../engines';
import { until } from '../network/fake-clock';
import { Service, config, field, rule, PROJECT } from './project';

// With a storage the newer SDK keeps the process alive, even after shutdown.
test.before(async () => {
  const { registerCompletionHandler } = await import('ava');
  registerCompletionHandler(() => process.exit());
});

type Sdk = typeof ours;
const SDKS: Record<string, { sdk: Sdk; engine?: string }> = {
  core: { sdk: core as unknown as Sdk },
};
for (const engine of TESTED_ENGINES) SDKS[`ours on ${engine}`] = { sdk: ours, engine };

const group = (id: string) =>
  rule({ id, groupName: id.toUpperCase(), isExperimentGroup: true, returnValue: { color: id } });
const experiment = (over: object) =>
  config({
    entity: 'experiment',
    isActive: true,
    version: 3,
    explicitParameters: ['color'],
    defaultValue: { color: 'none' },
    rules: [
      rule({ id: 'some:override', conditions: ['tester'], returnValue: { color: 'tested' } }),
      rule({ id: 'inlineTargetingRules', conditions: ['excluded'], returnValue: {} }),
      group('live'),
    ],
    ...over,
  });
const STICKY = {
  ...PROJECT,
  condition_map: {
    ...PROJECT.condition_map,
    tester: field('email', ['t']),
    excluded: field('email', ['x']),
  },
  dynamic_configs: {
    running: experiment({}),
    ended: experiment({ isActive: false }),
    outside: experiment({ rules: [rule({ id: 'out', returnValue: { color: 'out' } })] }),
    company: experiment({ idType: 'companyID', rules: [group('live')] }),
  },
  layer_configs: {
    layer: config({
      entity: 'layer',
      defaultValue: { color: 'none' },
      rules: [rule({ id: 'alloc', configDelegate: 'running' })],
    }),
    merging: config({
      entity: 'layer',
      useNewLayerEval: true,
      rules: [rule({ id: 'alloc', configDelegate: 'running' })],
    }),
  },
};

const RECORD: ours.StickyValues = {
  value: true,
  json_value: { color: 'kept' },
  rule_id: 'kept',
  group_name: 'KEPT',
  secondary_exposures: [],
  undelegated_secondary_exposures: [],
  config_delegate: null,
  explicit_parameters: ['color'],
  time: 1_600_000_000_000,
  config_version: 2,
};
const OF_LAYER = { ...RECORD, config_delegate: 'running' };
const BOTH = { enforceTargeting: true, enforceOverrides: true };

for (const [name, { sdk, engine }] of Object.entries(SDKS)) {
  const { Statsig, StatsigUser } = sdk;
  const user = (email: string) =>
    new StatsigUser({ userID: 'u', customIDs: { companyID: 'c' }, email });
  const start = async (hasStorage = true) => {
    const service = await Service.start();
    service.specs = STICKY;
    const calls: string[] = [];
    const saved: ours.StickyValues[] = [];
    const persistentStorage: ours.PersistentStorage = {
      load: () => null,
      save: (key, config_name, data) => {
        calls.push(`save ${key} ${config_name}`);
        saved.push(data);
      },
      delete: (key, config_name) => void calls.push(`delete ${key} ${config_name}`),
    };
    if (engine !== undefined) process.env['STATSIG_ENGINE'] = engine;
    const statsig = new Statsig('secret-sticky-tests', {
      ...service.options,
      ...(hasStorage ? { persistentStorage } : {}),
    });
    delete process.env['STATSIG_ENGINE'];
    await statsig.initialize();
    const stop = async () => {
      await statsig.shutdown();
      await service.server.stop();
    };
    /** The newer SDK calls from another thread. */
    const called = async (count: number): Promise<string[]> => {
      await until(() => calls.length >= count);
      return calls.splice(0);
    };
    return { service, statsig, saved, called, stop };
  };

  test.serial(`${name}: a group is kept while its experiment runs`, async (t) => {
    const { statsig, saved, called, stop } = await start();
    const ask = (experimentName: string, options?: ours.ExperimentEvaluationOptions) =>
      statsig.getExperiment(user('a'), experimentName, options).ruleID;
    t.is(ask('running', { userPersistedValues: {} }), 'live');
    t.is(ask('company', { userPersistedValues: {} }), 'live');
    t.is(ask('outside', { userPersistedValues: {} }), 'out');
    t.is(ask('nowhere', { userPersistedValues: {} }), '');
    t.is(ask('running'), 'live');
    t.is(ask('ended', { userPersistedValues: { ended: RECORD } }), 'live');
    t.deepEqual(await called(4), [
      'save u:userID running',
      'save c:companyID company',
      'delete u:userID running',
      'delete u:userID ended',
    ]);
    const { value, json_value, rule_id, group_name, time, config_version } = saved[0]!;
    t.deepEqual(
      [value, json_value, rule_id, group_name, time, config_version],
      [true, { color: 'live' }, 'live', 'LIVE', STICKY.time, 3],
    );
    await stop();
  });

  test.serial(`${name}: an assignment answers, and is exposed as it is`, async (t) => {
    const { service, statsig, stop } = await start();
    const userPersistedValues = { running: RECORD, company: { ...RECORD, value: false } };
    const kept = statsig.getExperiment(user('a'), 'running', { userPersistedValues });
    t.deepEqual([kept.value, kept.ruleID, kept.groupName], [{ color: 'kept' }, 'kept', 'KEPT']);
    const { reason, lcut, version } = kept.details;
    t.deepEqual([reason, lcut, version], ['Persisted', RECORD.time, 2]);
    statsig.getExperiment(user('a'), 'company', { userPersistedValues });
    await statsig.flushEvents();
    const exposed = service
      .events()
      .map(({ metadata }) => [
        metadata?.['config'],
        metadata?.['ruleID'],
        String(metadata?.['rulePassed']),
        metadata?.['configVersion'],
      ]);
    t.deepEqual(exposed, [
      ['running', 'kept', 'true', '2'],
      ['company', 'kept', 'false', '2'],
    ]);
    await stop();
  });

  test.serial(`${name}: an assignment gives way where that is wanted, and stays`, async (t) => {
    const { statsig, called, stop } = await start();
    const userPersistedValues = { running: RECORD, layer: OF_LAYER };
    const ask = (email: string) => (options: object) => [
      statsig.getExperiment(user(email), 'running', { userPersistedValues, ...options }).ruleID,
      statsig.getLayer(user(email), 'layer', { userPersistedValues, ...options }).ruleID,
    ];
    const table = (email: string) =>
      [{}, { enforceTargeting: true }, { enforceOverrides: true }, BOTH].map(ask(email));
    const [kept, tested, out] = ['kept', 'some:override', 'inlineTargetingRules'].map((rule) => [
      rule,
      rule,
    ]) as [string[], string[], string[]];
    t.deepEqual(table('a'), [kept, kept, kept, kept]);
    t.deepEqual(table('t'), [kept, kept, tested, tested]);
    t.deepEqual(table('x'), [kept, out, kept, out]);
    statsig.getExperiment(user('a'), 'running');
    t.deepEqual(await called(1), ['delete u:userID running']);
    await stop();
  });

  test.serial(`${name}: layers keep their experiment, merging ones nothing`, async (t) => {
    const { statsig, saved, called, stop } = await start();
    const ask = (layerName: string, userPersistedValues: object) =>
      statsig.getLayer(user('a'), layerName, { userPersistedValues });
    t.is(ask('layer', {}).ruleID, 'live');
    const kept = ask('layer', { layer: OF_LAYER });
    t.deepEqual(
      [kept.ruleID, kept.getValue('color'), kept.allocatedExperimentName],
      ['kept', 'kept', 'running'],
    );
    t.is(ask('merging', {}).ruleID, 'alloc');
    statsig.getExperiment(user('a'), 'running');
    const calls = await called(name === 'core' ? 3 : 2);
    t.deepEqual(
      calls.filter((call) => !call.endsWith('merging')),
      ['save u:userID layer', 'delete u:userID running'],
    );
    t.false(calls.includes('save u:userID merging'));
    t.is(saved[0]!.config_delegate, 'running');
    await stop();
  });

  test.serial(`${name}: without a storage nothing is kept`, async (t) => {
    const { statsig, stop } = await start(false);
    const userPersistedValues = { running: RECORD, layer: OF_LAYER };
    t.is(statsig.getExperiment(user('a'), 'running', { userPersistedValues }).ruleID, 'live');
    t.is(statsig.getLayer(user('a'), 'layer', { userPersistedValues }).ruleID, 'live');
    await stop();
  });
}
