/** Protobuf's wire format, at its edges. */
import test from 'ava';
import { fieldsOf, Message } from '../../src/updates/proto/wire';
import { message } from './proto-writer';

test('numbers of every width, and the last of each field', (t) => {
  for (const value of [0n, 1n, 127n, 128n, 16_383n, 16_384n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n])
    t.is(new Message(message([[1, value]])).bits(1), value);
  const wide = Uint8Array.of(0x08, ...Array<number>(9).fill(0xff), 0x7f);
  t.is(new Message(wide).bits(1), 2n ** 64n - 1n, 'of more bits than 64 the others are cut');
  const all = new Message(
    message([
      [1, 5],
      [1, 6],
      [2, { double: -0.5 }],
      [3, { float: 0.25 }],
      [2000, 'far'],
      [4, 'a'],
      [4, 'é'],
      [5, [[1, true]]],
      [6, 0],
    ]),
  );
  t.deepEqual([all.int(1), all.double(2), all.float(3), all.text(2000)], [6, -0.5, 0.25, 'far']);
  t.deepEqual([all.texts(4), all.text(4)], [['a', 'é'], 'é']);
  t.true(all.message(5).bool(1));
  t.deepEqual(
    [1, 6, 7].map((number) => all.has(number)),
    [true, true, false],
  );
  t.deepEqual([all.bool(1), all.bool(6), all.bool(7)], [true, false, false]);
  t.deepEqual(
    [all.int(7), all.double(7), all.float(7), all.text(7), all.texts(7)],
    [0, 0, 0, '', []],
  );
  t.is(new Message(null).int(1), 0);
  t.deepEqual(new Message(message([[1, 5]])).texts(1), ['']);
});

test('what is cut off, endless or of another age is refused', (t) => {
  for (const [bytes, why] of [
    [[0x08], /ends early/],
    [[0x08, 0x80], /ends early/],
    [[0x09, 1, 2, 3, 4, 5, 6, 7], /ends early/],
    [[0x0d, 1, 2, 3], /ends early/],
    [[0x0a, 2, 1], /ends early/],
    [[0x08, ...new Array<number>(10).fill(0x80), 0], /does not end/],
    [[0x0b], /unknown wire type/],
    [[0x0c], /unknown wire type/],
    [[0x0e, 0], /unknown wire type/],
  ] as const)
    t.throws(() => fieldsOf(Uint8Array.from(bytes)), { instanceOf: RangeError, message: why });
  t.deepEqual(fieldsOf(Uint8Array.of(0x0a, 1, 7)), [
    { number: 1, bits: 0n, bytes: Uint8Array.of(7) },
  ]);
  const long = Uint8Array.from([0x08, ...new Array<number>(9).fill(0x80), 0]);
  t.is(fieldsOf(long)[0]?.bits, 0n, 'ten bytes are a number');
});
