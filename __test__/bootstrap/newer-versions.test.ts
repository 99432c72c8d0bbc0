/** Where versions of the newer SDK differ, and where all are improved on (NEWER.md 2 to 9), on every engine. */
import test from 'ava';
import type { JsonObject } from '../../differential/case';
import { EXPERIMENT_KIND, EvalBits, EvalMode, SpecKind } from '../../src/engine/engine';
import type { Engine, LookupKind, OutcomeRecord, OverrideTable } from '../../src/engine/engine';
import { condition } from '../conformance/condition';
import { expectedEngines } from '../conformance/engines';
import { rule, spec as plainSpec } from '../conformance/newer-specs';
import { loaded, NOW, respond } from './engine-calls';

const spec = (rules: JsonObject[], more: JsonObject = {}): JsonObject =>
  plainSpec(rules, { isActive: true, ...more });
const layer = (rules: JsonObject[], more: JsonObject = {}): JsonObject =>
  spec(rules, { entity: 'layer', isActive: false, ...more });
const gate = (rules: JsonObject[], more: JsonObject = {}): JsonObject =>
  spec(rules, { type: 'feature_gate', entity: 'feature_gate', defaultValue: false, ...more });
const passes = (id: string, conditions: string[], more: JsonObject = {}): JsonObject =>
  rule(id, conditions, { returnValue: true, ...more });
const asks = (name: string, type = 'pass_gate'): JsonObject =>
  condition(type, { targetValue: name });
const mapping = (target: string): JsonObject[] => [
  { new_config_name: target, rules: [{ rule_name: 'always' }] },
];
const chainOf = (length: number): [JsonObject, JsonObject] => {
  const numbers = Array.from({ length }, (_, i) => i);
  return [
    Object.fromEntries(
      numbers.map((i) => [
        `g${i}`,
        gate([passes(`r${i}`, [i === length - 1 ? 'all' : `c${i + 1}`])]),
      ]),
    ),
    Object.fromEntries(numbers.map((i) => [`c${i}`, asks(`g${i}`)])),
  ];
};
const [chain, chainConditions] = chainOf(150);

const PAYLOAD: JsonObject = {
  has_updates: true,
  time: 1,
  response_format: 'dcs-v2',
  experiment_to_layer: {},
  condition_map: {
    all: condition('public'),
    none: condition('user_field', { field: 'country', operator: 'any', targetValue: ['nowhere'] }),
    strange: condition('no_such_type'),
    grouped: asks('grouped'),
    failing: asks('grouped', 'fail_gate'),
    unknown: asks('unheard_of'),
    unknown_fails: asks('unheard_of', 'fail_gate'),
    moved: asks('moved'),
    lost: asks('lost'),
    round: asks('round'),
    listed: condition('unit_id', { operator: 'in_segment_list', targetValue: 'list' }),
    in_own_group: condition('experiment_group', {
      field: 'selfish',
      operator: 'any',
      targetValue: ['Mine'],
    }),
    ...chainConditions,
  },
  feature_gates: {
    grouped: gate([
      passes('in_group', ['all'], {
        groupName: 'Of the gate',
        isExperimentGroup: true,
        samplingRate: 7,
      }),
    ]),
    moved: gate([]),
    target: gate([passes('of_target', ['all'])], { idType: 'companyID', version: 9 }),
    above_moved: gate([passes('above', ['moved'])], { version: 2 }),
    above_grouped: gate([passes('above', ['grouped'])]),
    lost: gate([passes('public', ['all', 'strange'])]),
    above_lost: gate([passes('above', ['lost'])], { defaultValue: true }),
    round: gate([passes('again', ['round'])]),
    listed: gate([passes('on_list', ['listed'])]),
    unlucky: gate([
      passes('never', ['all'], { passPercentage: 0, groupName: 'Left out', samplingRate: 5 }),
    ]),
    ...chain,
  },
  dynamic_configs: {
    groupless: spec([rule('never', ['failing'])], { isActive: true }),
    after_unknown: spec([rule('known', ['grouped', 'unknown_fails'], { groupName: 'G' })]),
    inner: spec([rule('control', ['all'], { groupName: 'Control', isExperimentGroup: true })]),
    selfish: spec([
      rule('own', ['in_own_group'], { groupName: 'Mine' }),
      rule('other', ['all'], { groupName: 'Other' }),
    ]),
    mapped: spec([rule('old', ['all'])]),
  },
  layer_configs: {
    handing: layer([rule('to', ['grouped', 'unknown_fails'], { configDelegate: 'inner' })]),
    merging: layer(
      [
        rule('one', ['failing'], { returnValue: { never: 1 } }),
        rule('two', ['moved'], { configDelegate: 'inner' }),
        rule('three', ['unknown'], { returnValue: { never: 1 } }),
      ],
      { useNewLayerEval: true },
    ),
    over_mapped: layer([rule('to', ['grouped'], { configDelegate: 'mapped' })], {
      idType: 'stableID',
      version: 40,
    }),
    unsupported: layer([rule('one', ['grouped']), rule('two', ['strange'])], {
      useNewLayerEval: true,
    }),
  },
  overrides: { moved: mapping('target'), mapped: mapping('inner') },
  override_rules: { always: rule('always', ['all']) },
  cmab_configs: {
    tuned: {
      salt: 's',
      defaultValue: { arm: 'none' },
      idType: 'userID',
      enabled: true,
      version: 3,
      sampleRate: 0,
      higherIsBetter: true,
      groups: [{ name: 'Arm', id: 'arm', parameterValues: { arm: 1 } }],
      targetingGateName: 'unlucky',
    },
  },
};

const USER = { userID: 'u', customIDs: { stableID: 's' } };
const GROUPED = { gate: 'grouped', gateValue: 'true', ruleID: 'in_group' };
const MOVED = { gate: 'moved', gateValue: 'true', ruleID: 'of_target' };
const NO_OVERRIDES: OverrideTable = { gates: {}, configs: {}, layers: {} };

function ask(engine: Engine, kind: LookupKind, name: string): OutcomeRecord {
  engine.setUser(0, JSON.stringify(USER), '', '');
  const code = engine.evaluate(0, engine.specIndex(kind, name), EvalMode.Quiet, NOW);
  if (code < 0) throw new Error(`${name}: ${code} ${engine.lastError()}`);
  return engine.outcome(code >> EvalBits.OutcomeShift)!;
}

interface Response {
  feature_gates: Record<string, JsonObject>;
  dynamic_configs: Record<string, JsonObject>;
  layer_configs: Record<string, JsonObject>;
}

const responseOf = (engine: Engine, options: object = {}): Response =>
  JSON.parse(respond(engine, USER, { hash: 'none', ...options })!) as Response;

for (const kind of expectedEngines) {
  test(`${kind}: nothing of a nested gate is left on what asks it`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    const groupless = ask(engine, EXPERIMENT_KIND, 'groupless');
    t.like(groupless, {
      ruleID: 'default',
      groupName: null,
      isExperimentGroup: false,
      secondaryExposures: [GROUPED],
    });
    const above = ask(engine, SpecKind.Gate, 'above_moved');
    t.like(above, {
      value: true,
      ruleID: 'above',
      configVersion: 2,
      reason: null,
      groupName: null,
      overrideConfigName: 'target',
      secondaryExposures: [MOVED],
    });
    t.is(ask(engine, SpecKind.Gate, 'above_grouped').groupName, null);
    const { dynamic_configs: configs, feature_gates: gates } = responseOf(engine, {
      responseFormat: 'v2',
    });
    t.like(configs['groupless'], { is_user_in_experiment: false, is_experiment_active: true });
    t.false('group_name' in configs['groupless']!);
    t.is(gates['above_moved']!['id_type'], 'userID');
    engine.dispose();
  });

  test(`${kind}: a gate that there is not leaves no exposure, and none is lost`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    const after = ask(engine, EXPERIMENT_KIND, 'after_unknown');
    t.like(after, { ruleID: 'known', groupName: 'G', secondaryExposures: [GROUPED] });
    const handing = ask(engine, SpecKind.Layer, 'handing');
    t.like(handing, {
      ruleID: 'control',
      configDelegate: 'inner',
      secondaryExposures: [GROUPED],
      undelegatedSecondaryExposures: [GROUPED],
    });
    const { layer_configs: layers } = responseOf(engine);
    t.deepEqual(layers['handing']!['undelegated_secondary_exposures'], [GROUPED]);
    engine.dispose();
  });

  test(`${kind}: merging layers keep what each rule that was tested asked`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    t.like(ask(engine, SpecKind.Layer, 'merging'), {
      ruleID: 'two',
      undelegatedSecondaryExposures: [GROUPED, MOVED],
      secondaryExposures: [GROUPED, MOVED],
    });
    t.like(ask(engine, SpecKind.Layer, 'unsupported'), {
      reason: 'Unsupported',
      ruleID: '',
      json: {},
    });
    engine.dispose();
  });

  test(`${kind}: who asks an overridden gate is not overridden`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    engine.setOverrides({ ...NO_OVERRIDES, gates: { grouped: { '': true } } });
    t.like(ask(engine, SpecKind.Gate, 'above_grouped'), {
      value: true,
      ruleID: 'above',
      reason: null,
      secondaryExposures: [{ gate: 'grouped', gateValue: 'true', ruleID: 'override' }],
    });
    t.is(ask(engine, SpecKind.Gate, 'grouped').reason, 'LocalOverride');
    engine.dispose();
  });

  test(`${kind}: an experiment that asks for its own group has none then`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    t.like(ask(engine, EXPERIMENT_KIND, 'selfish'), { ruleID: 'other', groupName: 'Other' });
    t.like(responseOf(engine).dynamic_configs['selfish'], {
      rule_id: 'other',
      group: 'other',
      group_name: 'Other',
    });
    engine.dispose();
  });

  test(`${kind}: long chains of gates answer, circles do not`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    t.like(ask(engine, SpecKind.Gate, 'g0'), { value: true, ruleID: 'r0', reason: null });
    t.is(ask(engine, SpecKind.Gate, 'g0').secondaryExposures.length, 149);
    engine.setUser(0, JSON.stringify(USER), '', '');
    const round = engine.specIndex(SpecKind.Gate, 'round');
    t.true(engine.evaluate(0, round, EvalMode.Quiet, NOW) < 0);
    t.like(responseOf(engine).feature_gates['round'], { value: false, rule_id: '' });
    t.like(ask(engine, SpecKind.Gate, 'g0'), { value: true });
    engine.dispose();
  });

  test(`${kind}: what is unsupported is false, and so is what asks it`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    for (const name of ['lost', 'above_lost'])
      t.like(ask(engine, SpecKind.Gate, name), {
        value: false,
        ruleID: '',
        reason: 'Unsupported',
        secondaryExposures: [],
      });
    const { feature_gates: gates } = responseOf(engine);
    t.like(gates['above_lost'], { value: false, rule_id: '' });
    engine.dispose();
  });

  test(`${kind}: responses have the group of configs and layers`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    const { dynamic_configs: configs, layer_configs: layers } = responseOf(engine);
    for (const entry of [...Object.values(configs), ...Object.values(layers)])
      t.is(entry['group'], entry['rule_id'], String(entry['name']));
    t.is(layers['handing']!['group'], 'control');
    engine.dispose();
  });

  test(`${kind}: a mapped delegate leaves a layer what it is`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    t.like(ask(engine, SpecKind.Layer, 'over_mapped'), {
      ruleID: 'control',
      configDelegate: 'mapped',
      idType: 'stableID',
      configVersion: 40,
      secondaryExposures: [GROUPED],
      undelegatedSecondaryExposures: [GROUPED],
    });
    engine.dispose();
  });

  test(`${kind}: what is refused is of the layer that was asked, whoever asked before`, async (t) => {
    const engine = await loaded(kind, {
      ...PAYLOAD,
      layer_configs: {
        replaced: layer([rule('strange', ['strange'])], { idType: 'userID' }),
        stand_in: layer([rule('strange', ['strange'])], { idType: 'stableID' }),
      },
      overrides: {
        replaced: [{ new_config_name: 'stand_in', rules: [{ rule_name: 'abroad' }] }],
      },
      override_rules: { abroad: rule('abroad', ['none']) },
    });
    const shown = (user: object): unknown =>
      (JSON.parse(respond(engine, user, { hash: 'none' })!) as Response).layer_configs['replaced'];
    for (const _ of ['fresh', 'known']) {
      t.like(shown({ userID: 'home' }), { rule_id: '', is_device_based: false });
      t.like(shown({ userID: 'away', country: 'nowhere' }), { rule_id: '', is_device_based: true });
    }
    engine.dispose();
  });

  test(`${kind}: an autotune has nothing of its targeting gate`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    const tuned = ask(engine, EXPERIMENT_KIND, 'tuned');
    t.like(tuned, {
      value: false,
      ruleID: 'inlineTargetingRules',
      groupName: null,
      json: { arm: 'none' },
      configVersion: 3,
    });
    t.is(tuned.sampling.rate, null);
    engine.dispose();
  });

  test(`${kind}: ID lists that were looked at are in no reason`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    await engine.updateIdList('list', true, new TextEncoder().encode('+PLvFJIXa\n'));
    t.is(ask(engine, SpecKind.Gate, 'listed').reason, null);
    engine.dispose();
  });

  test(`${kind}: of what is broken the smallest part is left out`, async (t) => {
    const engine = await loaded(kind, {
      ...PAYLOAD,
      condition_map: { ...(PAYLOAD['condition_map'] as JsonObject), none: 'broken' },
      feature_gates: {
        ...(PAYLOAD['feature_gates'] as JsonObject),
        no_spec: 7,
        of_broken: gate([passes('r', ['none'])], { defaultValue: true }),
      },
      overrides: { moved: [7, { new_config_name: 3 }, ...mapping('target')], mapped: 'broken' },
      override_rules: { always: rule('always', ['all']), broken: null },
      cmab_configs: { tuned: 'broken' },
      param_stores: { store: { parameters: { p: 7 } }, none: null },
      sdk_flags: { some: 'text' },
    });
    t.like(ask(engine, SpecKind.Gate, 'of_broken'), { value: false, reason: 'Unsupported' });
    t.like(ask(engine, SpecKind.Gate, 'above_moved'), { value: true, ruleID: 'above' });
    t.like(ask(engine, EXPERIMENT_KIND, 'mapped'), { ruleID: 'old' });
    t.like(ask(engine, EXPERIMENT_KIND, 'tuned'), { reason: 'Unrecognized' });
    t.like(ask(engine, SpecKind.Gate, 'no_spec'), { value: false, ruleID: '' });
    t.like(ask(engine, EXPERIMENT_KIND, 'inner'), { ruleID: 'control' });
    engine.dispose();
  });
}
