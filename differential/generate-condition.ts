/**
 * Conditions of every type and operator with targets that fit, nearly fit, and don't fit at all.
 */
import type { Json, JsonObject } from './case';
import * as odd from './odd-values';
import type { Random } from './random';

/** Operator → pool of its targets and whether it wants an array. */
const operators: Record<string, { pool: Json[]; wantsArray: boolean }> = {};
const list = (names: string, pool: Json[], wantsArray: boolean): void => {
  for (const name of names.split(' ')) operators[name] = { pool, wantsArray };
};
const mixedNumbers = [...odd.numbers, ...odd.numericTexts];
const mixed = [...odd.texts, ...odd.numericTexts, ...odd.numbers, null, true, false];
list('gt gte lt lte', mixedNumbers, false);
list('version_gt version_gte version_lt version_lte version_eq version_neq', odd.versions, false);
list('any none any_case_sensitive none_case_sensitive', mixed, true);
list('str_starts_with_any str_ends_with_any str_contains_any str_contains_none', mixed, true);
list('str_matches', odd.patterns, false);
list('eq neq', mixed, false);
list('before after on', odd.dates, false);
list(
  'in_segment_list not_in_segment_list',
  ['list_a', 'list_b', 'list_empty', 'missing', 'constructor', 7],
  false,
);
list(
  'array_contains_any array_contains_none array_contains_all not_array_contains_all',
  mixed,
  true,
);

export const operatorNames = Object.keys(operators);

export const valueTypes = [
  'user_field',
  'environment_field',
  'ip_based',
  'ua_based',
  'current_time',
  'user_bucket',
  'unit_id',
  'target_app',
];
export const gateTypes = ['pass_gate', 'fail_gate', 'multi_pass_gate', 'multi_fail_gate'];

export const fieldNames: Record<string, string[]> = {
  user_field: [
    'userID',
    'email',
    'country',
    'locale',
    'appVersion',
    'plan',
    'Plan',
    'AGE',
    'age',
    'tags',
    'since',
    'vip',
    'secret_level',
    'ip',
    'userAgent',
    'userid',
    'appversion',
    'größe',
    '',
    'never_set',
  ],
  environment_field: ['tier', 'Tier', 'region', 'build'],
  ip_based: ['country', 'Country', 'ip', 'region'],
  ua_based: [
    'os_name',
    'osName',
    'OS_VERSION',
    'os_version',
    'browser_name',
    'browserName',
    'browser_version',
    'browserversion',
    'device',
    'plan',
  ],
};

export const idTypes = ['userID', 'userid', 'stableID', 'companyID', 'CompanyID', 'employee'];

/** Spelling as consoles write it, mostly; another case sometimes. */
function spelled(random: Random, word: string): string {
  if (!random.chance(0.08)) return word;
  return random.pick([
    word.toUpperCase(),
    word[0]?.toUpperCase() + word.slice(1),
    word.replace(/_(.)/g, (_, letter: string) => `_${letter.toUpperCase()}`),
  ]);
}

function gateTarget(random: Random, type: string, gates: readonly string[]): Json {
  // No gate is called so: a circle has its own test.
  const names = [...gates, 'missing_gate', 'segment:missing', 'valueOf'];
  if (type.startsWith('multi'))
    return random.chance(0.04) ? random.pick(odd.oddTargets) : random.some(names, 4);
  return random.chance(0.02) ? random.pick([null, 5, ['a'], {}, '']) : random.pick(names);
}

/** Buckets as payloads have them: many numbers, or a bound. */
function bucketTarget(random: Random, operator: string): Json | undefined {
  if (operator.startsWith('any') || operator.startsWith('none')) {
    return Array.from({ length: random.between(0, 400) }, () => random.below(1000));
  }
  return ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'].includes(operator)
    ? random.below(1001)
    : undefined;
}

function fittingTarget(random: Random, type: string, operator: string): Json {
  const { pool, wantsArray } = operators[operator] as { pool: Json[]; wantsArray: boolean };
  if (type === 'user_bucket' && random.chance(0.7))
    return bucketTarget(random, operator) ?? odd.targetFrom(random, pool, wantsArray);
  if (type === 'ip_based' && random.chance(0.5))
    return odd.targetFrom(random, odd.countries, wantsArray);
  if (type === 'ua_based' && random.chance(0.5) && wantsArray) {
    return [
      'Chrome',
      'chrome mobile',
      'Mac OS X',
      'Windows',
      'iOS',
      'Android',
      'Mobile Safari',
      'Firefox',
      '10',
      '17',
    ].filter(() => random.chance(0.4));
  }
  if (type === 'environment_field' && wantsArray && random.chance(0.5))
    return random.some(['production', 'staging', 'Staging', 'dev', ''], 3);
  return odd.targetFrom(random, pool, wantsArray);
}

/** The dialects find users' own fields by other spellings differently, so those are rare. */
function pickField(random: Random, type: string): Json {
  const names = fieldNames[type];
  if (names === undefined) return null;
  const field = random.pick(names);
  return /^(userid|appversion)$/.test(field) && random.chance(0.97) ? 'plan' : field;
}

/**
 * Leaves out, nulls or breaks a field now and then. `type` and `conditions` stay: breaking those is
 * its own vector.
 */
function damaged(random: Random, condition: JsonObject): JsonObject {
  const field = random.pick(['operator', 'targetValue', 'field', 'additionalValues', 'idType']);
  const copy = { ...condition };
  if (random.chance(0.5)) delete copy[field];
  else copy[field] = null;
  return copy;
}

export function generateCondition(random: Random, gates: readonly string[]): JsonObject {
  const draw = random.unit();
  if (draw < 0.08)
    return {
      type: spelled(random, 'public'),
      targetValue: null,
      operator: null,
      field: null,
      additionalValues: {},
      idType: 'userID',
    };
  if (draw < 0.26) {
    const type = random.pick(gateTypes);
    return {
      type: spelled(random, type),
      targetValue: gateTarget(random, type, gates),
      operator: 'any',
      field: null,
      additionalValues: null,
      idType: 'userID',
    };
  }
  if (draw < 0.265)
    return {
      type: 'no_such_type',
      targetValue: 1,
      operator: 'eq',
      field: 'plan',
      additionalValues: {},
      idType: 'userID',
    };
  const type = draw < 0.55 ? 'user_field' : random.pick(valueTypes);
  const operator = random.pick(operatorNames);
  const condition: JsonObject = {
    type: spelled(random, type),
    targetValue: fittingTarget(random, type, operator),
    operator: random.chance(0.005) ? 'no_such_operator' : spelled(random, operator),
    field: pickField(random, type),
    additionalValues: random.chance(0.9) ? { salt: random.word(5) } : {},
    idType: random.pick(idTypes),
  };
  return random.chance(0.03) ? damaged(random, condition) : condition;
}
