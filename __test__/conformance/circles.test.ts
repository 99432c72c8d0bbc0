/**
 * Gates and delegates that refer to each other in a circle, or too deep: each costs itself,
 * whatever was asked before.
 */
process.env['TZ'] = 'UTC';
import test from 'ava';
import {
  EvalBits,
  EvalCode,
  EvalMode,
  SpecKind,
  type Engine,
  type EngineKind,
} from '../../src/engine/engine';
import { createEngine } from '../../differential/engines';
import type { JsonObject } from '../../differential/case';
import { expectedEngines } from './engines';
import { condition } from './condition';

const NOW = 1_700_000_000_000;
const everybody = condition('public');
const passes = (targetValue: string): JsonObject => condition('pass_gate', { targetValue });
const isStaff = condition('user_field', {
  field: 'email',
  operator: 'any',
  targetValue: ['staff@example.com'],
});
const rule = (conditions: JsonObject[], more: JsonObject = {}): JsonObject => ({
  name: 'r',
  id: 'r',
  salt: 'rs',
  passPercentage: 100,
  conditions,
  returnValue: true,
  idType: 'userID',
  ...more,
});
const spec = (name: string, rules: JsonObject[], more: JsonObject = {}): JsonObject => ({
  name,
  type: 'feature_gate',
  entity: 'feature_gate',
  salt: 's',
  enabled: true,
  defaultValue: false,
  rules,
  idType: 'userID',
  ...more,
});
const gate = (name: string, ...conditions: JsonObject[]): JsonObject =>
  spec(name, [rule(conditions)]);
const config = (name: string, rules: JsonObject[], entity = 'dynamic_config'): JsonObject =>
  spec(name, rules, { type: 'dynamic_config', entity, defaultValue: { of: name } });
const through = (configDelegate: string): JsonObject =>
  rule([everybody], { returnValue: { of: 'rule' }, configDelegate });
const project = (
  gates: JsonObject[],
  configs: JsonObject[] = [],
  layers: JsonObject[] = [],
): JsonObject => ({
  has_updates: true,
  time: NOW,
  feature_gates: gates,
  dynamic_configs: configs,
  layer_configs: layers,
  layers: {},
});

async function loaded(kind: EngineKind, payload: JsonObject): Promise<Engine> {
  const engine = createEngine(kind);
  const { handle } = await engine.prepareSpecs(new TextEncoder().encode(JSON.stringify(payload)));
  engine.commitSpecs(handle);
  engine.setDetails('Bootstrap', NOW, NOW);
  return engine;
}

const put = (engine: Engine, slot: number, user: JsonObject = {}): void =>
  engine.setUser(slot, JSON.stringify({ userID: 'u', ...user }), '', '');

/** true or false, or null where evaluation fails. */
function ask(engine: Engine, slot: number, kind: SpecKind, name: string): boolean | null {
  const code = engine.evaluate(slot, engine.specIndex(kind, name), EvalMode.Quiet, NOW);
  return code === EvalCode.Failed ? null : (code & EvalBits.Value) !== 0;
}

type Response = Record<
  'feature_gates' | 'dynamic_configs' | 'layer_configs',
  Record<string, JsonObject>
>;

function response(engine: Engine, slot: number, more: JsonObject = {}): Response {
  const text = engine.clientInitializeText(slot, { hash: 'none', random: 0, nowMs: NOW, ...more });
  if (typeof text !== 'string') throw new Error(`${String(text)}: ${engine.lastError()}`);
  return JSON.parse(text) as Response;
}

const GATES = [
  gate('fine', everybody),
  gate('self', passes('self')),
  gate('a', passes('b')),
  gate('b', passes('c')),
  gate('c', passes('a')),
  gate('by segment', passes('segment:s')),
  spec('segment:s', [rule([passes('by segment')])], { entity: 'segment' }),
  gate('multi', condition('multi_pass_gate', { targetValue: ['off', 'multi'] })),
  spec('off', []),
  gate('failing', condition('fail_gate', { targetValue: 'a' })),
  gate('outside', everybody, passes('a')),
  spec('staff first', [rule([isStaff], { id: 'staff' }), rule([passes('staff last')])]),
  spec('staff last', [rule([isStaff], { id: 'staff' }), rule([passes('staff first')])]),
];
const CONFIGS = [
  config('fine', [rule([everybody], { returnValue: { of: 'rule' } })]),
  config('gated', [rule([passes('a')], { returnValue: { of: 'rule' } })]),
  config('experiment', [rule([passes('self')], { returnValue: { of: 'rule' } })], 'experiment'),
  config('d1', [through('d2')]),
  config('d2', [through('d1')]),
  config('d self', [through('d self')]),
];
const LAYERS = [
  config('fine', [through('fine')], 'layer'),
  config('to gated', [through('gated')], 'layer'),
  config('to circle', [through('d1')], 'layer'),
];
const FAILING_GATES = [
  'self',
  'a',
  'b',
  'c',
  'by segment',
  'segment:s',
  'multi',
  'failing',
  'outside',
  'staff first',
  'staff last',
];
const FAILING_CONFIGS = ['gated', 'experiment', 'd1', 'd2', 'd self'];

for (const kind of expectedEngines) {
  test(`${kind}: a circle costs what goes through it, in checks`, async (t) => {
    const engine = await loaded(kind, project(GATES, CONFIGS, LAYERS));
    put(engine, 0);
    for (const name of FAILING_GATES) t.is(ask(engine, 0, SpecKind.Gate, name), null, name);
    for (const name of FAILING_CONFIGS) t.is(ask(engine, 0, SpecKind.Config, name), null, name);
    for (const name of ['to gated', 'to circle'])
      t.is(ask(engine, 0, SpecKind.Layer, name), null, name);
    for (const which of [SpecKind.Gate, SpecKind.Config, SpecKind.Layer])
      t.true(ask(engine, 0, which, 'fine'), String(which));
    // Whom a rule answers before the circle, the circle does not concern.
    put(engine, 1, { email: 'staff@example.com' });
    t.true(ask(engine, 1, SpecKind.Gate, 'staff first'));
    t.true(ask(engine, 1, SpecKind.Gate, 'staff last'));
    engine.setOverrides({ gates: { a: { '': true } }, configs: {}, layers: {} });
    t.deepEqual(
      ['b', 'c', 'failing', 'outside'].map((name) => ask(engine, 0, SpecKind.Gate, name)),
      [true, true, false, true],
      'an override ends it',
    );
    t.true(ask(engine, 0, SpecKind.Layer, 'to gated'));
    engine.dispose();
  });

  test(`${kind}: in responses it has the entry of an unsupported spec, and the rest is there`, async (t) => {
    const engine = await loaded(kind, project(GATES, CONFIGS, LAYERS));
    put(engine, 0);
    for (const round of [1, 2]) {
      const {
        feature_gates: gates,
        dynamic_configs: configs,
        layer_configs: layers,
      } = response(engine, 0);
      t.like(gates['fine'], { value: true, rule_id: 'r' });
      t.like(configs['fine'], { value: { of: 'rule' }, rule_id: 'r' });
      t.like(layers['fine'], { value: { of: 'rule' }, allocated_experiment_name: 'fine' });
      const hidden = ['segment:s'];
      for (const name of FAILING_GATES.filter((one) => !hidden.includes(one))) {
        t.deepEqual(
          gates[name],
          { name, value: false, rule_id: '', secondary_exposures: [], id_type: 'userID' },
          `${name}, round ${round}`,
        );
      }
      for (const name of FAILING_CONFIGS)
        t.like(configs[name], { value: {}, rule_id: '', group: '', secondary_exposures: [] }, name);
      for (const name of ['to gated', 'to circle'])
        t.like(layers[name], { value: {}, rule_id: '', undelegated_secondary_exposures: [] }, name);
    }
    for (const responseFormat of ['v2', 'init-v2'])
      t.truthy(response(engine, 0, { responseFormat }).feature_gates['self'], responseFormat);
    t.like(response(engine, 0, { overrides: { featureGates: { self: true } } }).feature_gates, {
      self: { value: true },
      a: { value: false },
    });
    t.like(response(engine, 0, { clientKey: 'client-key' }).feature_gates, {
      fine: { value: true },
      self: { value: false },
    });
    // Nothing of it stays: checks answer as before.
    t.is(ask(engine, 0, SpecKind.Gate, 'a'), null);
    t.true(ask(engine, 0, SpecKind.Gate, 'fine'));
    engine.dispose();
  });

  test(`${kind}: what lies too deep does not depend on the order of asking`, async (t) => {
    const chain = Array.from({ length: 420 }, (_, i) =>
      gate(`g${i}`, i === 0 ? everybody : passes(`g${i - 1}`)),
    );
    const configs = [
      config('deep', [rule([passes('g299')])]),
      config('deeper', [rule([passes('g300')])]),
    ];
    const engine = await loaded(
      kind,
      project(chain, configs, [config('layer', [through('deep')], 'layer')]),
    );
    put(engine, 0);
    const alone = [...chain.keys()].map((i) => {
      put(engine, 0, { round: i });
      return ask(engine, 0, SpecKind.Gate, `g${i}`);
    });
    t.deepEqual(
      alone,
      alone.map((_, i) => (i <= 300 ? true : null)),
    );
    const orders = [
      [...alone.keys()],
      [...alone.keys()].reverse(),
      [...alone.keys()].sort((a, b) => ((a * 7919) % 421) - ((b * 7919) % 421)),
    ];
    for (const [slot, order] of orders.entries()) {
      put(engine, slot + 1);
      for (const i of order)
        t.is(ask(engine, slot + 1, SpecKind.Gate, `g${i}`), alone[i]!, `g${i} in order ${slot}`);
      t.deepEqual(
        [
          ask(engine, slot + 1, SpecKind.Config, 'deep'),
          ask(engine, slot + 1, SpecKind.Config, 'deeper'),
        ],
        [true, null],
      );
      // The delegate is a level of its own.
      t.is(ask(engine, slot + 1, SpecKind.Layer, 'layer'), null);
      const { feature_gates: gates } = response(engine, slot + 1);
      t.deepEqual(
        chain.map((_, i) => gates[`g${i}`]!['rule_id']),
        alone.map((value) => (value === null ? '' : 'r')),
      );
    }
    engine.dispose();
  });
}

test('a response with circles is the same text from every engine', async (t) => {
  const texts = new Set<string>();
  for (const kind of expectedEngines) {
    const engine = await loaded(kind, project(GATES, CONFIGS, LAYERS));
    engine.setOptions({
      tier: null,
      loggingEnabled: true,
      batchLimit: 10,
      pendingLimit: 10,
      sdkType: 'statsig-node',
      sdkVersion: '6.5.2',
      sessionID: 's',
    });
    put(engine, 0);
    for (const responseFormat of ['v1', 'v2', 'init-v2'] as const)
      texts.add(
        `${responseFormat} ${String(engine.clientInitializeText(0, { hash: 'djb2', random: 0, nowMs: NOW, responseFormat }))}`,
      );
    engine.dispose();
  }
  t.is(texts.size, 3);
});
