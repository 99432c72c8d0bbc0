/** What dcs-v2 adds to client-initialize responses (NEWER.md 18), on every engine. */
import test from 'ava';
import type { JsonObject } from '../../differential/case';
import { expectedEngines } from '../conformance/engines';
import { loaded, respond } from './engine-calls';
import { condition } from '../conformance/condition';

const rule = (id: string, more: JsonObject = {}): JsonObject => ({
  name: id,
  id,
  salt: id,
  passPercentage: 100,
  conditions: ['all'],
  returnValue: { v: id },
  idType: 'userID',
  ...more,
});
const spec = (more: JsonObject = {}): JsonObject => ({
  type: 'dynamic_config',
  salt: 's',
  enabled: true,
  defaultValue: { d: 1 },
  rules: [],
  idType: 'userID',
  entity: 'experiment',
  ...more,
});
const mapping = (target: string): JsonObject[] => [
  { new_config_name: target, rules: [{ rule_name: 'o' }] },
];
const autotune = (more: JsonObject = {}): JsonObject => ({
  salt: 's',
  defaultValue: { c: 0 },
  idType: 'stableID',
  enabled: true,
  version: 3,
  sampleRate: 0,
  higherIsBetter: true,
  groups: [{ name: 'Arm', id: 'arm', parameterValues: { c: 1 } }],
  ...more,
});

const PAYLOAD: JsonObject = {
  has_updates: true,
  time: 1,
  response_format: 'dcs-v2',
  experiment_to_layer: {},
  app_id: 'server',
  sdk_keys_to_app_ids: { 'client-a': 'a' },
  condition_map: {
    all: condition('public'),
    app: condition('target_app', { operator: 'any', targetValue: ['a'] }),
    in_app: condition('pass_gate', { targetValue: 'for_app' }),
    grouped: condition('experiment_group', {
      field: 'to',
      operator: 'any',
      targetValue: ['G'],
    }),
  },
  feature_gates: {
    from: spec({ type: 'feature_gate', entity: 'feature_gate', defaultValue: false }),
    to_gate: spec({
      type: 'feature_gate',
      entity: 'feature_gate',
      defaultValue: false,
      idType: 'stableID',
      rules: [rule('passed', { returnValue: true })],
    }),
    grouped: spec({
      type: 'feature_gate',
      entity: 'feature_gate',
      defaultValue: false,
      rules: [rule('grouped_rule', { returnValue: true, conditions: ['grouped'] })],
    }),
    for_app: spec({
      type: 'feature_gate',
      entity: 'feature_gate',
      defaultValue: false,
      rules: [rule('app_rule', { returnValue: true, conditions: ['app'] })],
    }),
    above_app: spec({
      type: 'feature_gate',
      entity: 'feature_gate',
      defaultValue: false,
      targetAppIDs: ['a'],
      rules: [rule('above_rule', { returnValue: true, conditions: ['in_app'] })],
    }),
  },
  dynamic_configs: {
    from: spec({ idType: 'companyID', isActive: false, explicitParameters: ['x'] }),
    to: spec({
      idType: 'stableID',
      isActive: true,
      hasSharedParams: true,
      explicitParameters: ['y'],
      rules: [rule('to_rule', { groupName: 'G', isExperimentGroup: true })],
    }),
    both: spec({ isActive: true, rules: [rule('own')] }),
    config_too: spec({ entity: 'dynamic_config' }),
  },
  layer_configs: {
    merging: spec({
      entity: 'layer',
      useNewLayerEval: true,
      isActive: true,
      explicitParameters: ['m'],
      rules: [rule('m1', { configDelegate: 'to' }), rule('m2', { returnValue: { z: 1 } })],
    }),
    merging_plain: spec({
      entity: 'layer',
      useNewLayerEval: true,
      explicitParameters: ['m'],
      rules: [rule('m3', { returnValue: { z: 1 } })],
    }),
    over_autotune: spec({ entity: 'layer', rules: [rule('oa', { configDelegate: 'both' })] }),
  },
  overrides: { from: [...mapping('to_gate'), ...mapping('to')] },
  override_rules: { o: rule('o') },
  cmab_configs: {
    both: autotune({ targetingGateName: 'to_gate' }),
    early: autotune({ enabled: false, targetAppIDs: ['a'] }),
    config_too: autotune({ targetAppIDs: ['b'] }),
  },
  param_stores: {
    store: {
      parameters: {
        p: {
          ref_type: 'gate',
          param_type: 'boolean',
          gate_name: 'to_gate',
          pass_value: true,
          fail_value: false,
        },
      },
    },
  },
};
const USER = { userID: 'u', customIDs: { stableID: 's' } };

interface Response {
  feature_gates: Record<string, JsonObject>;
  dynamic_configs: Record<string, JsonObject>;
  layer_configs: Record<string, JsonObject>;
  param_stores: JsonObject;
}

const EXPOSED = [{ gate: 'to_gate', gateValue: 'true', ruleID: 'passed' }];

for (const kind of expectedEngines) {
  const get = async (options: object = {}, payload = PAYLOAD): Promise<Response> => {
    const engine = await loaded(kind, payload);
    // Twice: the second is made of what was kept of the first.
    const [, text] = [0, 1].map(() => respond(engine, USER, { hash: 'none', ...options })!);
    engine.dispose();
    return JSON.parse(text!) as Response;
  };

  test(`${kind}: autotunes are listed, in the place of configs of their name`, async (t) => {
    const { dynamic_configs: configs, layer_configs: layers } = await get();
    t.deepEqual(Object.keys(configs), ['from', 'to', 'both', 'config_too', 'early']);
    t.deepEqual(configs['both'], {
      name: 'both',
      value: { c: 1 },
      group: 'arm:explore',
      rule_id: 'arm:explore',
      is_device_based: true,
      secondary_exposures: EXPOSED,
      group_name: 'Arm',
      id_type: 'stableID',
    });
    t.like(configs['early'], { rule_id: 'prestart', value: { c: 0 } });
    t.false('group_name' in configs['early']! || 'passed' in configs['config_too']!);
    t.like(layers['over_autotune'], {
      rule_id: 'arm:explore',
      group_name: 'Arm',
      allocated_experiment_name: 'both',
      is_experiment_active: true,
      is_user_in_experiment: false,
      is_device_based: true,
      secondary_exposures: EXPOSED,
    });
    const { layer_configs: withIds } = await get({ responseFormat: 'v2' });
    t.is(withIds['over_autotune']!['id_type'], 'stableID');
  });

  for (const enabled of [true, false]) {
    test(`${kind}: what an autotune answers is active if it is enabled: ${enabled}`, async (t) => {
      // Says the opposite of itself, which does not count.
      const both = spec({ isActive: !enabled, hasSharedParams: true, explicitParameters: ['x'] });
      const { dynamic_configs: configs, layer_configs: layers } = await get(
        { clientKey: 'client-a' },
        {
          ...PAYLOAD,
          dynamic_configs: { both: { ...both, targetAppIDs: ['a'] } },
          layer_configs: {
            over: spec({
              entity: 'layer',
              targetAppIDs: ['a'],
              rules: [rule('o', { configDelegate: 'both' })],
            }),
          },
          cmab_configs: { both: autotune({ enabled, targetAppIDs: ['b'] }) },
        },
      );
      t.like(configs['both'], {
        rule_id: enabled ? 'arm:explore' : 'prestart',
        id_type: 'stableID',
        is_experiment_active: enabled,
        is_user_in_experiment: false,
      });
      t.is(layers['over']!['is_experiment_active'], enabled);
      t.false('is_in_layer' in configs['both']! || 'explicit_parameters' in configs['both']!);
    });
  }

  test(`${kind}: autotunes follow the app of a key, and the filter of experiments`, async (t) => {
    const ofKey = await get({ clientKey: 'client-a' });
    t.deepEqual(Object.keys(ofKey.dynamic_configs), ['early']);
    const { dynamic_configs: few } = await get({ experimentFilter: ['early', 'to'] });
    t.deepEqual(Object.keys(few), ['to', 'config_too', 'early']);
    t.is(few['config_too']!['passed'], false);
  });

  test(`${kind}: gates within others see the app of a key`, async (t) => {
    const { feature_gates: gates } = await get({ clientKey: 'client-a' });
    t.like(gates['above_app'], { value: true, rule_id: 'above_rule' });
  });

  test(`${kind}: merging layers say which rule a parameter is from`, async (t) => {
    const { layer_configs: layers } = await get();
    t.like(layers['merging'], {
      value: { v: 'to_rule', z: 1, d: 1 },
      rule_id: 'm1',
      group_name: 'G',
      explicit_parameters: ['y'],
      allocated_experiment_name: 'to',
      is_experiment_active: true,
      is_user_in_experiment: false,
      parameter_rule_ids: { v: 'm1', z: 'm2', d: 'default' },
    });
    t.deepEqual(
      [layers['merging_plain']!['explicit_parameters'], layers['merging_plain']!['rule_id']],
      [[], 'default'],
    );
    t.false('parameter_rule_ids' in layers['over_autotune']!);
    const mapped = await get({ responseFormat: 'v2' });
    t.false('parameter_rule_ids' in mapped.layer_configs['merging']!);
  });

  test(`${kind}: parameters and layer of what cannot be evaluated, and of autotunes`, async (t) => {
    const shared = (more: JsonObject): JsonObject =>
      spec({ explicitParameters: ['x'], hasSharedParams: true, isActive: true, ...more });
    const engine = await loaded(kind, {
      ...PAYLOAD,
      condition_map: { unknown: condition('no_such_type') },
      dynamic_configs: {
        unsupported: shared({ rules: [rule('r', { conditions: ['unknown'] })] }),
        overridden: shared({}),
        tuned: shared({ entity: 'autotune' }),
      },
      layer_configs: {},
    });
    engine.setOverrides({ gates: {}, configs: { overridden: { '': { v: 1 } } }, layers: {} });
    const options = { hash: 'none', includeLocalOverrides: true } as const;
    const { dynamic_configs: configs } = JSON.parse(respond(engine, USER, options)!) as Response;
    t.like(configs['unsupported'], { value: {}, rule_id: '', explicit_parameters: ['x'] });
    t.like(configs['overridden'], { rule_id: 'override', explicit_parameters: [] });
    t.like(configs['tuned'], { is_in_layer: true, explicit_parameters: ['x'] });
    t.false('is_user_in_experiment' in configs['tuned']!);
    engine.dispose();
  });

  test(`${kind}: a mapped spec is shown as what stands in for it`, async (t) => {
    const { feature_gates: gates, dynamic_configs: configs } = await get({ responseFormat: 'v2' });
    t.like(gates['from'], { value: true, rule_id: 'passed', id_type: 'stableID' });
    t.like(configs['from'], {
      name: 'from',
      rule_id: 'to_rule',
      group_name: 'G',
      id_type: 'stableID',
      is_device_based: true,
      is_in_layer: true,
      explicit_parameters: ['y'],
      is_experiment_active: true,
      is_user_in_experiment: true,
    });
  });

  test(`${kind}: what stands in is shown whatever answers for it`, async (t) => {
    // One that is mapped itself is not looked up as other experiments are, once there are autotunes.
    const through = (name: string): JsonObject =>
      spec({ entity: 'layer', idType: 'teamID', rules: [rule(name, { configDelegate: name })] });
    const engine = await loaded(kind, {
      ...PAYLOAD,
      dynamic_configs: {
        ...(PAYLOAD['dynamic_configs'] as JsonObject),
        first: spec(),
        to_autotune: spec(),
        to_nothing: spec(),
      },
      layer_configs: { over_autotune: through('to_autotune'), over_nothing: through('to_nothing') },
      overrides: {
        first: mapping('to'),
        to: mapping('unknown'),
        to_autotune: mapping('both'),
        to_nothing: mapping('unknown'),
      },
    });
    const ask = (responseFormat: 'v1' | 'v2'): Response =>
      JSON.parse(
        respond(engine, USER, { hash: 'none', includeLocalOverrides: true, responseFormat })!,
      ) as Response;
    const ofTo = { id_type: 'stableID', is_device_based: true, is_in_layer: true };
    t.like(ask('v2').dynamic_configs['first'], { ...ofTo, rule_id: 'to_rule' });
    const mine = { '': { v: 'mine' } };
    engine.setOverrides({
      gates: {},
      configs: { to: mine, both: mine, unknown: mine },
      layers: {},
    });
    const { dynamic_configs: configs, layer_configs: layers } = ask('v2');
    t.like(configs['first'], { ...ofTo, rule_id: 'override', is_experiment_active: true });
    t.like(configs['to_autotune'], { rule_id: 'override', id_type: 'stableID' });
    t.like(configs['to_nothing'], { rule_id: 'override', id_type: 'userID' });
    for (const name of ['over_autotune', 'over_nothing'])
      t.like(layers[name], { rule_id: 'override', id_type: 'teamID', is_device_based: false });
    engine.dispose();
  });

  test(`${kind}: groups of experiments are conditions here, too`, async (t) => {
    const { feature_gates: gates } = await get();
    t.like(gates['grouped'], { value: true, rule_id: 'grouped_rule', secondary_exposures: [] });
  });

  test(`${kind}: overrides show when they are asked for, at every level`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    engine.setOverrides({
      gates: { for_app: { '': true } },
      configs: { to: { '': { v: 'mine' } } },
      layers: {},
    });
    const ask = (options: object = {}): Response =>
      JSON.parse(respond(engine, USER, { hash: 'none', ...options })!) as Response;
    for (const options of [{}, { clientKey: 'client-a' }])
      t.like(ask(options).feature_gates['above_app'], {
        value: 'clientKey' in options,
        rule_id: 'clientKey' in options ? 'above_rule' : 'default',
        secondary_exposures: [
          'clientKey' in options
            ? { gate: 'for_app', gateValue: 'true', ruleID: 'app_rule' }
            : { gate: 'for_app', gateValue: 'false', ruleID: 'default' },
        ],
      });
    t.like(ask().layer_configs['merging'], { value: { v: 'to_rule' } });
    const shown = ask({ includeLocalOverrides: true });
    t.like(shown.feature_gates['above_app'], {
      value: true,
      secondary_exposures: [{ gate: 'for_app', gateValue: 'true', ruleID: 'override' }],
    });
    t.like(shown.layer_configs['merging'], { value: { v: 'mine' } });
    t.like(ask().feature_gates['above_app'], { value: false });
    engine.dispose();
  });

  test(`${kind}: a layer over an experiment that is overridden is not active`, async (t) => {
    const rules = [rule('o', { configDelegate: 'to' })];
    const layers = { over: spec({ entity: 'layer', rules }) };
    const engine = await loaded(kind, { ...PAYLOAD, layer_configs: layers });
    engine.setOverrides({ gates: {}, configs: { to: { '': { v: 'mine' } } }, layers: {} });
    const ask = (options: object): JsonObject | undefined =>
      (JSON.parse(respond(engine, USER, { hash: 'none', ...options })!) as Response).layer_configs[
        'over'
      ];
    t.like(ask({}), { rule_id: 'to_rule', is_experiment_active: true });
    const shown = ask({ includeLocalOverrides: true });
    t.like(shown, { rule_id: 'override', value: { v: 'mine' }, is_experiment_active: false });
    engine.dispose();
  });

  test(`${kind}: parameter stores come in every shape`, async (t) => {
    const store = {
      store: {
        p: {
          name: 'p',
          ref_type: 'gate',
          param_type: 'boolean',
          gate_name: 'to_gate',
          pass_value: true,
          fail_value: false,
        },
      },
    };
    for (const responseFormat of ['v1', 'v2', 'init-v2'])
      t.deepEqual((await get({ responseFormat })).param_stores, store, responseFormat);
    const hidden = await get({ hash: 'djb2' });
    t.not((Object.values(hidden.param_stores)[0] as typeof store.store).p.gate_name, 'to_gate');
  });
}
