/** Random projects: dcs-v1 payloads whose specs exercise every rule of BEHAVIOUR.md 3. */
import type { Json, JsonObject } from './case';
import { generateCondition, idTypes } from './generate-condition';
import type { Random } from './random';

const percentages: Json[] = [
  100,
  100,
  100,
  100,
  50,
  50,
  33.33,
  10,
  0,
  0.01,
  99.99,
  1e-9,
  150,
  -1,
  '50',
  '100',
  null,
];
const returnValues: Json[] = [
  {},
  { a: 1 },
  { color: 'blue', size: 10, on: true },
  { a: { b: [1, 2, { c: null }] } },
  { 10: 'ten', 2: 'two', a: 'x' },
  { ünï: '😀', n: 1e21 },
  null,
];

export interface PayloadSize {
  gates: number;
  configs: number;
  layers: number;
}

function generateRule(
  random: Random,
  gates: readonly string[],
  value: Json,
  index: number,
): JsonObject {
  const rule: JsonObject = {
    name: `rule ${index}`,
    passPercentage: random.pick(percentages),
    conditions: Array.from({ length: random.pick([0, 1, 1, 1, 1, 2, 2, 3]) }, () =>
      generateCondition(random, gates),
    ),
    returnValue: value,
    id: random.chance(0.04)
      ? random.pick(['inlineTargetingRules', 'targetingGate', '', 'default', 'disabled'])
      : `${random.word(8)}${index}`,
    salt: random.word(6),
    idType: random.pick(idTypes),
  };
  if (random.chance(0.1)) delete rule['salt'];
  if (random.chance(0.03)) rule['idType'] = null;
  if (random.chance(0.4)) rule['groupName'] = random.pick(['Control', 'Test', 'Gruppe Ä', '']);
  if (random.chance(0.4)) rule['isExperimentGroup'] = random.pick([true, true, false, null]);
  if (random.chance(0.3)) rule['samplingRate'] = random.pick([1, 2, 3, 101, null]);
  if (random.chance(0.02)) rule['conditions'] = null;
  return rule;
}

/** Fields that any spec may have. */
function decorate(random: Random, spec: JsonObject): JsonObject {
  if (random.chance(0.3)) spec['version'] = random.pick([1, 7, 0, null]);
  if (random.chance(0.15)) spec['forwardAllExposures'] = random.pick([true, true, false, null]);
  if (random.chance(0.2))
    spec['targetAppIDs'] = random.pick([['app_1'], ['app_1', 'app_2'], [], null]);
  if (random.chance(0.3)) spec['isActive'] = random.pick([true, true, false, null]);
  if (random.chance(0.03)) delete spec['idType'];
  if (random.chance(0.02)) delete spec['defaultValue'];
  if (random.chance(0.02)) delete spec['entity'];
  return spec;
}

function baseSpec(random: Random, name: string, type: string, entity: string): JsonObject {
  return {
    name,
    type,
    salt: random.word(10),
    enabled: !random.chance(0.06),
    defaultValue: false,
    rules: [],
    idType: random.pick(idTypes),
    entity,
  };
}

function generateGates(random: Random, count: number): JsonObject[] {
  const gates: JsonObject[] = [];
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    const entity = random.pick([
      'feature_gate',
      'feature_gate',
      'feature_gate',
      'segment',
      'holdout',
    ]);
    const plain = random.chance(0.05)
      ? random.pick([
          'constructor',
          'toString',
          '50',
          '7',
          '4294967295',
          'ünï 😀',
          'hasOwnProperty',
        ])
      : `gate_${i}`;
    const name = entity === 'segment' ? `segment:${plain}` : plain;
    const gate = baseSpec(random, name, 'feature_gate', entity);
    // Gates refer to earlier gates only: a circle has its own vector.
    const known = names.includes(name) ? [] : names.slice(-12);
    gate['rules'] = Array.from({ length: random.between(0, 4) }, (_, index) =>
      generateRule(random, known, random.pick([true, true, true, false, { x: 1 }, null]), index),
    );
    if (random.chance(0.1)) gate['defaultValue'] = true;
    gates.push(decorate(random, gate));
    if (!names.includes(name)) names.push(name);
  }
  return gates;
}

function generateConfigs(random: Random, count: number, gates: readonly string[]): JsonObject[] {
  return Array.from({ length: count }, (_, i) => {
    const entity = random.pick(['dynamic_config', 'experiment', 'experiment', 'autotune']);
    const config = baseSpec(
      random,
      random.chance(0.05) ? random.pick(['12', 'valueOf', 'cönfig']) : `config_${i}`,
      'dynamic_config',
      entity,
    );
    config['defaultValue'] = random.pick(returnValues);
    config['rules'] = Array.from({ length: random.between(0, 4) }, (_unused, index) => {
      const rule = generateRule(random, gates, random.pick(returnValues), index);
      return random.chance(0.15)
        ? { ...rule, id: random.pick(['inlineTargetingRules', 'targetingGate']) }
        : rule;
    });
    if (random.chance(0.5))
      config['explicitParameters'] = random.some(['a', 'color', 'size', '10'], 3);
    if (random.chance(0.4)) config['hasSharedParams'] = random.pick([true, true, false, null]);
    return decorate(random, config);
  });
}

function generateLayers(
  random: Random,
  count: number,
  gates: readonly string[],
  configs: readonly string[],
): JsonObject[] {
  return Array.from({ length: count }, (_, i) => {
    const layer = baseSpec(
      random,
      random.chance(0.05) ? random.pick(['3', 'läyer']) : `layer_${i}`,
      'dynamic_config',
      'layer',
    );
    layer['defaultValue'] = random.pick<Json>([{ a: 0, color: 'red', size: 1 }, { a: 0 }, {}]);
    layer['rules'] = Array.from({ length: random.between(1, 4) }, (_unused, index) => {
      const rule = generateRule(random, gates, random.pick(returnValues), index);
      if (random.chance(0.6))
        rule['configDelegate'] = random.pick([...configs, 'missing_config', '']);
      return rule;
    });
    if (random.chance(0.3)) layer['explicitParameters'] = random.some(['a', 'color', 'size'], 2);
    return decorate(random, layer);
  });
}

function namesOf(specs: JsonObject[]): string[] {
  return specs.map((spec) => spec['name'] as string);
}

function layerMap(
  random: Random,
  layers: readonly string[],
  configs: readonly string[],
): JsonObject {
  const pairs = layers
    .filter(() => random.chance(0.8))
    .map((layer): [string, Json] => [layer, random.some(configs, 3)]);
  return Object.fromEntries(pairs);
}

/** Top-level fields that few payloads have. */
function optionalParts(
  random: Random,
  gates: readonly string[],
  configs: readonly string[],
): JsonObject {
  const parts: JsonObject = {};
  if (random.chance(0.5)) parts['app_id'] = random.pick(['app_1', '10', 'App_1']);
  if (random.chance(0.3))
    parts['default_environment'] = random.pick(['production', 'staging', '', null]);
  if (random.chance(0.5))
    parts['sdk_configs'] = {
      sampling_mode: random.pick(['none', 'on', 'shadow', 'other']),
      special_case_sampling_rate: random.pick([1, 2, 5, 101]),
    };
  if (random.chance(0.5)) parts['hashed_sdk_keys_to_app_ids'] = { [hashedClientKey]: 'app_1' };
  if (random.chance(0.3)) parts['sdk_keys_to_app_ids'] = { 'client-plain': 'app_2' };
  if (random.chance(0.4))
    parts['hashed_sdk_keys_to_entities'] = {
      [hashedClientKey]: { gates: random.some(gates, 10), configs: random.some(configs, 6) },
    };
  if (random.chance(0.3)) parts['session_replay_info'] = generateReplay(random, gates);
  return parts;
}

/** djb2 of `client-hashed`, the client key that the payloads know. */
export const hashedClientKey = '3109121647';

function generateReplay(random: Random, gates: readonly string[]): JsonObject {
  const trigger = (): JsonObject => ({
    ...(random.chance(0.6) ? { values: ['a', 'b'] } : {}),
    ...(random.chance(0.6) ? { sampling_rate: random.pick([0, 0.5, 1]) } : {}),
  });
  const info: JsonObject = {};
  if (random.chance(0.6)) info['recording_blocked'] = random.pick([true, false, false, null]);
  if (random.chance(0.6)) info['sampling_rate'] = random.pick([0, 0.3, 1, null]);
  if (random.chance(0.6)) info['targeting_gate'] = random.pick([...gates, 'missing_gate']);
  if (random.chance(0.5))
    info['session_recording_event_triggers'] = { click: trigger(), 'page ✓': trigger() };
  if (random.chance(0.5))
    info['session_recording_exposure_triggers'] = { [random.pick(gates)]: trigger() };
  return info;
}

export function generatePayload(random: Random, size: PayloadSize): JsonObject {
  const gates = generateGates(random, size.gates);
  const gateNames = namesOf(gates);
  const configs = generateConfigs(random, size.configs, gateNames);
  const layers = generateLayers(random, size.layers, gateNames, namesOf(configs));
  // What dcs-v2 has no words for: most payloads are to be compared in both dialects.
  if (random.chance(0.7))
    for (const spec of [...configs, ...layers])
      if (!spec['enabled']) delete spec['explicitParameters'];
  return {
    has_updates: true,
    time: 1_650_000_000_000 + random.below(1e9),
    feature_gates: gates,
    dynamic_configs: configs,
    layer_configs: layers,
    layers: layerMap(random, namesOf(layers), namesOf(configs)),
    ...optionalParts(random, gateNames, namesOf(configs)),
  };
}
