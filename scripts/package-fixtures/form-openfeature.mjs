// The OpenFeature provider, through both module systems, without OpenFeature's SDK.
import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import { StatsigProvider } from 'statsig-node-native/openfeature';
import { createTestStatsig } from 'statsig-node-native/testing';
const require = createRequire(import.meta.url);
assert.equal(require('statsig-node-native/openfeature').StatsigProvider, StatsigProvider);
const statsig = await createTestStatsig((project) => project.gate('g').on());
const provider = new StatsigProvider({ statsig });
await provider.initialize();
assert.equal(
  (await provider.resolveBooleanEvaluation('g', false, { targetingKey: 'a' })).value,
  true,
);
await provider.onClose();
