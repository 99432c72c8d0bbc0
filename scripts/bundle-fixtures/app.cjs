// app.mjs for CommonJS.
const Statsig = require('statsig-node-native');
const specs = require('./sample-project.json');

async function main() {
  const options = { bootstrapValues: JSON.stringify(specs), localMode: true };
  const server = new Statsig.StatsigServer('secret-bundle', options);
  await server.initializeAsync();
  await Statsig.initialize('secret-bundle', options);
  const safari =
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.1 Safari/605.1.15';
  const rider = { userID: 'u', email: 'u@pedal.example' };
  console.log(
    JSON.stringify({
      engine: server.engineInfo().engine,
      gate: server.checkGate(rider, 'new_checkout'),
      shared: Statsig.checkGate(rider, 'new_checkout'),
      unknown: Statsig.checkGate(rider, 'unknown'),
      currency: server.getConfig(rider, 'tariff').get('currency', ''),
      // The tables that answers depend on have to be in the bundle.
      country: server.getConfig({ userID: 'u', ip: '46.14.0.1' }, 'tariff').get('currency', ''),
      browser: server.checkGate({ userID: 'u', userAgent: safari }, 'webkit_map_workaround'),
    }),
  );
  await Statsig.shutdownAsync();
  await server.shutdownAsync();
}
main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
