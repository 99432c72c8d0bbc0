/** The sender by itself, with a spool that writes down what it is asked for. */
import test from 'ava';
import type { StoredBatch } from '../../src/events/batch';
import { type EventUpload, Sender, type SenderOptions } from '../../src/events/sender';
import { NetworkError } from '../../src/network/network-error';
import { FakeClock, settle } from '../network/fake-clock';
import { NotedSpool } from './noted-spool';

const batch = (id: string, count = 1): StoredBatch => ({
  id,
  count,
  body: new TextEncoder().encode(id),
  isGzipped: false,
});
const down = new NetworkError('network', 'down');
const refused = new NetworkError('status', 'no', 400);
const tooLarge = new NetworkError('status', 'long', 413);
const asksToWait = (ms: number): NetworkError => new NetworkError('status', 'later', 429, ms);

interface Running {
  sender: Sender;
  clock: FakeClock;
  /** IDs of the batches, in the order of their uploads. */
  uploads: string[];
  /** Ends the oldest upload under way: with an error, or well. */
  answer(error?: unknown): Promise<void>;
  signals: AbortSignal[];
  dropped: [string, number][];
  rooms(): number;
}

function running(more: Partial<SenderOptions> = {}): Running {
  const clock = new FakeClock();
  const uploads: string[] = [];
  const signals: AbortSignal[] = [];
  const dropped: [string, number][] = [];
  const answers: { resolve(): void; reject(error: unknown): void }[] = [];
  let rooms = 0;
  const sender = new Sender({
    upload: ({ batchId, signal }: EventUpload) => {
      uploads.push(batchId);
      signals.push(signal);
      return new Promise<void>((resolve, reject) => {
        answers.push({ resolve, reject });
        signal.addEventListener('abort', () => reject(new NetworkError('aborted', 'aborted')));
      });
    },
    retryLimit: 3,
    retryBackoff: 1_000,
    maxQueuedEvents: 100,
    maxQueuedBytes: 1_000_000,
    concurrency: 1,
    clock,
    spool: null,
    split: ({ id, count }) => Promise.resolve([batch(`${id}a`, count - 1), batch(`${id}b`)]),
    describe: String,
    onDropped: (reason, events) => void dropped.push([reason, events]),
    onRoom: () => void rooms++,
    ...more,
  });
  const answer = (error?: unknown): Promise<void> => {
    const { resolve, reject } = answers.shift()!;
    if (error === undefined) resolve();
    else reject(error);
    return settle();
  };
  return { sender, clock, uploads, answer, signals, dropped, rooms: () => rooms };
}

test('a new sender is empty and quiet, and knows of no error', (t) => {
  const { sender } = running();
  t.like(sender, { events: 0, isQuiet: true, isEmpty: true, isFull: false, isStopped: false });
  t.like(sender, { isStruggling: false, isWaiting: false, lastErrorAt: 0 });
  t.deepEqual(sender.counters, { delivered: 0, retried: 0, kept: 0, lastError: null });
});

test('what is queued and what is in flight counts, until it is delivered', async (t) => {
  const { sender, uploads, answer, rooms } = running();
  for (const id of ['a', 'b']) sender.add(batch(id, 2));
  t.deepEqual(uploads, ['a']);
  t.like(sender, { events: 4, isQuiet: false, isEmpty: false, isFull: true });
  await answer();
  t.deepEqual(uploads, ['a', 'b']);
  t.like(sender, { events: 2, isEmpty: false, isFull: false });
  t.is(rooms(), 1);
  await answer();
  t.like(sender, { events: 0, isQuiet: true, isEmpty: true });
  t.is(sender.counters.delivered, 4);
});

test('there is room once fewer batches wait than go out at a time', async (t) => {
  const { sender, answer, rooms } = running();
  for (const id of ['a', 'b', 'c']) sender.add(batch(id));
  await answer();
  t.is(rooms(), 0, 'one in flight, one that waits');
  await answer();
  t.is(rooms(), 1);
});

test('in an outage nothing asks for more, and one probe at a time goes out', async (t) => {
  const { sender, uploads, answer, rooms, clock } = running({ retryLimit: 0 });
  sender.probe();
  for (const id of ['a', 'b']) sender.add(batch(id));
  await answer(down);
  t.like(sender, { isQuiet: true, isStruggling: true, isEmpty: false, events: 2 });
  t.is(sender.lastErrorAt, clock.time);
  t.is(rooms(), 0);
  sender.add(batch('c'));
  t.deepEqual(uploads, ['a'], 'nothing but probes');
  sender.probe();
  sender.probe();
  t.deepEqual(uploads, ['a', 'b'], 'what failed least often');
  await answer();
  t.deepEqual(uploads, ['a', 'b', 'a'], 'a success ends the outage');
  t.false(sender.isStruggling);
});

test('a refused batch is dropped for good, on disk too, and is no outage', async (t) => {
  const spool = new NotedSpool();
  const { sender, uploads, answer, dropped } = running({ spool });
  for (const id of ['a', 'b']) sender.add(batch(id, 2));
  await answer(refused);
  t.deepEqual(dropped, [['refused', 2]]);
  t.deepEqual(spool.calls, ['write a', 'write b', 'remove a']);
  t.deepEqual(uploads, ['a', 'b']);
  await answer();
  t.is(spool.calls.at(-1), 'remove b', 'what was delivered needs no copy');
});

test('what was read from the disk is not written again, and is left there after the end', (t) => {
  const spool = new NotedSpool();
  const { sender } = running({ spool });
  sender.add(batch('a'), true);
  t.deepEqual(spool.calls, []);
  sender.stop();
  sender.add(batch('b'), true);
  t.is(sender.events, 1);
  sender.add(batch('c'));
  t.is(sender.events, 2, 'a new one is still to be counted, or kept');
});

test('halves take the place of a batch that is too long, on disk before the whole goes', async (t) => {
  const spool = new NotedSpool();
  const { sender, uploads, answer } = running({ spool });
  for (const id of ['x', 'y']) sender.add(batch(id, 3));
  spool.isHolding = true;
  await answer(tooLarge);
  t.deepEqual(uploads, ['x', 'xa'], 'before what came later');
  t.deepEqual(spool.calls, ['write x', 'write y', 'write xa', 'write xb']);
  spool.held.shift()!();
  await settle();
  t.true(spool.has('x'), 'one half alone does not stand for the whole');
  spool.held.shift()!();
  await settle();
  t.deepEqual(spool.calls.slice(4), ['remove x']);
  t.is(sender.events, 6);
});

test('that a batch is too long says that the server answers: the outage is over', async (t) => {
  const { sender, uploads, answer } = running({ retryLimit: 0 });
  for (const id of ['x', 'y']) sender.add(batch(id, 2));
  await answer(down);
  sender.probe();
  await answer(tooLarge);
  t.false(sender.isStruggling);
  t.deepEqual(uploads, ['x', 'y', 'x']);
});

test('a single event that is too long, or one that nobody can split, is dropped', async (t) => {
  const split = (): Promise<never> => Promise.reject(new Error('cannot split'));
  const { sender, answer, dropped } = running({ split });
  for (const [id, count] of [
    ['a', 1],
    ['b', 2],
  ] as const)
    sender.add(batch(id, count));
  await answer(tooLarge);
  t.deepEqual(dropped, [['size', 1]]);
  await answer(tooLarge);
  t.deepEqual(dropped, [
    ['size', 1],
    ['size', 2],
  ]);
  t.true(sender.isEmpty);
});

test('halves that memory has no room for are dropped and counted, or wait on disk', async (t) => {
  for (const spool of [null, new NotedSpool()]) {
    const split = ({ id }: StoredBatch): Promise<StoredBatch[]> =>
      Promise.resolve([batch(`${id}a`, 60), batch(`${id}b`, 60)]);
    const { sender, answer, dropped } = running({ spool, split });
    sender.add(batch('x', 90));
    await answer(tooLarge);
    t.is(sender.events, 60);
    t.deepEqual(dropped, spool === null ? [['limit', 60]] : []);
    if (spool !== null) t.true(spool.calls.includes('park xa'));
  }
});

test('what is on disk and has no room in memory waits there', async (t) => {
  const spool = new NotedSpool();
  const { sender, answer, dropped } = running({ spool, retryLimit: 0 });
  sender.add(batch('a', 60));
  await answer(down);
  sender.add(batch('b', 60));
  t.deepEqual(spool.calls, ['write a', 'write b', 'park a']);
  t.deepEqual(dropped, []);
  t.is(sender.events, 60);
});

test('a batch that comes back into a full queue is dropped before newer ones', async (t) => {
  const { sender, answer, dropped } = running({ retryLimit: 0 });
  sender.add(batch('a', 60));
  sender.add(batch('b', 60));
  await answer(down);
  t.deepEqual(dropped, [['limit', 60]]);
  t.is(sender.events, 60);
});

test('a chain that waits for its next retry can be hurried, and counts its retries', async (t) => {
  const { sender, uploads, answer, clock } = running();
  sender.hurry();
  sender.add(batch('a'));
  t.false(sender.isWaiting);
  await answer(down);
  t.like(sender, { isWaiting: true, isStruggling: true, isQuiet: false });
  sender.hurry();
  await settle();
  t.deepEqual(uploads, ['a', 'a']);
  t.like(sender, { isWaiting: false, isStruggling: false });
  t.is(sender.counters.retried, 1);
  await answer(down);
  await clock.advance(1_999);
  t.is(uploads.length, 2, 'the second retry waits as long as it would have');
  await clock.advance(1);
  t.is(uploads.length, 3);
});

test('whoever waits for a change is told when a chain begins to wait, and when one ends', async (t) => {
  const { sender, answer } = running();
  let changes = 0;
  const listen = (): Promise<void> => sender.changed().then(() => void changes++);
  sender.add(batch('a'));
  void listen();
  await answer(down);
  t.is(changes, 1);
  void listen();
  sender.hurry();
  await settle();
  await answer();
  t.is(changes, 2);
  void listen();
  sender.stop();
  await settle();
  t.is(changes, 3);
});

test('Retry-After holds all uploads; what asks for less does not shorten it', async (t) => {
  const { sender, uploads, answer, clock } = running({ concurrency: 2, retryLimit: 0 });
  for (const id of ['a', 'b']) sender.add(batch(id));
  await answer(asksToWait(20_000));
  await answer(asksToWait(5_000));
  t.like(sender, { isQuiet: true, isStruggling: true });
  sender.probe();
  sender.hurry();
  await clock.advance(19_999);
  sender.probe();
  t.is(uploads.length, 2);
  let isTold = false;
  void sender.changed().then(() => (isTold = true));
  await clock.advance(1);
  t.true(isTold);
  sender.probe();
  t.is(uploads.length, 3);
});

test('a success ends an outage, not what the server asked for', async (t) => {
  const { sender, uploads, answer, clock } = running({ concurrency: 2, retryLimit: 0 });
  for (const id of ['a', 'b']) sender.add(batch(id));
  await answer(asksToWait(5_000));
  await answer();
  t.like(sender, { isQuiet: true, isStruggling: true, isEmpty: false });
  await clock.advance(5_000);
  t.deepEqual(uploads, ['a', 'b', 'a']);
});

test('a longer Retry-After takes the place of a shorter one, whose timer ends', async (t) => {
  const { sender, uploads, answer, clock } = running({ concurrency: 2, retryLimit: 0 });
  for (const id of ['a', 'b']) sender.add(batch(id));
  await answer(asksToWait(5_000));
  await answer(asksToWait(20_000));
  t.is(clock.pending, 1);
  await clock.advance(5_000);
  sender.probe();
  t.is(uploads.length, 2);
  await clock.advance(15_000);
  sender.probe();
  t.is(uploads.length, 3);
});

test('a held chain is not hurried', async (t) => {
  const { sender, uploads, answer, clock } = running();
  sender.add(batch('a'));
  await answer(asksToWait(20_000));
  sender.hurry();
  await clock.advance(19_999);
  t.is(uploads.length, 1);
  await clock.advance(1);
  t.is(uploads.length, 2);
});

test('a minute is the longest that a chain waits', async (t) => {
  for (const [ms, uploadsAfterIt] of [
    [60_000, 2],
    [60_001, 1],
  ] as const) {
    const { sender, uploads, answer, clock } = running();
    sender.add(batch('a'));
    await answer(asksToWait(ms));
    await clock.advance(ms);
    t.is(uploads.length, uploadsAfterIt);
    t.is(sender.counters.retried, uploadsAfterIt - 1);
  }
});

test('the last round ends holds, outages and waits, and retries twice, half a second apart', async (t) => {
  const { sender, uploads, answer, clock } = running({ retryBackoff: 8_000 });
  sender.add(batch('a'));
  await answer(asksToWait(20_000));
  sender.beginClosing();
  await settle();
  t.is(uploads.length, 2);
  await answer(asksToWait(20_000));
  await clock.advance(500);
  t.is(uploads.length, 3, 'whatever the server asks for');
  await answer(down);
  t.like(sender, { isEmpty: false, isQuiet: true });
  t.is(sender.counters.retried, 2);
});

test('the last round begins with what an outage has left, and waits briefly', async (t) => {
  const { sender, uploads, answer, clock } = running({ retryLimit: 0 });
  sender.add(batch('a'));
  await answer(asksToWait(20_000));
  t.is(uploads.length, 1);
  sender.beginClosing();
  t.is(uploads.length, 2);
  await answer(down);
  t.is(uploads.length, 2, 'as many retries as configured, if these are fewer');
  const longer = running({ retryBackoff: 8_000 });
  longer.sender.beginClosing();
  longer.sender.add(batch('b'));
  for (const count of [2, 3]) {
    await longer.answer(down);
    t.true(longer.sender.isWaiting);
    await longer.clock.advance(499);
    t.is(longer.uploads.length, count - 1);
    await longer.clock.advance(1);
    t.is(longer.uploads.length, count);
  }
  await longer.answer(down);
  t.is(longer.uploads.length, 3);
  t.deepEqual(clock.delays, [20_000]);
});

test('an interrupted upload returns to the queue, and the next one has a signal of its own', async (t) => {
  const { sender, uploads, signals } = running();
  sender.add(batch('a'));
  sender.interrupt();
  await settle();
  t.true(signals[0]!.aborted);
  t.like(sender, { isQuiet: true, events: 1 });
  sender.probe();
  t.is(uploads.length, 2);
  t.false(signals[1]!.aborted);
});

test('a sender that was stopped sends nothing, aborts what is in flight and ends its timers', async (t) => {
  const { sender, uploads, answer, clock } = running();
  sender.add(batch('a'));
  await answer(asksToWait(20_000));
  sender.stop();
  let isSettled = false;
  void sender.settled().then(() => (isSettled = true));
  await settle();
  t.true(isSettled);
  t.like(sender, { isStopped: true, isQuiet: true, isStruggling: true, events: 1 });
  t.is(clock.pending, 0);
  t.is(sender.counters.retried, 0);
  sender.add(batch('b'));
  sender.probe();
  sender.pump();
  t.deepEqual(uploads, ['a']);
  const other = running();
  other.sender.add(batch('c'));
  other.sender.stop();
  t.true(other.signals[0]!.aborted);
});

test('what is left at the end is kept on disk or counted as lost, in flight or not', async (t) => {
  const spool = new NotedSpool();
  const kept = running({ spool });
  for (const id of ['a', 'b']) kept.sender.add(batch(id, 2));
  kept.sender.stop();
  kept.sender.end([batch('c', 3)]);
  t.is(kept.sender.counters.kept, 7);
  t.deepEqual(kept.dropped, []);
  t.deepEqual(spool.calls.slice(2), ['write now a', 'write now b', 'write now c']);
  await settle();
  t.is(kept.sender.events, 0, 'an upload that ends later changes nothing');

  const lost = running();
  for (const id of ['a', 'b']) lost.sender.add(batch(id, 2));
  lost.sender.end([batch('c', 3)]);
  t.deepEqual(lost.dropped, [
    ['unsent', 2],
    ['unsent', 2],
    ['unsent', 3],
  ]);
  t.is(lost.sender.counters.lastError, 'Error: Events were undelivered at the end');
  await lost.answer();
  t.is(lost.sender.counters.delivered, 0);
});

test('a disk that does not answer is not waited for at the end', (t) => {
  const spool = new NotedSpool();
  spool.isHanging = true;
  const { sender, dropped } = running({ spool });
  sender.end([batch('c', 3)]);
  t.deepEqual(spool.calls, []);
  t.deepEqual(dropped, [['spool', 3]]);
  sender.countUnsent(0);
  sender.countUnsent(1);
  sender.countDropped('engine', 0, new Error('none'));
  sender.countDropped('engine', 1, new Error('one'));
  t.deepEqual(dropped.slice(1), [
    ['spool', 1],
    ['engine', 1],
  ]);
  t.is(sender.counters.lastError, 'Error: one');
});
