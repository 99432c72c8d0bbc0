import test from 'ava';
import { types } from 'node:util';
import { AskedNames } from '../../src/users/asked-names';
import { encodeUser as encode, type EncodedUser } from '../../src/users/user-encoder';
import { MOST_NESTING, clonedUser, type EnvironmentRule } from '../../src/users/user-json';
import type { ExoticUser } from '../../src/engine/engine';

const ASKED = {
  userFields: [
    'plan',
    'Plan',
    'email',
    'since',
    'constructor',
    'toString',
    'valueOf',
    'length',
    '0',
  ],
  idTypes: ['companyID', 'teamID', 'orgID'],
};
const asked = new AskedNames(ASKED, types.isProxy);
const encodeUser = (user: object, environment: EnvironmentRule): EncodedUser =>
  encode(user, environment, asked);

/** What conditions read: path → tagged value or JSON value. */
function attributes(user: object, names = asked): Record<string, unknown> {
  const { json, privateJson, exotic } = encode(user, NONE, names);
  const { values }: ExoticUser =
    exotic === '' ? { values: [] } : (JSON.parse(exotic) as ExoticUser);
  const found: Record<string, unknown> = {};
  const add = (prefix: string, fields: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(fields)) {
      const isSection =
        prefix === '' &&
        ['custom', 'customIDs', 'statsigEnvironment'].includes(key) &&
        typeof value === 'object' &&
        value !== null;
      if (isSection) add(`${key}.`, value as Record<string, unknown>);
      else found[prefix + key] = value;
    }
  };
  add('', JSON.parse(json) as Record<string, unknown>);
  if (privateJson !== '')
    add('privateAttributes.', JSON.parse(privateJson) as Record<string, unknown>);
  for (const { path, value } of values) found[path.join('.')] = 'j' in value ? value.j : value;
  return found;
}

const logged = (user: object, environment = NONE): unknown => {
  const { json, exotic } = encodeUser(user, environment);
  return JSON.parse(
    (exotic === '' ? undefined : (JSON.parse(exotic) as ExoticUser).logged) ?? json,
  );
};

const NONE = { json: '', overwrites: true };

test('a plain user is its JSON without private attributes', (t) => {
  const user = {
    userID: 'u"1\n',
    email: 'a@b.ç',
    n: 1.5,
    big: 1e21,
    negative: -0,
    flag: false,
    nothing: null,
    gone: undefined,
    custom: { list: ['a', 'b'], s: '\ud83d\ude00', lone: '\ud800', u: undefined },
    customIDs: { companyID: 'c1' },
    privateAttributes: { secret: 'x' },
    statsigEnvironment: { tier: 'staging' },
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
  t.deepEqual(JSON.parse(encodeUser(own, { json: environment, overwrites: true }).json), {
    userID: 'u',
    statsigEnvironment: { tier: 'production' },
  });
  t.deepEqual(JSON.parse(encodeUser(own, { json: environment, overwrites: false }).json), own);
  t.deepEqual(
    JSON.parse(
      encodeUser(
        { userID: 'u', statsigEnvironment: null },
        { json: environment, overwrites: false },
      ).json,
    ),
    {
      userID: 'u',
      statsigEnvironment: { tier: 'production' },
    },
  );
  t.deepEqual(JSON.parse(encodeUser({}, { json: environment, overwrites: true }).json), {
    statsigEnvironment: { tier: 'production' },
  });
});

test('a copy of a user has the environment, once', (t) => {
  const json = '{"tier":"production"}';
  const told = (user: object, overwrites: boolean): unknown =>
    clonedUser(user, { json, overwrites });
  const statsigEnvironment = { tier: 'production' };
  for (const overwrites of [true, false]) {
    t.deepEqual(told({}, overwrites), { statsigEnvironment });
    t.deepEqual(told({ userID: 'u' }, overwrites), { userID: 'u', statsigEnvironment });
    t.deepEqual(told({ statsigEnvironment: null, a: 1 }, overwrites), { statsigEnvironment, a: 1 });
  }
  t.deepEqual(told({ statsigEnvironment: { tier: 'own' } }, true), { statsigEnvironment });
  t.deepEqual(told({ statsigEnvironment: { tier: 'own' } }, false), {
    statsigEnvironment: { tier: 'own' },
  });
  t.deepEqual(clonedUser({ userID: 'u' }, NONE), { userID: 'u' });
});

test('an environment keeps the place of the key', (t) => {
  const user = { statsigEnvironment: null, userID: 'u' };
  const filled = '{"statsigEnvironment":{"tier":"x"},"userID":"u"}';
  for (const overwrites of [true, false]) {
    t.is(encodeUser(user, { json: '{"tier":"x"}', overwrites }).json, filled);
    t.is(
      encodeUser({ ...user, statsigEnvironment: undefined }, { json: '{"tier":"x"}', overwrites })
        .json,
      filled,
    );
  }
  t.is(
    encodeUser(
      { a: 1, statsigEnvironment: { tier: 'own' }, b: 2 },
      { json: '{"tier":"x"}', overwrites: true },
    ).json,
    '{"a":1,"statsigEnvironment":{"tier":"x"},"b":2}',
  );
});

test('nesting is bounded', (t) => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  const json = (levels: number): string =>
    encodeUser({ userID: 'u', custom: { deep: nested(levels) } }, NONE).json;
  t.is(
    json(MOST_NESTING),
    `{"userID":"u","custom":{"deep":${'['.repeat(MOST_NESTING)}1${']'.repeat(MOST_NESTING)}}}`,
  );
  t.is(json(MOST_NESTING + 1), '{"userID":"u","custom":{"deep":null}}');
  t.is(json(5000), '{"userID":"u","custom":{"deep":null}}');
});

test('values that JSON loses travel as exotic ones', (t) => {
  const since = new Date('2024-01-02T03:04:05Z');
  const encoded = encodeUser(
    { userID: 'u', custom: { since, nan: NaN, mixed: [1, NaN, [2]], big: 12n, fn: () => 1 } },
    NONE,
  );
  const exotics = Object.fromEntries(
    (JSON.parse(encoded.exotic) as ExoticUser).values.map((e) => [e.path.join('.'), e.value]),
  );
  t.deepEqual(exotics['custom.since'], {
    o: { s: String(since), d: String(since), n: since.getTime() },
  });
  t.deepEqual(exotics['custom.nan'], { n: 'NaN' });
  t.deepEqual(exotics['custom.mixed'], { a: [{ j: 1 }, { n: 'NaN' }, { j: [2] }] });
  t.deepEqual(exotics['custom.big'], { o: { s: '12', d: 12, n: 12 } });
  const written = Object.assign(() => 1, { toJSON: () => 'written' });
  t.deepEqual(attributes({ email: written }), {
    email: { o: { s: String(written), d: String(written), n: null } },
  });
  t.false(encoded.isStable);
  t.is(
    (JSON.parse(encoded.json) as { custom: { since: string } }).custom.since,
    since.toISOString(),
  );
});

test('hostile objects do not throw', (t) => {
  const cycle: Record<string, unknown> = { userID: 'u' };
  cycle['custom'] = { self: cycle };
  cycle['list'] = [cycle];
  Object.defineProperty(cycle, 'bad', {
    enumerable: true,
    get() {
      throw new Error('no');
    },
  });
  const encoded = encodeUser(cycle, NONE);
  t.is((JSON.parse(encoded.json) as { userID: string }).userID, 'u');
  t.notThrows(() =>
    JSON.parse(
      encodeUser(Object.freeze({ userID: 'f', custom: Object.create(null) as object }), NONE).json,
    ),
  );
});

test('fields of every kind of user are what reading them gives', (t) => {
  const fields = {
    userID: 'u',
    plan: 'gold',
    custom: { email: 'e' },
    customIDs: { companyID: 'c' },
    privateAttributes: { since: 5 },
  };
  const wanted = { userID: 'u', plan: 'gold', 'custom.email': 'e', 'privateAttributes.since': 5 };
  class Getters {
    get userID() {
      return 'u';
    }
    get plan() {
      return 'gold';
    }
    get custom() {
      return Object.create({ email: 'e' }) as object;
    }
    get customIDs() {
      return { companyID: 'c' };
    }
    get privateAttributes() {
      return new Proxy({}, { get: (_target, key) => (key === 'since' ? 5 : undefined) });
    }
  }
  const hidden = Object.defineProperty({ ...fields, plan: undefined }, 'plan', {
    value: 'gold',
    enumerable: false,
  });
  const users: Record<string, object> = {
    'a class with getters': new Getters(),
    'own fields of a class': Object.assign(new (class User {})(), fields),
    inherited: Object.create(fields) as object,
    'a Proxy': new Proxy({}, { get: (_target, key) => fields[key as 'plan'] }),
    'a Proxy over other fields': new Proxy(
      { userID: 'u' },
      { get: (_target, key) => fields[key as 'plan'] },
    ),
    'not enumerable': hidden,
    'without prototype': Object.assign(Object.create(null) as object, fields),
    frozen: Object.freeze({ ...fields }),
  };
  for (const isProxy of [types.isProxy, null]) {
    for (const [what, user] of Object.entries(users)) {
      t.like(
        attributes(user, new AskedNames(ASKED, isProxy)),
        { ...wanted, 'customIDs.companyID': 'c' },
        what,
      );
    }
  }
});

test('custom IDs that loops do not meet are told apart', (t) => {
  class Ids {
    readonly teamID = 't';
    get orgID() {
      return 'o';
    }
  }
  const ids = Object.assign(
    Object.create(
      Object.assign(Object.create(Ids.prototype) as object, { companyID: 'c' }),
    ) as object,
    { teamID: 't' },
  );
  t.deepEqual(attributes({ userID: 'u', customIDs: ids }), {
    userID: 'u',
    'customIDs.teamID': 't',
    'inheritedIDs.companyID': 'c',
    'hiddenIDs.orgID': 'o',
  });
});

test('of IDs that differ in case, one that JSON leaves out keeps its place', (t) => {
  const leftOut = [undefined, () => 1, Symbol('id'), { toJSON: () => undefined }];
  for (const first of leftOut) {
    const user = {
      userID: 'u',
      customIDs: { companyID: first, companyid: 'c' },
      statsigEnvironment: { Tier: first, tier: 'dev' },
    };
    const { customIDs, statsigEnvironment } = JSON.parse(encodeUser(user, NONE).json) as Record<
      string,
      object
    >;
    t.deepEqual(
      [Object.keys(customIDs!), Object.keys(statsigEnvironment!)],
      [
        ['companyID', 'companyid'],
        ['Tier', 'tier'],
      ],
    );
    t.deepEqual(logged(user), JSON.parse(JSON.stringify(user)));
  }
  t.deepEqual(attributes({ customIDs: { companyID: undefined, companyid: 'c' } }), {
    'customIDs.companyID': { u: 1 },
    'customIDs.companyid': 'c',
  });
  t.true(
    encodeUser({ userID: 'u', customIDs: { companyID: undefined, teamID: 't' } }, NONE).isStable,
  );
});

test('what every object inherits is no attribute, what a class defines is one', (t) => {
  t.deepEqual(attributes(Object.create({ userID: 'u' }) as object), { userID: 'u' });
  class User {
    readonly userID = 'u';
    toString() {
      return 'me';
    }
  }
  const found = attributes(new User());
  t.deepEqual(Object.keys(found), ['userID', 'toString']);
  t.like(
    attributes(
      Object.assign(new User(), {
        constructor: 'mine',
        custom: new Proxy({}, { get: (_target, key) => (key === 'valueOf' ? 'own' : undefined) }),
      }),
    ),
    { constructor: 'mine', 'custom.valueOf': 'own' },
  );
});

test('toJSON decides what is logged, and nothing else', (t) => {
  class Account {
    readonly userID = 'u';
    readonly passwordHash = 'HIDDEN';
    readonly plan = 'gold';
    toJSON() {
      return { userID: this.userID, custom: { toJSON: (key: string) => ({ calledFor: key }) } };
    }
  }
  t.deepEqual(logged(new Account()), { userID: 'u', custom: { calledFor: 'custom' } });
  t.like(attributes(new Account()), { userID: 'u', plan: 'gold' });
  const traits = {
    plan: 'pro',
    ssn: 'HIDDEN',
    toJSON() {
      return { plan: this.plan };
    },
  };
  t.deepEqual(logged({ userID: 'u', custom: traits }), { userID: 'u', custom: { plan: 'pro' } });
  for (const given of [null, undefined, 'text', 5, ['a'], new String('text'), () => 1])
    t.is(logged({ userID: 'u', toJSON: () => given }), null);
  t.is(
    logged({
      userID: 'u',
      ssn: 'HIDDEN',
      toJSON() {
        throw new Error('no');
      },
    }),
    null,
  );
  t.is(
    logged({
      userID: 'u',
      ssn: 'HIDDEN',
      get toJSON(): unknown {
        throw new Error('no');
      },
    }),
    null,
  );
  t.deepEqual(
    logged({
      userID: 'u',
      custom: {
        ssn: 'HIDDEN',
        toJSON() {
          throw new Error('no');
        },
      },
    }),
    { userID: 'u', custom: null },
  );
});

test('toJSON sees the environment, and the user is not changed', (t) => {
  const rule = { json: '{"tier":"staging"}', overwrites: true };
  class Spread {
    readonly userID = 'u';
    readonly secret = 'HIDDEN';
    toJSON() {
      const { secret: _secret, ...rest } = this;
      return rest;
    }
  }
  class Listed {
    readonly userID = 'u';
    toJSON() {
      return { userID: this.userID };
    }
  }
  class Closed {
    readonly #id = 'u';
    get userID() {
      return this.#id;
    }
    toJSON() {
      return { userID: this.#id, statsigEnvironment: null };
    }
  }
  const user = Object.freeze(new Spread());
  t.deepEqual(logged(user, rule), { userID: 'u', statsigEnvironment: { tier: 'staging' } });
  t.false('statsigEnvironment' in user);
  t.deepEqual(logged(new Listed(), rule), { userID: 'u' });
  t.deepEqual(logged(new Closed(), rule), { userID: 'u', statsigEnvironment: { tier: 'staging' } });
  const virtual = new Proxy(
    {},
    {
      get: (_target, key) =>
        ({
          userID: 'u',
          toJSON(this: object) {
            return { userID: (this as { userID: string }).userID };
          },
        })[key as 'userID'],
    },
  );
  t.deepEqual(logged(virtual, rule), { userID: 'u' });
});

test('one attribute that cannot be written costs nothing else', (t) => {
  const cycle: Record<string, unknown> = { password: 'HIDDEN' };
  cycle['self'] = cycle;
  const fail = {
    get(): never {
      throw new Error('no');
    },
    enumerable: true,
  };
  const custom = Object.defineProperties(
    { cycle, big: 5n, nested: { big: 5n }, plan: 'pro' },
    { broken: fail },
  );
  t.deepEqual(logged({ userID: 'u', custom }), {
    userID: 'u',
    custom: { cycle: null, big: '5', nested: null, plan: 'pro' },
  });
  t.like(
    attributes(
      Object.defineProperties(
        { userID: 'u', plan: 'pro', custom },
        { email: fail, customIDs: fail },
      ),
    ),
    { userID: 'u', plan: 'pro', 'custom.plan': 'pro' },
  );
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  t.like(attributes({ userID: 'u', custom: proxy, customIDs: { companyID: proxy } }), {
    userID: 'u',
  });
});

test('text in the JSON does not count as nesting', (t) => {
  t.deepEqual(logged({ userID: 'u', custom: { deep: { text: `${'['.repeat(300)}"\\` } } }), {
    userID: 'u',
    custom: { deep: { text: `${'['.repeat(300)}"\\` } },
  });
});

test('what fails within a section is left out by itself, beside the sections as a whole', (t) => {
  const failing = (): object => {
    const object: Record<string, unknown> = { a: 1 };
    object['self'] = object;
    return object;
  };
  const told = clonedUser(
    { userID: 'u', extra: failing(), custom: failing(), privateAttributes: failing() },
    NONE,
  );
  t.deepEqual(told, {
    userID: 'u',
    extra: null,
    custom: { a: 1, self: null },
    privateAttributes: { a: 1, self: null },
  });
});
