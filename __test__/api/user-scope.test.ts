import test from 'ava';
import type { StatsigUser } from '../../src/types/user';
import { ENGINES, FakeNetwork, KEY, payload } from './support';
import { StatsigServer } from '../../src/api/statsig';

const GATES = ['always', '50', 'never', 'off', 'odd', 'inner', 'outer', 'segment:s', 'unheard of'];

for (const engine of ENGINES) {
  const start = async (specs: unknown = payload()) => {
    const network = new FakeNetwork();
    network.specs = specs;
    const server = new StatsigServer(KEY, {
      engine,
      networkOverrideFunc: network.override as never,
      disableDiagnostics: true,
    });
    await server.initializeAsync();
    return { network, server };
  };
  const user = (): StatsigUser => ({
    userID: 'u1',
    email: 'a@b.c',
    custom: { a: 1 },
    customIDs: { companyID: 'c' },
  });

  test(`${engine}: a scope answers and exposes what the instance does`, async (t) => {
    const [one, two] = [await start(), await start()];
    const scope = one.server.forUser(user());
    for (let round = 0; round < 2; round++) {
      for (const name of GATES)
        t.is(scope.checkGate(name), two.server.checkGate(user(), name), name);
      t.deepEqual(scope.getConfig('config').value, two.server.getConfig(user(), 'config').value);
      t.deepEqual(
        scope.getExperiment('experiment').value,
        two.server.getExperiment(user(), 'experiment').value,
      );
      t.is(
        scope.getLayer('layer').get('text', ''),
        two.server.getLayer(user(), 'layer').get('text', ''),
      );
      t.is(scope.getFeatureGate('inner').ruleID, two.server.getFeatureGate(user(), 'inner').ruleID);
    }
    await Promise.all([one.server.shutdownAsync(), two.server.shutdownAsync()]);
    t.true(one.network.events.length > GATES.length);
    t.deepEqual(one.network.comparable(), two.network.comparable());
  });

  test(`${engine}: checkGates gives each gate once and exposes it`, async (t) => {
    const { network, server } = await start();
    const values = server.checkGates(user(), GATES);
    t.deepEqual(Object.keys(values).sort(), [...GATES].sort());
    for (const name of GATES) t.is(values[name], server.checkGate(user(), name));
    t.deepEqual(server.checkGates(user(), ['always'], { disableExposureLogging: true }), {
      always: true,
    });
    await server.shutdownAsync();
    t.is(network.comparable().length, GATES.length);
  });

  test(`${engine}: a scope does not see later changes of the caller's object`, async (t) => {
    const { server } = await start();
    const mine = user() as { email?: string; custom: Record<string, unknown> } & StatsigUser;
    const scope = server.forUser(mine);
    t.true(scope.checkGate('inner'));
    mine.email = 'x@y.z';
    t.true(scope.checkGate('inner'));
    t.false(server.checkGate(mine, 'inner'));
    await server.shutdownAsync();
  });

  test(`${engine}: a scope survives the loss of its slot, new specs and a new life`, async (t) => {
    const { network, server } = await start();
    const scope = server.forUser(user());
    t.true(scope.checkGate('inner'));
    for (let i = 0; i < 3000; i++) server.checkGate({ userID: `other${i}` }, 'inner');
    t.true(scope.checkGate('inner'));
    network.specs = payload({ time: 2000, feature_gates: [] });
    await server.syncStoreSpecs();
    t.false(scope.checkGate('inner'));
    await server.shutdownAsync();
    t.throws(() => scope.checkGate('inner'), { message: /initialize/ });
    network.specs = payload({ time: 3000 });
    await server.initializeAsync();
    t.true(scope.checkGate('inner'));
    await server.shutdownAsync();
  });

  test(`${engine}: what a scope remembers ends with overrides, and a new window exposes again`, async (t) => {
    const { network, server } = await start();
    const scope = server.forUser(user());
    const thrice = (name: string): boolean[] => [1, 2, 3].map(() => scope.checkGate(name));
    for (const name of ['always', 'never', 'always'])
      t.deepEqual(new Set(thrice(name)), new Set([name === 'always']));
    server.overrideGate('never', true, 'u1');
    t.deepEqual(thrice('never'), [true, true, true]);
    server.clearAllGateOverrides();
    t.deepEqual(thrice('never'), [false, false, false]);
    (
      server as unknown as { runtime: { engineHost: { rotateWindow(): void } } }
    ).runtime.engineHost.rotateWindow();
    t.deepEqual(thrice('always'), [true, true, true]);
    t.false(scope.checkGate('never', { disableExposureLogging: true }));
    await server.shutdownAsync();
    const told = network
      .comparable()
      .map((event) => JSON.stringify(event))
      .filter((text) => text.includes('gate_exposure'));
    t.is(told.filter((text) => text.includes('"always"')).length, 2);
    // Without the override, with it (another rule), and nothing in the new window.
    t.is(told.filter((text) => text.includes('"never"')).length, 2);
  });

  test(`${engine}: a scope of no user throws what a check throws`, async (t) => {
    const { server } = await start();
    t.throws(() => server.forUser({} as StatsigUser).checkGate('inner'), { message: /valid user/ });
    t.throws(() => server.forUser(null as unknown as StatsigUser).checkGate('inner'), {
      message: /valid user/,
    });
    t.throws(() => server.forUser(user()).checkGate(''), { message: /non-empty string/ });
    await server.shutdownAsync();
  });
}
