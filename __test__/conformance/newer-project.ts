/** A project of dcs-v2 with all that dcs-v1 lacks (NEWER.md 6 to 10, 22), and an engine that has it. */
import { createEngine } from '../../differential/engines';
import type { JsonObject, WireEvent } from '../../differential/case';
import { EvalBits, EvalMode } from '../../src/engine/engine';
import type {
  Engine,
  EngineKind,
  LookupKind,
  OutcomeRecord,
  SpecsSummary,
} from '../../src/engine/engine';
import { condition } from './condition';

export const NOW = 1_790_000_000_000;

interface Rule extends JsonObject {
  id: string;
}

const rule = (id: string, condition: string, more: JsonObject = {}): Rule => ({
  name: id,
  id,
  salt: `${id}-salt`,
  passPercentage: 100,
  conditions: [condition],
  returnValue: true,
  idType: 'userID',
  ...more,
});
const gate = (rules: Rule[], more: JsonObject = {}): JsonObject => ({
  type: 'feature_gate',
  salt: 's',
  enabled: true,
  defaultValue: false,
  rules,
  idType: 'userID',
  entity: 'feature_gate',
  ...more,
});
const config = (rules: Rule[], more: JsonObject = {}): JsonObject => ({
  type: 'dynamic_config',
  salt: 's',
  enabled: true,
  defaultValue: { from: 'default' },
  rules,
  idType: 'userID',
  entity: 'experiment',
  ...more,
});
const group = (name: string, condition: string): Rule =>
  rule(name.toLowerCase(), condition, {
    returnValue: { from: name },
    groupName: name,
    isExperimentGroup: true,
  });
const inGroup = (field: string, groups: string[], operator = 'any'): JsonObject =>
  condition('experiment_group', { field, targetValue: groups, operator });
const mapping = (target: string, name = 'always', start?: number): JsonObject => ({
  new_config_name: target,
  rules: [{ rule_name: name, ...(start === undefined ? {} : { start_time: start }) }],
});
const arm = (id: string): JsonObject => ({ name: `Arm ${id}`, id, parameterValues: { arm: id } });
const learned = (intercept: number, more: JsonObject = {}): JsonObject => ({
  alpha: 0.5,
  intercept,
  records: 3,
  weightsNumerical: { age: 0.1 },
  weightsCategorical: { plan: { pro: 2 } },
  ...more,
});
const autotune = (more: JsonObject = {}): JsonObject => ({
  salt: 'c',
  defaultValue: { arm: 'none' },
  idType: 'userID',
  enabled: true,
  version: 4,
  sampleRate: 0,
  higherIsBetter: true,
  groups: [arm('a'), arm('b')],
  ...more,
});

export const PAYLOAD: JsonObject = {
  has_updates: true,
  time: 1_700_000_000_000,
  response_format: 'dcs-v2',
  condition_map: {
    all: condition('public'),
    german: condition('user_field', { field: 'country', operator: 'any', targetValue: ['DE'] }),
    in_old: condition('pass_gate', { targetValue: 'old' }),
    in_round: condition('pass_gate', { targetValue: 'round_a' }),
    in_inner: condition('pass_gate', { targetValue: 'inner' }),
    in_test: inGroup('split', ['test']),
    in_itself: inGroup('selfish', ['Test']),
    in_nothing: inGroup('unheard_of', ['Test'], 'none'),
    in_arm: inGroup('best', ['Arm b']),
    modern: condition('phase_of_the_moon'),
    vaguely: condition('user_field', {
      field: 'country',
      operator: 'resembles',
      targetValue: ['DE'],
    }),
  },
  feature_gates: {
    old: gate([rule('old_rule', 'all', { returnValue: false })]),
    new: gate([rule('new_rule', 'all')], { version: 7 }),
    newest: gate([rule('newest_rule', 'in_inner')]),
    inner: gate([rule('inner_rule', 'german')], { version: 9, idType: 'companyID' }),
    parent: gate([rule('parent_rule', 'in_old')]),
    later: gate([]),
    lost: gate([]),
    round_a: gate([rule('round_rule', 'in_round')]),
    round_b: gate([rule('round_b_rule', 'in_round')]),
    grouped: gate([rule('grouped_rule', 'in_test')]),
    above_grouped: gate([rule('above', 'in_grouped')]),
    groupless: gate([rule('groupless_rule', 'in_nothing')]),
    armed: gate([rule('armed_rule', 'in_arm')]),
    moonlit: gate([rule('moon', 'modern'), rule('moon_again', 'modern')]),
    moonlit_too: gate([rule('moon', 'modern')]),
    resembling: gate([rule('resembles', 'vaguely')]),
  },
  dynamic_configs: {
    split: config([group('Control', 'german'), group('Test', 'all')], {
      version: 3,
      isActive: true,
      explicitParameters: ['from'],
    }),
    selfish: config([group('Test', 'in_itself'), group('Control', 'all')]),
    split_old: config([group('Control', 'all')], { version: 1 }),
    to_arms: config([]),
  },
  layer_configs: {
    merged: config(
      [
        rule('never', 'in_inner', { returnValue: { from: 'never' } }),
        rule('taken', 'all', { configDelegate: 'split' }),
        rule('late', 'all', { configDelegate: 'split_old' }),
        rule('filling', 'all', { returnValue: { from: 'filling', extra: 1 } }),
      ],
      {
        entity: 'layer',
        useNewLayerEval: true,
        defaultValue: { from: 'layer', extra: 0, last: true },
      },
    ),
    plain: config(
      [
        rule('one', 'all', { returnValue: { a: 1 } }),
        rule('two', 'all', { returnValue: { a: 2, b: 2 } }),
      ],
      { entity: 'layer', useNewLayerEval: true, enabled: false, defaultValue: { c: 0 } },
    ),
    asking: config([rule('asked', 'in_test', { returnValue: { a: 1 } })], {
      entity: 'layer',
      defaultValue: { a: 0 },
    }),
    over_old: config(
      [rule('delegating', 'in_inner'), rule('through', 'all', { configDelegate: 'split_old' })],
      { entity: 'layer', version: 40, idType: 'stableID' },
    ),
    over_arms: config([rule('to_best', 'all', { configDelegate: 'to_arms' })], {
      entity: 'layer',
      defaultValue: { arm: 'layer' },
    }),
  },
  overrides: {
    old: [mapping('new')],
    later: [mapping('new', 'always', NOW + 1000)],
    lost: [mapping('nowhere'), mapping('newest')],
    round_a: [mapping('round_b')],
    round_b: [mapping('round_a')],
    unspecified: [mapping('new')],
    chain: [mapping('old')],
    split_old: [mapping('split')],
    mapped_to_best: [mapping('best')],
  },
  override_rules: { always: rule('always', 'all', { returnValue: false }) },
  cmab_configs: {
    best: autotune({ config: { a: learned(1), b: learned(1.5) } }),
    worst: autotune({ config: { a: learned(1), b: learned(1.5) }, higherIsBetter: false }),
    weighted: autotune({
      config: { a: learned(1), b: learned(1.5, { weightsCategorical: { plan: { pro: 1 } } }) },
    }),
    early: autotune({ enabled: false }),
    unlearned: autotune(),
    gated: autotune({ targetingGateName: 'inner', config: { a: learned(1) } }),
    exploring: autotune({ sampleRate: 1, config: { a: learned(1), b: learned(1) } }),
    broken: { groups: 'none' },
    to_arms: autotune({ config: { a: learned(9), b: learned(1) } }),
  },
};
(PAYLOAD['condition_map'] as JsonObject)['in_grouped'] = condition('pass_gate', {
  targetValue: 'grouped',
});

/** An engine that serves it, and two users: 0 is French, 1 German. */
export async function start(
  kind: EngineKind,
  seed = 7,
): Promise<{ engine: Engine; summary: SpecsSummary }> {
  const engine = createEngine(kind);
  engine.setOptions({
    tier: null,
    loggingEnabled: true,
    batchLimit: 1000,
    pendingLimit: 1000,
    sdkType: 't',
    sdkVersion: '0',
    sessionID: 's',
    randomSeed: seed,
  });
  const { handle, summary } = await engine.prepareSpecs(
    new TextEncoder().encode(JSON.stringify(PAYLOAD)),
  );
  engine.commitSpecs(handle);
  engine.setDetails('Network', 1, 1);
  engine.setUser(
    0,
    JSON.stringify({ userID: 'u', country: 'FR', custom: { plan: 'pro', age: 10 } }),
    '',
    '',
  );
  engine.setUser(
    1,
    JSON.stringify({ userID: 'g', country: 'DE', custom: { plan: 'free' } }),
    '',
    '',
  );
  return { engine, summary };
}

/** What a spec says to a user. */
export function ask(
  engine: Engine,
  kind: LookupKind,
  name: string,
  { slot = 0, mode = EvalMode.Quiet as number, now = NOW } = {},
): OutcomeRecord {
  const code = engine.evaluate(slot, engine.specIndex(kind, name), mode, now);
  if (code < 0) throw new Error(`${name}: ${code} ${engine.lastError()}`);
  return engine.outcome(code >> EvalBits.OutcomeShift)!;
}

/** What was logged since the last call. */
export async function events(engine: Engine): Promise<WireEvent[]> {
  const { body } = await engine.takeBatch('[', ']', 1000);
  return JSON.parse(new TextDecoder().decode(body)) as WireEvent[];
}
