/** Which arm a contextual autotune chose, how, and what the others score: on every engine. */
import test from 'ava';
import { formatExplanation } from '../../src/api/explain-calls';
import type { ExplainedSpec } from '../../src/explain/types';
import type { EngineKind } from '../../src/engine/engine';
import { ENGINES, FakeNetwork, ours } from '../api/support';

const group = (id: string): object => ({ id, name: `Arm ${id}`, parameterValues: { label: id } });
const known = (intercept: number, more: object = {}): object => ({
  ...{ intercept, alpha: 0, records: 0 },
  ...{ weightsNumerical: { age: 0.125 }, weightsCategorical: {} },
  ...more,
});
const autotune = (more: object): object => ({
  ...{ salt: 'salt', idType: 'userID', enabled: true, sampleRate: 0, higherIsBetter: true },
  defaultValue: { label: 'none' },
  groups: [group('a'), group('b'), group('c')],
  ...more,
});
const CONFIG = {
  a: known(1),
  b: known(0.5, { weightsCategorical: { plan: { pro: 2 }, ssn: { HUSH: 0.25 } } }),
};
const unscored = { a: { records: 3 }, b: {}, c: {} };
const AUTOTUNES = {
  best: autotune({ config: CONFIG }),
  lowest: autotune({ config: CONFIG, higherIsBetter: false }),
  explored: autotune({ config: CONFIG, sampleRate: 1 }),
  unlearned: autotune({}),
  unscored: autotune({ config: unscored }),
  off: autotune({ enabled: false }),
  untargeted: autotune({ config: CONFIG, targetingGateName: 'nobody' }),
};
const user = {
  userID: 'u',
  custom: { plan: 'pro', age: 7 },
  privateAttributes: { ssn: 'HUSH' },
};

async function told(engine: EngineKind): Promise<Record<string, [ExplainedSpec, string]>> {
  const network = new FakeNetwork();
  network.specs = {
    ...{ has_updates: true, time: 1, condition_map: {}, dynamic_configs: {}, layer_configs: {} },
    feature_gates: { nobody: { salt: 's', enabled: true, defaultValue: false, rules: [] } },
    cmab_configs: AUTOTUNES,
  };
  const statsig = ours(engine, network);
  await statsig.initializeAsync();
  const all = Object.keys(AUTOTUNES).map((name): [string, [ExplainedSpec, string]] => {
    const explanation = statsig.explainExperiment(user, name);
    const { value, ruleID, groupName, spec } = explanation;
    const quiet = { disableExposureLogging: true };
    const checked = statsig.getExperiment(user, name, quiet);
    // What is drawn may be another arm at the next check.
    if (!['explored', 'unscored'].includes(name)) {
      if (JSON.stringify(checked.value) !== JSON.stringify(value)) throw new Error(name);
      if (checked.getRuleID() !== ruleID || checked.getGroupName() !== groupName)
        throw new Error(`${name}: ${ruleID}`);
    }
    return [name, [spec!, formatExplanation(explanation)]];
  });
  await statsig.shutdownAsync(200);
  return Object.fromEntries(all);
}

const chosen = ({ arms = [] }: ExplainedSpec): unknown[] =>
  arms.filter((arm) => arm.chosen !== undefined).map((arm) => [arm.id, arm.chosen]);

for (const engine of ENGINES) {
  test(`${engine}: arms, scores, and how one was chosen`, async (t) => {
    const {
      best,
      lowest,
      explored,
      unlearned,
      unscored: none,
      off,
      untargeted,
    } = await told(engine);
    t.deepEqual(best![0].arms, [
      { id: 'a', name: 'Arm a', value: { label: 'a' }, score: 1.875 },
      { id: 'b', name: 'Arm b', value: { label: 'b' }, score: 3.625, chosen: 'best' },
      { id: 'c', name: 'Arm c', value: { label: 'c' } },
    ]);
    t.deepEqual(chosen(lowest![0]), [['a', 'best']]);
    t.is((chosen(explored![0])[0] as string[])[1], 'explored');
    t.is((chosen(unlearned![0])[0] as string[])[1], 'even');
    t.is((chosen(none![0])[0] as string[])[1], 'drawn');
    t.is(off![0].arms, undefined);
    t.is(untargeted![0].arms, undefined);
    t.is(untargeted![0].targeting![0]!.name, 'nobody');
  });

  test(`${engine}: in plain words`, async (t) => {
    const { best, off, untargeted } = await told(engine);
    const [summary, bucket, ...lines] = best![1].split('\n');
    t.is(summary, 'experiment best is {"label":"b"}: arm "Arm b" (b) has the best score');
    t.regex(bucket!, /^ {2}bucket \d+ of 10000, from userID "u" with salt salt$/);
    t.deepEqual(lines.slice(0, 3), [
      '  - arm "Arm a" (a): score 1.875',
      '  ✓ arm "Arm b" (b): score 3.625, has the best score',
      '  - arm "Arm c" (c): no score',
    ]);
    t.regex(off![1], /^experiment off is \{"label":"none"\}: it has not started/);
    t.regex(untargeted![1], /^experiment untargeted is .*: its targeting leaves this user out/);
  });
}

test('the same on every engine, to the byte', async (t) => {
  const [first, ...others] = (await Promise.all(ENGINES.map(told))).map((one) => {
    const { explored, unscored: none, ...rest } = one;
    return JSON.stringify(rest);
  });
  for (const other of others) t.is(other, first!);
  t.notRegex(first!, /HUSH/);
});
