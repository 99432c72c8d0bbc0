/**
 * Clocks that go back, stand still or tell no time: corrected by NTP, set by tests, mocked badly.
 */
process.env['TZ'] = 'UTC';
import test from 'ava';
import {
  ENGINES,
  FakeNetwork,
  isPublic,
  ours,
  payload,
  rule,
  spec,
  theirs,
  type AnyServer,
} from './support';

const DAY = 86_400_000;
const T = Date.UTC(2026, 5, 1, 12);
const realNow = Date.now;

const at = (operator: string, targetValue: unknown): object => ({
  ...isPublic,
  type: 'current_time',
  operator,
  targetValue,
});
const passes = (gate: string): object => ({ ...isPublic, type: 'pass_gate', targetValue: gate });
const TIMED: Record<string, object[]> = {
  after: [at('after', T)],
  before: [at('before', T)],
  on: [at('on', T)],
  text: [at('after', new Date(T).toISOString())],
  gte: [at('gte', T)],
  far: [at('before', T + 400 * DAY)],
  nested: [passes('after')],
  deep: [passes('nested'), passes('far')],
  plain: [isPublic],
};
const NAMES = Object.keys(TIMED);
const config = (name: string, entity: string) =>
  spec({
    name,
    type: 'dynamic_config',
    entity,
    defaultValue: { on: false },
    rules: [rule({ id: 'c', conditions: TIMED[name]!, returnValue: { on: true } })],
  });

const timed = () =>
  payload({
    feature_gates: NAMES.map((name) => spec({ name, rules: [rule({ conditions: TIMED[name] })] })),
    dynamic_configs: NAMES.map((name) =>
      config(name, name === 'after' ? 'experiment' : 'dynamic_config'),
    ),
    layer_configs: NAMES.map((name) => config(name, 'layer')),
  });
const network = (): FakeNetwork => Object.assign(new FakeNetwork(), { specs: timed() });
const USER = { userID: 'u' };

test.afterEach.always(() => {
  Date.now = realNow;
});

/** Every answer that there is, as asked of both SDKs. */
function answers(server: AnyServer): unknown {
  const response = server.getClientInitializeResponse(USER, undefined, { hash: 'none' });
  return {
    gates: NAMES.map((name) => server.checkGate(USER, name)),
    configs: NAMES.map((name) => server.getConfig(USER, name).value),
    experiments: NAMES.map((name) => server.getExperiment(USER, name).get('on', null)),
    layers: NAMES.map((name) => server.getLayer(USER, name).get('on', null)),
    response: [response?.feature_gates, response?.dynamic_configs, response?.layer_configs],
  };
}

/**
 * A day before, after, long before, now and then the next minute, and where clocks show seconds.
 */
const WALK = [
  T - DAY,
  T + DAY,
  T - DAY,
  T - 500 * DAY,
  T + 500 * DAY,
  T,
  T + 1,
  T - 1,
  5,
  T + DAY,
  1_000_000_000,
  T + DAY,
];
/** A new function each time, as spies are; and one whose time is set, as fake timers have. */
const MOCKS: Record<string, (times: number[], act: (time: number) => void) => void> = {
  'a new function each time': (times, act) =>
    times.forEach((time) => {
      Date.now = () => time;
      act(time);
    }),
  'one function': (times, act) => {
    let shown = 0;
    Date.now = () => shown;
    for (const time of times) act((shown = time));
  },
};

for (const engine of ENGINES) {
  for (const [mock, walk] of Object.entries(MOCKS)) {
    test.serial(`${engine}: answers follow a clock that goes back (${mock})`, async (t) => {
      const server = ours(engine, network());
      const rival = theirs(network());
      await Promise.all([server.initializeAsync(), rival.initializeAsync()]);
      const scope = server.forUser(USER);
      walk(WALK, (time) => {
        const expected = answers(rival) as { gates: boolean[] };
        for (let round = 0; round < 3; round++) {
          t.deepEqual(answers(server), expected, `at T ${time - T}`);
          t.deepEqual(
            NAMES.map((name) => scope.checkGate(name)),
            expected.gates,
            `forUser at T ${time - T}`,
          );
          t.deepEqual(
            Object.values(scope.checkGates(NAMES)),
            expected.gates,
            `checkGates at T ${time - T}`,
          );
          t.deepEqual(
            Object.values(server.checkAllGates(USER)),
            expected.gates,
            `checkAllGates at T ${time - T}`,
          );
        }
      });
      Date.now = realNow;
      await Promise.all([server.shutdownAsync(), rival.shutdownAsync()]);
    });
  }

  const none: Record<string, () => unknown> = {
    NaN: () => NaN,
    Infinity: () => Infinity,
    'minus Infinity': () => -Infinity,
    undefined: () => undefined,
    'no number': () => 'soon',
    symbol: () => Symbol('now'),
    throws: () => {
      throw new Error('no clock');
    },
  };
  for (const [name, now] of Object.entries(none)) {
    test.serial(
      `${engine}: a clock that tells no time (${name}) breaks nothing; the time before counts`,
      async (t) => {
        const net = network();
        Date.now = () => T + DAY;
        const server = ours(engine, net);
        await server.initializeAsync();
        const expected = answers(server);
        Date.now = now as () => number;
        t.deepEqual(answers(server), expected);
        t.is(server.forUser(USER).checkGate('after'), true);
        server.logEvent({ userID: 'other' }, 'bought');
        server.checkGate({ userID: 'other' }, 'plain');
        await server.syncStoreSpecs();
        await server.syncStoreIdLists();
        const report = await server.flush();
        const times = net.events.map((event) => (event as unknown as { time: number }).time);
        Date.now = realNow;
        t.is(report.kept + report.dropped, 0);
        t.deepEqual([...new Set(times)], [T + DAY]);
        t.true(net.comparable().length > 2 * NAMES.length);
        await server.shutdownAsync();
      },
    );
  }

  test.serial(`${engine}: a time in the form of a text, negative or broken is one`, async (t) => {
    const net = network();
    const server = ours(engine, net);
    await server.initializeAsync();
    const shown = [String(T + DAY), -5, T - 0.5, T + 0.5, new Date(T - DAY)];
    const values = shown.map((time) => {
      Date.now = () => time as number;
      return server.checkGate(USER, 'gte');
    });
    Date.now = realNow;
    t.deepEqual(values, [true, false, false, true, false]);
    await server.shutdownAsync();
    const times = net.events.flatMap((event) =>
      (event.metadata?.['gate'] ?? '') === 'gte'
        ? [(event as unknown as { time: number }).time]
        : [],
    );
    t.deepEqual(times, [T + DAY, -5]);
  });

  test.serial(
    `${engine}: a clock that shows another time at each look still gets answers`,
    async (t) => {
      const server = ours(engine, network());
      await server.initializeAsync();
      let time = T + 1000;
      Date.now = () => --time;
      for (let i = 0; i < 20; i++) t.true(server.checkGate({ userID: `u${i % 3}` }, 'plain'));
      t.false(
        server.checkGate({ userID: 'x' }, 'text') && server.checkGate({ userID: 'x' }, 'before'),
      );
      Date.now = realNow;
      await server.shutdownAsync();
    },
  );

  test.serial(
    `${engine}: initializing while the clock goes back takes no negative time`,
    async (t) => {
      const server = ours(engine, network());
      let time = T;
      Date.now = () => (time -= DAY);
      const details = await server.initializeAsync();
      Date.now = realNow;
      t.true(details.success);
      t.is(details.duration, 0);
      await server.shutdownAsync();
    },
  );
}
