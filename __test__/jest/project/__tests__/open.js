// An instance that polls, has events pending and is never shut down: Jest must not find an open handle.
const { StatsigServer } = require('statsig-node-native');
const { MemoryDataAdapter } = require('statsig-node-native/memory-adapter');

const specs = {
  has_updates: true,
  time: 1,
  feature_gates: [],
  dynamic_configs: [],
  layer_configs: [],
};
const quiet = { warn() {}, error() {}, logLevel: 'none' };

test.each(process.env.STATSIG_TEST_ENGINES.split(','))('%s', async (engine) => {
  const asked = [];
  const server = new StatsigServer('secret-jest', {
    engine,
    logger: quiet,
    dataAdapter: new MemoryDataAdapter(),
    initTimeoutMs: 60_000,
    networkOverrideFunc: async (url) => {
      asked.push(url);
      return new Response(JSON.stringify(url.includes('download_config_specs') ? specs : {}));
    },
  });
  expect((await server.initializeAsync()).source).toBe('Network');
  expect(server.checkGate({ userID: 'u' }, 'g')).toBe(false);
  server.logEvent({ userID: 'u' }, 'e');
  await server.syncStoreSpecs();
  expect(asked.length).toBe(3);
});
