import test from 'ava';
import { encodeUser, MOST_NESTING } from '../../src/evaluation/user-encoder';

const NONE = { json: '', overwrites: true };

test('a plain user is its JSON without private attributes', (t) => {
  const user = {
    userID: 'u"1\n', email: 'a@b.ç', n: 1.5, big: 1e21, negative: -0, flag: false, nothing: null, gone: undefined,
    custom: { list: ['a', 'b'], s: '\ud83d\ude00', lone: '\ud800', u: undefined },
    customIDs: { companyID: 'c1' }, privateAttributes: { secret: 'x' }, statsigEnvironment: { tier: 'staging' },
  };
  const { privateAttributes, ...logged } = user;
  const encoded = encodeUser(user, NONE);
  t.is(encoded.json, JSON.stringify(logged));
  t.is(encoded.privateJson, JSON.stringify(privateAttributes));
  t.is(encoded.exotic, '');
  t.true(encoded.isStable);
});

test('the environment overwrites or fills', (t) => {
  const environment = '{"tier":"production"}';
  const own = { userID: 'u', statsigEnvironment: { tier: 'dev' } };
  t.deepEqual(JSON.parse(encodeUser(own, { json: environment, overwrites: true }).json), { userID: 'u', statsigEnvironment: { tier: 'production' } });
  t.deepEqual(JSON.parse(encodeUser(own, { json: environment, overwrites: false }).json), own);
  t.deepEqual(JSON.parse(encodeUser({ userID: 'u', statsigEnvironment: null }, { json: environment, overwrites: false }).json), {
    userID: 'u', statsigEnvironment: { tier: 'production' },
  });
  t.deepEqual(JSON.parse(encodeUser({}, { json: environment, overwrites: true }).json), { statsigEnvironment: { tier: 'production' } });
});

test('an environment keeps the place of the key', (t) => {
  const user = { statsigEnvironment: null, userID: 'u' };
  const filled = '{"statsigEnvironment":{"tier":"x"},"userID":"u"}';
  for (const overwrites of [true, false]) {
    t.is(encodeUser(user, { json: '{"tier":"x"}', overwrites }).json, filled);
    t.is(encodeUser({ ...user, statsigEnvironment: undefined }, { json: '{"tier":"x"}', overwrites }).json, filled);
  }
  t.is(encodeUser({ a: 1, statsigEnvironment: { tier: 'own' }, b: 2 }, { json: '{"tier":"x"}', overwrites: true }).json, '{"a":1,"statsigEnvironment":{"tier":"x"},"b":2}');
});

test('nesting is bounded', (t) => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  const json = (levels: number): string => encodeUser({ userID: 'u', custom: { deep: nested(levels) } }, NONE).json;
  t.is(json(MOST_NESTING), `{"userID":"u","custom":{"deep":${'['.repeat(MOST_NESTING)}1${']'.repeat(MOST_NESTING)}}}`);
  t.is(json(MOST_NESTING + 1), '{"userID":"u","custom":{"deep":null}}');
  t.is(json(5000), '{"userID":"u","custom":{"deep":null}}');
});

test('values that JSON loses travel as exotic ones', (t) => {
  const since = new Date('2024-01-02T03:04:05Z');
  class Account { get plan() { return 'gold'; } userID = 'u'; custom = { since, nan: NaN, mixed: [1, NaN, [2]], big: 12n, fn: () => 1 }; }
  const encoded = encodeUser(new Account(), NONE);
  const exotics = Object.fromEntries((JSON.parse(encoded.exotic) as { path: string[]; value: unknown }[]).map((e) => [e.path.join('.'), e.value]));
  t.deepEqual(exotics['custom.since'], { o: { s: String(since), d: String(since), n: since.getTime() } });
  t.deepEqual(exotics['custom.nan'], { n: 'NaN' });
  t.deepEqual(exotics['custom.mixed'], { a: [{ j: 1 }, { n: 'NaN' }, { j: [2] }] });
  t.deepEqual(exotics['custom.big'], { o: { s: '12', d: '12', n: 12 } });
  t.deepEqual(exotics['plan'], { j: 'gold' });
  t.false(encoded.isStable);
  t.is((JSON.parse(encoded.json) as { custom: { since: string } }).custom.since, since.toISOString());
});

test('hostile objects do not throw', (t) => {
  const cycle: Record<string, unknown> = { userID: 'u' };
  cycle['custom'] = { self: cycle };
  cycle['list'] = [cycle];
  Object.defineProperty(cycle, 'bad', { enumerable: true, get() { throw new Error('no'); } });
  const encoded = encodeUser(cycle, NONE);
  t.is((JSON.parse(encoded.json) as { userID: string }).userID, 'u');
  t.notThrows(() => JSON.parse(encodeUser(Object.freeze({ userID: 'f', custom: Object.create(null) as object }), NONE).json));
});
