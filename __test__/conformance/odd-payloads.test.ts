/**
 * Payloads with fields of other types than they should have: the engines agree, and with
 * statsig-node where it reads them.
 */
process.env['TZ'] = 'UTC';
import test from 'ava';
import { oddCase, said, unlike, unlikeOracle } from '../../differential/fuzz-payloads';
import { useTrueSha256 } from '../../differential/oracle';
import { expectedEngines } from './engines';

test.before(() => useTrueSha256(true));
test.after.always(() => useTrueSha256(false));

/**
 * CI's fixed budget of 40: both dialects, and what found a difference once.
 * `differential/fuzz-payloads.ts` takes fresh ones.
 */
const FOUND = [7120, 7128, 7139, 5100182, 5100212, 5100302, 5100432, 5100592, 30001916];
const REFUSED = [7124, 7200, 7210, 7217];
const CASES = [...Array.from({ length: 28 }, (_, i) => 7140 + i), ...REFUSED, ...FOUND];

// One after another: the oracle's switches are process-global, and it stops the clock.
for (const number of CASES) {
  const odd = oddCase(number);
  test.serial(`odd payload ${number}: ${odd.changes.join('; ')}`, async (t) => {
    const [first, ...others] = await Promise.all(expectedEngines.map((kind) => said(kind, odd)));
    const found = others.flatMap((other, index) =>
      unlike(first!, other).map(
        (text) => `${expectedEngines[0]} and ${expectedEngines[index + 1]}: ${text}`,
      ),
    );
    if (!odd.isV2) found.push(...(await unlikeOracle(odd, first!.answers)));
    t.deepEqual(found, []);
  });
}

test.serial('the cases are of both dialects, taken and refused', async (t) => {
  const seen = new Set<string>();
  for (const number of CASES) {
    const odd = oddCase(number);
    seen.add(
      `${odd.isV2 ? 'v2' : 'v1'} ${(await said('js', odd)).answers.accepted ? 'taken' : 'refused'}`,
    );
  }
  t.deepEqual([...seen].sort(), ['v1 refused', 'v1 taken', 'v2 refused', 'v2 taken']);
});
