/** Payloads with fields of other types than they should have: the engines agree, and with statsig-node where it reads them. */
process.env['TZ'] = 'UTC';
import test from 'ava';
import { oddCase, said, unlike, unlikeOracle } from '../../differential/fuzz-payloads';
import { useTrueSha256 } from '../../differential/oracle';
import { expectedEngines } from './engines';

test.before(() => useTrueSha256(true));
test.after.always(() => useTrueSha256(false));

/** CI's fixed budget, odd and even numbers: both dialects. `differential/fuzz-payloads.ts` takes fresh ones. */
const CASES = Array.from({ length: 40 }, (_, i) => 7100 + i);

// One after another: the oracle's switches are process-global, and it stops the clock.
for (const number of CASES) {
  const odd = oddCase(number);
  test.serial(`odd payload ${number}: ${odd.changes.join('; ')}`, async (t) => {
    const [first, ...others] = await Promise.all(expectedEngines.map((kind) => said(kind, odd)));
    t.is(typeof first!.answers.accepted, 'boolean');
    for (const [index, other] of others.entries()) t.deepEqual(unlike(first!, other), [], `${expectedEngines[0]} and ${expectedEngines[index + 1]}`);
    if (!odd.isV2) t.deepEqual(await unlikeOracle(odd, first!.answers), []);
  });
}

test.serial('the cases are of both dialects, taken and refused', async (t) => {
  const seen = { v1: 0, v2: 0, taken: 0, refused: 0 };
  for (const number of CASES) {
    const odd = oddCase(number);
    seen[odd.isV2 ? 'v2' : 'v1']++;
    seen[(await said('js', odd)).answers.accepted ? 'taken' : 'refused']++;
  }
  for (const [kind, count] of Object.entries(seen)) t.true(count > 0, `${kind}: ${count}`);
});
