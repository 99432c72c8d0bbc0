/** Mappings, contextual autotunes and parameter stores of generated projects. */
import type { Json, JsonObject } from '../case';
import type { Random } from '../random';
import { generateRule, parameters } from './draft';
import type { Draft } from './draft';
import { ID_TYPES, PLANS } from './users';

/** As good as certain: nobody sees the others drawn. */
const NEVER_DRAWN = 4_000_000_000;

function learned(random: Random, records: number): JsonObject {
  const weigh = random.chance(0.85);
  const numbers: JsonObject = weigh ? { age: random.between(-3, 3) / 8, score: 0.25 } : {};
  const texts: JsonObject =
    weigh && random.chance(0.7)
      ? {
          plan: Object.fromEntries(
            random.some(PLANS, 3).map((plan) => [plan, random.between(-8, 8)]),
          ),
          beta: { true: 0.5, false: -0.5 },
          country: { US: 1, DE: -1 },
          secret: { pro: 2 },
        }
      : {};
  return {
    alpha: random.between(0, 8) / 8,
    intercept: random.between(-8, 8) / 4,
    records,
    weightsNumerical: numbers,
    weightsCategorical: texts,
  };
}

/**
 * What is drawn is always the same: one group, or one that outweighs the others by far. Where no
 * group has a score all are drawn alike, so that one has.
 */
function addLearned(random: Random, autotune: JsonObject, ids: string[]): void {
  const chosen = random.pick(ids);
  const config: JsonObject = {};
  for (const id of ids) {
    config[id] = learned(random, id === chosen ? 0 : NEVER_DRAWN);
  }
  (config[chosen] as JsonObject)['weightsNumerical'] = { age: 0.125 };
  if (random.chance(0.2)) delete config[chosen];
  if (Object.keys(config).length === 0 || !Object.values(config).some(hasWeights)) return;
  autotune['config'] = config;
}

function hasWeights(known: Json | undefined): boolean {
  const { weightsNumerical, weightsCategorical } = known as JsonObject;
  return [weightsNumerical, weightsCategorical].some(
    (map) => Object.keys(map as object).length > 0,
  );
}

function addAutotune(draft: Draft): string {
  const { random } = draft;
  const name = `autotune_${draft.count++}`;
  const ids = Array.from({ length: random.between(1, 4) }, (_, index) => `${name}g${index}`);
  const autotune: JsonObject = {
    salt: `${name}-salt`,
    defaultValue: parameters(random, `${name} default`),
    idType: random.pick(ID_TYPES),
    enabled: random.chance(0.85),
    version: random.between(1, 9),
    sampleRate: random.pick([0, 0, 0.3, 1]),
    higherIsBetter: random.chance(0.6),
    groups: ids.map((id, index) => ({
      id,
      name: `Arm ${index}`,
      parameterValues: parameters(random, `${name} ${index}`),
    })),
  };
  if (random.chance(0.05)) autotune['groups'] = [];
  else if (random.chance(0.8)) addLearned(random, autotune, ids);
  if (random.chance(0.4)) autotune['targetingGateName'] = random.pick(draft.referable.gates);
  if (random.chance(0.5)) autotune['targetAppIDs'] = [random.pick(['app-1', 'app-2'])];
  (draft.payload['cmab_configs'] as JsonObject)[name] = autotune;
  return name;
}

export function addAutotunes(draft: Draft): void {
  const { random, payload, names } = draft;
  payload['cmab_configs'] = {};
  for (let count = random.between(1, 4); count > 0; count--) {
    const name = addAutotune(draft);
    names.experiment.push(name);
    draft.referable.experiments.push(name);
    // A delegate is looked up among the configs.
    if (random.chance(0.4)) {
      const spec = (payload['dynamic_configs'] as JsonObject)[draft.delegates[0] ?? ''];
      if (spec === undefined) continue;
      (payload['dynamic_configs'] as JsonObject)[name] = { ...(spec as JsonObject), rules: [] };
      draft.delegates.push(name);
    }
  }
}

function mapping(
  draft: Draft,
  kind: 'gate' | 'config' | 'experiment' | 'layer',
  name: string,
): Json {
  const { random, names, quirks, mapped } = draft;
  const rules = draft.payload['override_rules'] as JsonObject;
  const known = names[kind];
  const earlier = (known.includes(name) ? known.slice(0, known.indexOf(name)) : known).filter(
    (target) => quirks || !mapped.has(target),
  );
  const target =
    earlier.length === 0 || random.chance(0.1) ? 'no such target' : random.pick(earlier);
  const walked = Array.from({ length: random.between(1, 2) }, () => {
    const rule = generateRule(draft, random.chance(0.5), [draft.conditions.plain(draft.referable)]);
    if (random.chance(0.95)) rules[rule['id'] as string] = rule;
    const start = random.pick<Json>([null, null, 1_600_000_000_000, 4_000_000_000_000]);
    return { rule_name: rule['id']!, ...(start === null ? {} : { start_time: start }) };
  });
  return { new_config_name: target, rules: walked };
}

export function addMappings(draft: Draft): void {
  const { random, names, payload } = draft;
  payload['overrides'] = {};
  payload['override_rules'] = {};
  for (const kind of ['gate', 'config', 'experiment', 'layer'] as const) {
    const ghost = `unspecified ${kind}`;
    const mapped = names[kind].filter((name) => draft.mapped.has(name));
    if (draft.quirks) mapped.push(...names[kind].filter(() => random.chance(0.15)));
    for (const name of new Set([...mapped, ghost]))
      (payload['overrides'] as JsonObject)[name] = Array.from(
        { length: random.between(1, 2) },
        () => mapping(draft, kind, name),
      );
    names[kind].push(ghost);
  }
}

function parameter(draft: Draft): JsonObject {
  const { random, names } = draft;
  const value = (): Json => random.pick<Json>([true, false, 'text', 4, 1.5, [1], { x: 1 }]);
  const name = (kind: 'gate' | 'config' | 'experiment' | 'layer'): string =>
    random.chance(0.9) ? random.pick(names[kind]) : `no such ${kind}`;
  const param_type = random.pick(['boolean', 'string', 'number', 'array', 'object']);
  const param_name = random.pick(['tag', 'tag', 'a', 'b', 'absent']);
  return random.pick<() => JsonObject>([
    () => ({ ref_type: 'static', param_type, value: random.chance(0.9) ? value() : null }),
    () => ({
      ref_type: 'gate',
      param_type,
      gate_name: name('gate'),
      pass_value: value(),
      fail_value: value(),
    }),
    () => ({ ref_type: 'dynamic_config', param_type, config_name: name('config'), param_name }),
    () => ({
      ref_type: 'experiment',
      param_type,
      experiment_name: name(random.pick(['experiment', 'experiment', 'config'])),
      param_name,
    }),
    () => ({ ref_type: 'layer', param_type, layer_name: name('layer'), param_name }),
  ])();
}

export function addStores(draft: Draft): void {
  const { random, names } = draft;
  const stores: JsonObject = {};
  for (let count = random.between(1, 4); count > 0; count--) {
    const name = `store_${draft.count++}`;
    const parameters: JsonObject = {};
    for (let index = random.between(1, 8); index > 0; index--)
      parameters[`p${index}`] = parameter(draft);
    stores[name] = {
      parameters,
      version: 1,
      ...(random.chance(0.5) ? { targetAppIDs: [random.pick(['app-1', 'app-2'])] } : {}),
    };
    names.store.push(name);
  }
  draft.payload['param_stores'] = stores;
}
