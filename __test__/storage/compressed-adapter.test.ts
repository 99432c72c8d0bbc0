import test from 'ava';
import { gzipSync } from 'node:zlib';
import { CompressedDataAdapter } from '../../src/storage/compressed-adapter';
import { DataAdapterKeyPath, type IDataAdapter } from '../../src/storage/data-adapter';
import { MemoryDataAdapter } from '../../src/storage/memory-adapter';

const KEY = 'statsig|/v1/download_config_specs|plain_text|H';
const PACKED = 'statsig|/v1/download_config_specs|gzip|H';

test('items are small, come back whole, and plain ones are found', async (t) => {
  const inner = new MemoryDataAdapter([DataAdapterKeyPath.V1Rulesets]);
  const adapter = new CompressedDataAdapter(inner);
  await adapter.initialize();
  const text = JSON.stringify({ text: 'é€😀 '.repeat(10_000) });
  t.deepEqual(await adapter.get(KEY), {});
  await inner.set(KEY, 'plain', 5);
  t.is((await adapter.get(KEY)).result, 'plain');
  await adapter.set(KEY, text, 7);
  const stored = await inner.get(PACKED);
  t.true(String(stored.result).length < text.length / 10);
  t.deepEqual(await adapter.get(KEY), { result: text, time: 7 });
  t.is((await inner.get(KEY)).result, 'plain', 'what others read stays');
  t.true(adapter.supportsPollingUpdatesFor(DataAdapterKeyPath.V1Rulesets));
  t.false(adapter.supportsPollingUpdatesFor(DataAdapterKeyPath.V1IDLists));
  await adapter.shutdown();
});

test('bytes are taken; junk, bombs and an error of the store are errors', async (t) => {
  let result: unknown = gzipSync('bytes');
  const inner = { get: async () => ({ result }) } as unknown as IDataAdapter;
  const adapter = new CompressedDataAdapter(inner);
  await adapter.initialize();
  t.is((await adapter.get(KEY)).result, 'bytes');
  for (const junk of ['junk', Buffer.from('junk'), {}, 5, gzipSync('cut off').subarray(0, 12)]) {
    result = junk;
    t.is((await adapter.get(KEY)).error?.message, 'A compressed item is broken', String(junk));
  }
  const failing = new CompressedDataAdapter({
    get: async () => ({ error: new Error('away') }),
  } as unknown as IDataAdapter);
  t.is((await failing.get(KEY)).error?.message, 'away');
  await adapter.shutdown();
});

test('an empty item is none, and the plain one is looked for', async (t) => {
  for (const nothing of [undefined, null, '']) {
    const inner = {
      get: async (key: string) => ({ result: key === PACKED ? nothing : 'plain' }),
    } as unknown as IDataAdapter;
    t.is((await new CompressedDataAdapter(inner).get(KEY)).result, 'plain', String(nothing));
  }
});

test('an adapter that says nothing of polls is not polled, and has no proxy’s keys', async (t) => {
  const bare = new CompressedDataAdapter({ get: async () => ({}) } as unknown as IDataAdapter);
  t.false(bare.supportsPollingUpdatesFor(DataAdapterKeyPath.V1Rulesets));
  t.false(bare.readsForwardProxy);
  const reads = new CompressedDataAdapter({ readsForwardProxy: true } as unknown as IDataAdapter);
  t.true(reads.readsForwardProxy);
});
