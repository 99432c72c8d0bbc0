// An application as bundlers see it. Prints the engine and answers that the check compares; exits by itself.
import Statsig, { StatsigServer } from 'statsig-node-native';
import specs from './sample-project.json';

const options = { bootstrapValues: JSON.stringify(specs), localMode: true };
const server = new StatsigServer('secret-bundle', options);
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
