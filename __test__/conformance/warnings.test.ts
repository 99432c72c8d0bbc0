/** What engines say about specs that they cannot use: the same words on each. */
import test from 'ava';
import { createEngine } from '../../differential/engines';
import type { EngineKind } from '../../src/engine/engine';
import { expectedEngines } from './engines';

const isPublic = { type: 'public' };
const rule = (...conditions: unknown[]) => ({ id: 'r', passPercentage: 100, conditions });
const asks = (over: object) => ({ type: 'user_field', operator: 'any', field: 'plan', ...over });
const spec = (name: unknown, ...rules: unknown[]) => ({ name, enabled: true, rules });

const V1 = {
  has_updates: true,
  feature_gates: [
    spec('twice', 5),
    spec('fine', rule(isPublic)),
    spec(undefined, rule(isPublic)),
    'no spec',
    spec('rule', rule(isPublic), 'text'),
    spec('conditions', { conditions: 'text' }),
    { name: 'rules', rules: {} },
    spec('line\nbreak', rule(isPublic, null)),
    spec('condition', rule(isPublic), rule({ type: 5 })),
    spec('field', rule(asks({ field: 5, operator: {} }))),
    spec('operator', rule(asks({ operator: 5 }))),
    spec('unknown', rule(asks({ operator: 'resembles' }), { type: 'moon "phase"' })),
    spec('unknown, too', rule({ type: 'moon "phase"' }), rule({ type: 'moon "phase"' })),
    spec('broken and unknown', rule({ type: 'moon "phase"' }), null),
    spec('unread', rule({ type: 'moon phase', field: 5, operator: {} })),
    spec('unread field', rule({ type: 'unit_id', field: 5, operator: 'resembles' })),
    spec('bare', rule({ type: 'unit_id', operator: null })),
    spec('twice', rule(asks({ operator: 'resembles' }))),
  ],
  dynamic_configs: [spec('config', rule(asks({ operator: 'is\u2028like' }))), spec(7)],
  layer_configs: [spec('layer', 7), []],
};
const OF_V1 = [
  'The gate number 2 has no name and was left out.',
  'The gate number 3 has no name and was left out.',
  'The config number 1 has no name and was left out.',
  'The layer number 1 has no name and was left out.',
  'The gate "twice" uses the operator "resembles", which is not supported.',
  'The gate "rule" was disabled: rule 1: not an object.',
  'The gate "conditions" was disabled: rule 0: `conditions` is not an array.',
  'The gate "rules" was disabled: `rules` is not an array.',
  'The gate "line\\nbreak" was disabled: rule 0: condition 1: not an object.',
  'The gate "condition" was disabled: rule 1: condition 0: `type` is not a string.',
  'The gate "field" was disabled: rule 0: condition 0: `field` is not a string.',
  'The gate "operator" was disabled: rule 0: condition 0: `operator` is not a string.',
  'The gate "unknown" uses the condition type "moon \\"phase\\"" and the operator "resembles", which is not supported.',
  'The gate "unknown, too" uses the condition type "moon \\"phase\\"", which is not supported.',
  'The gate "broken and unknown" was disabled: rule 1: not an object.',
  'The gate "unread" uses the condition type "moon phase", which is not supported.',
  'The gate "unread field" uses the operator "resembles", which is not supported.',
  'The gate "bare" uses a condition without operator, which is not supported.',
  'The config "config" uses the operator "is\u2028like", which is not supported.',
  'The layer "layer" was disabled: rule 0: not an object.',
];

const mapped = (...names: string[]) => [
  { new_config_name: 'fine', rules: names.map((rule_name) => ({ rule_name })) },
];
const V2 = {
  has_updates: true,
  condition_map: { c1: { type: 'moon phase' }, c2: 5, c3: { type: 'experiment_group', field: 5 } },
  feature_gates: {
    b: { rules: [rule('c1', 'lost')] },
    a: { rules: [rule('c1'), rule('c2')] },
    fine: { rules: [rule()] },
    7: { rules: [rule('c3')] },
    none: 'text',
  },
  dynamic_configs: { fine: { rules: [rule()] } },
  layer_configs: {},
  overrides: { b: mapped('unknown', 'broken', 'fine'), a: mapped('broken', 'unknown') },
  override_rules: { unknown: rule('c1'), broken: rule('c1', 'c2'), fine: rule() },
  cmab_configs: { text: 'no autotune', groups: { groups: {} }, group: { groups: [{}, 5] } },
};
const OF_V2 = [
  'The gate "7" was disabled: rule 0: condition 0: `field` is not a string.',
  'The gate "b" uses the condition "lost" of which the payload says nothing and the condition type "moon phase", which is not supported.',
  'The gate "a" was disabled: rule 1: condition 0: not an object.',
  'The gate "none" was disabled: `rules` is not an array.',
  'The contextual autotune "text" was left out: not an object.',
  'The contextual autotune "groups" was left out: `groups` is not an array.',
  'The contextual autotune "group" was left out: a group is not an object.',
  'The override rule "unknown" uses the condition type "moon phase", which is not supported.',
  'The override rule "broken" was left out: condition 1: not an object.',
];

const nested = JSON.parse(`${'['.repeat(600)}${']'.repeat(600)}`) as unknown;
/** Payloads that are refused, and why. */
const REFUSED: [string, string][] = [
  ['junk', 'the payload is not a JSON object'],
  ['', 'the payload is not a JSON object'],
  ['[1]', 'the payload is not a JSON object'],
  ['{"has_updates":true}', 'the payload has no usable `feature_gates`'],
  ['{"has_updates":true,"feature_gates":[]}', 'the payload has no usable `dynamic_configs`'],
  ['{"has_updates":true,"feature_gates":{}}', 'the payload has no usable `condition_map`'],
  [
    JSON.stringify({ ...V1, layer_configs: [nested] }),
    'the payload is nested deeper than 512 levels',
  ],
  [JSON.stringify({ ...V2, time: nested }), 'the payload is nested deeper than 512 levels'],
];

const prepare = async (kind: EngineKind, payload: string): Promise<string[]> => {
  const engine = createEngine(kind);
  try {
    const { handle, summary } = await engine.prepareSpecs(new TextEncoder().encode(payload));
    engine.discardSpecs(handle);
    return summary.warnings;
  } finally {
    engine.dispose();
  }
};

for (const kind of expectedEngines) {
  test(`${kind}: each spec that cannot be used is named, in the same words on every engine`, async (t) => {
    t.deepEqual(await prepare(kind, JSON.stringify(V1)), OF_V1);
    t.deepEqual(await prepare(kind, JSON.stringify(V2)), OF_V2);
  });

  test(`${kind}: a payload is refused in the same words on every engine`, async (t) => {
    for (const [payload, reason] of REFUSED) {
      const error = await t.throwsAsync(prepare(kind, payload));
      t.is(error.message, reason, payload.slice(0, 60));
    }
  });

  test(`${kind}: of very many warnings the first hundred are told`, async (t) => {
    const gates = Array.from({ length: 150 }, (_, i) => spec(i < 60 ? undefined : `g${i}`, 5));
    const told = await prepare(kind, JSON.stringify({ ...V1, feature_gates: gates }));
    t.is(told.length, 100);
    t.is(told[99], 'The gate "g97" was disabled: rule 0: not an object.');
  });
}
