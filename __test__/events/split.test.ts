/** A batch that is too long for the server, as two. */
import { gunzipSync, gzipSync } from 'node:zlib';
import test from 'ava';
import type { StoredBatch } from '../../src/events/batch';
import { splitBatch, type SplitTools } from '../../src/events/split';

const tools = (more: Partial<SplitTools> = {}): SplitTools => {
  let ids = 0;
  return {
    compress: async (body) => gzipSync(body),
    decompress: async (body) => gunzipSync(body),
    newId: () => `new-${++ids}`,
    ...more,
  };
};
const batch = (events: unknown[], isGzipped: boolean): StoredBatch => {
  const plain = Buffer.from(JSON.stringify({ events, statsigMetadata: { sdk: 'é' } }));
  const body = isGzipped ? gzipSync(plain) : plain;
  return { id: 'old', count: events.length, body, isGzipped };
};
const shown = ({ body, ...rest }: StoredBatch) => ({
  ...rest,
  ...JSON.parse(Buffer.from(rest.isGzipped ? gunzipSync(body) : body).toString()),
});
const half = (id: string, isGzipped: boolean, ...events: unknown[]) => ({
  id,
  count: events.length,
  isGzipped,
  events,
  statsigMetadata: { sdk: 'é' },
});

test('both halves are as the whole was, the older events first', async (t) => {
  for (const isGzipped of [true, false]) {
    const halves = await splitBatch(batch([1, 2, 3], isGzipped), tools());
    t.deepEqual(halves.map(shown), [half('new-1', isGzipped, 1, 2), half('new-2', isGzipped, 3)]);
  }
});

test('what cannot be compressed goes plain; what cannot be unpacked is not split', async (t) => {
  const halves = await splitBatch(batch([1, 2], true), tools({ compress: null }));
  t.deepEqual(halves.map(shown), [half('new-1', false, 1), half('new-2', false, 2)]);
  await t.throwsAsync(splitBatch(batch([1, 2], true), tools({ decompress: null })));
  const plain = await splitBatch(batch([1, 2], false), tools({ decompress: null }));
  t.deepEqual(plain.map(shown), [half('new-1', false, 1), half('new-2', false, 2)]);
});

test('one event, or none, stays whole', async (t) => {
  for (const events of [[1], []])
    await t.throwsAsync(splitBatch(batch(events, false), tools()), {
      message: 'A batch of one event cannot be split',
    });
});
