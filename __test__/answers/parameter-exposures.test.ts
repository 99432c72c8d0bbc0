/** Which parameters of a layer a user was exposed to in this window. */
import test from 'ava';
import { ParameterExposures } from '../../src/answers/parameter-exposures';
import type { UserRecord } from '../../src/users/user-table';

const user = (): UserRecord => ({ parameters: null, parametersWindow: 0 }) as UserRecord;

test('an exposure is noted once for a user, an outcome, a parameter and a window', (t) => {
  const exposures = new ParameterExposures();
  const [one, other] = [user(), user()];
  const asked: [UserRecord, number, string, number][] = [
    [one, 1, 'a', 5],
    [one, 1, 'b', 5],
    [one, 2, 'a', 5],
    [other, 1, 'a', 5],
  ];
  for (const isNew of [true, false])
    for (const exposure of asked) t.is(exposures.add(...exposure), isNew);
  t.true(exposures.add(one, 1, 'a', 6));
  t.false(exposures.add(one, 1, 'a', 6));
  t.true(exposures.add(one, 1, 'b', 6), 'the window before is forgotten');
  t.false(exposures.add(other, 1, 'a', 5));
});

test('4,096 names and 1,024 exposures of a user are noted, the rest is new each time', (t) => {
  const exposures = new ParameterExposures();
  const one = user();
  for (let outcome = 0; outcome < 1024; outcome++) t.true(exposures.add(one, outcome, 'a', 1));
  t.false(exposures.add(one, 1023, 'a', 1));
  for (const _ of [1, 2]) t.true(exposures.add(one, 1024, 'a', 1));
  const other = user();
  for (let i = 1; i < 4096; i++) exposures.add(user(), 1, `n${i}`, 1);
  for (const isNew of [true, false]) t.is(exposures.add(other, 1, 'n4095', 1), isNew);
  for (const _ of [1, 2]) t.true(exposures.add(other, 1, 'one more', 1));
  // The last name of one outcome is not the first of the next.
  t.true(exposures.add(other, 2, 'a', 1));
});
