/**
 * Payloads with fields of other types than they should have: what a proxy, a bug or an attacker
 * might send.
 */
import { rawNumber } from './case';
import type { Json, JsonObject } from './case';
import type { Random } from './random';

/** One of each kind; numbers as text in every spelling that some conversion reads. */
const ODD: Json[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  -0.5,
  3,
  1e21,
  rawNumber('1e999'),
  rawNumber('-1e999'),
  rawNumber('-0'),
  rawNumber('1e400'),
  '',
  ' ',
  '0',
  '4',
  ' 4 ',
  '+4',
  '-4',
  '4.5',
  '1e3',
  '0x10',
  'abc',
  'true',
  'null',
  '1e999',
  'userID',
  'stableID',
  'constructor',
  '__proto__',
  [],
  [null],
  [4],
  ['4'],
  ['a', 'b'],
  [[4]],
  [{}],
  {},
  { a: 1 },
  { toString: 1 },
  { valueOf: 1, toString: null },
  { length: 2 },
  { '0': 'a' },
];

/** A place in a payload: an object or list, and a member of it. */
interface Place {
  holder: JsonObject | Json[];
  key: string;
  path: string;
}

function placesIn(value: Json, path: string, into: Place[]): void {
  if (value === null || typeof value !== 'object') return;
  for (const key of Object.keys(value)) {
    into.push({ holder: value, key, path: `${path}.${key}` });
    placesIn((value as JsonObject)[key]!, `${path}.${key}`, into);
  }
}

/** Fields that may be given and mostly are not. */
const MORE: Record<string, string[]> = {
  payload: [
    'app_id',
    'layers',
    'experiment_to_layer',
    'sdk_configs',
    'sdk_flags',
    'default_environment',
    'diagnostics',
    'hashed_sdk_key_used',
    'session_replay_info',
    'param_stores',
    'hashed_sdk_keys_to_app_ids',
    'sdk_keys_to_app_ids',
    'hashed_sdk_keys_to_entities',
    'condition_map',
    'response_format',
  ],
  spec: [
    'version',
    'isActive',
    'hasSharedParams',
    'explicitParameters',
    'targetAppIDs',
    'forwardAllExposures',
    'entity',
  ],
  rule: ['samplingRate', 'groupName', 'configDelegate', 'isExperimentGroup', 'salt'],
  condition: ['additionalValues', 'targetValue', 'field', 'operator', 'idType'],
};

/** What an object is, by what it has. */
function roleOf(value: JsonObject): string | null {
  if ('feature_gates' in value) return 'payload';
  if ('rules' in value) return 'spec';
  if ('passPercentage' in value) return 'rule';
  return 'operator' in value ? 'condition' : null;
}

/** Puts something odd into a payload, in place. What and where, for a reader. */
export function mutate(random: Random, payload: JsonObject): string {
  const places: Place[] = [];
  placesIn(payload, '', places);
  const { holder, key, path } = random.pick(places);
  const inner = (holder as JsonObject)[key]!;
  const role =
    inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? roleOf(inner) : null;
  if (role !== null && random.chance(0.6)) {
    const name = random.pick([...Object.keys(inner as JsonObject), ...MORE[role]!]);
    return put(random, inner as JsonObject, name, path);
  }
  if (random.chance(0.2))
    return put(random, payload, random.pick([...Object.keys(payload), ...MORE['payload']!]), '');
  return put(random, holder as JsonObject, key, path.slice(0, path.lastIndexOf('.')));
}

function put(random: Random, holder: JsonObject, name: string, path: string): string {
  if (!Array.isArray(holder) && random.chance(0.15)) {
    delete holder[name];
    return `${path}.${name} deleted`;
  }
  const value = random.pick(ODD);
  Object.defineProperty(holder, name, {
    value: JSON.parse(JSON.stringify(value)) as Json,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return `${path}.${name} = ${JSON.stringify(value)}`;
}
