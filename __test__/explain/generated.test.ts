/**
 * Explanations of generated projects in both dialects, and of such with odd fields: the answer of
 * a check, the same steps on every engine, and a tree and a text of whatever comes. A small
 * portion; `npx tsx differential/explanations.ts` takes fresh ones.
 */
process.env['TZ'] = 'UTC';
import test from 'ava';
import { explainedCases, unlikeExplanations } from '../../differential/explanations';
import { TESTED_ENGINES } from '../engines';

for (const number of [2, 7, 8]) {
  for (const [name, one, questions, payload] of explainedCases(number)) {
    test(`case ${name}`, async (t) => {
      t.deepEqual(await unlikeExplanations(TESTED_ENGINES, one, questions, payload), []);
    });
  }
}
