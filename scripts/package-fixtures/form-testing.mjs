// The entry for tests of applications, through both module systems.
import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import Statsig from 'statsig-node-native';
import { createTestStatsig } from 'statsig-node-native/testing';
const require = createRequire(import.meta.url);
assert.equal(require('statsig-node-native/testing').createTestStatsig, createTestStatsig);
const statsig = await createTestStatsig((project) => project.gate('g').on(), { shared: true });
assert.equal(statsig.engineInfo().engine, process.env.EXPECTED_ENGINE);
assert.equal(Statsig.checkGate({ userID: 'a' }, 'g'), true);
assert.deepEqual(await statsig.exposures(), [
  { kind: 'gate', name: 'g', userID: 'a', value: true, ruleID: 'everyone' },
]);
