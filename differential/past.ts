/**
 * What might have served before a payload came: the same with other words in some of its specs and
 * conditions, so that an engine which compiles only what changed has to find out what that is.
 */
import type { JsonObject } from './case';
import { Random } from './random';

const LISTS = ['feature_gates', 'dynamic_configs', 'layer_configs'];
/** Most specs of a list that are others. */
const MOST_CHANGED = 3;

/** Two payloads, the older one first. */
export function pastOf(payload: JsonObject, seed: number): JsonObject[] {
  const random = new Random(seed);
  const before = older(payload, random);
  return [older(before, random), before];
}

function older(payload: JsonObject, random: Random): JsonObject {
  const copy = structuredClone(payload);
  for (const list of LISTS) {
    const specs = Object.values((copy[list] ?? {}) as object).filter(isObject);
    for (let left = random.below(MOST_CHANGED + 1); left > 0 && specs.length > 0; left--)
      changeSpec(random.pick(specs), random);
    if (random.chance(0.1)) dropOne(copy[list], random);
  }
  const conditions = copy['condition_map'];
  if (isObject(conditions) && random.chance(0.5)) changeConditions(conditions, random);
  return copy;
}

/** A spec that came later. */
function dropOne(list: unknown, random: Random): void {
  if (Array.isArray(list)) list.splice(random.below(list.length), 1);
  else if (isObject(list)) delete list[random.pick(Object.keys(list))];
}

function changeSpec(spec: JsonObject, random: Random): void {
  const { rules } = spec;
  const list = Array.isArray(rules) ? rules : [];
  const changes: (() => void)[] = [
    () => (spec['rules'] = []),
    () => void list.reverse(),
    () => (spec['salt'] = 'older'),
    () => (spec['enabled'] = spec['enabled'] !== true),
    () => (spec['rules'] = [...list, ...list]),
    () => list.filter(isObject).forEach((rule) => (rule['conditions'] = [])),
    () => list.filter(isObject).forEach((rule) => (rule['id'] = `${String(rule['id'])}-older`)),
    () => list.filter(isObject).forEach((rule) => (rule['passPercentage'] = 50)),
  ];
  random.pick(changes)();
}

/** Other words behind an id, an id that nobody names, or one that is not there. */
function changeConditions(conditions: JsonObject, random: Random): void {
  const ids = Object.keys(conditions);
  if (ids.length === 0) return;
  const id = random.pick(ids);
  const changes: (() => void)[] = [
    () => (conditions[id] = { type: 'public' }),
    () => (conditions[`${id}-older`] = conditions[id] ?? null),
    () => delete conditions[id],
  ];
  random.pick(changes)();
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
