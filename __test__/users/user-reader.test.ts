/** What users of any kind have: own, inherited, hidden, throwing, and what everybody has. */
import { types } from 'node:util';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import type { AskedNames } from '../../src/users/asked-names';
import {
  answeredNames,
  attribute,
  hides,
  inheritedKeysOf,
  isOrdinary,
  keysOf,
  read,
  readOr,
} from '../../src/users/user-reader';

const throwing = {
  get field(): never {
    throw new Error('of a test');
  },
};
class Person {
  email = 'own';
  get shown(): string {
    return 'of the class';
  }
  toString(): string {
    return 'of the class';
  }
}
const asked = (names: string[], isProxy: AskedNames['isProxy'] = types.isProxy): AskedNames =>
  ({ fields: new Set(names), every: names, isProxy }) as unknown as AskedNames;
const silent = new Proxy(
  {},
  {
    ownKeys() {
      throw new Error('of a test');
    },
  },
);

test('a field is what reading gives; what throws, or has no fields, gives the other value', (t) => {
  t.is(read({ a: 1 }, 'a'), 1);
  for (const none of [null, undefined, {}, throwing, 'text', 5])
    t.is(read(none, 'field'), undefined);
  t.is(readOr(throwing, 'field', 7), 7);
  t.is(readOr(null, 'field', 7), undefined);
});

test('what every object has is no attribute, in whatever realm', (t) => {
  const foreign = runInNewContext('({})') as object;
  for (const user of [{}, new Person(), foreign])
    for (const name of ['constructor', 'hasOwnProperty', 'valueOf', '__proto__'])
      t.is(attribute(user, name), undefined, name);
  for (const none of [null, undefined, 'text', 5]) t.is(attribute(none, 'constructor'), undefined);
});

test('the same names are attributes of whoever has them by itself, or by its class', (t) => {
  t.is(attribute({ constructor: 'mine' }, 'constructor'), 'mine');
  t.is(attribute({ toString: 5 }, 'toString'), 5);
  t.is(attribute(new Person(), 'toString'), Person.prototype.toString);
  t.is(attribute(Object.create({ valueOf: 5 }), 'valueOf'), 5);
  const named = Object.create({ constructor: 'a text' }) as object;
  t.is(attribute(named, 'constructor'), 'a text');
  t.is(attribute(Object.create(null), 'toString'), undefined);
});

test('an object may hide its class, or look like what everybody has', (t) => {
  const hiding = new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error('of a test');
      },
    },
  );
  t.is(attribute(hiding, 'constructor'), undefined);
  const bare = Object.assign(Object.create(null), { hasOwnProperty: 'mine' }) as object;
  t.is(attribute(bare, 'hasOwnProperty'), 'mine');
  const alike = { isPrototypeOf: 'mine', hasOwnProperty: 'mine' };
  t.is(attribute(alike, 'isPrototypeOf'), 'mine');
});

test('keys are those that are own and enumerable, of functions too', (t) => {
  t.deepEqual(keysOf({ a: 1, b: undefined }), ['a', 'b']);
  t.deepEqual(keysOf(Object.assign(() => 0, { a: 1 })), ['a']);
  for (const none of [null, undefined, 'text', 5, silent]) t.deepEqual(keysOf(none), []);
});

test('inherited keys are those that only a loop meets', (t) => {
  const parent = { a: 1, b: 2, none: undefined };
  t.deepEqual(inheritedKeysOf(Object.assign(Object.create(parent), { a: 3 })), ['b']);
  t.deepEqual(inheritedKeysOf(new Person()), []);
  t.deepEqual(inheritedKeysOf(silent), []);
});

test('an ordinary object holds what its keys say', (t) => {
  const every = asked(['email']);
  for (const plain of [{}, { a: 1 }, Object.create(null), { toJSON: 5 }])
    t.true(isOrdinary(plain as object, every));
  const hidden = Object.defineProperty({}, 'email', { value: 1 });
  const others = [new Person(), { toJSON: () => 0 }, hidden, new Proxy({}, {}), []];
  for (const other of others) t.false(isOrdinary(other, every));
});

test('where Proxies cannot be told, one that answers to an unlisted name hides something', (t) => {
  const answers = new Proxy({}, { get: (_, name) => (name === 'email' ? 'x' : undefined) });
  t.true(hides(answers, asked(['email'])));
  t.true(hides(answers, asked(['name', 'email'], null)));
  t.false(hides(answers, asked(['name'], null)));
  t.false(hides({ email: 'x' }, asked(['email'], null)), 'it is listed');
  t.false(hides({}, asked(['toString'], null)), 'everybody has it');
});

test('names that conditions ask for are looked for in the object and its classes', (t) => {
  const names = asked(['email', 'shown', 'other', 'toString', 'hasOwnProperty']);
  const found = (user: unknown): string[] => [...answeredNames(user, names)].sort();
  t.deepEqual(found(new Person()), ['email', 'shown', 'toString']);
  t.deepEqual(found({ other: 1 }), ['other']);
  t.deepEqual(found(null), []);
});

test('a Proxy, and whatever may be one, answers to all of them', (t) => {
  const names = asked(['a', 'b']);
  t.is(answeredNames(new Proxy({}, {}), names), names.fields);
  t.is(answeredNames(Object.create(new Proxy({}, {})), names), names.fields);
  const untold = asked(['a'], null);
  t.is(answeredNames({}, untold), untold.fields);
  const throws = asked(['a'], () => {
    throw new Error('of a test');
  });
  t.is(answeredNames({}, throws), throws.fields);
});
