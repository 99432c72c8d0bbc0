/** Which batch is next, and which go when there is no room. */
import test from 'ava';
import type { StoredBatch } from '../../src/events/batch';
import { BatchQueue } from '../../src/events/batch-queue';

const batch = (id: string, count = 1, bytes = 10): StoredBatch => ({
  id,
  count,
  body: new Uint8Array(bytes),
  isGzipped: false,
});

/** A queue with batches that failed so often, oldest first. */
function queueOf(...failures: number[]): BatchQueue {
  const queue = new BatchQueue(1000, 1 << 20);
  failures.forEach((_, index) => queue.add(batch(`b${index}`)));
  const all = failures.map(() => queue.shift()!);
  all.forEach((one, index) => {
    one.failures = failures[index]!;
    queue.putBack(one);
  });
  return queue;
}

test('the probe is the batch that failed least often, the oldest among equals', (t) => {
  t.is(queueOf(0, 0, 0).takeProbe()?.id, 'b0');
  t.is(queueOf(1, 1, 1).takeProbe()?.id, 'b0');
  t.is(queueOf(2, 1, 1).takeProbe()?.id, 'b1');
  t.is(queueOf(2, 1, 0, 0).takeProbe()?.id, 'b2');
  t.is(queueOf(1, 2, 1).takeProbe()?.id, 'b0');
  t.is(queueOf().takeProbe(), undefined);
});

test('a new batch has failed less often than one that failed once', (t) => {
  const queue = queueOf(1);
  queue.add(batch('new'));
  t.is(queue.takeProbe()?.id, 'new');
});

test('what comes back takes its old place, whatever was taken in between', (t) => {
  const queue = queueOf(0, 0, 0, 0);
  const [first, second] = [queue.shift()!, queue.shift()!];
  queue.putBack(second);
  queue.putBack(first);
  const order = [queue.shift(), queue.shift(), queue.shift(), queue.shift()];
  t.deepEqual(
    order.map((one) => one?.id),
    ['b0', 'b1', 'b2', 'b3'],
  );
  t.is(queue.shift(), undefined);
});

test('parts stand where the whole stood, in their order, with its failures', (t) => {
  const queue = queueOf(0, 3, 0);
  queue.shift();
  const whole = queue.shift()!;
  queue.putInstead(whole, [batch('left'), batch('right')]);
  const parts = [queue.shift()!, queue.shift()!, queue.shift()!];
  t.deepEqual(
    parts.map(({ id, failures }) => [id, failures]),
    [
      ['left', 3],
      ['right', 3],
      ['b2', 0],
    ],
  );
});

test('events and bytes are counted, and the oldest go when there is no room', (t) => {
  const queue = new BatchQueue(10, 3000);
  t.deepEqual(queue.add(batch('a', 4)), []);
  t.deepEqual(queue.add(batch('b', 6)), []);
  t.is(queue.events, 10);
  t.is(queue.length, 2);
  const ids = (dropped: StoredBatch[]): string[] => dropped.map(({ id }) => id);
  t.deepEqual(ids(queue.add(batch('c', 1))), ['a']);
  t.is(queue.events, 7);
  // The last byte that fits, and one more: each batch counts 512 beside its body.
  t.is(queue.bytes, 2 * (10 + 512));
  const room = 3000 - queue.bytes - 512;
  t.deepEqual(ids(queue.add(batch('d', 1, room))), []);
  t.is(queue.bytes, 3000);
  t.deepEqual(ids(queue.add(batch('e', 1, 0))), ['b']);
  t.deepEqual(ids(queue.add(batch('f', 11))), ['c', 'd', 'e', 'f']);
  t.deepEqual([queue.length, queue.events, queue.bytes], [0, 0, 0]);
});

test('one from the disk stays alone, however big; a second one is no exception', (t) => {
  const queue = new BatchQueue(10, 3000);
  t.deepEqual(queue.add(batch('stored', 20), true), []);
  t.is(queue.events, 20);
  t.deepEqual(
    queue.add(batch('new', 1)).map(({ id }) => id),
    ['stored'],
  );
  t.deepEqual(
    queue.takeAll().map(({ id }) => id),
    ['new'],
  );
  t.deepEqual([queue.length, queue.events, queue.bytes], [0, 0, 0]);
});
