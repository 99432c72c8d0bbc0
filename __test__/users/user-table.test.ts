import test from 'ava';
import { AskedNames, NO_NAMES } from '../../src/users/asked-names';
import { encodeUser } from '../../src/users/user-encoder';
import {
  NEWCOMERS_PER_STAY,
  PASSING_SLOTS,
  UserTable,
  isIdentifiable,
} from '../../src/users/user-table';

/**
 * Texts of the user and of its private attributes that the engine makes of a template and values;
 * null: it asks for JSON.
 */
function filled(template: string, values: string): string[] | null {
  const pieces = values.split('\u0001');
  const isPlain = pieces.every(
    (piece) => JSON.stringify(piece) === `"${piece}"` && !piece.includes('\ufffd'),
  );
  if (!isPlain || pieces.length !== template.split('\u0001').length - 1) return null;
  return template.replace(/\u0001/g, () => pieces.shift()!).split('\u0002');
}

function table(capacity: number) {
  const sets: [number, string, string][] = [];
  const sink = {
    byValues: 0,
    setUser: (slot: number, json: string, privateJson: string) =>
      void sets.push([slot, json, privateJson]),
    setUserValues(slot: number, template: string, values: string) {
      const texts = filled(template, values);
      if (texts === null) return false;
      sink.byValues++;
      sets.push([slot, texts[0]!, texts[1]!]);
      return true;
    },
  };
  const users = new UserTable(sink, capacity);
  return { users, sets, sink };
}

test('a user is encoded once while it does not change', (t) => {
  const { users, sets } = table(4);
  const user = { userID: 'u', custom: { a: 1, tags: ['x'] } };
  const slot = users.acquire(user).slot;
  users.acquire({ userID: 'other' });
  t.is(users.acquire(user).slot, slot);
  t.is(sets.length, 2);
});

test('every kind of change is noticed', (t) => {
  const { users, sets } = table(4);
  const user: Record<string, unknown> & { custom: Record<string, unknown> } = {
    userID: 'u',
    custom: { a: 1, tags: ['x'] },
  };
  const changes = [
    () => (user['email'] = 'a@b'),
    () => (user.custom['a'] = 2),
    () => (user.custom['tags'] as string[]).push('y'),
    () => delete user['email'],
    () => (user.custom = { a: 2, tags: ['x', 'y'], b: 1 }),
    () => (user['userID'] = 7),
  ];
  users.acquire(user);
  for (const change of changes) {
    const before = sets.length;
    change();
    users.acquire(user);
    t.is(sets.length, before + 1, String(change));
    t.deepEqual(JSON.parse(sets[before]![1]), JSON.parse(JSON.stringify(user)));
  }
});

test('deeply nested values are compared by their text at every check', (t) => {
  const { users, sets } = table(4);
  const user = { userID: 'u', custom: { deep: { deeper: { x: 1 } } } };
  users.acquire(user);
  users.acquire(user);
  t.is(sets.length, 1);
  user.custom.deep.deeper.x = 2;
  users.acquire(user);
  t.is(sets.length, 2);
});

test('an equal user in another object is the same user', (t) => {
  const { users, sets } = table(4);
  const make = () => ({ userID: 'u', custom: { a: 1, tags: ['x'] }, customIDs: { c: '1' } });
  const slot = users.acquire(make()).slot;
  t.is(users.acquire(make()).slot, slot);
  t.is(sets.length, 1);
});

test('two views of one user keep a slot each', (t) => {
  const { users, sets } = table(8);
  const views = [
    { userID: 'u', ip: '1' },
    { userID: 'u', ip: '2' },
  ];
  for (let i = 0; i < 6; i++) users.acquire(views[i % 2]!);
  t.is(sets.length, 2);
  users.acquire({ userID: 'u', ip: '3' });
  users.acquire(views[1]!);
  t.is(sets.length, 3, 'the view used before the third stays');
});

test('slots are reused in a ring and an evicted user comes back in a new one', (t) => {
  const { users, sets } = table(2);
  const [a, b, c] = [{ userID: 'a' }, { userID: 'b' }, { userID: 'c' }];
  users.acquire(a);
  users.acquire(b);
  users.acquire(c);
  t.is(users.acquire(a).slot, 1);
  t.is(users.acquire(c).slot, 0);
  t.deepEqual(
    sets.map(([slot]) => slot),
    [0, 1, 0, 1],
  );
});

test('users seen once share the small ring, all but one of eight', (t) => {
  const { users, sets } = table(1024);
  for (let i = 0; i < 4096; i++) users.acquire({ userID: `once-${i}` });
  const slots = sets.map(([slot]) => slot);
  t.is(slots.filter((slot) => slot >= PASSING_SLOTS).length, 4096 / NEWCOMERS_PER_STAY);
  t.is(new Set(slots).size, PASSING_SLOTS + 4096 / NEWCOMERS_PER_STAY);
  t.is(Math.max(...slots), PASSING_SLOTS + 4096 / NEWCOMERS_PER_STAY - 1);
});

test('users who come back end up in the large ring, more than the small one holds, and newcomers do not drive them out', (t) => {
  const { users, sets } = table(1024);
  const visit = () => {
    for (let i = 0; i < 500; i++) users.acquire({ userID: `regular-${i}` });
  };
  for (let round = 0; round < 60; round++) visit();
  sets.length = 0;
  visit();
  t.is(sets.length, 0);
  for (let i = 0; i < 2000; i++) users.acquire({ userID: `once-${i}` });
  sets.length = 0;
  visit();
  t.true(sets.length <= PASSING_SLOTS, `${sets.length}`);
});

test('the large ring is used in full and no further', (t) => {
  const capacity = PASSING_SLOTS + 3;
  const { users, sets } = table(capacity);
  for (let i = 0; i < 100 * NEWCOMERS_PER_STAY; i++) users.acquire({ userID: `once-${i}` });
  t.deepEqual(new Set(sets.map(([slot]) => slot)).size, capacity);
  t.is(Math.max(...sets.map(([slot]) => slot)), capacity - 1);
});

test('any sequence of users ends in a slot that holds the user', (t) => {
  const { users, sets } = table(5);
  const held: string[] = [];
  let seed = 7;
  const random = (n: number) => (seed = (seed * 16807) % 2147483647) % n;
  for (let i = 0; i < 5000; i++) {
    const user: Record<string, unknown> = { userID: `u${random(6)}` };
    if (random(3) === 0) user['email'] = `e${random(2)}`;
    if (random(9) === 0) user['custom'] = { when: new Date(random(3)) };
    const { slot } = users.acquire(user);
    for (const [at, json] of sets.splice(0)) held[at] = json;
    t.is(held[slot], JSON.stringify(user));
  }
});

test('a new environment encodes again', (t) => {
  const { users, sets } = table(2);
  const user = { userID: 'a' };
  users.acquire(user);
  users.setEnvironment({ json: '{"tier":"x"}', overwrites: true });
  users.acquire(user);
  t.is(sets[1]![1], '{"userID":"a","statsigEnvironment":{"tier":"x"}}');
});

test('by values the engine gets the texts that it gets as JSON', (t) => {
  const users: Record<string, unknown>[] = [
    { userID: 'a', email: 'a@b' },
    { userID: 'é😀' },
    { userID: 'q"uote' },
    { userID: 'back\\slash' },
    { userID: 'one\u0001two' },
    { userID: '\ud800' },
    { userID: '\ufffd' },
    { userID: 7 },
    { userID: 'n', custom: { age: -0, big: 1e21, small: 5e-324, on: true, none: null } },
    { custom: {}, customIDs: {} },
    { userID: '' },
    { privateAttributes: { a: 's', n: 1 }, userID: 'p', custom: { z: 'z' } },
    { privateAttributes: {}, userID: 'p' },
    { privateAttributes: null, userID: 'p' },
    { privateAttributes: 'text', userID: 'p' },
    { 'k"ey': 'v', userID: 'k' },
    { custom: { 'k\ney': 'v' }, userID: 'k' },
    { userID: 'arrays', custom: { list: ['a', 1] } },
    { userID: 'own', statsigEnvironment: { tier: 'x' }, email: 'e' },
    { userID: 'shape', email: 'text' },
    { userID: 'shape', email: null },
    { userID: 'shape', email: 5 },
    { email: 1, userID: 'other' },
    { email: 'now text', userID: 'other' },
    { userID: 'list', email: ['x'] },
  ];
  for (const json of ['', '{"tier":"dev"}', '{"ti\\"er":"dev"}']) {
    for (const overwrites of [true, false]) {
      const environment = { json, overwrites };
      const { users: slots, sets, sink } = table(64);
      slots.setEnvironment(environment);
      for (const user of users) {
        sets.length = 0;
        const { textLength } = slots.acquire(user);
        const expected = encodeUser(user, environment, new AskedNames(NO_NAMES, null));
        t.deepEqual(
          sets.map(([, ...texts]) => texts),
          [[expected.json, expected.privateJson]],
        );
        t.is(textLength, expected.json.length + expected.privateJson.length);
      }
      t.is(sink.byValues, json.includes('\\') ? 0 : 7, json);
    }
  }
});

test('whoever may answer to a name that was not asked for before is asked again', (t) => {
  const { users, sets } = table(4);
  const virtual = {
    userID: 'u',
    custom: new Proxy({}, { get: (_target, key) => (key === 'plan' ? 'pro' : undefined) }),
  };
  users.acquire(virtual);
  t.deepEqual(JSON.parse(sets.at(-1)![1]), { userID: 'u', custom: {} });
  users.ask({ userFields: ['plan'], idTypes: [] });
  users.acquire(virtual);
  t.deepEqual(JSON.parse(sets.at(-1)![1]), { userID: 'u', custom: { plan: 'pro' } });
  const before = sets.length;
  users.ask({ userFields: [], idTypes: [] });
  users.acquire(virtual);
  t.is(sets.length, before, 'fewer names change nothing');
});

test('a user that is more than its keys is never taken for a plain one', (t) => {
  const { users, sets } = table(8);
  users.ask({ userFields: ['plan'], idTypes: [] });
  const plain = { userID: 'u', custom: { a: 1 } };
  const others = [
    Object.defineProperty({ userID: 'u', custom: { a: 1 } }, 'plan', {
      value: 'pro',
      enumerable: false,
    }),
    new Proxy(plain, { get: (target, key) => (key === 'plan' ? 'pro' : target[key as 'userID']) }),
    Object.assign(Object.create({ plan: 'pro' }) as object, plain),
  ];
  for (const other of others) {
    users.acquire({ ...plain });
    users.acquire(other);
    t.is((JSON.parse(sets.at(-1)![1]) as { plan?: string }).plan, 'pro');
  }
});

test('getters that throw are missing fields', (t) => {
  const { users, sets } = table(4);
  users.acquire({ userID: 'u', email: 'e' });
  const user = {
    userID: 'u',
    get email(): string {
      throw new Error('no');
    },
  };
  for (let i = 0; i < 3; i++) users.acquire(user);
  t.deepEqual(JSON.parse(sets.at(-1)![1]), { userID: 'u' });
  t.is(sets.length, 2);
});

test('a user is identified by a text, a number or a custom ID, or hides what it has', (t) => {
  const hidden = {
    get userID(): never {
      throw new Error('hidden');
    },
  };
  for (const one of [{ userID: '' }, { userID: 0 }, { customIDs: { a: '' } }, hidden])
    t.true(isIdentifiable(one));
  const others = [null, undefined, 'u', 5, {}, { userID: null }, { userID: true }];
  for (const none of [...others, { customIDs: {} }, { customIDs: null }, { customIDs: 'ids' }])
    t.false(isIdentifiable(none));
});
