const { strict: assert } = require('node:assert');
const { exercise } = require('./exercise.cjs');
const module_ = require('statsig-node-native');
assert.equal(module_.__esModule, undefined);
assert.equal(module_.default.default, undefined);
assert.equal(module_.Statsig, module_.default);
exercise(module_.default).catch((error) => {
  console.error(error);
  process.exit(1);
});
