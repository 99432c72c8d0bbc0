/** Statements of NEWER.md 6, 7, 9 and 22 that nothing else asserts, on every engine. */
import test from 'ava';
import type { JsonObject } from '../../differential/case';
import { EXPERIMENT_KIND, EvalBits, EvalMode, SpecKind } from '../../src/engine/engine';
import type { Engine, LookupKind, OutcomeRecord } from '../../src/engine/engine';
import { condition } from '../conformance/condition';
import { expectedEngines } from '../conformance/engines';
import { rule, spec } from '../conformance/newer-specs';
import { loaded, NOW } from './engine-calls';

const layer = (rules: JsonObject[]): JsonObject =>
  spec(rules, { entity: 'layer', useNewLayerEval: true, enabled: false });
const tuned = (config: JsonObject | undefined, more: JsonObject = {}): JsonObject => ({
  salt: 's',
  defaultValue: { arm: 'none' },
  idType: 'companyID',
  enabled: true,
  version: 3,
  sampleRate: 0,
  higherIsBetter: true,
  groups: ['a', 'b'].map((id) => ({ name: id, id, parameterValues: { arm: id } })),
  ...(config === undefined ? {} : { config }),
  ...more,
});
const learned = (more: JsonObject = {}): JsonObject => ({
  alpha: 0,
  intercept: 1,
  records: 1,
  weightsNumerical: { age: 0 },
  weightsCategorical: {},
  ...more,
});
const to = (target: string, name: string): JsonObject => ({
  new_config_name: target,
  rules: [{ rule_name: name }],
});

const PAYLOAD: JsonObject = {
  has_updates: true,
  time: 1,
  response_format: 'dcs-v2',
  experiment_to_layer: {},
  condition_map: {
    all: condition('public'),
    gate: condition('pass_gate', { targetValue: 'yes' }),
    strange: condition('no_such_type'),
  },
  feature_gates: {
    yes: spec([rule('in', ['all'], { returnValue: true })], { defaultValue: false }),
  },
  dynamic_configs: {
    inner: spec([rule('one', ['all'])]),
    traceless: spec([]),
    second: spec([]),
    never: spec([rule('own', ['all'])]),
    odd: spec([rule('own', ['all'])]),
    tie: spec([rule('config', ['all'])], { entity: 'dynamic_config' }),
  },
  layer_configs: {
    left_out: layer([
      rule('nobody', ['all'], { passPercentage: 0, configDelegate: 'inner' }),
      rule('plain', ['all']),
    ]),
    unknown: layer([rule('plain', ['all'], { configDelegate: 'nowhere' })]),
  },
  overrides: {
    traceless: [to('inner', 'asking')],
    second: [to('nowhere', 'asking'), to('inner', 'asking')],
    never: [to('inner', 'nobody')],
    odd: [to('inner', 'strange'), to('inner', 'missing')],
    named_only: [to('inner', 'asking')],
  },
  override_rules: {
    asking: rule('asking', ['gate'], { returnValue: false }),
    nobody: rule('nobody', ['all'], { passPercentage: 0 }),
    strange: rule('strange', ['strange']),
  },
  cmab_configs: {
    tie: tuned({ a: learned(), b: learned() }),
    alpha: tuned({ a: learned(), b: learned({ alpha: 0.5 }) }),
    texts: tuned({
      a: learned({ intercept: 1.5 }),
      b: learned({
        weightsCategorical: { beta: { true: 1 }, plan: { free: -9 }, level: { 7: 1 } },
      }),
    }),
    numbers: tuned({ a: learned({ weightsNumerical: { plan: 9, missing: 9 } }), b: learned() }),
    scoreless: tuned({ a: learned({ weightsNumerical: {} }) }),
    infinite: tuned({ a: learned({ intercept: 1e308, alpha: 1e308 }), b: learned() }),
    empty: tuned({}, { groups: [] }),
    below: tuned({ a: learned() }, { sampleRate: -3 }),
    above: tuned({ a: learned() }, { sampleRate: 7 }),
    even: tuned(undefined),
  },
};

const USER = { userID: 'u', custom: { beta: true, plan: 'pro', level: 7 } };

function ask(engine: Engine, kind: LookupKind, name: string): OutcomeRecord {
  engine.setUser(0, JSON.stringify(USER), '', '');
  const code = engine.evaluate(0, engine.specIndex(kind, name), EvalMode.Quiet, NOW);
  if (code < 0) throw new Error(`${name}: ${code} ${engine.lastError()}`);
  return engine.outcome(code >> EvalBits.OutcomeShift)!;
}

for (const kind of expectedEngines) {
  test(`${kind}: arms by score, and what has none`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    const arm = (name: string): string => ask(engine, EXPERIMENT_KIND, name).ruleID;
    t.is(arm('tie'), 'a', 'the earlier one');
    t.is(arm('alpha'), 'b', 'alpha is always added');
    t.is(arm('texts'), 'b', 'booleans and numbers by their text, an unlisted text adds nothing');
    t.is(arm('numbers'), 'a', 'what is no number, or missing, adds nothing');
    t.regex(arm('scoreless'), /^[ab]$/);
    t.is(arm('infinite'), 'b', 'a score that is not finite is none');
    t.is(arm('empty'), 'prestart');
    t.is(arm('below'), 'a');
    t.regex(arm('above'), /^[ab]:explore$/);
    t.regex(arm('even'), /^[ab]:explore$/, 'without the unit ID, too');
    t.is(arm('even'), arm('even'));
    engine.dispose();
  });

  test(`${kind}: configs are not answered by autotunes of their name`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    t.is(ask(engine, SpecKind.Config, 'tie').ruleID, 'config');
    t.is(ask(engine, EXPERIMENT_KIND, 'tie').ruleID, 'a');
    engine.dispose();
  });

  test(`${kind}: what lets a mapping in leaves no trace`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    const mapped = { ruleID: 'one', overrideConfigName: 'inner', secondaryExposures: [] };
    t.like(ask(engine, EXPERIMENT_KIND, 'traceless'), mapped);
    t.like(ask(engine, EXPERIMENT_KIND, 'second'), mapped, 'after a target that there is not');
    t.like(ask(engine, EXPERIMENT_KIND, 'named_only'), mapped, 'a name without a spec');
    t.is(ask(engine, EXPERIMENT_KIND, 'never').ruleID, 'own', 'nobody passes');
    t.like(ask(engine, EXPERIMENT_KIND, 'odd'), { ruleID: 'own', reason: null });
    engine.dispose();
  });

  test(`${kind}: merging layers ask the percentage before the delegate`, async (t) => {
    const engine = await loaded(kind, PAYLOAD);
    t.like(ask(engine, SpecKind.Layer, 'left_out'), {
      ruleID: 'default',
      configDelegate: null,
      json: { from: 'plain' },
    });
    t.like(ask(engine, SpecKind.Layer, 'unknown'), {
      ruleID: 'default',
      configDelegate: null,
      json: { from: 'plain' },
      parameterRuleIDs: { from: 'plain' },
    });
    engine.dispose();
  });
}
