/**
 * Structural oddities: fields of specs, rules and conditions with types that no console writes but
 * a proxy might.
 */
import type { Json, JsonObject } from './case';
import type { Random } from './random';

const specFields: Record<string, Json[]> = {
  enabled: [1, 0, 'yes', '', null, {}],
  salt: [null, 5, '', 'ünï'],
  version: ['2.1', 0, 1.5],
  isActive: ['true', 1],
  hasSharedParams: ['true', 1],
  forwardAllExposures: [0, 'yes', ''],
  idType: [null, 5, '', 'UserID'],
};

const ruleFields: Record<string, Json[]> = {
  salt: [null, 5, ''],
  passPercentage: [true, false, 'abc', '', [], [50], {}, -0.0001, 1e300],
  samplingRate: [0, 0.5, -3, 1e15],
  idType: [null, 5, ''],
  isExperimentGroup: [null, false],
  groupName: [null, ''],
};

const conditionFields: Record<string, Json[]> = {
  additionalValues: [
    'text',
    5,
    [],
    { salt: null },
    { salt: 5 },
    { salt: { a: 1 } },
    { salt: ['x', 'y'] },
  ],
  idType: [null, 5, '', ['stableID']],
  operator: ['', ' any', 'ANY ', 'İn'],
};

/** Half of the time the field goes altogether. */
function mutate(random: Random, target: JsonObject, fields: Record<string, Json[]>): void {
  const name = random.pick(Object.keys(fields));
  if (random.chance(0.3)) delete target[name];
  else target[name] = random.pick(fields[name] as Json[]);
}

function rulesOf(spec: JsonObject): JsonObject[] {
  return (spec['rules'] as JsonObject[] | undefined) ?? [];
}

/** Changes a payload in place, one oddity in about every third spec. */
export function makeWild(random: Random, payload: JsonObject): void {
  for (const key of ['feature_gates', 'dynamic_configs', 'layer_configs']) {
    for (const spec of payload[key] as JsonObject[]) {
      if (random.chance(0.15)) mutate(random, spec, specFields);
      for (const rule of rulesOf(spec)) {
        if (random.chance(0.1)) mutate(random, rule, ruleFields);
        for (const condition of (rule['conditions'] as JsonObject[] | null) ?? []) {
          if (random.chance(0.05)) mutate(random, condition, conditionFields);
        }
      }
    }
  }
}
