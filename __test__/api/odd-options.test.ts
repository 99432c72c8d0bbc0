/** Options of a call that throw when they are read: the call answers as without them. */
import test from 'ava';
import { ENGINES, FakeNetwork, ours, payload, rule, spec } from './support';

interface Answer {
  value: boolean;
  get(name: string, other: unknown): unknown;
}

const fieldsOf = (object: object): Record<string, unknown> => object as Record<string, unknown>;

const throwing = (): never => {
  throw new Error('no');
};
const ODD: [string, object][] = [
  [
    'getters',
    {
      get disableExposureLogging() {
        return throwing();
      },
      get userPersistedValues() {
        return throwing();
      },
    },
  ],
  ['a Proxy', new Proxy({}, { get: throwing, has: throwing, ownKeys: throwing })],
];

const specs = payload({
  feature_gates: [spec({ name: 'g', rules: [rule({})] })],
  dynamic_configs: [
    spec({ name: 'c', entity: 'dynamic_config', rules: [rule({ returnValue: { a: 1 } })] }),
    spec({ name: 'e', entity: 'experiment', rules: [rule({ returnValue: { a: 2 } })] }),
  ],
  layer_configs: [spec({ name: 'l', entity: 'layer', rules: [rule({ returnValue: { a: 3 } })] })],
});

for (const engine of ENGINES) {
  for (const [kind, options] of ODD) {
    test(`${engine}: ${kind} as options of a check`, async (t) => {
      const server = ours(engine, Object.assign(new FakeNetwork(), { specs }));
      await server.initializeAsync();
      const user = { userID: 'u' };
      const asked = options as { disableExposureLogging?: boolean };
      for (const subject of [server, server.forUser(user)]) {
        const on = (name: string, ...args: unknown[]): Answer => {
          const method = fieldsOf(subject)[name] as (...all: unknown[]) => Answer;
          return method.apply(subject, subject === server ? [user, ...args] : args);
        };
        t.is<unknown, unknown>(on('checkGate', 'g', asked), true);
        t.true(on('getFeatureGate', 'g', asked).value);
        t.deepEqual<unknown, unknown>(on('checkGates', ['g'], asked), { g: true });
        t.is(on('getConfig', 'c', asked).get('a', 0), 1);
        t.is(on('getExperiment', 'e', asked).get('a', 0), 2);
        t.is(on('getLayer', 'l', asked).get('a', 0), 3);
        t.is(on('getParameterStore', 's', asked).get('a', 'none'), 'none');
      }
      await server.shutdownAsync(200);
    });
  }
}

const proxy = (): object => new Proxy({}, { get: throwing, has: throwing, ownKeys: throwing });

for (const engine of ENGINES) {
  test(`${engine}: an instance whose adapter or environment cannot be read answers`, async (t) => {
    const network = Object.assign(new FakeNetwork(), { specs });
    const user = { userID: 'u' };
    for (const more of [
      { overrideAdapter: proxy() },
      { environment: proxy() },
      { overrideAdapter: { overrideDynamicConfig: proxy, overrideParameterStore: proxy } },
    ]) {
      const server = ours(engine, network, more as never);
      await server.initializeAsync();
      t.true(server.checkGate(user, 'g'));
      t.is(server.getConfig(user, 'c').get('a', 0), 1);
      t.is(server.getParameterStore(user, 's').get('a', 'none'), 'none');
      await server.shutdownAsync(200);
    }
  });

  test(`${engine}: a client response whose options cannot be read says what it says without`, async (t) => {
    const server = ours(engine, Object.assign(new FakeNetwork(), { specs }));
    const ask = (options: unknown): unknown[] => [
      server.getClientInitializeResponse({ userID: 'u' }, undefined, options as never),
      server.getClientInitializeResponseString({ userID: 'u' }, undefined, options as never),
      server.getClientInitializeResponseBuffer({ userID: 'u' }, undefined, options as never),
    ];
    t.throws(() => ask(proxy()), { message: /wait for initialize/ });
    await server.initializeAsync();
    t.notThrows(() => ask(proxy()));
    await server.shutdownAsync(200);
  });
}
