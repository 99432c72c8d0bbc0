/** Makes a failing case small: drops whatever can go while it still fails. */
import type { Case, JsonObject } from './case';

type Fails = (one: Case) => Promise<boolean>;

const specKeys = ['feature_gates', 'dynamic_configs', 'layer_configs'] as const;

/** Smaller variants, largest cuts first. */
function* variants(one: Case): Generator<Case> {
  yield* halves(one.users).map((users) => ({ ...one, users }));
  for (const key of specKeys) {
    const specs = (one.payload[key] ?? []) as JsonObject[];
    for (const kept of halves(specs)) yield withPart(one, key, kept);
  }
  yield* smallerSpecs(one);
  yield* smallerParts(one);
  yield* smallerUsers(one);
}

/** The list without its first half, its second half, and, when short, without each item. */
function halves<T>(items: T[]): T[][] {
  if (items.length === 0) return [];
  const middle = Math.ceil(items.length / 2);
  const cuts = items.length > 1 ? [items.slice(middle), items.slice(0, middle)] : [];
  const singles =
    items.length <= 16
      ? items.map((_, index) => items.filter((_item, other) => other !== index))
      : quarters(items);
  return [...cuts, ...singles];
}

function quarters<T>(items: T[]): T[][] {
  const size = Math.ceil(items.length / 8);
  return Array.from({ length: 8 }, (_, index) => [
    ...items.slice(0, index * size),
    ...items.slice((index + 1) * size),
  ]);
}

function withPart(one: Case, key: string, value: unknown): Case {
  return { ...one, payload: { ...one.payload, [key]: value } as JsonObject };
}

function* smallerSpecs(one: Case): Generator<Case> {
  for (const key of specKeys) {
    const specs = (one.payload[key] ?? []) as JsonObject[];
    for (const [index, spec] of specs.entries()) {
      for (const smaller of smallerSpec(spec))
        yield withPart(
          one,
          key,
          specs.map((other, at) => (at === index ? smaller : other)),
        );
    }
  }
}

function* smallerSpec(spec: JsonObject): Generator<JsonObject> {
  const rules = (spec['rules'] ?? []) as JsonObject[];
  for (const kept of halves(rules)) yield { ...spec, rules: kept };
  for (const [index, rule] of rules.entries()) {
    const conditions = (rule['conditions'] ?? []) as JsonObject[];
    for (const kept of halves(conditions))
      yield {
        ...spec,
        rules: rules.map((other, at) => (at === index ? { ...rule, conditions: kept } : other)),
      };
    for (const [at, condition] of conditions.entries()) {
      const target = condition['targetValue'];
      if (!Array.isArray(target)) continue;
      for (const kept of halves(target)) {
        const smaller = conditions.map((other, place) =>
          place === at ? { ...condition, targetValue: kept } : other,
        );
        yield {
          ...spec,
          rules: rules.map((other, place) =>
            place === index ? { ...rule, conditions: smaller } : other,
          ),
        };
      }
    }
  }
}

function* smallerParts(one: Case): Generator<Case> {
  for (const key of Object.keys(one.payload)) {
    if (['has_updates', 'time', ...specKeys].includes(key)) continue;
    const { [key]: _dropped, ...payload } = one.payload;
    yield { ...one, payload };
  }
  for (const name of Object.keys(one.idLists)) {
    const { [name]: _dropped, ...idLists } = one.idLists;
    yield { ...one, idLists };
  }
  if (one.environment !== null) yield { ...one, environment: null };
  for (const kind of ['gates', 'configs', 'layers'] as const) {
    if (Object.keys(one.overrides[kind]).length > 0)
      yield { ...one, overrides: { ...one.overrides, [kind]: {} } };
  }
}

function* smallerUsers(one: Case): Generator<Case> {
  if (one.users.length > 2) return;
  for (const [index, user] of one.users.entries()) {
    for (const smaller of smallerUser(user as Record<string, unknown>))
      yield { ...one, users: one.users.map((other, at) => (at === index ? smaller : other)) };
  }
}

function* smallerUser(user: Record<string, unknown>): Generator<unknown> {
  for (const [key, value] of Object.entries(user)) {
    if (key !== 'userID') {
      const { [key]: _dropped, ...rest } = user;
      if ('userID' in rest || 'customIDs' in rest) yield rest;
    }
    if (value === null || typeof value !== 'object' || Array.isArray(value)) continue;
    for (const inner of Object.keys(value)) {
      const { [inner]: _gone, ...kept } = value as Record<string, unknown>;
      yield { ...user, [key]: kept };
    }
  }
}

/** The smallest case found within `budget` attempts. */
export async function shrink(one: Case, fails: Fails, budget = 1500): Promise<Case> {
  let best = one;
  let left = budget;
  for (let progress = true; progress && left > 0; ) {
    progress = false;
    for (const variant of variants(best)) {
      if (left-- <= 0) break;
      if (!(await fails(variant))) continue;
      best = variant;
      progress = true;
      break;
    }
  }
  return best;
}
