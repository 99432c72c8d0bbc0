/** Overrides of an application's own: what they may return, and what becomes of it. */
import test from 'ava';
import {
  EXPERIMENT_KIND,
  EvalMode,
  SpecKind,
  type OutcomeRecord,
} from '../../../src/engine/engine';
import { AdapterOverrides } from '../../../src/features/override-adapter';
import { SafeLogger } from '../../../src/observability/logger';
import { settle } from '../../network/fake-clock';

const USER = { userID: 'u' };

function setup(overrideAdapter: object | null) {
  const lines: unknown[] = [];
  const say = (line: unknown): void => void lines.push(line);
  const adopted: OutcomeRecord[] = [];
  const exposed: number[] = [];
  const life = {
    options: { overrideAdapter },
    logger: new SafeLogger({ warn: say, error: say, logLevel: 'error' }),
    engineHost: {
      adopt: (_: object, record: OutcomeRecord) => (adopted.push(record), { record }),
      expose: (_: object, mode: number) => void exposed.push(mode),
    },
  };
  return { adopted, exposed, lines, overrides: AdapterOverrides.of(life as never) };
}

test('without an adapter there are none', (t) => {
  t.is(setup(null).overrides, null);
});

test('an adapter that overrides no gates is not asked for them', (t) => {
  t.true(setup({ overrideGate: () => null }).overrides!.asksGates);
  t.false(setup({ overrideConfig: () => null }).overrides!.asksGates);
  const hidden = {
    get overrideGate(): never {
      throw new Error('hidden');
    },
  };
  t.true(setup(hidden).overrides!.asksGates, 'nobody knows');
});

test('a method is asked for the user and the name; one that is missing overrides nothing', (t) => {
  const asked: unknown[] = [];
  const { overrides } = setup({ overrideGate: (...args: unknown[]) => void asked.push(args) });
  t.is(overrides?.gate(USER, 'g', EvalMode.Expose), null);
  t.is(overrides?.config(USER, 'c', { mode: EvalMode.Expose }), null);
  t.deepEqual(asked, [[USER, 'g']]);
});

test('a gate is overridden by a boolean, and exposed if that is wanted', (t) => {
  const values: unknown[] = [true, false, 'true', 1, null];
  const { adopted, exposed, overrides } = setup({ overrideGate: () => values.shift() });
  t.not(overrides?.gate(USER, 'g', EvalMode.Expose), null);
  t.not(overrides?.gate(USER, 'g', EvalMode.Quiet), null);
  for (const _ of [1, 2, 3]) t.is(overrides?.gate(USER, 'g', EvalMode.Expose), null);
  t.deepEqual(exposed, [EvalMode.Expose]);
  const common = { kind: SpecKind.Gate, name: 'g', ruleID: 'override', idType: null, json: {} };
  t.like(adopted[0], { ...common, value: true, reason: 'LocalOverride', isExperimentGroup: false });
  t.like(adopted[1], { ...common, value: false });
});

test('configs and experiments have methods of their own, layers are exposed by parameter', (t) => {
  const { adopted, exposed, overrides } = setup({
    overrideDynamicConfig: () => ({ of: 'config' }),
    overrideExperiment: () => ({ of: 'experiment' }),
    overrideLayer: () => ({ of: 'layer' }),
    overrideParameterStore: () => ({ of: 'store' }),
  });
  overrides?.config(USER, 'n', { mode: EvalMode.Expose });
  overrides?.config(USER, 'n', { mode: EvalMode.Expose, lookup: SpecKind.Config });
  overrides?.config(USER, 'n', { mode: EvalMode.Expose, lookup: EXPERIMENT_KIND });
  overrides?.layer(USER, 'n');
  t.deepEqual(
    adopted.map(({ kind, json, idType, value }) => [kind, json, idType, value]),
    [
      [SpecKind.Config, { of: 'config' }, '', true],
      [SpecKind.Config, { of: 'config' }, '', true],
      [SpecKind.Config, { of: 'experiment' }, '', true],
      [SpecKind.Layer, { of: 'layer' }, '', true],
    ],
  );
  t.is(exposed.length, 3);
  t.deepEqual(overrides?.store(USER, 'n'), { of: 'store' });
  t.like(adopted[0], {
    sampling: { forwardAll: false, rate: null, seenAnalytical: false },
    secondaryExposures: { length: 0 },
  });
});

test('values are a copy of an object that has JSON; anything else overrides nothing', (t) => {
  const own = { list: [1] };
  const copy = setup({ overrideParameterStore: () => own }).overrides?.store(USER, 's');
  own.list.push(2);
  t.deepEqual(copy, { list: [1] });
  for (const odd of [null, undefined, 'text', 5, [1], { n: 1n }, { then: () => 0 }])
    t.is(setup({ overrideParameterStore: () => odd }).overrides?.store(USER, 's'), null);
  t.deepEqual(setup({ overrideParameterStore: () => ({ then: 5 }) }).overrides?.store(USER, 's'), {
    then: 5,
  });
});

test('what throws, now or later, is said once per method', async (t) => {
  const { lines, overrides } = setup({
    overrideGate() {
      throw new Error('now');
    },
    overrideLayer: () => Promise.reject(new Error('later')),
  });
  for (const _ of [1, 2]) t.is(overrides?.gate(USER, 'g', EvalMode.Quiet), null);
  t.is(overrides?.layer(USER, 'l'), null);
  await settle();
  t.deepEqual(lines, [
    'statsigSDK> overrideAdapter.overrideGate threw and overrides nothing: Error: now',
    'statsigSDK> overrideAdapter.overrideLayer threw and overrides nothing: Error: later',
  ]);
});
