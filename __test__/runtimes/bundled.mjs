// A program that is bundled into one file and runs where there is no node_modules. No condition names its runtime, so
// `default` gives the edge entry; the network is a function.
import { StatsigServer } from 'statsig-node-native';
import specs from './sample-project.json';

const posted = [];
const networkOverrideFunc = async (url, init) => {
  if (url.includes('/download_config_specs/')) return new Response(JSON.stringify(specs));
  if (url.endsWith('/log_event')) posted.push(init.body);
  return new Response('{}');
};
const statsig = new StatsigServer('secret-bundle', { networkOverrideFunc });
const { success, error } = await statsig.initializeAsync();
if (!success) throw error;
const user = { userID: 'ada', email: 'ada@pedal.example' };
if (!statsig.checkGate(user, 'new_checkout')) throw new Error('the gate is off');
await statsig.shutdownAsync();
if (posted.length === 0) throw new Error('no events');
console.log(`ok ${statsig.engineInfo().engine}`);
