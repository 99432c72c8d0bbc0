/**
 * Feature files of our own, scenario by scenario on each engine, by the steps that also run
 * OpenFeature's (`scripts/check/openfeature-spec.mjs`). One after another: OpenFeature's API is
 * one per process.
 */
import { join } from 'node:path';
import test from 'ava';
import { TESTED_ENGINES } from '../../engines';
import { run, scenariosIn } from './runner';

const KINDS = ['answers', 'around', 'errors', 'life'];

for (const engine of TESTED_ENGINES) {
  test.serial(`${engine}: every scenario of every feature file passes`, async (t) => {
    const scenarios = await scenariosIn(join(__dirname, 'features'));
    t.deepEqual([...new Set(scenarios.map(({ feature }) => feature.split('.')[0]!))], KINDS);
    for (const scenario of scenarios) {
      const where = `${scenario.feature}:${scenario.line} ${scenario.name}`;
      await t.notThrowsAsync(() => run(scenario, engine), where);
    }
  });
}

test.serial('a sentence that is not defined fails, and so does one that is not true', async (t) => {
  const scenario = (...texts: string[]): Parameters<typeof run>[0] => ({
    folder: '',
    feature: '',
    name: '',
    line: 0,
    steps: ['a stable provider', ...texts].map((text) => ({ text })),
    notOurs: null,
  });
  await t.throwsAsync(() => run(scenario('pigs fly'), 'js'), { message: /No step is defined/ });
  const asked = 'boolean "bell" is asked for, else "false"';
  await t.throwsAsync(() => run(scenario(asked, 'the value is "false"'), 'js'), {
    message: /the value is "false"/,
  });
  await t.throwsAsync(() => run(scenario(asked, 'the error code is "X"'), 'js'));
  await t.throwsAsync(() => run(scenario(asked, 'the variant is "X"'), 'js'));
});
