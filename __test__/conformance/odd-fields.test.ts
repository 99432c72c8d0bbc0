/**
 * One odd field at a time, each that found a difference between engines or from statsig-node.
 * Random ones: odd-payloads.test.ts.
 */
process.env['TZ'] = 'UTC';
import test from 'ava';
import { rawNumber } from '../../differential/case';
import type { Json, JsonObject } from '../../differential/case';
import { oddCase, said, unlike, unlikeOracle } from '../../differential/fuzz-payloads';
import { useTrueSha256 } from '../../differential/oracle';
import { expectedEngines } from './engines';

test.before(() => useTrueSha256(true));
test.after.always(() => useTrueSha256(false));

const odd: Json[] = [
  true,
  5,
  rawNumber('1e999'),
  'text',
  'gate_1 config_0',
  '',
  [],
  ['gate_1', 'config_0', {}],
  {},
  { toString: 1, valueOf: null },
];
/** djb2 of the client key that the cases ask with. */
const KEY = '3109121647';

type Change = (payload: JsonObject, value: Json) => void;
const rules = (payload: JsonObject): JsonObject[] =>
  (payload['layer_configs'] as JsonObject[]).flatMap((layer) => layer['rules'] as JsonObject[]);
const specs = (payload: JsonObject): JsonObject[] =>
  ['feature_gates', 'dynamic_configs', 'layer_configs'].flatMap(
    (key) => payload[key] as JsonObject[],
  );

const changes: Record<string, Change> = {
  session_replay_info: (payload, value) => void (payload['session_replay_info'] = value),
  'session replay triggers': (payload, value) =>
    void (payload['session_replay_info'] = {
      session_recording_event_triggers: value,
      session_recording_exposure_triggers: value,
    }),
  'session replay fields': (payload, value) =>
    void (payload['session_replay_info'] = {
      recording_blocked: value,
      sampling_rate: value,
      targeting_gate: 'gate_0',
    }),
  entities: (payload, value) => void (payload['hashed_sdk_keys_to_entities'] = { [KEY]: value }),
  'lists of entities': (payload, value) =>
    void (payload['hashed_sdk_keys_to_entities'] = { [KEY]: { gates: value, configs: value } }),
  'app of a key': (payload, value) => {
    payload['hashed_sdk_keys_to_app_ids'] = { [KEY]: value };
    for (const spec of specs(payload)) spec['targetAppIDs'] = [value, 'text'];
  },
  targetAppIDs: (payload, value) => {
    payload['hashed_sdk_keys_to_app_ids'] = { [KEY]: 'text' };
    for (const spec of specs(payload)) spec['targetAppIDs'] = value;
  },
  default_environment: (payload, value) => void (payload['default_environment'] = value),
  app_id: (payload, value) => {
    payload['app_id'] = value;
    for (const spec of specs(payload))
      for (const rule of spec['rules'] as JsonObject[]) {
        rule['conditions'] = ['any', 'eq', 'str_matches', 'gt', 'before'].map((operator) => ({
          type: 'target_app',
          operator,
          targetValue: operator === 'any' ? ['[object Object]'] : '[object Object]',
          field: null,
          additionalValues: {},
          idType: 'userID',
        }));
      }
  },
  configDelegate: (payload, value) =>
    rules(payload).forEach(
      (rule) =>
        (rule['configDelegate'] = Array.isArray(value) && value.length > 0 ? ['config_0'] : value),
    ),
  isExperimentGroup: (payload, value) =>
    specs(payload).forEach((spec) =>
      (spec['rules'] as JsonObject[]).forEach((rule) => (rule['isExperimentGroup'] = value)),
    ),
  name: (payload, value) =>
    void ((payload['dynamic_configs'] as JsonObject[])[1]!['name'] =
      typeof value === 'string' ? [value] : value),
  'idType of specs, one of them called __proto__': (payload, value) => {
    for (const spec of specs(payload)) spec['idType'] = value;
    (payload['feature_gates'] as JsonObject[])[0]!['name'] = '__proto__';
  },
  'type of a condition': (payload, value) =>
    rules(payload).forEach((rule) =>
      (rule['conditions'] as JsonObject[]).forEach((condition) => (condition['type'] = value)),
    ),
};

for (const [what, change] of Object.entries(changes)) {
  for (const value of odd) {
    test.serial(`${what}: ${JSON.stringify(value)}`, async (t) => {
      const one = oddCase(1040);
      const payload = structuredClone(one.original);
      change(payload, value);
      const changed = { ...one, one: { ...one.one, payload } };
      const [first, ...others] = await Promise.all(
        expectedEngines.map((kind) => said(kind, changed)),
      );
      t.true(first!.answers.accepted);
      t.true(
        first!.answers.clientInitialize.every((response) => typeof response === 'string'),
        'no response is lost',
      );
      for (const [index, other] of others.entries())
        t.deepEqual(
          unlike(first!, other),
          [],
          `${expectedEngines[0]} and ${expectedEngines[index + 1]}`,
        );
      t.deepEqual(await unlikeOracle(changed, first!.answers), []);
    });
  }
}
