// Whole lives in Jest's environments, also while its fake timers stand still.
const { lives, service } = require('../../../hosts/lives.cjs');

const ENGINES = (process.env.STATSIG_TEST_ENGINES ?? 'native,wasm,js').split(',');
const TIMERS = {
  'real timers': () => undefined,
  'modern fake timers': () => jest.useFakeTimers({ doNotFake: ['nextTick'] }),
  'modern fake timers of everything': () => jest.useFakeTimers(),
  'legacy fake timers': () => jest.useFakeTimers({ legacyFakeTimers: true }),
};
let server;

beforeAll(async () => {
  server = await service();
});
afterAll(() => server.close());
afterEach(() => jest.useRealTimers());

describe.each(Object.keys(TIMERS))('%s', (timers) => {
  describe.each(['before', 'after'])('installed %s the package is loaded', (when) => {
    test.each(ENGINES)(
      '%s',
      async (engine) => {
        jest.resetModules();
        if (when === 'before') TIMERS[timers]();
        const { StatsigServer } = require('statsig-node-native');
        const { MemoryDataAdapter } = require('statsig-node-native/memory-adapter');
        if (when === 'after') TIMERS[timers]();
        const api = `http://127.0.0.1:${server.address().port}/v1`;
        const facts = await lives(engine, {
          StatsigServer,
          MemoryDataAdapter,
          api,
          patience: 10_000,
        });
        const sources = {
          http: 'Network',
          override: 'Network',
          adapter: 'DataAdapter',
          bootstrap: 'Bootstrap',
        };
        for (const [way, source] of Object.entries(sources)) {
          expect(facts[way]).toMatchObject({
            success: true,
            source,
            engine,
            lines: [],
            flushed: { kept: 0, dropped: 0 },
            shut: { delivered: 1, kept: 0, dropped: 0 },
          });
          expect(
            facts[way].gates.every(
              ([, ...values]) => values.length === 4 && values.every((value) => value),
            ),
          ).toBe(true);
          expect(facts[way].logged.length).toBe(15);
        }
      },
      30_000,
    );
  });
});
