/** The two formats of one project must answer alike wherever the project's specs are equal in both. */
import type { EngineKind } from '../src/engine/engine';
import { allQuestions } from './case';
import type { Case, CaseAnswers, Json, JsonObject, Questions } from './case';
import { canonical } from './compare-answers';
import { askEngine, createEngine } from './engines';
import { generateUser, targetsOf } from './generate-user';
import { askOracle } from './oracle';
import { Random } from './random';

const kinds = { gates: 'feature_gates', configs: 'dynamic_configs', layers: 'layer_configs' } as const;
const ruleFields = ['name', 'id', 'salt', 'passPercentage', 'returnValue', 'idType', 'groupName', 'configDelegate', 'isExperimentGroup', 'samplingRate'];
const specFields = ['salt', 'enabled', 'defaultValue', 'idType', 'entity', 'isActive', 'explicitParameters', 'hasSharedParams', 'forwardAllExposures'];
const conditionFields = ['type', 'targetValue', 'operator', 'field', 'idType'];

function fieldsOf(value: JsonObject, fields: string[]): JsonObject {
  return Object.fromEntries(fields.map((field) => [field, value[field] ?? null]));
}

function condition(value: JsonObject): JsonObject {
  const target = value['targetValue'];
  const isMap = value['type'] === 'user_bucket' && target !== null && typeof target === 'object' && !Array.isArray(target);
  const salt = ((value['additionalValues'] ?? {}) as JsonObject)['salt'] ?? null;
  return { ...fieldsOf(value, conditionFields), targetValue: isMap ? Object.keys(target).map(Number) : target ?? null, salt };
}

/** A spec of either format in one shape: what decides evaluation. */
function shape(spec: JsonObject, table: JsonObject | null): JsonObject {
  const rules = (spec['rules'] as JsonObject[]).map((rule) => {
    const conditions = ((rule['conditions'] ?? []) as Json[]).map((item) => condition((table === null ? item : table[item as string]) as JsonObject));
    return { ...fieldsOf(rule, ruleFields), isExperimentGroup: rule['isExperimentGroup'] === true, conditions };
  });
  return { ...fieldsOf(spec, specFields), isActive: spec['isActive'] === true, hasSharedParams: spec['hasSharedParams'] === true, forwardAllExposures: spec['forwardAllExposures'] === true, rules };
}

type Shapes = Record<keyof typeof kinds, Map<string, JsonObject>>;

function shapes(payload: JsonObject, isV2: boolean): Shapes {
  const of = (key: string): Map<string, JsonObject> => {
    const specs = isV2 ? Object.entries(payload[key] as JsonObject) : (payload[key] as JsonObject[]).map((spec): [string, Json] => [spec['name'] as string, spec]);
    return new Map(specs.map(([name, spec]) => [name, shape(spec as JsonObject, isV2 ? (payload['condition_map'] as JsonObject) : null)]));
  };
  return { gates: of(kinds.gates), configs: of(kinds.configs), layers: of(kinds.layers) };
}

/** Specs that a spec's answer depends on, as `kind name`. */
function dependencies(spec: JsonObject): string[] {
  return (spec['rules'] as JsonObject[]).flatMap((rule) => {
    const gates = (rule['conditions'] as JsonObject[]).filter((one) => String(one['type']).toLowerCase().endsWith('_gate')).flatMap((one) => one['targetValue'] as string | string[]);
    const delegate = rule['configDelegate'];
    return [...gates.map((name) => `gates ${name}`), ...(typeof delegate === 'string' ? [`configs ${delegate}`] : [])];
  });
}

/** Names whose specs, and everything they depend on, are equal in both payloads. */
function equalNames(v1: Shapes, v2: Shapes): Questions['names'] {
  const unequal = new Set<string>();
  const all: [string, JsonObject | undefined, JsonObject | undefined][] = [];
  for (const kind of ['gates', 'configs', 'layers'] as const) {
    for (const name of new Set([...v1[kind].keys(), ...v2[kind].keys()])) all.push([`${kind} ${name}`, v1[kind].get(name), v2[kind].get(name)]);
  }
  for (const [key, left, right] of all) if (left === undefined || right === undefined || canonical(left) !== canonical(right)) unequal.add(key);
  for (let before = -1; before !== unequal.size; ) {
    before = unequal.size;
    for (const [key, left] of all) if (left !== undefined && dependencies(left).some((other) => unequal.has(other))) unequal.add(key);
  }
  const names = (kind: keyof Shapes): string[] => [...v1[kind].keys()].filter((name) => !unequal.has(`${kind} ${name}`));
  return { gates: names('gates'), configs: names('configs'), layers: names('layers') };
}

/** `version` counts edits and moved on between the two downloads; it decides nothing. */
function withoutVersions(answers: CaseAnswers): string[] {
  return answers.users.map((user) => canonical(JSON.parse(JSON.stringify(user, (key, value: unknown) => (key === 'configVersion' ? undefined : value)))));
}

/** Prints a line per engine; returns the number of users that got another answer. */
export async function compareFormats(v1: JsonObject, v2: JsonObject, engines: EngineKind[]): Promise<number> {
  const random = new Random(5);
  const targets = targetsOf(v1);
  const users = Array.from({ length: 200 }, () => generateUser(random, targets));
  const one: Case = { name: 'formats', payload: v1, idLists: {}, environment: null, now: 1_700_000_000_000, timeZone: 'UTC', users, overrides: { gates: {}, configs: {}, layers: {} } };
  const names = equalNames(shapes(v1, false), shapes(v2, true));
  const questions = { ...allQuestions(v1), names, exposures: false };
  const expected = withoutVersions(await askOracle(one, questions));
  let total = 0;
  for (const kind of engines) {
    const engine = createEngine(kind);
    const actual = withoutVersions(await askEngine(engine, one, questions, v2));
    engine.dispose();
    const different = expected.filter((text, index) => text !== actual[index]).length;
    const count = names.gates.length + names.configs.length + names.layers.length;
    console.log(`dcs-v2 as dcs-v1, ${kind}: ${count} equal specs (${names.gates.length} gates, ${names.configs.length} configs, ${names.layers.length} layers), ${users.length} users: ${different} differences`);
    total += different;
  }
  return total;
}
