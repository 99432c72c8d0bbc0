/** The dcs-v2 form of a dcs-v1 payload (SERVER_CORE.md 1.1): maps, a condition table, experiment → layer. */
import { createHash } from 'node:crypto';
import type { Json, JsonObject } from './case';

const onlyV1 = ['layers', 'hashed_sdk_keys_to_entities', 'hashed_sdk_key_used', 'prompt_configs'];

function bucketMap(condition: JsonObject): JsonObject {
  const { type, operator, targetValue } = condition;
  const isBuckets = type === 'user_bucket' && (operator === 'any' || operator === 'none') && Array.isArray(targetValue);
  // Only whole numbers can be keys of such a map; the service writes no others.
  if (!isBuckets || !targetValue.every((item) => Number.isInteger(item) && (item as number) >= 0)) return condition;
  return { ...condition, targetValue: Object.fromEntries(targetValue.map((item) => [String(item), true])) };
}

function conditionId(condition: JsonObject): string {
  return String(createHash('sha256').update(JSON.stringify(condition)).digest().readUInt32BE(0));
}

function convertRule(rule: JsonObject, table: JsonObject): JsonObject {
  const ids = ((rule['conditions'] as JsonObject[] | null) ?? []).map((condition) => {
    const converted = bucketMap(condition);
    const id = conditionId(converted);
    table[id] = converted;
    return id;
  });
  return { ...rule, conditions: ids };
}

function convertSpecs(specs: JsonObject[], table: JsonObject): JsonObject {
  const map: JsonObject = {};
  for (const { name, ...spec } of specs) {
    const rules = (spec['rules'] as JsonObject[]).map((rule) => convertRule(rule, table));
    map[name as string] = { ...spec, rules };
  }
  return map;
}

function experimentToLayer(layers: JsonObject): JsonObject {
  const map: JsonObject = {};
  for (const [layer, experiments] of Object.entries(layers)) {
    for (const experiment of experiments as string[]) map[experiment] = layer;
  }
  return map;
}

/** Converts; `hashed_sdk_keys_to_entities` has no place in v2 and is dropped. */
export function toV2(payload: JsonObject): JsonObject {
  const table: JsonObject = {};
  const kept = Object.entries(payload).filter(([key]) => !onlyV1.includes(key));
  const specs = (key: string): Json => convertSpecs(payload[key] as JsonObject[], table);
  return {
    ...Object.fromEntries(kept),
    feature_gates: specs('feature_gates'),
    dynamic_configs: specs('dynamic_configs'),
    layer_configs: specs('layer_configs'),
    experiment_to_layer: experimentToLayer((payload['layers'] as JsonObject | undefined) ?? {}),
    condition_map: table,
    response_format: 'dcs-v2',
  };
}
