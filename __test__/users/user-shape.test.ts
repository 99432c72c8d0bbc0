import test from 'ava';
import { types } from 'node:util';
import { AskedNames } from '../../src/users/asked-names';
import { encodeUser } from '../../src/users/user-encoder';
import type { EnvironmentRule } from '../../src/users/user-json';
import { compileShape as compile, type UserShape } from '../../src/users/user-shape';

const names = (extra: string[] = []): AskedNames =>
  new AskedNames(
    { userFields: ['plan', 'email', 'constructor', ...extra], idTypes: ['companyID'] },
    types.isProxy,
  );
const asked = names();
const compileShape = (user: object): UserShape | null => compile(user, asked);

const RULES: EnvironmentRule[] = [
  { json: '', overwrites: true },
  { json: '{"tier":"production"}', overwrites: true },
  { json: '{"tier":"production"}', overwrites: false },
];

const USERS: object[] = [
  {},
  { userID: 'u' },
  { userID: 'q"\u2028\n', custom: {} },
  { custom: { a: 1 }, userID: '' },
  { userID: 5, n: -0, f: 1e-7, t: true, z: null },
  { privateAttributes: { s: 'x' }, userID: 'u' },
  { userID: 'u', privateAttributes: null, statsigEnvironment: { tier: 'dev' } },
  { statsigEnvironment: null, userID: 'u' },
  { statsigEnvironment: { tier: 'dev' }, privateAttributes: { p: 1 } },
  { a: 1, statsigEnvironment: { tier: 'dev' }, b: 2, privateAttributes: { p: 1 }, c: 3 },
  {
    userID: 'u',
    statsigEnvironment: null,
    custom: { tags: ['a', 1, null], __proto_: 1, 'we"ird': 'x' },
    customIDs: { c: '1' },
  },
  JSON.parse(
    '{"userID":"u","__proto__":"x","custom":{"__proto__":"y","constructor":"z"}}',
  ) as object,
];

/** Own members, `__proto__` included, whatever their order; -0 is 0 in JSON. */
function own(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(own);
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value;
  return Object.entries(value)
    .map(([key, inner]): [string, unknown] => [key, own(inner)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

test('a shape encodes what the walking encoder encodes', (t) => {
  for (const user of USERS) {
    const shape = compileShape(user);
    t.truthy(shape, JSON.stringify(user));
    const values = shape!.capture(user);
    t.truthy(values);
    t.true(shape!.matches(user, values!));
    for (const rule of RULES) {
      const [compiled, walked] = [shape!.encode(values!, rule), encodeUser(user, rule, asked)];
      t.is(compiled.json, walked.json);
      t.is(compiled.privateJson, walked.privateJson);
      const { privateAttributes, ...parsed } = shape!.parsed(values!, rule) as Record<
        string,
        unknown
      >;
      t.deepEqual(own({ ...parsed }), own(JSON.parse(walked.json) as object));
      t.deepEqual(
        own(privateAttributes ?? null),
        own(walked.privateJson === '' ? null : JSON.parse(walked.privateJson)),
      );
      t.is(Object.getPrototypeOf(shape!.parsed(values!, rule)), Object.prototype);
    }
  }
});

test('a shape takes only its own users', (t) => {
  const shape = compileShape({ userID: 'u', custom: { a: 1 } })!;
  class Custom {
    a = 1;
  }
  const others: object[] = [
    { userID: 'u' },
    { userID: 'u', custom: { b: 1 } },
    { userID: 'u', custom: { a: 1, b: 2 } },
    { userID: 'u', custom: null },
    { userID: 'u', custom: { a: undefined } },
    { userID: 'u', custom: { a: NaN } },
    { userID: 'u', custom: { a: [[1]] } },
    { userID: 'u', custom: { a: new Date() } },
    { userID: 'u', custom: new Custom() },
    { userID: 'u', custom: { a: 1 }, x: 1 },
    { userID: 1n, custom: { a: 1 } },
    { userID: 'u', custom: { a: () => 1 } },
    { user: 'u', custom: { a: 1 } },
  ];
  for (const other of others) t.is(shape.capture(other), null);
  t.deepEqual(shape.capture({ userID: 'v', custom: { a: 'x' } }), ['v', 'x']);
});

test('a shape has lists where its first user has lists', (t) => {
  const of = (a: unknown): object => ({ userID: 'u', custom: { a } });
  const shape = compileShape(of(['x']))!;
  const values = shape.capture(of(['x', 1, null]))!;
  t.deepEqual(values, ['u', ['x', 1, null]]);
  t.true(shape.matches(of(['x', 1, null]), values));
  const others = [['x', 1], ['x', 1, null, 2], ['x', '1', null], 'x', null, {}];
  for (const other of others) t.false(shape.matches(of(other), values), JSON.stringify(other));
  for (const other of ['x', 1, null, {}, [{}], [[1]], [NaN]])
    t.is(shape.capture(of(other)), null, JSON.stringify(other));
  t.is(compileShape(of('x'))!.capture(of(['x'])), null);
});

test('lists of texts cross by their items, other lists as JSON', (t) => {
  const shape = compileShape({ userID: 'u', tags: ['x'], privateAttributes: { p: [], n: 1 } })!;
  const sent = (tags: unknown[], p: unknown[]): string =>
    shape.joined(shape.capture({ userID: 'u', tags, privateAttributes: { p, n: 2 } })!);
  t.is(sent(['a', ''], []), 'u\u00012\u0003a\u0003\u00010\u00012');
  t.is(sent([1], []), '');
  t.is(sent([], [null]), '');
  t.is(
    shape.template(RULES[1]!)!.text,
    '{"userID":"\u0001","tags":[\u0001],"statsigEnvironment":{"tier":"production"}}\u0002' +
      '{"p":[\u0001],"n":\u0001}',
  );
});

test('the length of what crosses is that of the JSON', (t) => {
  for (const tags of [[], [''], ['a'], ['a', 'bc'], Array.from({ length: 12 }, () => 'x')]) {
    const user = { userID: 'me', tags, custom: { list: tags, n: 1.5 } };
    const shape = compileShape(user)!;
    const values = shape.capture(user)!;
    const { json, privateJson } = shape.encode(values, RULES[0]!);
    const length = shape.template(RULES[0]!)!.fixedLength + shape.joined(values).length;
    t.is(length + shape.listExcess(values), json.length + privateJson.length);
  }
});

test('users that are not plain have no shape', (t) => {
  class User {
    userID = 'u';
  }
  for (const user of [
    new User(),
    { userID: 'u', d: new Date() },
    { u: undefined },
    { custom: { deep: {} } },
    { other: {} },
  ]) {
    t.is(compileShape(user), null);
  }
});

test('a shape notices what hides behind the keys that it knows', (t) => {
  const plain = { userID: 'u', custom: { a: 1 }, customIDs: { c: '1' }, tags: ['x'] };
  const hide = (object: object, key: string): object =>
    Object.defineProperty({ ...object }, key, { value: 'hidden', enumerable: false });
  const virtual = (object: object, key: string): object =>
    new Proxy(object, {
      get: (target, name) =>
        name === key ? 'hidden' : (target as Record<string | symbol, unknown>)[name],
    });
  const hiding = [
    hide(plain, 'plan'),
    hide(plain, 'email'),
    hide(plain, 'privateAttributes'),
    virtual(plain, 'plan'),
    virtual(plain, 'useragent'),
    { ...plain, custom: hide(plain.custom, 'plan') },
    { ...plain, custom: virtual(plain.custom, 'plan') },
    { ...plain, customIDs: virtual(plain.customIDs, 'companyID') },
    Object.defineProperty({ ...plain }, 'toJSON', { value: () => ({}), enumerable: false }),
    { ...plain, custom: Object.defineProperty({ a: 1 }, 'toJSON', { value: () => ({}) }) },
  ];
  for (const asks of [asked, names(Array.from({ length: 400 }, (_, i) => `f${i}`))]) {
    const shape = compile(plain, asks)!;
    t.false(shape.hides({ ...plain }));
    for (const [i, user] of hiding.entries()) {
      t.true(shape.hides(user), `${i}`);
      t.is(compile(user, asks), null);
    }
  }
  t.is(
    compileShape({ userID: 'u', customIDs: 'x' })!.hides({ userID: 'u', customIDs: ['x'] }),
    true,
  );
  t.is(
    compileShape(plain)!.capture({ ...plain, tags: Object.assign(['x'], { toJSON: () => 'y' }) }),
    null,
  );
});

test('names cover a payload when they have all fields, in either case, and all ID types', (t) => {
  const has = new AskedNames({ userFields: ['Plan'], idTypes: ['companyID'] }, types.isProxy);
  const covers = (userFields: string[], idTypes: string[]): boolean =>
    has.covers({ userFields, idTypes });
  t.true(covers([], []));
  t.true(covers(['Plan', 'plan', 'ip', 'userAgent', 'useragent'], ['companyID']));
  t.false(covers(['email'], ['companyID']));
  t.false(covers(['Plan'], ['companyid']));
  t.false(covers(['PLAN'], []));
  t.deepEqual(has.every, ['ip', 'userAgent', 'Plan', 'useragent', 'plan', 'companyID']);
});
