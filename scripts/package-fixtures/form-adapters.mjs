// The data adapters, by their own paths, through both module systems.
import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import { FileDataAdapter } from 'statsig-node-native/file-adapter';
import { MemoryDataAdapter } from 'statsig-node-native/memory-adapter';
import { RedisDataAdapter } from 'statsig-node-native/redis';
const require = createRequire(import.meta.url);
assert.equal(require('statsig-node-native/redis').RedisDataAdapter, RedisDataAdapter);
assert.equal(require('statsig-node-native/file-adapter').FileDataAdapter, FileDataAdapter);
const memory = new MemoryDataAdapter();
await memory.set('key', 'value');
assert.equal((await memory.get('key')).result, 'value');
