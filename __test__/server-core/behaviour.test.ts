/**
 * What the newer SDK does, as assertions that both SDKs pass: itself (the oracle) and ours, on each
 * engine.
 */
import test from 'ava';
import * as core from '@statsig/statsig-node-core';
import * as ours from '../../src/server-core/index';
import { TESTED_ENGINES } from '../engines';
import { PROJECT, Service } from './project';

type Sdk = typeof ours;
const SDKS: Record<string, { sdk: Sdk; engine?: string }> = {
  core: { sdk: core as unknown as Sdk },
};
for (const engine of TESTED_ENGINES) SDKS[`ours on ${engine}`] = { sdk: ours, engine };

const FREE = { userID: 'u', email: 'a@b.c', custom: { plan: 'free' } };
const PRO = { userID: 'v', custom: { plan: 'pro' }, privateAttributes: { ssn: 'secret' } };

for (const [name, { sdk, engine }] of Object.entries(SDKS)) {
  const { Statsig, StatsigUser } = sdk;
  const start = async (options: ours.StatsigOptions = {}) => {
    const service = await Service.start();
    if (engine !== undefined) process.env['STATSIG_ENGINE'] = engine;
    const statsig = new Statsig('secret-core-tests', { ...service.options, ...options });
    delete process.env['STATSIG_ENGINE'];
    const started = await statsig.initialize();
    const stop = async () => {
      await statsig.shutdown();
      await service.server.stop();
    };
    return { service, statsig, started, stop };
  };
  const free = new StatsigUser(FREE);
  const pro = new StatsigUser(PRO);

  test.serial(`${name}: users`, (t) => {
    t.deepEqual(JSON.parse(JSON.stringify(pro)), { userID: 'v', custom: { plan: 'pro' } });
    const user = StatsigUser.withUserID('x');
    t.is(user.userID, 'x');
    t.is(user.email, null);
    user.email = 'e@x';
    user.custom = { n: 1 };
    t.deepEqual([user.email, user.custom], ['e@x', { n: 1 }]);
    user.email = null;
    user.custom = null;
    t.deepEqual([user.email, user.custom], [null, null]);
    t.deepEqual(StatsigUser.withCustomIDs({ c: 'd' }).customIDs, { c: 'd' });
    t.throws(() => new StatsigUser({ userID: 5 as never }), { code: 'StringExpected' });
    t.throws(() => new StatsigUser({ userID: 'a', email: null as never }));
    t.throws(() => new StatsigUser(undefined as never), { instanceOf: TypeError });
  });

  test.serial(`${name}: users made of what they are not made of`, (t) => {
    const user = new StatsigUser({ userID: 'a', customIDs: { c: 'd' }, custom: { n: 1 } });
    for (const field of [
      'customIDs',
      'custom',
      'privateAttributes',
      'statsigEnvironment',
    ] as const) {
      Object.assign(user, { [field]: undefined });
      t.is(user[field], null, field);
    }
    t.deepEqual(user.toJSON(), { userID: 'a' });
    for (const odd of [0, true, [], () => 1]) {
      const made = new StatsigUser({ userID: 'a', custom: odd as never, customIDs: odd as never });
      t.deepEqual([made.custom, made.customIDs], [{}, {}]);
      user.custom = odd as never;
      t.deepEqual(user.custom, {});
    }
    t.is(new StatsigUser(5 as never).userID, '');
  });

  test.serial(`${name}: no call throws, whatever it is given`, async (t) => {
    const { statsig, stop } = await start();
    const angry = new Proxy(
      {},
      {
        get() {
          throw new Error('no');
        },
        ownKeys() {
          throw new Error('no');
        },
      },
    ) as never;
    const calls: Array<() => unknown> = [
      () => statsig.getLayer(free, angry),
      () => statsig.getParameterStore(free, angry),
      () => statsig.getParameterStore(free, 'store', angry),
      () => statsig.getClientInitializeResponse(free, angry),
      () => statsig.subscribe(angry, () => undefined),
      () => statsig.subscribe(Symbol('s') as never, () => undefined),
      () => statsig.overrideGate(angry, true),
      () => statsig.removeGateOverride(angry),
      () => statsig.removeGateOverride('on', angry),
      () => statsig.removeLayerOverride(angry),
      () => statsig.removeParameterStoreOverride(angry),
      ...[5, true, {}, angry].map(
        (featureGateFilter) => () =>
          statsig.getClientInitializeResponse(free, {
            featureGateFilter: featureGateFilter as never,
          }),
      ),
    ];
    for (const call of calls) t.notThrows(call, String(call));
    t.true(statsig.checkGate(free, 'on'));
    const before = statsig.getExperiment(free, 'experiment').value;
    statsig.overrideExperimentByGroupName('experiment', undefined as never);
    t.deepEqual(statsig.getExperiment(free, 'experiment').value, before);
    await stop();
  });

  test.serial(`${name}: gates`, async (t) => {
    const { statsig, started, stop } = await start();
    t.deepEqual(started, { isSuccess: true });
    t.deepEqual(
      ['on', 'off', 'nested', 'none'].map((gate) => statsig.checkGate(free, gate)),
      [true, false, true, false],
    );
    const gate = statsig.getFeatureGate(free, 'on');
    t.deepEqual(
      [gate.name, gate.value, gate.ruleID, gate.idType, gate.details.reason, gate.details.version],
      ['on', true, 'yes', 'userID', 'Network:Recognized', 4],
    );
    t.is(gate.details.lcut, PROJECT.time);
    t.true((gate.details.receivedAt ?? 0) > 0);
    t.deepEqual([gate.getRuleId(), gate.getIdType()], ['yes', 'userID']);
    t.is(gate.getEvaluationDetails(), gate.details);
    t.is(gate.constructor.name, 'FeatureGate');
    const none = statsig.getFeatureGate(free, 'none');
    t.deepEqual(
      [none.value, none.ruleID, none.idType, none.details.reason],
      [false, '', '', 'Network:Unrecognized'],
    );
    t.deepEqual(Object.keys(gate).sort(), [
      'details',
      'idType',
      'name',
      'ruleID',
      'secondaryExposures',
      'value',
    ]);
    await stop();
  });

  test.serial(`${name}: a changed user is another user`, async (t) => {
    const { statsig, stop } = await start();
    const user = new StatsigUser({ userID: 'w' });
    t.false(statsig.checkGate(user, 'german'));
    user.country = 'DE';
    t.true(statsig.checkGate(user, 'german'));
    user.country = null;
    t.false(statsig.checkGate(user, 'german'));
    await stop();
  });

  test.serial(`${name}: configs and experiments`, async (t) => {
    const { statsig, stop } = await start();
    const config = statsig.getDynamicConfig(free, 'config');
    t.deepEqual(config.value, { n: 1, text: 't', list: [1], flag: false, o: {} });
    t.is(config.get('n', 9), 1);
    t.is(config.get<unknown>('n', 'x'), 'x');
    t.deepEqual(config.get('list', [] as number[]), [1]);
    t.is(config.get('flag', true), false);
    t.is(config.get('none', 'd'), 'd');
    t.is(config.get('none', null), null);
    t.is(
      config.get('n', 9, (value): value is number => value === 2),
      9,
    );
    t.is(config.getValue('text'), 't');
    t.is(config.getValue('none', 'd'), 'd');
    t.is(config.getValue('none'), null);
    const experiment = statsig.getExperiment(pro, 'experiment');
    t.deepEqual(
      [experiment.value, experiment.ruleID, experiment.groupName, experiment.getGroupName()],
      [{ color: 'red' }, 'groupA', 'A', 'A'],
    );
    t.is(experiment.details.version, 2);
    const none = statsig.getExperiment(free, 'none');
    t.deepEqual([none.value, none.groupName, none.ruleID], [{}, null, '']);
    await stop();
  });

  test.serial(`${name}: layers`, async (t) => {
    const { statsig, service, stop } = await start();
    const layer = statsig.getLayer(free, 'layer');
    t.deepEqual(
      [layer.ruleID, layer.groupName, layer.allocatedExperimentName],
      ['groupB', 'B', 'experiment'],
    );
    t.is(layer.get('color', 'none'), 'blue');
    t.is(layer.getValue('absent', 'd'), 'd');
    t.is(statsig.getLayer(free, 'none').get('a', 5), 5);
    statsig.getLayer(free, 'layer', { disableExposureLogging: true }).get('color', '');
    await stop();
    const exposures = service
      .events()
      .filter(({ eventName }) => eventName === 'statsig::layer_exposure');
    const facts = exposures.map(({ metadata }) => [
      metadata?.['config'],
      metadata?.['parameterName'],
      metadata?.['allocatedExperiment'],
    ]);
    t.deepEqual(facts[0], ['layer', 'color', 'experiment']);
  });

  test.serial(`${name}: exposures, events and counts of quiet checks`, async (t) => {
    const { statsig, service, stop } = await start();
    statsig.checkGate(pro, 'on');
    statsig.checkGate(pro, 'on');
    statsig.checkGate(pro, 'off', { disableExposureLogging: true });
    statsig.getExperiment(pro, 'experiment');
    statsig.manuallyLogFeatureGateExposure(pro, 'off');
    statsig.logEvent(pro, 'bought', 9.5, { item: 'a' });
    statsig.identify(pro);
    statsig.forwardLogLineEvent(pro, 'warn', 'a line', { file: 'x' });
    t.deepEqual(await statsig.flushEvents(), { isSuccess: true });
    const events = service.events();
    const of = (eventName: string) => events.filter((event) => event.eventName === eventName);
    const gates = of('statsig::gate_exposure').map(({ metadata }) => [
      metadata?.['gate'],
      metadata?.['gateValue'],
      metadata?.['ruleID'],
      metadata?.['isManualExposure'],
    ]);
    t.deepEqual(gates, [
      ['on', 'true', 'yes', undefined],
      ['off', 'false', 'default', 'true'],
    ]);
    t.is(of('statsig::config_exposure')[0]?.metadata?.['ruleID'], 'groupA');
    t.deepEqual([of('bought')[0]?.value, of('bought')[0]?.metadata], [9.5, { item: 'a' }]);
    t.is(of('statsig::identify')[0]?.user['userID'], 'v');
    const [line] = of('statsig::log_line');
    t.deepEqual(
      [line?.value, line?.metadata?.['status'], line?.metadata?.['log_level']],
      ['a line', 'warn', 'Warn'],
    );
    const counts = of('statsig::non_exposed_checks')[0]?.metadata?.['checks'];
    t.deepEqual(JSON.parse(String(counts)), { off: 1 });
    t.false(JSON.stringify(events).includes('secret'));
    await stop();
  });

  test.serial(`${name}: parameter stores`, async (t) => {
    const { statsig, stop } = await start();
    const store = statsig.getParameterStore(free, 'store');
    t.is(store.name, 'store');
    t.is(store.getValue('fixed', 'd'), 'kept');
    t.is(store.getValue('gated', 5), 1);
    t.is(store.getValue('gated', 'text'), 'text');
    t.is(store.getValue('none', 'd'), 'd');
    t.is(store.getEvaluationDetails().reason, 'Network:Recognized');
    const none = statsig.getParameterStore(free, 'none');
    t.is(none.getEvaluationDetails().reason, 'Network:Unrecognized');
    t.is(none.getValue('a', 5), 5);
    t.deepEqual((store.toJSON()['parameters'] as { fixed: object }).fixed !== undefined, true);
    await stop();
  });

  test.serial(`${name}: overrides`, async (t) => {
    const { statsig, stop } = await start();
    statsig.overrideGate('off', true);
    statsig.overrideGate('off', false, 'v');
    t.deepEqual([statsig.checkGate(free, 'off'), statsig.checkGate(pro, 'off')], [true, false]);
    const gate = statsig.getFeatureGate(free, 'off');
    t.deepEqual(
      [gate.ruleID, gate.details.reason, gate.idType],
      ['override', 'LocalOverride:Recognized', ''],
    );
    statsig.removeGateOverride('off', 'v');
    t.true(statsig.checkGate(pro, 'off'));
    statsig.removeGateOverride('off');
    t.false(statsig.checkGate(pro, 'off'));
    statsig.overrideExperiment('experiment', { color: 'mine' });
    t.deepEqual(statsig.getExperiment(free, 'experiment').value, { color: 'mine' });
    t.deepEqual(statsig.getDynamicConfig(free, 'experiment').value, { color: 'blue' });
    statsig.overrideExperimentByGroupName('experiment', 'A');
    const grouped = statsig.getExperiment(free, 'experiment');
    t.deepEqual([grouped.value, grouped.groupName], [{ color: 'red' }, null]);
    statsig.removeExperimentOverride('experiment');
    t.is(statsig.getExperiment(free, 'experiment').ruleID, 'groupB');
    statsig.overrideDynamicConfig('config', { mine: 1 });
    t.deepEqual(statsig.getDynamicConfig(free, 'config').value, { mine: 1 });
    t.is(statsig.getExperiment(free, 'config').ruleID, 'c');
    statsig.overrideLayer('layer', { color: 'mine' });
    const layer = statsig.getLayer(free, 'layer');
    t.deepEqual([layer.get('color', ''), layer.getValue('size', 'd')], ['mine', 'd']);
    statsig.removeAllOverrides();
    t.is(statsig.getLayer(free, 'layer').get('color', ''), 'blue');
    t.is(statsig.getDynamicConfig(free, 'config').ruleID, 'c');
    await stop();
  });

  test.serial(`${name}: what the specs say`, async (t) => {
    const { statsig, stop } = await start();
    t.deepEqual(statsig.getExperimentGroups('experiment'), {
      isExperimentActive: true,
      groups: [
        { groupName: 'A', ruleId: 'groupA', idType: 'userID', returnValue: { color: 'red' } },
        { groupName: 'B', ruleId: 'groupB', idType: 'userID', returnValue: { color: 'blue' } },
      ],
    });
    t.deepEqual(statsig.getExperimentGroups('config'), { groups: [] });
    const byName = statsig.getExperimentByGroupName('experiment', 'A');
    t.deepEqual([byName.value, byName.ruleID], [{ color: 'red' }, 'groupA']);
    t.is(byName.details.reason, 'Network:Recognized');
    const byRule = statsig.getExperimentByGroupIdAdvanced('experiment', 'none');
    t.deepEqual([byRule.value, byRule.details.reason], [{}, 'Network:Unrecognized']);
    t.deepEqual(statsig.getFieldsNeededForGate('on'), ['email']);
    t.deepEqual(statsig.getFieldsNeededForLayer('layer'), []);
    t.deepEqual(statsig.getFeatureGateList().sort(), ['german', 'nested', 'off', 'on', 'paying']);
    t.deepEqual(statsig.getDynamicConfigList(), ['config']);
    t.deepEqual(statsig.getExperimentList(), ['experiment']);
    t.deepEqual(statsig.getLayerList(), ['layer']);
    t.deepEqual(statsig.getParameterStoreList(), ['store']);
    await stop();
  });

  test.serial(`${name}: before, without and after specs`, async (t) => {
    const service = await Service.start();
    service.status = 500;
    if (engine !== undefined) process.env['STATSIG_ENGINE'] = engine;
    const failing = new Statsig('secret-core-tests', service.options);
    delete process.env['STATSIG_ENGINE'];
    const reason = () => failing.getFeatureGate(free, 'on').details.reason;
    t.is(reason(), 'Uninitialized');
    t.false(failing.checkGate(free, 'on'));
    const { isSuccess, error } = await failing.initialize();
    t.false(isSuccess);
    t.regex(error ?? '', /500/);
    t.false((error ?? '').includes('secret-core-tests'));
    t.is(reason(), 'NoValues');
    await failing.shutdown();
    await service.server.stop();

    const { statsig, stop } = await start();
    await stop();
    t.true(statsig.checkGate(free, 'on'));
    t.is(statsig.getFeatureGate(free, 'on').details.reason, 'Network:Recognized');
  });

  test.serial(`${name}: subscribers`, async (t) => {
    const { statsig, stop } = await start();
    const seen: unknown[] = [];
    const other: unknown[] = [];
    const id = statsig.subscribe('*', (event) => seen.push(event));
    statsig.subscribe('gate_evaluated', (event) => other.push(event));
    t.regex(id, /@\*$/);
    const settled = () => new Promise((resolve) => setTimeout(resolve, 50));
    statsig.checkGate(free, 'on');
    statsig.getDynamicConfig(free, 'config');
    statsig.getExperiment(free, 'experiment');
    statsig.getLayer(free, 'layer');
    await settled();
    const reason = 'Network:Recognized';
    const gate = {
      event_name: 'gate_evaluated',
      data: { gate_name: 'on', rule_id: 'yes', value: true, reason },
    };
    t.deepEqual(seen, [
      gate,
      {
        event_name: 'dynamic_config_evaluated',
        data: {
          config_name: 'config',
          reason,
          rule_id: 'c',
          value: PROJECT.dynamic_configs.config && {
            n: 1,
            text: 't',
            list: [1],
            flag: false,
            o: {},
          },
        },
      },
      {
        event_name: 'experiment_evaluated',
        data: {
          experiment_name: 'experiment',
          reason,
          rule_id: 'groupB',
          value: { color: 'blue' },
          group_name: 'B',
        },
      },
      { event_name: 'layer_evaluated', data: { layer_name: 'layer', reason, rule_id: 'groupB' } },
    ]);
    t.deepEqual(other, [gate]);
    statsig.unsubscribeById(id);
    statsig.checkGate(free, 'off');
    await settled();
    t.deepEqual([seen.length, other.length], [4, 2]);
    statsig.unsubscribe('gate_evaluated');
    statsig.checkGate(free, 'off');
    await settled();
    t.is(other.length, 2);
    statsig.unsubscribeAll();
    await stop();
  });

  test.serial(`${name}: the response for clients`, async (t) => {
    const { statsig, stop } = await start();
    const response = (options?: ours.ClientInitResponseOptions) =>
      JSON.parse(statsig.getClientInitializeResponse(pro, options)) as {
        feature_gates: Record<string, { value: boolean; rule_id: string }>;
        hash_used: string;
        user: object;
      };
    const plain = response({ hashAlgorithm: 'none' });
    t.like(plain.feature_gates['on'], { value: true, rule_id: 'yes' });
    t.is(plain.feature_gates['segment:s'], undefined);
    t.deepEqual(plain.user, { userID: 'v', custom: { plan: 'pro' } });
    t.is(response().hash_used, 'djb2');
    t.is(Object.keys(response({ hashAlgorithm: 'sha256' }).feature_gates)[0]?.length, 44);
    const filtered = response({ hashAlgorithm: 'none', featureGateFilter: new Set(['on']) });
    t.deepEqual(Object.keys(filtered.feature_gates), ['on']);
    await stop();
  });

  test.serial(`${name}: environment and global fields`, async (t) => {
    const { statsig, service, stop } = await start({
      environment: 'staging',
      globalCustomFields: { plan: 'pro' },
    });
    t.true(statsig.checkGate(StatsigUser.withUserID('n'), 'paying'));
    t.false(statsig.checkGate(free, 'paying'));
    await stop();
    const [event] = service.events();
    t.deepEqual(event?.user['custom'], { plan: 'pro' });
    t.deepEqual(event?.user['statsigEnvironment'], { tier: 'staging' });
  });

  test.serial(`${name}: the shared instance`, async (t) => {
    const service = await Service.start();
    t.false(Statsig.hasShared());
    const warn = console.warn;
    console.warn = () => {};
    // Theirs asks Statsig's own hosts then.
    if (engine !== undefined) t.false(Statsig.shared().checkGate(free, 'on'));
    const shared = Statsig.newShared('secret-core-tests', service.options);
    t.true(Statsig.hasShared());
    t.is(Statsig.shared(), shared);
    t.not(Statsig.newShared('secret-other', service.options), shared);
    console.warn = warn;
    await shared.initialize();
    t.true(Statsig.shared().checkGate(free, 'on'));
    await shared.shutdown();
    Statsig.removeSharedInstance();
    t.false(Statsig.hasShared());
    await service.server.stop();
  });
}
