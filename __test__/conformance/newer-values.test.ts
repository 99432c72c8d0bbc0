/** Values that are put together or chosen (NEWER.md 7, 9), on every engine. */
import test from 'ava';
import { EXPERIMENT_KIND, EvalBits, EvalMode, SpecKind } from '../../src/engine/engine';
import type { OutcomeRecord } from '../../src/engine/engine';
import { TESTED_ENGINES } from '../engines';
import { NOW, ask, events, start } from './newer-project';

const { Config, Layer } = SpecKind;

for (const kind of TESTED_ENGINES) {
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
}
