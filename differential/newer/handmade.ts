/**
 * dcs-v2 projects by hand: what `project.ts` does not draw, or too rarely. Chains, ties, missing
 * parts, names within names, everything beside the specs.
 */
import type { Json, JsonObject } from '../case';
import { djb2 } from '../../src/runtime/djb2';

const PUBLIC = { type: 'public', idType: 'userID' };
const EMPTY: JsonObject = {
  feature_gates: {},
  dynamic_configs: {},
  layer_configs: {},
  condition_map: { all: PUBLIC },
  experiment_to_layer: {},
  has_updates: true,
  time: 1_700_000_000_000,
  response_format: 'dcs-v2',
};

const rule = (id: string, over: JsonObject = {}): JsonObject => ({
  name: id,
  id,
  passPercentage: 100,
  conditions: ['all'],
  returnValue: true,
  idType: 'userID',
  ...over,
});
const gate = (rules: Json[], over: JsonObject = {}): JsonObject => ({
  type: 'feature_gate',
  entity: 'feature_gate',
  salt: 'salt',
  defaultValue: false,
  enabled: true,
  idType: 'userID',
  version: 1,
  rules,
  ...over,
});
const config = (rules: Json[], over: JsonObject = {}): JsonObject =>
  gate(rules, {
    type: 'dynamic_config',
    entity: 'dynamic_config',
    defaultValue: { from: 'default' },
    ...over,
  });
const experiment = (rules: Json[], over: JsonObject = {}): JsonObject =>
  config(rules, { entity: 'experiment', isActive: true, explicitParameters: ['a'], ...over });
const layer = (rules: Json[], over: JsonObject = {}): JsonObject =>
  config(rules, { entity: 'layer', ...over });
const when = (type: string, targetValue: Json, over: JsonObject = {}): JsonObject => ({
  type,
  targetValue,
  idType: 'userID',
  ...over,
});
const field = (name: string, operator: string, targetValue: Json): JsonObject =>
  when('user_field', targetValue, { field: name, operator });
const group = (id: string, over: JsonObject = {}): JsonObject =>
  rule(id, {
    groupName: id.toUpperCase(),
    isExperimentGroup: true,
    returnValue: { a: id, b: 1 },
    ...over,
  });

/** Gates through gates, of which some are off, unknown, segments, or answer other things. */
function gates(): JsonObject {
  const feature_gates: JsonObject = {};
  const condition_map: JsonObject = { all: PUBLIC };
  for (let depth = 0; depth < 40; depth++) {
    condition_map[`c${depth}`] = when(depth % 3 === 2 ? 'fail_gate' : 'pass_gate', `g${depth}`);
    const conditions = depth === 0 ? ['all'] : [`c${depth - 1}`, ...(depth > 4 ? ['c3'] : [])];
    feature_gates[`g${depth}`] = gate([rule(`r${depth}`, { conditions })], {
      defaultValue: depth % 5 === 0,
      enabled: depth % 7 !== 3,
      ...(depth % 6 === 5 ? { entity: 'holdout' } : {}),
    });
  }
  for (const [name, returnValue] of Object.entries({
    no: false,
    nothing: null,
    object: {},
    text: 't',
  }))
    feature_gates[`returns ${name}`] = gate([rule('r', { returnValue })]);
  for (const [name, defaultValue] of Object.entries({ no: false, object: {}, yes: true }))
    for (const passPercentage of [0, 0.005, 50, 99.995, 100])
      feature_gates[`${name} or ${passPercentage}`] = gate(
        [rule('r', { passPercentage, salt: '' })],
        {
          defaultValue,
        },
      );
  feature_gates['segment:all'] = gate([rule('in', { conditions: ['c39'] })], { entity: 'segment' });
  condition_map['segment'] = when('pass_gate', 'segment:all');
  condition_map['no segment'] = when('fail_gate', 'segment:none');
  feature_gates['through segments'] = gate([rule('r', { conditions: ['segment', 'no segment'] })]);
  return { ...EMPTY, feature_gates, condition_map };
}

/** Conditions that lack what they may lack, and lists in their other form. */
function conditions(): JsonObject {
  const condition_map: JsonObject = {
    all: PUBLIC,
    'no unit': when('unit_id', ['u-more-1'], { operator: 'any', idType: 'companyID' }),
    'any of keys': when('unit_id', { 's-more-1': true }, { operator: 'any', idType: 'stableID' }),
    'none of keys': when('unit_id', { 's-more-1': true }, { operator: 'none', idType: 'stableID' }),
    'any of nobody': field('nothing', 'any', ['a']),
    'none of nobody': field('nothing', 'none', ['a']),
    'bucket without salt': when('user_bucket', 500, { operator: 'lt' }),
    'bucket of nobody': when('user_bucket', 500, { operator: 'gte', idType: 'teamID' }),
    'any bucket': when(
      'user_bucket',
      Object.fromEntries([...Array(400).keys()].map((n) => [n, 1])),
      {
        operator: 'any',
        additionalValues: { salt: 'x' },
      },
    ),
    'tier, whoever': when('environment_field', ['production'], { field: 'tier', operator: 'any' }),
    'other field of it': when('environment_field', ['x'], { field: 'region', operator: 'none' }),
    'in the app': when('target_app', ['app-1'], { operator: 'any' }),
    email: field('EMAIL', 'str_contains_any', ['@']),
    'by user_id': field('user_id', 'str_starts_with_any', ['u-']),
    'by userid': field('userid', 'str_starts_with_any', ['u-']),
    'long ago': when('current_time', 1_000, { operator: 'after' }),
    'agents of nobody': when('ua_based', ['Other'], { field: 'os_name', operator: 'any' }),
    'no list': when('unit_id', 'list_0', { operator: 'not_in_segment_list' }),
  };
  const feature_gates = Object.fromEntries(
    Object.keys(condition_map).flatMap((id) => [
      [`alone ${id}`, gate([rule('r', { conditions: [id] })])],
      [`after ${id}`, gate([rule('a', { conditions: ['none of nobody', id] }), rule('b')])],
    ]),
  );
  return {
    ...EMPTY,
    feature_gates,
    condition_map,
    default_environment: 'production',
    app_id: 'app-1',
  };
}

const arm = (id: string, over: JsonObject = {}): JsonObject => ({
  id,
  name: `Arm ${id}`,
  parameterValues: { a: id, b: id.length },
  ...over,
});
const known = (over: JsonObject): JsonObject => ({
  alpha: 0,
  intercept: 0,
  records: 10,
  weightsNumerical: {},
  weightsCategorical: {},
  ...over,
});
const autotune = (over: JsonObject): JsonObject => ({
  salt: 'auto',
  defaultValue: { a: 'default' },
  idType: 'userID',
  enabled: true,
  version: 7,
  sampleRate: 0,
  higherIsBetter: true,
  groups: [arm('x'), arm('y'), arm('z')],
  ...over,
});

/** Autotunes by ties, weights of every kind, gates before them, and whoever asks for them. */
function autotunes(): JsonObject {
  const plans = known({ weightsCategorical: { plan: { pro: 3, free: -3 }, beta: { true: 2 } } });
  const ages = known({ weightsNumerical: { age: 0.1, score: -1, tags: 5, plan: 9 } });
  const flat = known({ intercept: 1, weightsNumerical: { nothing: 1 } });
  const cmab_configs: JsonObject = {
    untaught: autotune({}),
    single: autotune({ groups: [arm('x')] }),
    'nobody left': autotune({ groups: [] }),
    off: autotune({ enabled: false }),
    tie: autotune({ config: { x: flat, y: flat, z: flat } }),
    'tie below': autotune({ higherIsBetter: false, config: { x: flat, y: flat, z: flat } }),
    taught: autotune({ config: { x: plans, y: ages, z: flat } }),
    'taught, lowest': autotune({ higherIsBetter: false, config: { x: plans, y: ages, z: flat } }),
    'partly taught': autotune({ config: { y: ages } }),
    'of companies': autotune({ idType: 'companyID' }),
    'of nobody': autotune({ idType: 'teamID', config: { x: plans, y: ages, z: flat } }),
    gated: autotune({ targetingGateName: 'half' }),
    'gated by a segment': autotune({ targetingGateName: 'segment:half' }),
    'gated by nothing': autotune({ targetingGateName: 'nowhere' }),
    'gated by a chain': autotune({ targetingGateName: 'chain' }),
    'as a config': autotune({ config: { x: plans, y: ages, z: flat }, targetAppIDs: ['app-2'] }),
  };
  const half = gate([rule('half', { passPercentage: 50, groupName: 'Half' })]);
  return {
    ...EMPTY,
    cmab_configs,
    app_id: 'app-1',
    hashed_sdk_keys_to_app_ids: { [djb2('client-key')]: 'app-2' },
    condition_map: {
      all: PUBLIC,
      half: when('pass_gate', 'half'),
      'arm x': when('experiment_group', ['arm X'], { field: 'untaught', operator: 'any' }),
      'no arm': when('experiment_group', ['Arm x'], { field: 'off', operator: 'none' }),
      'arm y, exactly': when('experiment_group', ['Arm y'], {
        field: 'taught',
        operator: 'any_case_sensitive',
      }),
    },
    feature_gates: {
      half,
      chain: gate([rule('chained', { conditions: ['half'] })]),
      'segment:half': { ...half, entity: 'segment' },
      'by arm': gate([
        rule('x', { conditions: ['arm x'] }),
        rule('y', { conditions: ['arm y, exactly'] }),
      ]),
      'by no arm': gate([rule('r', { conditions: ['no arm', 'half'] })]),
    },
    dynamic_configs: {
      'as a config': experiment([group('one')], { entity: 'autotune' }),
      untaught: experiment([group('one')]),
    },
    layer_configs: {
      'over an autotune': layer([rule('to', { configDelegate: 'untaught' })]),
      'over one of an app': layer([rule('to', { configDelegate: 'as a config' })]),
      'merging over one': layer(
        [
          rule('first', { configDelegate: 'untaught' }),
          rule('second', { returnValue: { b: 2, c: 3 } }),
        ],
        { useNewLayerEval: true },
      ),
    },
  };
}

const mapping = (to: string, ...rules: (string | JsonObject)[]): JsonObject => ({
  new_config_name: to,
  rules: rules.map((one) => (typeof one === 'string' ? { rule_name: one } : one)),
});

/**
 * Mappings of every kind: chains, times, rules that are not there, targets of another kind. Rules
 * are called otherwise for each kind: of one name and rule statsig-node-core exposes one kind alone.
 */
function mappings(): JsonObject {
  const kinds = (make: (name: string, at: number) => JsonObject): JsonObject =>
    Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name, at) => [name, make(name, at)]));
  return {
    ...EMPTY,
    condition_map: {
      all: PUBLIC,
      half: when('pass_gate', 'half'),
      'gate a': when('pass_gate', 'a'),
      'gate ghost': when('pass_gate', 'ghost'),
    },
    feature_gates: {
      half: gate([rule('half', { passPercentage: 50 })]),
      ...kinds((name, at) =>
        gate([rule(`gate ${name}`)], { version: at, defaultValue: at % 2 === 0 }),
      ),
      'asks a': gate([rule('r', { conditions: ['gate a', 'half'] })]),
      'asks a ghost': gate([rule('r', { conditions: ['gate ghost'] })]),
    },
    dynamic_configs: {
      ...kinds((name, at) =>
        experiment([group(`group ${name}`)], { version: at, idType: 'stableID' }),
      ),
      'only a config': config([rule('only', { returnValue: { a: 1 } })]),
      'hands over': experiment([rule('on', { configDelegate: 'a' })], { version: 9 }),
      'hands over again': experiment([rule('on', { configDelegate: 'hands over' })]),
    },
    layer_configs: {
      ...kinds((name, at) =>
        layer([rule(`layer ${name}`, { returnValue: { a: name } })], { version: at }),
      ),
      'to a': layer([rule('to', { configDelegate: 'a' })]),
      'to what hands over': layer([rule('to', { configDelegate: 'hands over' })]),
      'to a, merging': layer([rule('to', { configDelegate: 'a' })], { useNewLayerEval: true }),
    },
    overrides: {
      a: [mapping('b', 'always')],
      b: [mapping('nowhere', 'always'), mapping('c', 'half', 'never', 'always')],
      c: [mapping('d', { rule_name: 'always', start_time: 4_000_000_000_000 }, 'no such rule')],
      e: [mapping('d', 'with salt', 'without salt'), mapping('only a config', 'always')],
      ghost: [mapping('e', 'always')],
      'ghost that hands over': [mapping('hands over', 'always')],
      'only a config': [mapping('nothing', 'always'), mapping('a', 'half')],
      empty: [],
    },
    override_rules: {
      always: rule('always', { returnValue: false }),
      never: rule('never', { passPercentage: 0 }),
      half: rule('half', { conditions: ['half'] }),
      'with salt': rule('with salt', { passPercentage: 30, salt: 's', conditions: ['gate a'] }),
      'without salt': rule('without salt', { passPercentage: 30 }),
    },
  };
}

/** Layers: delegates of delegates, late ones, percentages on either side, what nobody has. */
function layers(): JsonObject {
  const to = (id: string, configDelegate: string, over: JsonObject = {}): JsonObject =>
    rule(id, { configDelegate, returnValue: { a: id, own: id }, ...over });
  const both = (name: string, rules: Json[], over: JsonObject = {}): [string, JsonObject][] => [
    [name, layer(rules, over)],
    [`${name}, merging`, layer(rules, { ...over, useNewLayerEval: true })],
  ];
  return {
    ...EMPTY,
    condition_map: {
      all: PUBLIC,
      half: when('pass_gate', 'half'),
      'not half': when('fail_gate', 'half'),
      one: when('experiment_group', ['one'], { field: 'plain', operator: 'any' }),
    },
    feature_gates: { half: gate([rule('half', { passPercentage: 50, samplingRate: 3 })]) },
    dynamic_configs: {
      plain: experiment([group('one', { conditions: ['half'] }), group('two')], { version: 4 }),
      ended: experiment([group('one')], { isActive: false }),
      off: experiment([group('one')], { enabled: false }),
      empty: experiment([], { defaultValue: {}, explicitParameters: [] }),
      shared: experiment([group('one')], { hasSharedParams: true }),
      delegating: experiment([to('on', 'plain')], { explicitParameters: ['own'] }),
      asking: experiment([
        group('one', { conditions: ['one'] }),
        group('two', { passPercentage: 50 }),
      ]),
    },
    layer_configs: Object.fromEntries([
      ...both('to plain', [to('r', 'plain')], { explicitParameters: ['b'] }),
      ...both('to nothing', [to('r', 'nowhere'), rule('s', { returnValue: { s: 1 } })]),
      ...both('half to plain', [to('r', 'plain', { passPercentage: 50 }), to('s', 'ended')]),
      ...both('to what ended', [to('r', 'ended')]),
      ...both('to what is off', [to('r', 'off')]),
      ...both('to what is empty', [to('r', 'empty'), rule('s', { returnValue: { a: 2 } })]),
      ...both('to what is shared', [to('r', 'shared')], { defaultValue: { a: 0, z: 1 } }),
      ...both('to what delegates', [to('r', 'delegating')]),
      ...both('to what asks', [to('r', 'asking')]),
      ...both('late', [rule('first', { returnValue: { x: 1 } }), to('r', 'plain'), rule('last')]),
      ...both('off', [to('r', 'plain')], { enabled: false }),
      ...both('off, nobody', [to('r', 'plain', { conditions: ['half', 'not half'] })], {
        enabled: false,
      }),
      ...both('in parts', [
        rule('p', { returnValue: { x: 1 }, conditions: ['half'] }),
        rule('q', { returnValue: { x: 2, y: 2 } }),
        rule('r', { returnValue: { y: 3, z: 3 }, isExperimentGroup: true, groupName: 'R' }),
      ]),
    ]),
    experiment_to_layer: { plain: 'to plain', shared: 'to what is shared', ended: 'nowhere' },
  };
}

/** Stores whose parameters lack parts, or have those of several kinds. */
function stores(): JsonObject {
  const parameters: JsonObject = {
    text: { ref_type: 'static', param_type: 'string', value: 't' },
    nothing: { ref_type: 'static', param_type: 'string', value: null },
    'both value and gate': {
      ref_type: 'gate',
      param_type: 'boolean',
      value: 'static',
      gate_name: 'half',
      pass_value: 1,
      fail_value: 0,
    },
    named: { ref_type: 'static', param_type: 'number', name: 'other', value: 5 },
    'a gate': {
      ref_type: 'gate',
      param_type: 'object',
      gate_name: 'half',
      pass_value: { p: [1] },
      fail_value: [null],
    },
    'no gate': {
      ref_type: 'gate',
      param_type: 'string',
      gate_name: 'nowhere',
      pass_value: 'p',
      fail_value: 'f',
    },
    'a config': {
      ref_type: 'dynamic_config',
      param_type: 'string',
      config_name: 'c',
      param_name: 'a',
    },
    'no config': {
      ref_type: 'dynamic_config',
      param_type: 'string',
      config_name: 'n',
      param_name: 'a',
    },
    'an experiment': {
      ref_type: 'experiment',
      param_type: 'string',
      experiment_name: 'e',
      param_name: 'a',
    },
    'a config as one': {
      ref_type: 'experiment',
      param_type: 'string',
      experiment_name: 'c',
      param_name: 'a',
    },
    'an experiment as a config': {
      ref_type: 'dynamic_config',
      param_type: 'string',
      config_name: 'e',
      param_name: 'b',
    },
    'an autotune': {
      ref_type: 'experiment',
      param_type: 'string',
      experiment_name: 'auto',
      param_name: 'a',
    },
    'a layer': { ref_type: 'layer', param_type: 'string', layer_name: 'l', param_name: 'a' },
    'its default': { ref_type: 'layer', param_type: 'string', layer_name: 'l', param_name: 'from' },
    'nothing of it': { ref_type: 'layer', param_type: 'string', layer_name: 'l', param_name: 'q' },
    'a kind of tomorrow': { ref_type: 'static', param_type: 'color', value: '#fff' },
  };
  return {
    ...EMPTY,
    feature_gates: { half: gate([rule('half', { passPercentage: 50 })]) },
    dynamic_configs: {
      c: config([rule('c', { returnValue: { a: 'of c' } })]),
      e: experiment([group('one', { passPercentage: 50 })]),
    },
    cmab_configs: { auto: autotune({}) },
    layer_configs: { l: layer([rule('to', { configDelegate: 'e' })]) },
    param_stores: {
      store: { parameters, version: 3 },
      empty: { parameters: {} },
      'of an app': { parameters: { text: parameters['text']! }, targetAppIDs: ['app-2'] },
    },
    app_id: 'app-1',
    sdk_keys_to_app_ids: { 'client-key': 'app-2' },
  };
}

/** Of which responses tell beside the specs. */
function surroundings(): JsonObject {
  return {
    ...EMPTY,
    feature_gates: {
      everywhere: gate([rule('r')]),
      here: gate([rule('r')], { targetAppIDs: ['app-1'] }),
      there: gate([rule('r')], { targetAppIDs: ['app-2'] }),
      'holdout of all': gate([rule('r', { passPercentage: 0, returnValue: false })], {
        entity: 'holdout',
      }),
    },
    dynamic_configs: {
      both: config([rule('r', { returnValue: { x: null } })], { targetAppIDs: ['app-1', 'app-2'] }),
      nobodys: experiment([group('one')], { targetAppIDs: [] }),
    },
    layer_configs: {
      l: layer([], { targetAppIDs: ['app-2'], defaultValue: { deep: [{ x: 1 }] } }),
    },
    app_id: 'app-1',
    sdk_keys_to_app_ids: { 'client-key': 'app-3' },
    hashed_sdk_keys_to_app_ids: { [djb2('client-key')]: 'app-2' },
    company_id: 'company',
    checksum: '123',
    diagnostics: { initialize: 100, dcs: 0 },
    session_replay_info: {
      sampling_rate: 1,
      recording_blocked: false,
      session_recording_privacy_settings: { privacy_mode: 'input', masked_elements: ['#x'] },
    },
    auto_capture_settings: { disabled_events: { click: true } },
    sdk_flags: { some: true },
    sdk_configs: { event_queue_size: 10, special_case_sampling_rate: 2, sampling_mode: 'shadow' },
  };
}

/** What tells the app of the client key, in every combination. */
function clientKeys(): Record<string, () => JsonObject> {
  const feature_gates = {
    a: gate([], { targetAppIDs: ['a'] }),
    b: gate([], { targetAppIDs: ['b'] }),
    own: gate([rule('here', { conditions: ['in own'] })], { targetAppIDs: ['own'] }),
    nobodys: gate([]),
  };
  const inOwn = when('target_app', ['own'], { operator: 'any' });
  const of = (more: JsonObject) => (): JsonObject => ({
    ...EMPTY,
    feature_gates,
    condition_map: { 'in own': inOwn },
    app_id: 'own',
    ...more,
  });
  const [hashed, plain] = [{ [djb2('client-key')]: 'a' }, { 'client-key': 'b' }];
  return {
    'keys of nobody': of({}),
    'keys, hashed, of others': of({ hashed_sdk_keys_to_app_ids: { 1: 'a' } }),
    'keys, hashed, of others first': of({
      hashed_sdk_keys_to_app_ids: { 1: 'a' },
      sdk_keys_to_app_ids: plain,
    }),
    'keys, hashed first': of({ hashed_sdk_keys_to_app_ids: hashed, sdk_keys_to_app_ids: plain }),
    'keys, plain': of({ sdk_keys_to_app_ids: plain }),
    'keys, none plain': of({ sdk_keys_to_app_ids: {} }),
    'keys without an own app': of({ app_id: null }),
  };
}

/** By name. */
export const HANDMADE: Readonly<Record<string, () => JsonObject>> = {
  gates,
  conditions,
  autotunes,
  mappings,
  layers,
  stores,
  surroundings,
  ...clientKeys(),
};
