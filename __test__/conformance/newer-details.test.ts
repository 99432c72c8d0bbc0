/** Of dcs-v2 what generated projects seldom meet, on every engine (NEWER.md 5, 7, 14). */
import test from 'ava';
import type { JsonObject } from '../../differential/case';
import { EXPERIMENT_KIND, EvalBits, EvalMode, SpecKind } from '../../src/engine/engine';
import type { Engine, LookupKind, OutcomeRecord } from '../../src/engine/engine';
import { loaded, NOW } from '../bootstrap/engine-calls';
import { expectedEngines } from './engines';
import { rule, spec } from './newer-specs';

const condition = (more: JsonObject): JsonObject => ({
  field: null,
  operator: null,
  targetValue: null,
  additionalValues: {},
  idType: 'userID',
  ...more,
});
const gate = (conditions: string[], more: JsonObject = {}): JsonObject =>
  spec([rule('passed', conditions, { returnValue: true })], {
    type: 'feature_gate',
    entity: 'feature_gate',
    defaultValue: false,
    ...more,
  });
const field = (name: string, ...values: string[]): JsonObject =>
  condition({ type: 'user_field', field: name, operator: 'any', targetValue: values });
const bucket = (salt: JsonObject): JsonObject =>
  condition({ type: 'user_bucket', operator: 'lt', targetValue: 500, additionalValues: salt });

const PAYLOAD: JsonObject = {
  has_updates: true,
  time: 1,
  response_format: 'dcs-v2',
  experiment_to_layer: {},
  condition_map: {
    all: condition({ type: 'public' }),
    lower: field('appversion', '1.0'),
    upper: field('EMAIL', 'a@b.c'),
    id: field('user_id', 'u'),
    version: field('app_version', '1.0'),
    agent: field('user_agent', 'none'),
    strange: condition({ type: 'no_such_type' }),
    region: condition({
      type: 'environment_field',
      field: 'Region',
      operator: 'any',
      targetValue: ['north'],
    }),
    org: condition({
      type: 'unit_id',
      operator: 'any',
      targetValue: ['o-1'],
      idType: 'orgID',
    }),
    unsalted: bucket({}),
    salted: bucket({ salt: '' }),
    inner: condition({ type: 'pass_gate', targetValue: 'old' }),
    on_the_first: condition({ type: 'pass_gate', targetValue: 'on_the_first' }),
    on_the_last: condition({ type: 'pass_gate', targetValue: 'on_the_last' }),
    on_neither: condition({ type: 'pass_gate', targetValue: 'on_neither' }),
  },
  feature_gates: {
    lower: gate(['lower']),
    upper: gate(['upper']),
    id: gate(['id']),
    version: gate(['version']),
    agent: gate(['agent']),
    unsalted: gate(['unsalted']),
    salted: gate(['salted']),
    region: gate(['region']),
    org: gate(['org']),
    old: gate([]),
    new: gate(['all']),
    on_the_first: gate(['all']),
    on_the_last: gate(['all']),
    on_neither: gate(['all']),
  },
  dynamic_configs: {
    lost: spec([rule('unheard', ['strange'])]),
    inner: spec([rule('control', ['all'], { groupName: 'Control' })]),
    outer: spec([rule('handed', ['inner'], { configDelegate: 'inner' })]),
    first: spec([rule('on', ['on_the_first', 'on_the_last'], { configDelegate: 'last' })]),
    last: spec([rule('control', ['on_neither', 'on_the_first'])]),
  },
  layer_configs: {
    merged: spec([rule('plain', ['all'])], {
      entity: 'layer',
      useNewLayerEval: true,
      explicitParameters: ['from'],
    }),
    chain: spec([rule('on', ['on_the_first'], { configDelegate: 'first' })]),
    late: spec([rule('first', ['all']), rule('second', ['all'], { configDelegate: 'lost' })], {
      entity: 'layer',
      useNewLayerEval: true,
    }),
  },
  overrides: { old: [{ new_config_name: 'new', rules: [{ rule_name: 'always' }] }] },
  override_rules: { always: rule('always', ['all']) },
};

/** The same words in lists, with conditions where they are asked. */
function asV1(payload: JsonObject): JsonObject {
  const { condition_map: conditions, ...rest } = payload;
  const lists = (['feature_gates', 'dynamic_configs', 'layer_configs'] as const).map((kind) => [
    kind,
    Object.entries(payload[kind] as Record<string, JsonObject>).map(([name, of]) => ({
      name,
      ...of,
      rules: (of['rules'] as JsonObject[]).map((one) => ({
        ...one,
        conditions: (one['conditions'] as string[]).map((id) => (conditions as JsonObject)[id]),
      })),
    })),
  ]);
  return { ...rest, ...Object.fromEntries(lists), response_format: 'dcs-v1' };
}

function ask(engine: Engine, kind: LookupKind, name: string, user: object): OutcomeRecord {
  const { privateAttributes = null, ...rest } = user as JsonObject;
  const secret = privateAttributes === null ? '' : JSON.stringify(privateAttributes);
  engine.setUser(0, JSON.stringify(rest), secret, '');
  const code = engine.evaluate(0, engine.specIndex(kind, name), EvalMode.Quiet, NOW);
  return engine.outcome(code >> EvalBits.OutcomeShift)!;
}

for (const kind of expectedEngines) {
  test(`${kind}: fields of users are found by other spellings of their names`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    const passes = (name: string, user: object): boolean =>
      ask(engine, SpecKind.Gate, name, user).value;
    t.true(passes('lower', { userID: 'u', appVersion: '1.0' }));
    t.true(passes('lower', { userID: 'u', custom: { appversion: '1.0' } }));
    t.false(passes('lower', { userID: 'u', appVersion: '2', custom: { appversion: '1.0' } }));
    t.true(passes('lower', { userID: 'u', appVersion: '', custom: { appversion: '1.0' } }));
    t.true(passes('upper', { userID: 'u', email: 'a@b.c', custom: { EMAIL: 'other' } }));
    t.true(passes('id', { userID: 'u' }));
    t.false(passes('id', { userID: 'u', custom: { user_id: 'other' } }));
    t.false(passes('id', { userID: 'u', custom: { user_id: '' } }));
    t.false(passes('id', { userID: 'u', custom: { user_id: null } }));
    t.false(passes('version', { appVersion: '1.0', privateAttributes: { app_version: '2' } }));
    t.true(passes('version', { appVersion: '1.0' }));
    t.false(passes('agent', { userID: 'u' }));
    engine.dispose();
  });

  test(`${kind}: null hides what stands in later places, an empty text of the user’s own does not`, async (t) => {
    for (const [payload, isNewer] of [
      [PAYLOAD, true],
      [asV1(PAYLOAD), false],
    ] as const) {
      const engine = await loaded(kind, payload);
      const passes = (user: object): boolean =>
        ask(engine, SpecKind.Gate, 'upper', { userID: 'u', ...user }).value;
      const [email, EMAIL] = ['a@b.c', 'a@b.c'];
      t.true(passes({ email }));
      t.is(passes({ email: '', custom: { email } }), isNewer);
      t.is(passes({ email: '', privateAttributes: { EMAIL } }), isNewer);
      t.true(passes({ email: null, custom: { email } }));
      t.is(passes({ custom: { EMAIL: null, email } }), !isNewer);
      t.is(passes({ custom: { email: null }, privateAttributes: { EMAIL } }), !isNewer);
      t.is(passes({ privateAttributes: { EMAIL: null, email } }), !isNewer);
      t.true(passes({ email, custom: { EMAIL: null, email: null } }));
      engine.dispose();
    }
  });

  test(`${kind}: IDs and environments are found as they are spelled and in lower case`, async (t) => {
    for (const [payload, isAnyCase] of [
      [PAYLOAD, false],
      [asV1(PAYLOAD), true],
    ] as const) {
      const engine = await loaded(kind, payload);
      const passes = (name: string, user: object): boolean =>
        ask(engine, SpecKind.Gate, name, { userID: 'u', ...user }).value;
      t.true(passes('org', { customIDs: { orgID: 'o-1' } }));
      t.true(passes('org', { customIDs: { orgid: 'o-1' } }));
      t.is(passes('org', { customIDs: { ORGID: 'o-1' } }), isAnyCase);
      t.true(passes('region', { statsigEnvironment: { Region: 'north' } }));
      t.true(passes('region', { statsigEnvironment: { region: 'north' } }));
      t.is(passes('region', { statsigEnvironment: { REGION: 'north' } }), isAnyCase);
      engine.dispose();
    }
  });

  test(`${kind}: a bucket condition without salt has an empty one`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    const users = Array.from({ length: 40 }, (_, index) => ({ userID: `u${index}` }));
    const passing = (name: string): boolean[] =>
      users.map((user) => ask(engine, SpecKind.Gate, name, user).value);
    t.deepEqual(passing('unsalted'), passing('salted'));
    t.true(passing('unsalted').includes(true) && passing('unsalted').includes(false));
    engine.dispose();
  });

  test(`${kind}: a merging layer has the explicit parameters of a delegate only`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    const { explicitParameters, json } = ask(engine, SpecKind.Layer, 'merged', { userID: 'u' });
    t.deepEqual([explicitParameters, json], [null, { from: 'plain' }]);
    engine.dispose();
  });

  test(`${kind}: a delegate that comes too late may still be unsupported`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    t.like(ask(engine, SpecKind.Layer, 'late', { userID: 'u' }), {
      reason: 'Unsupported',
      ruleID: '',
      json: {},
    });
    engine.dispose();
  });

  test(`${kind}: what was met before the last delegate of a chain is undelegated`, async (t) => {
    const exposure = (gate: string): JsonObject => ({ gate, gateValue: 'true', ruleID: 'passed' });
    for (const [payload, undelegated] of [
      [PAYLOAD, ['on_the_first', 'on_the_last']],
      // There it is what was met before the first (BEHAVIOUR.md 3.6).
      [asV1(PAYLOAD), ['on_the_first']],
    ] as const) {
      const engine = await loaded(kind, payload);
      for (const _ of ['first', 'again'])
        t.like(ask(engine, SpecKind.Layer, 'chain', { userID: 'u' }), {
          ruleID: 'control',
          configDelegate: 'first',
          undelegatedSecondaryExposures: undelegated.map(exposure),
          secondaryExposures: ['on_the_first', 'on_the_last', 'on_neither'].map(exposure),
        });
      engine.dispose();
    }
  });

  test(`${kind}: what stood in for a gate is told beyond a delegate`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    t.like(ask(engine, EXPERIMENT_KIND, 'outer', { userID: 'u' }), {
      ruleID: 'control',
      groupName: 'Control',
      overrideConfigName: 'new',
    });
    engine.dispose();
  });
}
