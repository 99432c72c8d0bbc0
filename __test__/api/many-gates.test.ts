import test from 'ava';
import type { StatsigUser } from '../../src/types/user';
import { StatsigServer } from '../../src/api/statsig';
import { ENGINES, FakeNetwork, KEY, circle, payload, ours } from './support';

const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const user = (id = 'u1'): StatsigUser => ({
  userID: id,
  email: 'a@b.c',
  userAgent: AGENT,
  customIDs: { companyID: 'c' },
});

/** A gate that asks for the parsed user agent. */
const chrome = (name: string) => ({
  ...circle,
  name,
  rules: [
    {
      name: 'r',
      id: 'agent',
      salt: 'rs',
      passPercentage: 100,
      idType: 'userID',
      returnValue: true,
      groupName: null,
      conditions: [
        {
          type: 'ua_based',
          field: 'browser_name',
          operator: 'any',
          targetValue: ['Chrome'],
          idType: 'userID',
          additionalValues: {},
        },
      ],
    },
  ],
});

for (const engine of ENGINES) {
  const start = async (gates: object[] = [], options: object = {}) => {
    const network = new FakeNetwork();
    const specs = payload() as { feature_gates: object[] };
    network.specs = { ...specs, feature_gates: [...specs.feature_gates, ...gates] };
    const server = ours(engine, network, options);
    await server.initializeAsync();
    return { network, server };
  };

  test(`${engine}: checkGates answers and exposes as single checks do, also where one fails or asks for the user agent`, async (t) => {
    const names = [
      'always',
      'chrome1',
      'circle',
      'never',
      'chrome2',
      'unheard of',
      '__proto__',
      'inner',
      'always',
    ];
    const gates = [chrome('chrome1'), chrome('chrome2'), circle];
    const [one, two] = [await start(gates), await start(gates)];
    for (const id of ['u1', 'u2', 'u1']) {
      const values = one.server.checkGates(user(id), names);
      t.deepEqual(
        Object.entries(values).sort(),
        [...new Set(names)]
          .map((name) => [name, two.server.checkGate(user(id), name)] as const)
          .sort(),
      );
      t.deepEqual(one.server.forUser(user(id)).checkGates(names), values);
      t.true(values['chrome2']);
      t.false(values['circle']);
    }
    await Promise.all([one.server.shutdownAsync(), two.server.shutdownAsync()]);
    t.deepEqual(one.network.comparable(), two.network.comparable());
    t.true(one.network.comparable().length > 10);
  });

  test(`${engine}: checkAllGates gives every gate but segments and holdouts, and exposes as asked`, async (t) => {
    const { network, server } = await start([
      { ...circle, name: 'held', entity: 'holdout', rules: [] },
    ]);
    const expected = server
      .getFeatureGateList()
      .filter((name) => name !== 'held' && !name.startsWith('segment:'));
    const { queued } = server.eventStats();
    const quiet = server.checkAllGates(user(), { disableExposureLogging: true });
    t.deepEqual(Object.keys(quiet).sort(), [...expected].sort());
    t.true(expected.length > 4);
    t.is(server.eventStats().queued, queued);
    t.deepEqual(server.checkAllGates(user()), quiet);
    t.deepEqual(server.forUser(user()).checkAllGates(), quiet);
    network.specs = payload({
      time: 5000,
      feature_gates: [{ ...circle, name: 'only', rules: [] }],
    });
    await server.syncStoreSpecs();
    t.deepEqual(server.checkAllGates(user()), { only: false });
    await server.shutdownAsync();
    t.is(network.comparable().length, expected.length + 1);
  });

  test(`${engine}: more gates than the tables of unknown names hold are answered`, async (t) => {
    const { server } = await start();
    const names = Array.from({ length: 6000 }, (_, i) => `unknown ${i}`);
    const values = server.checkGates(user(), [...names, 'always'], {
      disableExposureLogging: true,
    });
    t.is(Object.keys(values).length, 6001);
    t.true(values['always']);
    await server.shutdownAsync();
  });

  test(`${engine}: many gates are told to callbacks one by one, and errors are those of a check`, async (t) => {
    const seen: string[] = [];
    const { server } = await start([], {
      evaluationCallbacks: { gateCallback: (gate: { name: string }) => void seen.push(gate.name) },
    });
    server.checkGates(user(), ['always', 'never']);
    t.deepEqual(seen, ['always', 'never']);
    t.throws(() => server.checkGates({} as StatsigUser, ['always']), { message: /valid user/ });
    t.throws(() => server.checkGates(user(), ['']), { message: /non-empty string/ });
    t.throws(() => server.checkGates(user(), 'always' as never), { message: /array/ });
    t.throws(() => server.checkAllGates({} as StatsigUser), { message: /valid user/ });
    await server.shutdownAsync();
    t.throws(() => server.checkAllGates(user()), { message: /initialize/ });
  });
}

test('an instance that was never initialized answers no gates', (t) => {
  const server = new StatsigServer(KEY, { localMode: true });
  t.throws(() => server.checkGates(user(), ['a']), { message: /initialize/ });
  t.throws(() => server.checkAllGates(user()), { message: /initialize/ });
});
