/** Long texts become bytes, and bytes texts, piece by piece: with what lies on the seams. */
import test from 'ava';
import { decodeText, encodeText, isSameBytes } from '../../src/updates/text';

const SLICE = 1024 * 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

test('encoding and decoding piece by piece is that of the whole', async (t) => {
  const ends = ['', 'x', '😀', '\ud83d', '\ude00', 'é😀é'];
  for (const [length, end] of [
    ...[0, 1, SLICE - 1, SLICE, SLICE + 1].map((length) => [length, '😀']),
    ...ends.map((end) => [SLICE - 1, end]),
    ...ends.map((end) => [2 * SLICE - 1, end]),
    [2 * SLICE, ''],
  ] as [number, string][]) {
    const text = 'a'.repeat(length) + end;
    const bytes = encoder.encode(text);
    t.is(Buffer.compare(await encodeText(text), bytes), 0, `${length} ${end}`);
    t.true((await decodeText(bytes)) === decoder.decode(bytes), `${length} ${end}`);
  }
  const wide = encoder.encode('é'.repeat(SLICE));
  t.true((await decodeText(wide.subarray(1))) === decoder.decode(wide.subarray(1)));
  t.true((await decodeText(wide.subarray(0, -1))) === decoder.decode(wide.subarray(0, -1)));
});

test('bytes are compared to the last one', async (t) => {
  for (const length of [0, 1, SLICE - 1, SLICE, SLICE + 1, 2 * SLICE]) {
    const one = new Uint8Array(length).fill(7);
    t.true(await isSameBytes(one, one));
    t.true(await isSameBytes(one, one.slice()));
    t.false(await isSameBytes(one, new Uint8Array(length + 1).fill(7)));
    for (const place of [0, SLICE - 1, SLICE, length - 1]) {
      if (place >= length || place < 0) continue;
      const other = one.slice();
      other[place] = 8;
      t.false(await isSameBytes(one, other), `${place} of ${length}`);
    }
  }
});
