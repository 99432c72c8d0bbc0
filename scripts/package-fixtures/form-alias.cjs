// npm:… alias: statsig-node's name, its deep imports, and its two ways of default import.
const { strict: assert } = require('node:assert');
const { exercise } = require('./exercise.cjs');
const statsig = require('statsig-node');
const { DataAdapterKeyPath } = require('statsig-node/dist/interfaces/IDataAdapter');
assert.equal(DataAdapterKeyPath.V1Rulesets, '/v1/download_config_specs');
require('statsig-node/dist/interfaces/IUserPersistentStorage');
assert.equal(require('statsig-node/dist/utils/core').getTypeOf([]), 'array');
assert.equal(require('statsig-node/dist/utils/core.js').getSDKType(), 'statsig-node');
assert.equal(require('statsig-node/dist/DynamicConfig').default, statsig.DynamicConfig);
assert.equal(
  require('statsig-node/dist/Errors').StatsigUninitializedError,
  statsig.StatsigUninitializedError,
);
assert.equal(require('statsig-node/package.json').name, 'statsig-node-native');
exercise(statsig).catch((error) => {
  console.error(error);
  process.exit(1);
});
