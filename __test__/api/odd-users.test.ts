/**
 * Users that are not plain objects, through every call: what is evaluated, and what leaves the
 * process.
 */
import test from 'ava';
import type { StatsigUser } from '../../src/types/user';
import {
  ENGINES,
  FakeNetwork,
  isPublic,
  ours,
  outcome,
  payload,
  rule,
  spec,
  theirs,
} from './support';

const asks = (field: string, value: string) => ({
  ...isPublic,
  type: 'user_field',
  operator: 'any',
  field,
  targetValue: [value],
});
const unit = (idType: string, value: string) => ({
  ...isPublic,
  type: 'unit_id',
  idType,
  operator: 'any',
  targetValue: [value],
});
const gate = (name: string, condition: object, over: object = {}) =>
  spec({ name, rules: [rule({ id: name, conditions: [condition] })], ...over });
const tier = {
  ...isPublic,
  type: 'environment_field',
  operator: 'any',
  field: 'tier',
  targetValue: ['staging'],
};

const specs = payload({
  feature_gates: [
    gate('plan', asks('plan', 'pro')),
    gate('ssn', asks('ssn', 'HIDDEN')),
    gate('company', unit('companyID', 'acme'), { idType: 'companyID' }),
    gate('staging', tier),
    gate('everyone', isPublic),
  ],
});

class Account {
  readonly userID = 'u1';
  readonly passwordHash = 'HIDDEN';
  readonly custom = {
    plan: 'pro',
    ssn: 'HIDDEN',
    toJSON() {
      return { plan: this.plan };
    },
  };
  toJSON() {
    return { userID: this.userID, custom: this.custom };
  }
}

class Request {
  get userID() {
    return 'u2';
  }
  get customIDs() {
    return new (class {
      get companyID() {
        return 'acme';
      }
    })();
  }
  get custom() {
    return Object.create({ plan: 'pro' }) as object;
  }
  get privateAttributes() {
    return new Proxy({}, { get: (_target, key) => (key === 'ssn' ? 'HIDDEN' : undefined) });
  }
  get statsigEnvironment() {
    return { tier: 'staging' };
  }
}

const user = (value: object): StatsigUser => value as StatsigUser;
const fail = (): never => {
  throw new Error('not loaded');
};

for (const engine of ENGINES) {
  const start = async (options: object = {}) => {
    const network = new FakeNetwork();
    network.specs = specs;
    const server = ours(engine, network, { disableDiagnostics: true, ...options });
    await server.initializeAsync();
    return { network, server };
  };

  test(`${engine}: what toJSON leaves out leaves the process nowhere`, async (t) => {
    const told: unknown[] = [];
    const callback = (...parts: unknown[]): void =>
      void told.push((parts.at(-1) as { toObject(): unknown }).toObject());
    const callbacks = {
      gateCallback: callback,
      dynamicConfigCallback: callback,
      experimentCallback: callback,
      layerParamCallback: callback,
    };
    const { network, server } = await start({ evaluationCallbacks: callbacks });
    const account = user(new Account());
    t.true(server.checkGate(account, 'plan'));
    t.true(server.checkGate(account, 'ssn'), 'it is evaluated');
    server.getConfig(account, 'config').get('text', 5);
    server.getExperiment(account, 'experiment');
    server.getLayer(account, 'layer').get('text', '');
    server.logGateExposure(account, 'everyone');
    server.logLayerParameterExposure(account, 'layer', 'text');
    server.logEvent(account, 'bought', 5);
    server.forUser(account).getFeatureGate('staging');
    const responses = [
      JSON.stringify(server.getClientInitializeResponse(account)),
      server.getClientInitializeResponseString(account),
      Buffer.from(server.getClientInitializeResponseBuffer(account)!).toString(),
    ];
    for (const text of responses)
      t.deepEqual((JSON.parse(text!) as { user: unknown }).user, {
        userID: 'u1',
        custom: { plan: 'pro' },
      });
    await server.shutdownAsync();
    const events = network.comparable() as { user: unknown }[];
    t.is(events.length, 10);
    for (const event of [...events, ...(told as { user: unknown }[])])
      t.deepEqual(event.user, { userID: 'u1', custom: { plan: 'pro' }, privateAttributes: null });
    t.is(told.length, 6);
    t.false(JSON.stringify([responses, network.events, told]).includes('HIDDEN'));
  });

  test(`${engine}: a user of whom nothing may be told is still evaluated`, async (t) => {
    const { network, server } = await start();
    for (const toJSON of [() => null, () => 'text', () => undefined, fail]) {
      const secret = user({ userID: 'u', customIDs: { n: String(toJSON) }, plan: 'pro', toJSON });
      t.true(server.checkGate(secret, 'plan'));
      t.is(server.getClientInitializeResponse(secret), null);
      server.logEvent(secret, 'bought');
    }
    await server.shutdownAsync();
    t.deepEqual(
      (network.comparable() as { user: unknown }[]).map((event) => event.user),
      new Array(8).fill(null),
    );
  });

  test(`${engine}: every call evaluates getters, inherited fields and Proxies`, async (t) => {
    const { server } = await start();
    const request = user(new Request());
    const names = ['plan', 'ssn', 'company', 'staging'];
    const all = Object.fromEntries([...names, 'everyone'].map((name) => [name, true]));
    for (const name of names) t.true(server.checkGate(request, name), name);
    t.deepEqual(server.checkGates(request, [...names, 'everyone']), all);
    t.deepEqual(server.checkAllGates(request), all);
    const scope = server.forUser(request);
    for (const name of names) t.true(scope.checkGate(name), name);
    t.deepEqual(scope.checkAllGates(), all);
    t.is(server.getFeatureGate(request, 'plan').ruleID, 'plan');
    // Clients get a JSON clone, which has none of it.
    const response = server.getClientInitializeResponse(request, undefined, { hash: 'none' });
    t.deepEqual(
      [response?.user, names.map((name) => response?.feature_gates[name]?.value)],
      [{}, [false, false, false, false]],
    );
    await server.shutdownAsync();
  });

  test(`${engine}: a getter that throws is a missing field, for every call`, async (t) => {
    const { network, server } = await start();
    const broken = (key: string, object: object): object =>
      Object.defineProperty(object, key, { get: fail, enumerable: true });
    const users = [
      broken('email', { userID: 'a', plan: 'pro' }),
      {
        userID: 'b',
        plan: 'pro',
        custom: broken('x', {}),
        customIDs: broken('y', { companyID: 'c' }),
      },
      broken('userID', { customIDs: { companyID: 'd' }, plan: 'pro' }),
      broken('custom', broken('customIDs', { userID: 'e', plan: 'pro' })),
      new Proxy(
        {},
        {
          get: (_target, key) => (key === 'userID' ? 'f' : key === 'plan' ? 'pro' : fail()),
          ownKeys: fail,
        },
      ),
    ].map(user);
    for (const one of users) {
      t.true(server.checkGate(one, 'plan'));
      t.true(server.checkGates(one, ['plan'])['plan']);
      t.true(server.checkAllGates(one)['plan']);
      const scope = server.forUser(one);
      t.true(
        scope.checkGate('plan') &&
          scope.checkGates(['plan'])['plan'] &&
          scope.checkAllGates()['plan'],
      );
      t.is(server.getExperiment(one, 'experiment').value['text'], 'B');
      t.is(server.getLayer(one, 'layer').get('text', ''), 'B');
      t.notThrows(() => server.logEvent(one, 'bought', null, { n: 1 }));
      t.notThrows(() => server.getClientInitializeResponse(one));
      t.deepEqual(server.getUserPersistedValues(one, 'companyID'), {});
    }
    await server.shutdownAsync();
    const logged = (network.comparable() as { eventName: string; user: unknown }[])
      .filter(({ eventName }) => eventName === 'bought')
      .map((event) => event.user);
    t.deepEqual(logged, [
      { userID: 'a', plan: 'pro', privateAttributes: null },
      {
        userID: 'b',
        plan: 'pro',
        custom: {},
        customIDs: { companyID: 'c' },
        privateAttributes: null,
      },
      { customIDs: { companyID: 'd' }, plan: 'pro', privateAttributes: null },
      { userID: 'e', plan: 'pro', privateAttributes: null },
      null,
    ]);
  });

  test(`${engine}: names that every object inherits are ordinary names of attributes and IDs`, async (t) => {
    const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];
    const network = new FakeNetwork();
    network.specs = payload({
      feature_gates: names.flatMap((name) => [
        gate(`set ${name}`, { ...asks(name, ''), operator: 'neq', targetValue: null }),
        gate(`mine ${name}`, asks(name, 'mine')),
        gate(`unit ${name}`, unit(name, 'mine'), { idType: name }),
        gate(`tier ${name}`, { ...tier, field: name, operator: 'neq', targetValue: null }),
      ]),
    });
    const server = ours(engine, network);
    await server.initializeAsync();
    const having = (section: string, name: string, value = '"mine"'): StatsigUser =>
      JSON.parse(`{"userID":"u","${section}":{"${name}":${value}}}`) as StatsigUser;
    class User {
      readonly userID = 'u';
      readonly custom = {};
    }
    for (const name of names) {
      for (const one of [
        { userID: 'u' },
        { userID: 'u', custom: {}, customIDs: {}, privateAttributes: {}, statsigEnvironment: {} },
        new User(),
      ]) {
        for (const kind of ['set', 'mine', 'unit', 'tier'])
          t.false(server.checkGate(one as StatsigUser, `${kind} ${name}`), `${kind} ${name}`);
      }
      for (const section of ['custom', 'privateAttributes'])
        t.true(server.checkGate(having(section, name), `mine ${name}`), `${section} ${name}`);
      t.true(server.checkGate(having('customIDs', name), `unit ${name}`));
      t.true(server.checkGate(having('statsigEnvironment', name), `tier ${name}`));
    }
    await server.shutdownAsync();
  });

  test(`${engine}: overrides by inherited custom IDs, sticky keys by hidden ones, as statsig-node`, async (t) => {
    const run = async (make: typeof theirs): Promise<unknown[]> => {
      const network = new FakeNetwork();
      const keys: string[] = [];
      const storage = {
        load: (key: string) => {
          keys.push(key);
          return {};
        },
        save: (key: string) => void keys.push(key),
        delete: (key: string) => void keys.push(key),
      };
      const server = make(network, { userPersistentStorage: storage, disableDiagnostics: true });
      await server.initializeAsync();
      server.overrideGate('never', true, 'acme');
      const ids = Object.defineProperty(Object.create({ companyID: 'acme' }) as object, 'userid', {
        value: 'x',
        enumerable: true,
      });
      const one = (): StatsigUser => user({ userID: 'u', customIDs: ids });
      const checks = [
        server.checkGate(one(), 'never'),
        outcome(() => server.getUserPersistedValues(one(), 'companyID')),
        outcome(() => server.getUserPersistedValues(one(), 'CompanyID')),
      ];
      server.getExperiment(one(), 'experiment', { userPersistedValues: {} });
      server.getUserPersistedValues(null as never, 'userID');
      await server.shutdownAsync();
      return [checks, keys, network.comparable()];
    };
    t.deepEqual(await run((network, options) => ours(engine, network, options)), await run(theirs));
  });

  test(`${engine}: of IDs and tiers that differ in case the first counts, also without a value, as statsig-node`, async (t) => {
    const users = [undefined, () => 1, null, 'acme', 'other'].flatMap((first) => [
      { userID: 'u', customIDs: { CompanyID: first, companyid: 'acme' } },
      { userID: 'u', customIDs: { companyid: 'acme', CompanyID: first } },
      { userID: 'u', statsigEnvironment: { Tier: first, tier: 'staging' } },
      { userID: 'u', statsigEnvironment: { TIER: first } },
    ]);
    const run = async (make: typeof theirs): Promise<unknown[]> => {
      const network = new FakeNetwork();
      network.specs = specs;
      const server = make(network, { disableDiagnostics: true });
      await server.initializeAsync();
      const seen = users.map((one, i) =>
        ['company', 'staging'].map((name) =>
          server.checkGate(user({ ...one, userID: `u${i}` }), name),
        ),
      );
      await server.shutdownAsync();
      return [seen, network.comparable()];
    };
    t.deepEqual(await run((network, options) => ours(engine, network, options)), await run(theirs));
  });

  test(`${engine}: users that differ in the order of their keys alone are told apart, as statsig-node`, async (t) => {
    const unlike: [string, unknown][][] = [
      [
        ['CompanyID', null],
        ['companyid', 'acme'],
      ],
      [
        ['first', 'never id'],
        ['second', 'always id'],
      ],
    ];
    const named: [string, unknown][] = [
      ['Tier', 'dev'],
      ['tier', 'staging'],
    ];
    const attributes: [string, unknown][] = [
      ['Plan', 'free'],
      ['plan', 'pro'],
    ];
    const orders = (section: string, pairs: [string, unknown][]): object[] =>
      [pairs, [...pairs].reverse(), pairs].map((some) => ({
        userID: section,
        [section]: Object.fromEntries(some),
      }));
    const users = [
      ...unlike.flatMap((pairs) => orders('customIDs', pairs)),
      ...orders('statsigEnvironment', named),
      ...orders('custom', attributes),
      ...orders('privateAttributes', attributes),
      ...[attributes, [...attributes].reverse()].map((some) =>
        Object.fromEntries([['userID', 'top'], ...some]),
      ),
    ];
    const run = async (make: typeof theirs): Promise<unknown[]> => {
      const network = new FakeNetwork();
      network.specs = specs;
      const server = make(network, { disableDiagnostics: true });
      await server.initializeAsync();
      server.overrideGate('everyone', false, 'never id');
      server.overrideGate('everyone', true, 'always id');
      const names = ['company', 'staging', 'everyone', 'plan'];
      const seen = users.map((one) =>
        names.map((name) => [
          server.checkGate(user(one), name),
          server.checkGate(user(structuredClone(one)), name),
        ]),
      );
      await server.shutdownAsync();
      return [seen, network.comparable()];
    };
    t.deepEqual(await run((network, options) => ours(engine, network, options)), await run(theirs));
  });

  test(`${engine}: the tier that a payload names may be a number or a flag, as statsig-node`, async (t) => {
    const run = async (make: typeof theirs, tierOfPayload: unknown): Promise<unknown[]> => {
      const network = new FakeNetwork();
      network.specs = payload({
        default_environment: tierOfPayload,
        feature_gates: [gate('g', { ...tier, targetValue: ['5', 'true', 'staging', ''] })],
      });
      const server = make(network, { disableDiagnostics: true });
      await server.initializeAsync();
      const value = server.checkGate({ userID: 'u' }, 'g');
      await server.shutdownAsync();
      return [value, network.comparable()];
    };
    for (const value of [5, 6, true, false, 'staging', 'x', '', null]) {
      t.deepEqual(
        await run((network, options) => ours(engine, network, options), value),
        await run(theirs, value),
        String(value),
      );
    }
    t.deepEqual(
      (await run((network, options) => ours(engine, network, options), { a: 1 }))[0],
      false,
    );
  });
}
