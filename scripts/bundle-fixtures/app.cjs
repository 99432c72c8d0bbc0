// app.mjs for CommonJS.
const Statsig = require('statsig-node-native');
const specs = require('./sample-project.json');

async function main() {
  const options = { bootstrapValues: JSON.stringify(specs), localMode: true };
  const server = new Statsig.StatsigServer('secret-bundle', options);
  await server.initializeAsync();
  await Statsig.initialize('secret-bundle', options);
  const rider = { userID: 'u', email: 'u@pedal.example' };
  console.log(JSON.stringify({
    engine: server.engineInfo().engine,
    gate: server.checkGate(rider, 'new_checkout'),
    shared: Statsig.checkGate(rider, 'new_checkout'),
    unknown: Statsig.checkGate(rider, 'unknown'),
    currency: server.getConfig(rider, 'tariff').get('currency', ''),
  }));
  await Statsig.shutdownAsync();
  await server.shutdownAsync();
}
main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
