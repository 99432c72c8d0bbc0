/** What only dcs-v2 has (NEWER.md 6 to 10, 22), on every engine. */
import test from 'ava';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../differential/engines';
import { unlikeExplanations } from '../../differential/explanations';
import { compareRecording } from '../../differential/newer-data';
import type { Recording } from '../../differential/newer-data';
import type { JsonObject, WireEvent } from '../../differential/case';
import { EXPERIMENT_KIND, EvalBits, EvalCode, EvalMode, SpecKind } from '../../src/engine/engine';
import type { Engine, LookupKind, OutcomeRecord, SpecsSummary } from '../../src/engine/engine';
import { TESTED_ENGINES } from '../engines';

const recordings = join(__dirname, '..', '..', '..', 'shared', 'data', 'newer');
const files = existsSync(recordings)
  ? readdirSync(recordings).filter((file) => /^seed.*\.json$/.test(file))
  : [];
const { Gate, Config, Layer } = SpecKind;
const NOW = 1_790_000_000_000;

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
const condition = (type: string, more: JsonObject = {}): JsonObject => ({
  type,
  targetValue: null,
  operator: null,
  field: null,
  additionalValues: {},
  idType: 'userID',
  ...more,
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

const PAYLOAD: JsonObject = {
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

async function start(
  kind: (typeof TESTED_ENGINES)[number],
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

function ask(
  engine: Engine,
  kind: LookupKind,
  name: string,
  { slot = 0, mode = EvalMode.Quiet as number, now = NOW } = {},
): OutcomeRecord {
  const code = engine.evaluate(slot, engine.specIndex(kind, name), mode, now);
  if (code < 0) throw new Error(`${name}: ${code} ${engine.lastError()}`);
  return engine.outcome(code >> EvalBits.OutcomeShift)!;
}

async function events(engine: Engine): Promise<WireEvent[]> {
  const { body } = await engine.takeBatch('[', ']', 1000);
  return JSON.parse(new TextDecoder().decode(body)) as WireEvent[];
}

for (const kind of TESTED_ENGINES) {
  for (const file of files) {
    test(`${kind}: answers and exposures as recorded in ${file}`, async (t) => {
      const engine = createEngine(kind);
      t.deepEqual(
        await compareRecording(
          engine,
          JSON.parse(readFileSync(join(recordings, file), 'utf8')) as Recording,
        ),
        [],
      );
      engine.dispose();
    });
  }

  test(`${kind}: a mapping answers under the name that was asked for`, async (t) => {
    const { engine } = await start(kind);
    t.like(ask(engine, Gate, 'old'), {
      name: 'old',
      value: true,
      ruleID: 'new_rule',
      configVersion: 7,
      overrideConfigName: 'new',
      reason: null,
    });
    t.like(ask(engine, Gate, 'chain'), {
      name: 'chain',
      value: true,
      ruleID: 'new_rule',
      overrideConfigName: 'new',
    });
    t.like(ask(engine, Gate, 'unspecified'), { value: true, ruleID: 'new_rule', reason: null });
    t.is(ask(engine, Config, 'unspecified').reason, 'Unrecognized');
    t.like(ask(engine, Gate, 'lost'), {
      value: false,
      ruleID: 'default',
      overrideConfigName: 'newest',
    });
    ask(engine, Gate, 'old', { mode: EvalMode.Expose });
    t.like((await events(engine))[0], {
      metadata: { gate: 'old', ruleID: 'new_rule', configVersion: '7', overrideConfigName: 'new' },
    });
    engine.dispose();
  });

  test(`${kind}: a mapping holds from its time on`, async (t) => {
    const { engine } = await start(kind);
    t.is(ask(engine, Gate, 'later').ruleID, 'default');
    t.is(engine.holdsUntil(), NOW + 1000);
    t.is(ask(engine, Gate, 'later', { now: NOW + 1000 }).ruleID, 'new_rule');
    engine.dispose();
  });

  test(`${kind}: a nested gate leaves its parent all but its value, exposures and mapping`, async (t) => {
    const { engine } = await start(kind);
    const parent = ask(engine, Gate, 'parent');
    t.like(parent, {
      value: true,
      ruleID: 'parent_rule',
      idType: 'userID',
      configVersion: null,
      overrideConfigName: 'new',
      reason: null,
    });
    t.deepEqual(parent.secondaryExposures, [
      { gate: 'old', gateValue: 'true', ruleID: 'new_rule' },
    ]);
    engine.dispose();
  });

  test(`${kind}: mappings that come back to themselves are passed over, whatever was asked before`, async (t) => {
    const { engine } = await start(kind);
    const first = await start(kind);
    const failed = (of: Engine, name: string): boolean =>
      of.evaluate(0, of.specIndex(Gate, name), EvalMode.Quiet, NOW) === EvalCode.Failed;
    const forwards = ['round_a', 'round_b'].map((name) => failed(engine, name));
    const backwards = ['round_b', 'round_a'].map((name) => failed(first.engine, name)).reverse();
    t.deepEqual(forwards, backwards);
    t.is(ask(engine, Gate, 'new').value, true);
    engine.dispose();
    first.engine.dispose();
  });

  test(`${kind}: a mapped delegate leaves the layer what it is`, async (t) => {
    const { engine } = await start(kind);
    const layer = ask(engine, Layer, 'over_old');
    t.like(layer, {
      ruleID: 'test',
      groupName: 'Test',
      json: { from: 'Test' },
      configDelegate: 'split_old',
      configVersion: 40,
      idType: 'stableID',
    });
    t.deepEqual(layer.secondaryExposures, [
      { gate: 'inner', gateValue: 'false', ruleID: 'default' },
    ]);
    t.is(layer.overrideConfigName, undefined);
    engine.dispose();
  });

  test(`${kind}: the group of an experiment is a condition, and the experiment is exposed`, async (t) => {
    const { engine } = await start(kind);
    t.deepEqual(ask(engine, Gate, 'above_grouped', { mode: EvalMode.Expose }).secondaryExposures, [
      { gate: 'grouped', gateValue: 'true', ruleID: 'grouped_rule' },
    ]);
    t.is(ask(engine, Gate, 'above_grouped', { slot: 1, mode: EvalMode.Expose }).value, false);
    t.is(ask(engine, Gate, 'groupless', { mode: EvalMode.Expose }).value, true);
    t.is(ask(engine, Gate, 'armed').value, true);
    const named = (await events(engine)).map(
      ({ metadata }) =>
        `${String(metadata?.['gate'] ?? metadata?.['config'])}/${String(metadata?.['ruleID'])}`,
    );
    t.deepEqual(named, [
      'split/test',
      'above_grouped/above',
      'split/control',
      'above_grouped/default',
      'unheard_of/',
      'groupless/groupless_rule',
    ]);
    engine.dispose();
  });

  test(`${kind}: an answer that is remembered exposes the experiment it asked for again`, async (t) => {
    const { engine } = await start(kind);
    ask(engine, Gate, 'grouped');
    ask(engine, Gate, 'above_grouped');
    ask(engine, Gate, 'above_grouped', { mode: EvalMode.Expose });
    t.deepEqual(
      (await events(engine)).map(({ eventName }) => eventName),
      ['statsig::config_exposure', 'statsig::gate_exposure'],
    );
    const index = engine.specIndex(Layer, 'asking');
    const outcome = engine.evaluate(0, index, EvalMode.Quiet, NOW) >> EvalBits.OutcomeShift;
    t.deepEqual(engine.outcome(outcome)?.alsoExposes, ['split']);
    engine.rotateWindow();
    engine.expose(0, outcome, EvalMode.Expose, NOW);
    t.deepEqual(
      (await events(engine)).map(({ metadata }) => metadata?.['config']),
      ['split'],
    );
    engine.dispose();
  });

  test(`${kind}: an experiment that asks for its own group has none`, async (t) => {
    const { engine } = await start(kind);
    t.is(ask(engine, EXPERIMENT_KIND, 'selfish').groupName, 'Control');
    engine.dispose();
  });

  test(`${kind}: a layer takes parameters from every rule that passes`, async (t) => {
    const { engine } = await start(kind);
    const merged = ask(engine, Layer, 'merged');
    t.deepEqual(merged.json, { from: 'Test', extra: 1, last: true });
    t.deepEqual(merged.parameterRuleIDs, { from: 'taken', extra: 'filling', last: 'default' });
    t.like(merged, {
      ruleID: 'taken',
      groupName: 'Test',
      configDelegate: 'split',
      value: true,
      explicitParameters: ['from'],
    });
    t.deepEqual(merged.undelegatedSecondaryExposures, [
      { gate: 'inner', gateValue: 'false', ruleID: 'default' },
    ]);
    t.like(ask(engine, Layer, 'plain'), {
      json: { a: 1, b: 2, c: 0 },
      ruleID: 'default',
      parameterRuleIDs: { a: 'one', b: 'two', c: 'default' },
      configDelegate: null,
    });
    const outcome =
      engine.evaluate(0, engine.specIndex(Layer, 'merged'), EvalMode.Quiet, NOW) >>
      EvalBits.OutcomeShift;
    for (const name of ['from', 'extra', 'absent'])
      engine.exposeLayerParameter(0, outcome, name, EvalMode.Expose, NOW);
    const shown = (await events(engine)).map(({ metadata }) => [
      metadata?.['ruleID'],
      metadata?.['allocatedExperiment'],
      metadata?.['isExplicitParameter'],
    ]);
    t.deepEqual(shown, [
      ['taken', 'split', 'true'],
      ['filling', '', 'false'],
      ['taken', '', 'false'],
    ]);
    engine.dispose();
  });

  test(`${kind}: a contextual autotune chooses for experiments only`, async (t) => {
    const { engine } = await start(kind);
    const experiment = (name: string, slot = 0): OutcomeRecord =>
      ask(engine, EXPERIMENT_KIND, name, { slot });
    t.like(experiment('best'), {
      json: { arm: 'b' },
      ruleID: 'b',
      groupName: 'Arm b',
      value: true,
      configVersion: 4,
      idType: 'userID',
    });
    t.is(ask(engine, Config, 'best').reason, 'Unrecognized');
    t.is(experiment('worst').ruleID, 'a');
    t.deepEqual([experiment('weighted').ruleID, experiment('weighted', 1).ruleID], ['a', 'b']);
    t.like(experiment('early'), {
      ruleID: 'prestart',
      value: false,
      json: { arm: 'none' },
      groupName: null,
    });
    t.regex(experiment('unlearned').ruleID, /^[ab]:explore$/);
    t.like(experiment('gated'), { ruleID: 'inlineTargetingRules', value: false });
    t.deepEqual(experiment('gated', 1).secondaryExposures, [
      { gate: 'inner', gateValue: 'true', ruleID: 'inner_rule' },
    ]);
    t.like(experiment('mapped_to_best'), {
      name: 'mapped_to_best',
      ruleID: 'b',
      overrideConfigName: 'best',
    });
    t.is(ask(engine, Config, 'mapped_to_best').reason, 'Unrecognized');
    t.is(experiment('broken').reason, 'Unrecognized');
    t.like(ask(engine, Layer, 'over_arms'), {
      ruleID: 'a',
      json: { arm: 'a' },
      configDelegate: 'to_arms',
      configVersion: 4,
    });
    engine.dispose();
  });

  test(`${kind}: what an autotune draws is not remembered, and the same on every engine`, async (t) => {
    const draws = async (of: typeof kind): Promise<string[]> => {
      const { engine } = await start(of, 42);
      const drawn = Array.from(
        { length: 12 },
        () => ask(engine, EXPERIMENT_KIND, 'exploring').ruleID,
      );
      t.true(engine.holdsUntil() < NOW);
      engine.dispose();
      return drawn;
    };
    const drawn = await draws(kind);
    t.true(new Set(drawn).size === 2 && drawn.every((id) => id.endsWith(':explore')));
    t.deepEqual(drawn, await draws('js'));
  });

  test(`${kind}: what nobody here knows is told once per spec, by its name`, async (t) => {
    const { engine, summary } = await start(kind);
    const told = summary.warnings.filter((text) => text.includes('not supported'));
    t.is(told.length, 3);
    for (const [spec, what] of [
      ['moonlit', 'phase_of_the_moon'],
      ['moonlit_too', 'phase_of_the_moon'],
      ['resembling', 'resembles'],
    ] as const) {
      t.is(
        told.filter((text) =>
          new RegExp(`The gate "${spec}" uses the .* "${what}", which is not supported.`).test(
            text,
          ),
        ).length,
        1,
        spec,
      );
    }
    t.true(
      summary.warnings.some((text) =>
        /^The contextual autotune "broken" was left out: /.test(text),
      ),
    );
    t.is(ask(engine, Gate, 'moonlit').reason, 'Unsupported');
    engine.dispose();
  });
}

test('explanations are the same on every engine, and say what checks do', async (t) => {
  const maps = ['feature_gates', 'dynamic_configs', 'layer_configs', 'overrides', 'cmab_configs'];
  const all = [...new Set(maps.flatMap((map) => Object.keys(PAYLOAD[map] as object)))];
  const one = {
    name: 'newer',
    payload: PAYLOAD,
    idLists: {},
    environment: null,
    now: NOW,
    timeZone: 'UTC',
    users: [
      { userID: 'u', country: 'FR', custom: { plan: 'pro', age: 10 } },
      { userID: 'g', country: 'DE' },
    ],
    overrides: { gates: {}, configs: { best: { g: { arm: 'own' } } }, layers: {} },
  };
  const names = { gates: all, configs: all, layers: all };
  const questions = { names, layerParameters: {}, exposures: false, clientInitialize: [] };
  t.deepEqual(await unlikeExplanations(TESTED_ENGINES, one, questions, PAYLOAD), []);
});
