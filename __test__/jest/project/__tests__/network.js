// Real sockets: after shutdown nothing of the SDK's is left.
const Statsig = require('statsig-node-native');
const { createLocalServer } = require('statsig-node-native/local-server');

test('a life over HTTP', async () => {
  const local = await createLocalServer({ idLists: { l: ['u'] } });
  const details = await Statsig.initialize('secret-jest', {
    api: local.api,
    logger: { warn() {}, error() {}, logLevel: 'none' },
  });
  expect(details.success).toBe(true);
  Statsig.logEvent({ userID: 'u' }, 'e');
  await Statsig.shutdownAsync();
  expect(local.events().map(({ eventName }) => eventName)).toContain('e');
  await local.close(0);
});
