/** gzip on Node and on the web's streams: there and back, and what is refused. */
import { gunzipSync, gzipSync } from 'node:zlib';
import test from 'ava';
import { gunzipNode, gzipNode, gzipNow } from '../../src/events/gzip-node';
import { gunzipWeb, gzipWeb } from '../../src/events/gzip-web';

const TEXT = Buffer.from(
  JSON.stringify(Array.from({ length: 3000 }, (_, i) => ({ i, i2: i * i }))),
);
const same = (bytes: Uint8Array): boolean => TEXT.equals(bytes);

test('what is zipped comes back, on Node and on the web', async (t) => {
  for (const [zip, unzip] of [
    [gzipNode, gunzipNode],
    [gzipWeb, gunzipWeb],
  ] as const) {
    const zipped = await zip(TEXT);
    t.true(same(gunzipSync(zipped)));
    t.true(same(await unzip(zipped)));
    await t.throwsAsync(unzip(TEXT));
  }
  t.true(same(gunzipSync(gzipNow(TEXT))));
});

test('the usual level is 1, and another can be chosen', async (t) => {
  for (const zip of [gzipNode, gzipNow]) {
    t.is((await zip(TEXT)).length, gzipSync(TEXT, { level: 1 }).length);
    t.is((await zip(TEXT, 9)).length, gzipSync(TEXT, { level: 9 }).length);
  }
});

test('a batch of more than 128 MiB is not unpacked', async (t) => {
  const most = 128 * 1024 * 1024;
  t.is((await gunzipNode(gzipSync(Buffer.alloc(most), { level: 1 }))).length, most);
  await t.throwsAsync(gunzipNode(gzipSync(Buffer.alloc(most + 1), { level: 1 })));
});

test.serial('while fake timers hold back Node’s streams it is done at once', async (t) => {
  const { nextTick } = process;
  t.teardown(() => (process.nextTick = nextTick));
  process.nextTick = (() => undefined) as never;
  const zipped = await gzipNode(TEXT, 9);
  const plain = await gunzipNode(zipped);
  process.nextTick = Object.assign(nextTick.bind(process), nextTick);
  t.is(zipped.length, gzipSync(TEXT, { level: 9 }).length);
  t.true(same(plain));
});

test.serial('a runtime without those streams says so', async (t) => {
  const { CompressionStream, DecompressionStream } = globalThis;
  t.teardown(() => Object.assign(globalThis, { CompressionStream, DecompressionStream }));
  Object.assign(globalThis, { CompressionStream: undefined, DecompressionStream: undefined });
  await t.throwsAsync(gzipWeb(TEXT), { message: 'This runtime has no CompressionStream' });
  await t.throwsAsync(gunzipWeb(TEXT), { message: 'This runtime has no DecompressionStream' });
});
