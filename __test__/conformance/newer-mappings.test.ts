/** Specs that answer for others (NEWER.md 6), on every engine. */
import test from 'ava';
import { EvalCode, EvalMode, SpecKind } from '../../src/engine/engine';
import type { Engine } from '../../src/engine/engine';
import { TESTED_ENGINES } from '../engines';
import { NOW, ask, events, start } from './newer-project';

const { Gate, Config, Layer } = SpecKind;

for (const kind of TESTED_ENGINES) {
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
}
