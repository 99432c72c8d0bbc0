import test from 'ava';
import { GrowingBytes } from '../../src/network/growing-bytes';

const MB = 1024 * 1024;

/** `length` bytes that tell their place, in pieces of `size`. */
async function through(length: number, size: number, expected: number): Promise<boolean> {
  const bytes = new GrowingBytes(expected);
  const source = Buffer.alloc(length, 0).map((_, i) => (i * 31 + (i >> 8)) & 255) as Buffer;
  for (let at = 0; at < length; at += size) bytes.add(Buffer.from(source.subarray(at, at + size)));
  return bytes.length === length && source.equals(await bytes.bytes());
}

test('pieces come out as they went in, whatever was announced', async (t) => {
  for (const expected of [0, 1, 100_000, 3 * MB, 5 * MB]) {
    t.true(await through(0, 1, expected), `nothing, ${expected} announced`);
    t.true(await through(7, 7, expected), `one piece, ${expected} announced`);
    t.true(await through(100_000, 1000, expected), `100,000 bytes, ${expected} announced`);
    t.true(await through(3 * MB + 5, 65_536, expected), `3 MB, ${expected} announced`);
  }
});

test('an announcement is believed up to 64 MB, so a wrong one costs no memory', async (t) => {
  const bytes = new GrowingBytes(512 * MB);
  bytes.add(Buffer.from('abc'));
  const all = await bytes.bytes();
  t.is(Buffer.from(all).toString(), 'abc');
  t.is(all.buffer.byteLength, 64 * MB);
});

test('what was added may be written over afterwards', async (t) => {
  const bytes = new GrowingBytes(0);
  const piece = Buffer.from('before');
  bytes.add(piece);
  piece.fill('x');
  t.is(Buffer.from(await bytes.bytes()).toString(), 'before');
});

test('requests are served while long ones are joined', async (t) => {
  const bytes = new GrowingBytes(0);
  bytes.add(Buffer.alloc(3 * MB));
  bytes.add(Buffer.alloc(MB));
  let isServed = false;
  setImmediate(() => (isServed = true));
  await bytes.bytes();
  t.true(isServed);
});
