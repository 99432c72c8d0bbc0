import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import * as all from 'statsig-node-native';
import { exercise } from './exercise.cjs';
const required = createRequire(import.meta.url)('statsig-node-native');
assert.equal(all.default, required, 'import and require share one module');
for (const name of Object.keys(required)) assert.ok(name in all, `import * lacks ${name}`);
await exercise(all);
