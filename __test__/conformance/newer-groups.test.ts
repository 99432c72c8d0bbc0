/** Conditions on the group of an experiment (NEWER.md 8), on every engine. */
import test from 'ava';
import { EXPERIMENT_KIND, EvalBits, EvalMode, SpecKind } from '../../src/engine/engine';
import { TESTED_ENGINES } from '../engines';
import { NOW, ask, events, start } from './newer-project';

const { Gate, Layer } = SpecKind;

for (const kind of TESTED_ENGINES) {
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
}
