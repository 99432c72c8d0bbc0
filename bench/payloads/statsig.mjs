// Statsig projects of any size: the kinds of rules that real projects have, and both wire formats.
import { COUNTRIES, DOMAINS, PLANS } from '../lib/users.mjs';
import { pick, sample, seeded } from '../lib/random.mjs';

/** A project as dcs-v1 text would hold it. `sizes`: {gates, configs, experiments, layers}. */
export function mixedProject(sizes, time = 1_700_000_000_000) {
  const random = seeded(99 + sizes.gates);
  const segments = Math.max(1, Math.floor(sizes.gates / 15));
  const gates = Array.from({ length: sizes.gates }, (_, i) => gate(random, i, segments));
  const configs = Array.from({ length: sizes.configs }, (_, i) => dynamicConfig(random, i));
  const layers = Array.from({ length: sizes.layers }, (_, i) => layer(i, sizes.experiments));
  const experiments = Array.from({ length: sizes.experiments }, (_, i) => experiment(random, i));
  return {
    dynamic_configs: [...configs, ...experiments],
    feature_gates: gates,
    layer_configs: layers,
    layers: Object.fromEntries(
      layers.map((l) => [l.name, l.rules.map((r) => r.configDelegate).filter(Boolean)]),
    ),
    has_updates: true,
    time,
    company_id: 'bench',
    response_format: 'dcs-v1',
    id_lists: {},
    diagnostics: {},
    sdk_flags: {},
    sdk_configs: {},
  };
}

export function emptyProject(gates, time = 1_700_000_000_000) {
  return {
    dynamic_configs: [],
    feature_gates: gates,
    layer_configs: [],
    layers: {},
    has_updates: true,
    time,
    company_id: 'bench',
    response_format: 'dcs-v1',
    id_lists: {},
    diagnostics: {},
    sdk_flags: {},
    sdk_configs: {},
  };
}

const hex = (random) =>
  Array.from({ length: 4 }, () =>
    Math.floor(random() * 0xffffffff)
      .toString(16)
      .padStart(8, '0'),
  ).join('-');
const condition = (type, field, operator, targetValue, additionalValues = {}) => ({
  type,
  targetValue,
  operator,
  field,
  additionalValues,
  isDeviceBased: false,
  idType: 'userID',
});

function targeting(random, segments, allowSegments) {
  const kinds = [
    () => condition('ip_based', 'country', 'any', sample(random, COUNTRIES, 4)),
    () => condition('user_field', 'email', 'str_contains_any', [`@${pick(random, DOMAINS)}`]),
    () =>
      condition(
        'user_field',
        'appVersion',
        'version_gte',
        `${1 + Math.floor(random() * 8)}.${Math.floor(random() * 20)}`,
      ),
    () => condition('user_field', 'plan', 'any', sample(random, PLANS, 2)),
    () => condition('user_field', 'age', 'gt', 20 + Math.floor(random() * 50)),
    () =>
      condition(
        'user_field',
        'userID',
        'any',
        Array.from({ length: 8 }, () => `user-${hex(random)}`),
      ),
    () => condition('user_field', 'locale', 'none', ['en_US', 'de_DE']),
    () => condition('ua_based', 'os_name', 'any', ['Windows', 'Mac OS X']),
    () => condition('environment_field', 'tier', 'any', ['production', 'staging']),
    () =>
      condition('user_bucket', null, 'lt', 100 + Math.floor(random() * 800), { salt: hex(random) }),
  ];
  if (allowSegments)
    kinds.push(() =>
      condition('pass_gate', null, null, `segment_${Math.floor(random() * segments)}`),
    );
  return pick(random, kinds)();
}

function rule(random, passPercentage, conditions, returnValue, extra = {}) {
  const id = hex(random).replaceAll('-', '').slice(0, 22);
  return {
    name: id,
    passPercentage,
    conditions,
    returnValue,
    id,
    salt: hex(random),
    isDeviceBased: false,
    idType: 'userID',
    groupName: null,
    ...extra,
  };
}

function gate(random, index, segments) {
  const isSegment = index < segments;
  const rules = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
    const conditions = Array.from({ length: random() < 0.3 ? 2 : 1 }, () =>
      targeting(random, segments, !isSegment),
    );
    return rule(random, random() < 0.6 ? 100 : Math.floor(random() * 100), conditions, true);
  });
  if (random() < 0.5)
    rules.push(
      rule(random, Math.floor(random() * 101), [condition('public', null, null, null)], true),
    );
  return {
    name: isSegment ? `segment_${index}` : `gate_${index}`,
    type: 'feature_gate',
    entity: isSegment ? 'segment' : 'feature_gate',
    salt: hex(random),
    enabled: random() < 0.95,
    defaultValue: false,
    rules,
    isDeviceBased: false,
    idType: 'userID',
    version: 1 + (index % 5),
  };
}

function value(random, index) {
  return {
    limit: Math.floor(random() * 100),
    label: `variant ${index}`,
    enabled: random() < 0.5,
    colors: ['red', 'green'],
    nested: { retries: index % 7 },
  };
}

function dynamicConfig(random, index) {
  const rules = [
    rule(random, 100, [targeting(random, 1, false)], value(random, index)),
    rule(random, 50, [condition('public', null, null, null)], value(random, index + 1)),
  ];
  return {
    name: `config_${index}`,
    type: 'dynamic_config',
    entity: 'dynamic_config',
    salt: hex(random),
    enabled: true,
    defaultValue: value(random, 0),
    rules,
    isDeviceBased: false,
    idType: 'userID',
    version: 1,
  };
}

function experiment(random, index) {
  const salt = hex(random);
  const group = (name, limit) =>
    rule(
      random,
      100,
      [condition('user_bucket', null, 'lt', limit, { salt })],
      value(random, limit),
      { groupName: name, isExperimentGroup: true },
    );
  return {
    name: `experiment_${index}`,
    type: 'dynamic_config',
    entity: 'experiment',
    salt,
    enabled: true,
    defaultValue: value(random, 0),
    isActive: true,
    hasSharedParams: false,
    explicitParameters: ['limit', 'label'],
    rules: [group('Control', 500), group('Test', 1000)],
    isDeviceBased: false,
    idType: 'userID',
    version: 1,
  };
}

function layer(index, experiments) {
  const random = seeded(index + 31);
  const buckets = Array.from({ length: 400 }, (_, i) => i * 2);
  const rules = experiments
    ? [
        rule(
          random,
          100,
          [condition('user_bucket', null, 'any', buckets, { salt: `layer_${index}` })],
          value(random, index),
          { configDelegate: `experiment_${index % experiments}` },
        ),
      ]
    : [];
  return {
    name: `layer_${index}`,
    type: 'dynamic_config',
    entity: 'layer',
    salt: hex(random),
    enabled: true,
    defaultValue: value(random, 1),
    rules,
    isDeviceBased: false,
    idType: 'userID',
  };
}

/** The same project in the dcs-v2 shape (SERVER_CORE.md 1.1). */
export function toV2(project) {
  const conditions = new Map();
  const idOf = (raw) => {
    const text = JSON.stringify(raw);
    if (!conditions.has(text))
      conditions.set(text, {
        id: String(10_000_000 + conditions.size),
        condition: conditionV2(raw),
      });
    return conditions.get(text).id;
  };
  const specs = (list) =>
    Object.fromEntries(
      list.map(({ name, isDeviceBased, ...spec }) => [
        name,
        {
          ...spec,
          rules: spec.rules.map(({ isDeviceBased: _, ...r }) => ({
            ...r,
            conditions: r.conditions.map(idOf),
          })),
        },
      ]),
    );
  const { layers, hashed_sdk_keys_to_entities, hashed_sdk_key_used, prompt_configs, ...rest } =
    project;
  const result = {
    ...rest,
    response_format: 'dcs-v2',
    feature_gates: specs(project.feature_gates),
    dynamic_configs: specs(project.dynamic_configs),
    layer_configs: specs(project.layer_configs),
    experiment_to_layer: Object.fromEntries(
      Object.entries(layers).flatMap(([layerName, names]) => names.map((n) => [n, layerName])),
    ),
  };
  result.condition_map = Object.fromEntries(
    [...conditions.values()].map(({ id, condition: c }) => [id, c]),
  );
  return result;
}

function conditionV2({ isDeviceBased, ...raw }) {
  const isBucketSet = raw.type === 'user_bucket' && Array.isArray(raw.targetValue);
  return isBucketSet
    ? { ...raw, targetValue: Object.fromEntries(raw.targetValue.map((n) => [String(n), true])) }
    : raw;
}
