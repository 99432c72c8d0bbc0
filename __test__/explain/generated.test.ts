/**
 * Explanations of generated projects in both dialects, and of such with odd fields: the answer of
 * a check, the same steps on every engine, and a tree and a text of whatever comes. A small
 * portion; `npx tsx differential/explanations.ts` and `npx tsx differential/explained-checks.ts` take
 * fresh ones.
 */
process.env['TZ'] = 'UTC';
import test from 'ava';
import { explainedCases, unlikeExplanations } from '../../differential/explanations';
import { problemOf, worlds } from '../../differential/explained-checks';
import { TESTED_ENGINES } from '../engines';

for (const number of [2, 7, 8]) {
  for (const [name, one, questions, payload] of explainedCases(number)) {
    test(`case ${name}`, async (t) => {
      t.deepEqual(await unlikeExplanations(TESTED_ENGINES, one, questions, payload), []);
    });
  }
}

for (const number of [2, 5]) {
  for (const world of worlds(number, 2)) {
    test.serial(
      `project ${world.name}: as the check that follows says, and its events`,
      async (t) => {
        const { problem, count } = await problemOf(TESTED_ENGINES, world);
        t.is(problem, null);
        t.true(count > 0);
      },
    );
  }
}
