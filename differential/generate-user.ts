/**
 * Users whose attributes come from the payload's own targets, or nearly, so that conditions pass
 * about as often as not.
 */
import type { Json, JsonObject } from './case';
import { fieldNames } from './generate-condition';
import * as odd from './odd-values';
import type { Random } from './random';
import { userAgentSamples } from './user-agents';

/** Where a payload looks, and for what. */
export interface Targets {
  /** Field name → values compared with it. */
  fields: Map<string, Json[]>;
  environment: Map<string, Json[]>;
  ids: Json[];
  idTypes: string[];
}

interface ConditionLike {
  type?: unknown;
  field?: unknown;
  targetValue?: Json;
  idType?: unknown;
}

function conditionsOf(payload: JsonObject): ConditionLike[] {
  const found: ConditionLike[] = [];
  for (const key of ['feature_gates', 'dynamic_configs', 'layer_configs']) {
    for (const spec of (payload[key] as { rules?: { conditions?: ConditionLike[] | null }[] }[]) ??
      []) {
      for (const rule of spec.rules ?? []) found.push(...(rule.conditions ?? []));
    }
  }
  return found;
}

function add(map: Map<string, Json[]>, key: string, values: Json[]): void {
  const known = map.get(key) ?? [];
  known.push(...values.slice(0, 12));
  map.set(key, known);
}

/** Reads a payload's targets. */
export function targetsOf(payload: JsonObject): Targets {
  const targets: Targets = { fields: new Map(), environment: new Map(), ids: [], idTypes: [] };
  for (const { type, field, targetValue, idType } of conditionsOf(payload)) {
    if (typeof idType === 'string' && !targets.idTypes.includes(idType))
      targets.idTypes.push(idType);
    const values =
      targetValue === undefined
        ? []
        : Array.isArray(targetValue)
          ? [...targetValue, targetValue]
          : [targetValue];
    const kind = String(type).toLowerCase();
    if (kind === 'unit_id') targets.ids.push(...values.slice(0, 12));
    else if (kind === 'environment_field') add(targets.environment, String(field), values);
    else if (typeof field === 'string') add(targets.fields, field, values);
  }
  return targets;
}

/** A value that ought to match, or miss narrowly. */
function nearly(random: Random, value: Json): Json {
  const draw = random.unit();
  if (draw < 0.6) return value;
  if (typeof value === 'string') return nearText(random, value);
  if (typeof value === 'number')
    return random.pick([value + 1, value - 1, String(value), -value, value + 0.5]);
  if (Array.isArray(value))
    return random.pick<Json>([
      value.slice(1),
      [...value, 'extra'],
      value.map(String),
      value.join(','),
    ]);
  return random.pick<Json>([String(value), null, [value], 0, '']);
}

function nearText(random: Random, value: string): Json {
  const variants: Json[] = [
    value.toUpperCase(),
    value.toLowerCase(),
    `${value}x`,
    `x${value}`,
    ` ${value}`,
    value.slice(1),
    [value],
    [value, 'b'],
    Number(value) || 0,
    value + value,
  ];
  return random.pick(variants);
}

function anyValue(random: Random): Json {
  const pool = random.pick([
    odd.texts,
    odd.numbers,
    odd.numericTexts,
    odd.versions,
    odd.dates,
    odd.oddTargets,
    [true, false, null],
  ]);
  return random.pick(pool);
}

function valueFor(random: Random, candidates: Json[] | undefined): Json {
  return candidates === undefined || candidates.length === 0 || random.chance(0.2)
    ? anyValue(random)
    : nearly(random, random.pick(candidates));
}

const topLevel = new Set(['userID', 'email', 'country', 'locale', 'appVersion', 'ip', 'userAgent']);

function place(random: Random, user: JsonObject, field: string, value: Json): void {
  const spelling = random.chance(0.1)
    ? random.pick([field.toLowerCase(), field.toUpperCase()])
    : field;
  const where =
    topLevel.has(field) && !random.chance(0.15)
      ? null
      : random.chance(0.75)
        ? 'custom'
        : 'privateAttributes';
  if (where === null || random.chance(0.05)) user[spelling] = value;
  else user[where] = { ...(user[where] as JsonObject | undefined), [spelling]: value };
}

const ids = (random: Random): Json =>
  random.chance(0.85)
    ? `user_${random.below(5000)}`
    : random.pick<Json>(['', 'ünï', 7, 0, -1.5, '42', 'a,b', 'id_a', 'id_b', '😀']);

function customIDs(random: Random, targets: Targets): JsonObject {
  const result: JsonObject = {};
  for (const idType of [...targets.idTypes, 'stableID']) {
    if (idType.toLowerCase() === 'userid' || !random.chance(0.5)) continue;
    const spelling = random.chance(0.15) ? idType.toLowerCase() : idType;
    result[spelling] = random.chance(0.05)
      ? random.pick<Json>([null, 5, true, ['a'], {}])
      : targets.ids.length > 0 && random.chance(0.3)
        ? nearly(random, random.pick(targets.ids))
        : ids(random);
  }
  return result;
}

function environment(random: Random, targets: Targets): JsonObject {
  const result: JsonObject = { tier: random.pick(['production', 'staging', 'development']) };
  for (const [field, values] of targets.environment)
    if (random.chance(0.5)) result[field] = valueFor(random, values);
  return result;
}

/** One JSON user. */
export function generateUser(random: Random, targets: Targets): JsonObject {
  const user: JsonObject = {};
  if (!random.chance(0.1))
    user['userID'] =
      targets.ids.length > 0 && random.chance(0.2)
        ? nearly(random, random.pick(targets.ids))
        : ids(random);
  const fields = [
    ...new Set([...targets.fields.keys(), ...(fieldNames['user_field'] as string[])]),
  ];
  for (const field of fields) {
    if (['ip', 'userAgent', 'userID', 'userid', ''].includes(field) || !random.chance(0.55))
      continue;
    place(random, user, field, valueFor(random, targets.fields.get(field)));
  }
  if (random.chance(0.5)) place(random, user, 'ip', random.pick(odd.addresses));
  if (random.chance(0.5))
    place(
      random,
      user,
      'userAgent',
      random.chance(0.9)
        ? random.pick(userAgentSamples)
        : random.pick<Json>(['', 'x'.repeat(1001), 5, null, ['a']]),
    );
  if (random.chance(0.6)) user['customIDs'] = customIDs(random, targets);
  if (random.chance(0.3)) user['statsigEnvironment'] = environment(random, targets);
  if (random.chance(0.03))
    user[random.pick(['custom', 'privateAttributes', 'customIDs', 'statsigEnvironment'])] =
      random.pick<Json>([null, 'text', 5, ['a', 'b'], {}]);
  return identifiable(user) ? user : { ...user, userID: '' };
}

/** statsig-node refuses other users (BEHAVIOUR.md 1.5), so they are not part of evaluation. */
function identifiable(user: JsonObject): boolean {
  const { userID, customIDs: own } = user;
  if (typeof userID === 'string' || typeof userID === 'number') return true;
  return own !== null && typeof own === 'object' && Object.keys(own).length > 0;
}

class Visitor {
  constructor(readonly userID: string) {}
  get email(): string {
    return 'getter@example.com';
  }
}

/** Values that JSON cannot carry, in place of an attribute or two. */
export function makeExotic(random: Random, user: JsonObject): unknown {
  const values: unknown[] = [
    new Date(1_700_000_000_000),
    new Date(NaN),
    NaN,
    Infinity,
    -Infinity,
    -0,
    undefined,
    /a/,
    new Map(),
    { toString: () => 'abc' },
    { valueOf: () => 5 },
    [undefined, 1],
    [NaN],
    '\ud83d',
    'a\udc00b',
  ];
  const custom = { ...(user['custom'] as object | undefined) } as Record<string, unknown>;
  for (const field of ['plan', 'age', 'AGE', 'since', 'tags'])
    if (random.chance(0.4)) custom[field] = random.pick(values);
  if (!random.chance(0.2)) return { ...user, custom };
  return Object.assign(new Visitor(String(user['userID'] ?? '')), { custom });
}
