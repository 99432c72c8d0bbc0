/** What a remembered user is compared by. */
import test from 'ava';
import { UserSnapshot } from '../../src/users/user-snapshot';

const user = (): Record<string, unknown> => ({
  userID: 'u',
  n: NaN,
  z: null,
  custom: { tags: ['a', 'b'], nothing: null },
});

test('an equal user is the same, and so is one whose class adds fields to all', (t) => {
  const snapshot = new UserSnapshot(user());
  t.true(snapshot.matches(user()));
  const inherited = Object.create({ early: 1 });
  Object.assign(inherited, user());
  const derived = new UserSnapshot(inherited);
  t.true(derived.matches(inherited));
  t.false(derived.matches(user()), 'of another class');
  t.false(snapshot.matches(inherited));
});

test('every other value, key, order and depth is a change', (t) => {
  const snapshot = new UserSnapshot(user());
  const { userID, n, z, custom } = user();
  const tags = (...items: unknown[]): object => ({
    ...user(),
    custom: { tags: items, nothing: null },
  });
  for (const other of [
    {},
    { userID, n, z },
    { userID, n, z, custom, more: 1 },
    { n, userID, z, custom },
    { userID, m: n, z, custom },
    { userID: 'v', n, z, custom },
    { userID, n: 0, z, custom },
    { userID, n, z: undefined, custom },
    { userID, n, z: {}, custom },
    { userID, n, z, custom: null },
    { userID, n, z, custom: 'text' },
    { userID, n, z, custom: { tags: ['a', 'b'], nothing: 0 } },
    { userID, n, z, custom: { tags: { 0: 'a', 1: 'b' }, nothing: null } },
    tags('a'),
    tags('b', 'a'),
    tags('a', 'b', 'c'),
  ])
    t.false(snapshot.matches(other), JSON.stringify(other));
  t.true(snapshot.matches(tags('a', 'b')));
});
