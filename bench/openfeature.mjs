// What OpenFeature costs on top of a check: a direct call, the provider, and OpenFeature's own SDK
// over it; ns per check of a known user, exposures on, median of nine rounds. Against the built
// package.
//
//   node bench/openfeature.mjs
import { createRequire } from 'node:module';
import { OpenFeature } from '@openfeature/server-sdk';
const require = createRequire(import.meta.url);
const { StatsigProvider } = require('../dist/openfeature/index.js');
const { createTestStatsig } = require('../dist/testing/index.js');

const CHECKS = 100_000;
const ROUNDS = 9;
const statsig = await createTestStatsig((project) => {
  project.gate('g').on();
  project.config('c', { n: 1 });
});
const provider = new StatsigProvider({ statsig });
await OpenFeature.setProviderAndWait(provider);
const client = OpenFeature.getClient();
const user = { userID: 'ada', email: 'a@b.c', custom: { plan: 'pro' } };
const context = { targetingKey: 'ada', email: 'a@b.c', plan: 'pro' };

const ways = {
  getFeatureGate: async () => statsig.getFeatureGate(user, 'g'),
  'gate by the provider': () => provider.resolveBooleanEvaluation('g', false, context),
  'gate by the client': () => client.getBooleanValue('g', false, context),
  'getConfig().get': async () => statsig.getConfig(user, 'c').get('n', 0),
  'parameter by the provider': () => provider.resolveNumberEvaluation('c.n', 0, context),
  'parameter by the client': () => client.getNumberValue('c.n', 0, context),
};

async function round(check) {
  const start = process.hrtime.bigint();
  for (let at = 0; at < CHECKS; at += 1) await check();
  return Number(process.hrtime.bigint() - start) / CHECKS;
}

const rounds = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
for (let at = 0; at < ROUNDS; at += 1) {
  for (const [name, check] of Object.entries(ways)) rounds[name].push(await round(check));
}
const median = (times) => Math.round([...times].sort((a, b) => a - b)[(times.length - 1) / 2]);
console.log(`engine ${statsig.engineInfo().engine}, Node ${process.version}`);
for (const [name, times] of Object.entries(rounds))
  console.log(`${name.padEnd(26)} ${String(median(times)).padStart(6)} ns`);
await OpenFeature.close();
