/**
 * Random dcs-v2 projects with everything of docs/spec/NEWER.md. What refers to something refers to
 * what is there already: a circle ends the process of statsig-node-core.
 */
import type { Json, JsonObject } from '../case';
import type { Random } from '../random';
import { djb2 } from '../../src/runtime/djb2';
import { addAutotunes, addMappings, addStores } from './extras';
import { ConditionTable } from './conditions';
import { generateRule, parameters } from './draft';
import type { Draft } from './draft';
import { ID_TYPES, TIERS } from './users';

export interface ProjectOptions {
  /**
   * Constructs of which 0.23 and 0.24 think differently: mapped and unknown gates within others,
   * mapped delegates, unknown conditions.
   */
  quirks: boolean;
}

/** Groups of gates' rules; experiments have others. */
const GATE_GROUPS = ['G1', 'G2'];

/** Now and then a name that is no plain word. */
function nameFor(draft: Draft, kind: string): string {
  const { random } = draft;
  const name = `${kind}_${draft.count++}`;
  // Not beyond the BMP: djb2 is over code points there, and over UTF-16 units here and in clients.
  const odd = [`${name} ${kind}`, `ünï ${name}`, String(1000 + draft.count), `${name}.日本`];
  return random.chance(0.06) ? random.pick(odd) : name;
}

function generateSpec(draft: Draft, entity: string, defaultValue: Json, rules: Json[]): JsonObject {
  const { random } = draft;
  const spec: JsonObject = {
    type: typeof defaultValue === 'boolean' ? 'feature_gate' : 'dynamic_config',
    salt: `spec-${draft.count++}`,
    defaultValue,
    enabled: random.chance(0.88),
    rules,
    idType: random.pick(ID_TYPES),
    entity,
  };
  if (random.chance(0.9)) spec['version'] = random.between(1, 9);
  if (random.chance(0.3)) spec['isActive'] = random.chance(0.7);
  if (random.chance(0.5))
    spec['targetAppIDs'] = random.pick([['app-1'], ['app-2'], ['app-1', 'app-2']]);
  if (random.chance(0.05)) spec['forwardAllExposures'] = true;
  return spec;
}

function list<T>(random: Random, most: number, make: (index: number) => T): T[] {
  return Array.from({ length: random.below(most + 1) }, (_, index) => make(index));
}

const returned = (random: Random): Json =>
  random.pick<Json>([true, true, true, true, false, {}, { a: 1 }]);

function addGate(draft: Draft, entity: string): void {
  const { random, payload, referable } = draft;
  const name = entity === 'segment' ? `segment:${nameFor(draft, 's')}` : nameFor(draft, entity);
  const rules = list(random, 4, () => {
    const rule = generateRule(draft, entity === 'holdout' ? false : returned(random));
    if (random.chance(0.15)) rule['groupName'] = random.pick(GATE_GROUPS);
    return rule;
  });
  const otherwise = random.pick<Json>([false, false, false, true, true, {}]);
  (payload['feature_gates'] as JsonObject)[name] = generateSpec(
    draft,
    entity,
    entity === 'segment' ? false : otherwise,
    rules,
  );
  draft.names.gate.push(name);
  if (draft.quirks || !isMapped(draft, name)) referable.gates.push(name);
}

function isMapped(draft: Draft, name: string): boolean {
  if (draft.random.chance(0.1)) draft.mapped.add(name);
  return draft.mapped.has(name);
}

function addConfig(draft: Draft, entity: string): void {
  const { random, payload } = draft;
  const name = nameFor(draft, 'config');
  const rules = list(random, 3, (index) =>
    generateRule(draft, parameters(random, `${name} ${index}`)),
  );
  (payload['dynamic_configs'] as JsonObject)[name] = generateSpec(
    draft,
    entity,
    random.chance(0.9) ? parameters(random, name) : {},
    rules,
  );
  isMapped(draft, name);
  draft.names.config.push(name);
}

function addExperiment(draft: Draft): void {
  const { random, payload, referable } = draft;
  const name = nameFor(draft, 'experiment');
  const targeting = list(random, 1, () => ({
    ...generateRule(draft, parameters(random, `${name} out`)),
    id: random.pick(['inlineTargetingRules', 'layerAssignment', `${name}:override`]),
  }));
  const groups = ['Control', 'Test'].map((group) => ({
    ...generateRule(draft, parameters(random, `${name} ${group}`)),
    groupName: group,
    isExperimentGroup: true,
  }));
  const rules: JsonObject[] = [...targeting, ...groups];
  if (draft.delegates.length > 0 && random.chance(0.06))
    random.pick(rules)['configDelegate'] = random.pick(draft.delegates);
  const spec = generateSpec(draft, 'experiment', parameters(random, name), rules);
  if (random.chance(0.7)) spec['explicitParameters'] = ['tag', ...random.some(['a', 'b', 'c'], 2)];
  if (random.chance(0.2)) spec['hasSharedParams'] = true;
  spec['isActive'] = random.chance(0.8);
  (payload['dynamic_configs'] as JsonObject)[name] = spec;
  draft.names.experiment.push(name);
  if (draft.quirks || !isMapped(draft, name)) {
    draft.delegates.push(name);
    referable.experiments.push(name);
  }
}

function addLayer(draft: Draft): void {
  const { random, payload } = draft;
  const name = nameFor(draft, 'layer');
  const rules = list(random, 5, (index) => {
    const rule = generateRule(draft, parameters(random, `${name} ${index}`));
    if (random.chance(0.5))
      rule['configDelegate'] = random.chance(0.9)
        ? random.pick(draft.delegates)
        : 'no such experiment';
    return rule;
  });
  const spec = generateSpec(draft, 'layer', parameters(random, name), rules);
  if (random.chance(0.4)) spec['useNewLayerEval'] = true;
  if (random.chance(0.2)) spec['explicitParameters'] = ['a'];
  (payload['layer_configs'] as JsonObject)[name] = spec;
  isMapped(draft, name);
  draft.names.layer.push(name);
}

function start(random: Random, { quirks }: ProjectOptions): Draft {
  const idLists = list(random, 2, (index) => `list_${index}`);
  const payload: JsonObject = {
    feature_gates: {},
    dynamic_configs: {},
    layer_configs: {},
    condition_map: {},
    experiment_to_layer: {},
    has_updates: true,
    time: 1_700_000_000_000 + random.below(1000),
    response_format: 'dcs-v2',
    company_id: 'differential',
    id_lists: Object.fromEntries(idLists.map((name) => [name, true])),
    diagnostics: {},
    sdk_configs: random.chance(0.2)
      ? { sampling_mode: 'shadow', special_case_sampling_rate: 3 }
      : {},
    sdk_flags: {},
    app_id: 'app-1',
    hashed_sdk_keys_to_app_ids: { [djb2('client-key')]: 'app-2' },
  };
  if (random.chance(0.3)) payload['default_environment'] = random.pick(TIERS);
  return {
    random,
    quirks,
    conditions: new ConditionTable(random, quirks ? 0.02 : 0),
    payload,
    referable: { gates: [], experiments: [], idLists },
    names: { gate: [], config: [], experiment: [], layer: [], store: [] },
    mapped: new Set(),
    delegates: [],
    count: 0,
  };
}

/** The payload, and the names of its kinds. */
export function generateProject(random: Random, options: ProjectOptions): Draft {
  const draft = start(random, options);
  for (let count = random.between(12, 22); count > 0; count--)
    addGate(
      draft,
      random.pick(['feature_gate', 'feature_gate', 'feature_gate', 'segment', 'holdout']),
    );
  if (options.quirks) draft.referable.gates.push('no such gate');
  for (let count = random.between(4, 8); count > 0; count--) addExperiment(draft);
  addAutotunes(draft);
  for (let count = random.between(3, 6); count > 0; count--) {
    addGate(draft, 'feature_gate');
    addExperiment(draft);
  }
  for (let count = random.between(4, 8); count > 0; count--)
    addConfig(draft, random.pick(['dynamic_config', 'dynamic_config', 'autotune']));
  for (let count = random.between(4, 8); count > 0; count--) addLayer(draft);
  addMappings(draft);
  addStores(draft);
  for (const name of draft.names.experiment)
    if (draft.random.chance(0.3))
      (draft.payload['experiment_to_layer'] as JsonObject)[name] = random.pick(draft.names.layer);
  draft.payload['condition_map'] = draft.conditions.byId;
  return draft;
}
