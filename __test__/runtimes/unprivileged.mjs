// A runtime that lets programs read no variable, no file and no network: the package loads, js answers from values that are
// handed in, and the network that fails throws nothing.
import { strict as assert } from 'node:assert';
import { StatsigServer } from 'statsig-node-native';
import specs from './sample-project.json' with { type: 'json' };

const rider = {
  userID: 'u',
  email: 'u@pedal.example',
  ip: '91.198.174.192',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0',
};
const logger = { logLevel: 'none', debug() {}, info() {}, warn() {}, error() {} };
const given = new StatsigServer('secret-x', {
  bootstrapValues: JSON.stringify(specs),
  logger,
  disableRulesetsSync: true,
});
assert.equal((await given.initializeAsync()).success, true);
assert.equal(given.checkGate(rider, 'new_checkout'), true);
assert.equal(given.getConfig(rider, 'tariff').get('currency', ''), 'EUR');
await given.shutdownAsync(1000);

const alone = new StatsigServer('secret-x', {
  api: 'http://127.0.0.1:1/v1',
  logger,
  initTimeoutMs: 1000,
});
assert.equal((await alone.initializeAsync()).success, false);
assert.equal(alone.checkGate(rider, 'new_checkout'), false);
await alone.shutdownAsync(1000);
console.log(`ok ${given.engineInfo().engine}`);
