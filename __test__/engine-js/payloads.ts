/**
 * Payloads written here: every condition type and operator, nesting, delegates, sampling, odd
 * values.
 */

import { random } from './oracle';

export const T = 1_700_000_000_000;

type Json = Record<string, unknown>;

export function spec(name: string, rules: unknown[], more: Json = {}): Json {
  return {
    name,
    type: 'feature_gate',
    salt: `salt-${name}`,
    enabled: true,
    defaultValue: false,
    idType: 'userID',
    entity: 'feature_gate',
    rules,
    ...more,
  };
}

export function config(name: string, rules: unknown[], more: Json = {}): Json {
  return spec(name, rules, {
    type: 'dynamic_config',
    entity: 'dynamic_config',
    defaultValue: { from: 'default' },
    ...more,
  });
}

export function rule(id: string, conditions: unknown, more: Json = {}): Json {
  return {
    name: id,
    id,
    salt: `rs-${id}`,
    passPercentage: 100,
    conditions,
    returnValue: true,
    idType: 'userID',
    ...more,
  };
}

export function condition(
  type: string,
  operator: unknown,
  targetValue: unknown,
  more: Json = {},
): Json {
  return {
    type,
    operator,
    targetValue,
    field: null,
    additionalValues: {},
    idType: 'userID',
    ...more,
  };
}

export function payload(
  gates: unknown[],
  configs: unknown[] = [],
  layers: unknown[] = [],
  more: Json = {},
): Json {
  return {
    has_updates: true,
    time: T,
    feature_gates: gates,
    dynamic_configs: configs,
    layer_configs: layers,
    layers: {},
    ...more,
  };
}

const OPERATORS = [
  'gt',
  'gte',
  'lt',
  'lte',
  'version_gt',
  'version_gte',
  'version_lt',
  'version_lte',
  'version_eq',
  'version_neq',
  'any',
  'none',
  'any_case_sensitive',
  'none_case_sensitive',
  'str_starts_with_any',
  'str_ends_with_any',
  'str_contains_any',
  'str_contains_none',
  'str_matches',
  'eq',
  'neq',
  'before',
  'after',
  'on',
  'in_segment_list',
  'not_in_segment_list',
  'array_contains_any',
  'array_contains_none',
  'array_contains_all',
  'not_array_contains_all',
  'ANY',
  'None',
  'Any_Case_Sensitive',
  'GT',
  'nonsense',
  null,
  undefined,
];
const TYPES = [
  'user_field',
  'ip_based',
  'ua_based',
  'environment_field',
  'unit_id',
  'user_bucket',
  'target_app',
  'User_Field',
];
const FIELDS = [
  'email',
  'f',
  'F',
  'country',
  'userID',
  'ip',
  'tier',
  'TIER',
  'os_name',
  'browserVersion',
  'level',
  'since',
  'missing',
  null,
  'list',
];
export const VALUES: unknown[] = [
  null,
  '',
  '0',
  '1',
  'a',
  'A',
  'abc',
  'ABC',
  'b',
  5,
  5.5,
  0,
  -1,
  1e21,
  true,
  false,
  'true',
  '1.2.3',
  '1.2',
  '1.2.3-beta',
  '1..2',
  '2020',
  '12',
  '13',
  '2021-01-01',
  '2021-01-01T00:00:00',
  'Nov 14 2023',
  1700000000,
  1700000000000,
  '1700000000',
  '0x10',
  'undefined',
  'null',
  'US',
  '^a.*c$',
  '(',
  '(?<=a)b',
  'production',
  'é',
  'İ',
  '10',
  [],
  ['a'],
  ['a', 'b'],
  [1, 2, '3'],
  ['1.9', 5],
  {},
  { a: 1 },
  ['undefined'],
  ['null', null],
  [['a', 'b']],
  '999',
  500,
  ['1', '2', '500'],
];

/** Random gates, configs and layers; `seed` decides. */
export function randomPayload(seed: number, size: number): Json {
  const next = random(seed);
  const pick = <X>(list: readonly X[]): X => list[Math.floor(next() * list.length)] as X;
  // Only earlier gates are named: cycles are tested elsewhere. Number 3 is a segment.
  const gateName = (before: number): string => {
    if (before === 0 || next() < 0.1) return 'nowhere';
    const index = Math.floor(next() * before);
    return index === 3 ? 'segment:s' : `g${index}`;
  };
  const gates: Json[] = [];
  const anyCondition = (index: number): Json => {
    const dice = next();
    if (dice < 0.12)
      return condition(
        pick(['pass_gate', 'fail_gate', 'PASS_GATE']),
        null,
        next() < 0.05 ? 7 : gateName(index),
      );
    if (dice < 0.2)
      return condition(pick(['multi_pass_gate', 'multi_fail_gate', 'Multi_Pass_Gate']), 'any', [
        gateName(index),
        gateName(index),
      ]);
    if (dice < 0.24) return condition('public', null, null);
    if (dice < 0.245) return condition('mystery', 'any', ['a']);
    const operator = next() < 0.04 ? pick(OPERATORS) : pick(OPERATORS.slice(0, 34));
    const target = next() < 0.4 ? Array.from({ length: 3 }, () => pick(VALUES)) : pick(VALUES);
    return condition(pick(TYPES), operator, target, {
      field: pick(FIELDS),
      idType: pick(['userID', 'companyID', 'UserID', 'stableID']),
      additionalValues: { salt: pick(['s1', 's2']) },
    });
  };
  const rules = (index: number, delegate = false): Json[] =>
    Array.from({ length: Math.floor(next() * 4) }, (_, i) =>
      rule(
        pick(['r1', 'r2', `x${i}`]),
        next() < 0.1
          ? null
          : Array.from({ length: 1 + Math.floor(next() * 2) }, () => anyCondition(index)),
        {
          passPercentage: pick([100, 100, 100, 50, 0, 33.33]),
          returnValue: pick([true, { v: 1 }, { v: [1, { b: null }] }, null, false]),
          samplingRate: pick([undefined, undefined, null, 0, 10, 3]),
          groupName: pick([undefined, null, 'Control', 'Test']),
          isExperimentGroup: pick([undefined, true, false, null]),
          idType: pick(['userID', 'companyID']),
          ...(delegate && next() < 0.5
            ? { configDelegate: pick(['c0', 'c1', 'c2', 'nowhere']) }
            : {}),
        },
      ),
    );
  const extras = (): Json => ({
    enabled: next() > 0.1,
    version: pick([undefined, null, 1, 7]),
    idType: pick(['userID', 'stableID', 'companyID', undefined]),
    explicitParameters: pick([undefined, ['v'], []]),
    isActive: pick([true, false, null, undefined]),
    hasSharedParams: pick([true, false, undefined]),
    forwardAllExposures: pick([undefined, undefined, true, null]),
    targetAppIDs: pick([undefined, ['app1'], ['app2', 'app1'], []]),
  });
  for (let i = 0; i < size; i++)
    gates.push(
      spec(i === 3 ? 'segment:s' : `g${i}`, rules(i), {
        ...extras(),
        entity: pick(['feature_gate', 'holdout', 'segment']),
      }),
    );
  const configs = Array.from({ length: size }, (_, i) =>
    config(`c${i}`, rules(size, i > 5), {
      ...extras(),
      entity: pick(['dynamic_config', 'experiment', 'autotune', undefined]),
      defaultValue: pick([{ d: 1 }, {}, null, undefined]),
    }),
  );
  const layers = Array.from({ length: Math.ceil(size / 3) }, (_, i) =>
    config(i === 0 ? '50' : `l${i}`, rules(size, true), {
      ...extras(),
      entity: 'layer',
      defaultValue: { layer: i, v: 'd' },
    }),
  );
  return payload(gates, configs, layers, {
    layers: { l1: ['c0', 'c1', 'c2'], 50: ['c3'] },
    app_id: pick(['app1', undefined]),
    sdk_keys_to_app_ids: { 'client-plain': 'app2' },
    hashed_sdk_keys_to_app_ids: { 3114454104: 'app1' },
    hashed_sdk_keys_to_entities: { 97: { gates: ['g0', 'g1', 'g5'], configs: ['c0', 'c4'] } },
  });
}

export function randomUser(next: () => number): Json {
  const pick = <X>(list: readonly X[]): X => list[Math.floor(next() * list.length)] as X;
  const user: Json = { userID: next() < 0.1 ? pick(['', 5, null]) : `u${Math.floor(next() * 50)}` };
  for (const field of ['email', 'f', 'country', 'level', 'since', 'list']) {
    const holder =
      next() < 0.4 ? user : ((user[next() < 0.6 ? 'custom' : 'privateAttributes'] ??= {}) as Json);
    if (next() < 0.7) holder[next() < 0.2 ? field.toUpperCase() : field] = pick(VALUES);
  }
  if (next() < 0.6) user.ip = pick(['8.8.8.8', '1.2.3.4', '::1', 16843009, '1.2.3', '0x8.8.8.8']);
  if (next() < 0.6)
    user.userAgent = pick([
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
      'curl/8',
      5,
      'x'.repeat(1001),
    ]);
  if (next() < 0.6)
    user.statsigEnvironment = { [pick(['tier', 'Tier', 'f'])]: pick(['production', 'a', '5']) };
  if (next() < 0.7)
    user.customIDs = {
      [pick(['companyID', 'companyid', 'stableID', 'STABLEID'])]: pick(['k1', 'k2', 'u1', null, 9]),
    };
  return user;
}
