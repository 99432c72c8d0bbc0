/** Client-initialize responses of both sides in one form, entry by entry. */
import type { JsonObject } from '../case';
import type { ResponseOptions } from './sides';

/** What a response says about a name, or about a store. */
export interface Entry {
  /** `whole`: what the response says beside entries. */
  kind: 'gate' | 'config' | 'layer' | 'store' | 'whole';
  /** As the response has it: hashed. */
  key: string;
  fields: JsonObject;
}

const MAPS = [
  ['gate', 'feature_gates'],
  ['config', 'dynamic_configs'],
  ['layer', 'layer_configs'],
] as const;
/** Tables, and what is of this SDK or this moment. */
const NOT_COMPARED = [
  ...MAPS.map(([, map]) => map),
  'param_stores',
  'exposures',
  'values',
  'sdkInfo',
  'generator',
  'evaluated_keys',
  'full_checksum',
];
const LISTS = ['secondary_exposures', 'undelegated_secondary_exposures', 's', 'us'];

/**
 * Keys and indexes become what they stand for: their numbers depend on the order of writing. Fields
 * that only statsig-node's shape has are left out (BEHAVIOUR.md 6.3).
 */
export function entriesOf(response: JsonObject, { format }: ResponseOptions): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const add = (kind: Entry['kind'], key: string, fields: JsonObject): void =>
    void entries.set(`${kind} ${key}`, { kind, key, fields });
  for (const [kind, map] of MAPS)
    for (const [key, fields] of Object.entries(response[map] as JsonObject))
      add(kind, key, expanded(fields as JsonObject, response, format));
  for (const [key, store] of Object.entries((response['param_stores'] ?? {}) as JsonObject))
    add('store', key, store as JsonObject);
  const whole = Object.entries(response).filter(([key]) => !NOT_COMPARED.includes(key));
  add('whole', '', Object.fromEntries(whole));
  return entries;
}

function expanded(
  given: JsonObject,
  { exposures, values }: JsonObject,
  format: ResponseOptions['format'],
): JsonObject {
  const { group: _group, ...fields } = given;
  if (format === 'v1') return fields;
  for (const key of LISTS)
    if (Array.isArray(fields[key]))
      fields[key] = (fields[key] as string[]).map((index) => (exposures as JsonObject)[index]!);
  if (values !== undefined && typeof fields['v'] === 'string')
    fields['v'] = (values as JsonObject)[fields['v']]!;
  return fields;
}
