import { gunzipSync, gzipSync } from 'node:zlib';
import test from 'ava';
import type { EventUpload } from '../../src/events/sender';
import { gzipNode } from '../../src/events/gzip-node';
import { gzipWeb } from '../../src/events/gzip-web';
import { NetworkError } from '../../src/network/network-error';
import { SafeLogger } from '../../src/observability/logger';
import { FakeClock, settle, until } from '../network/fake-clock';
import { Source, delivery, eventsOf, quietLogger } from './source';

const status = (code: number, retryAfterMs: number | null = null): NetworkError =>
  new NetworkError('status', `failed with status ${code}`, code, retryAfterMs);

/** Uploads answered by a script: an error rejects, null succeeds; after its end all succeed. */
function scripted(script: (Error | null)[]): {
  uploads: EventUpload[];
  upload(upload: EventUpload): Promise<void>;
} {
  const uploads: EventUpload[] = [];
  return {
    uploads,
    upload: (upload) => {
      uploads.push(upload);
      const answer = script[uploads.length - 1] ?? null;
      return answer === null ? Promise.resolve() : Promise.reject(answer);
    },
  };
}

const always = (error: Error) => (): Promise<void> => Promise.reject(error);

test('flush delivers everything pending, in batches, oldest first', async (t) => {
  const source = new Source();
  const { uploads, upload } = scripted([]);
  const events = delivery(source, { upload, concurrency: 1, clock: new FakeClock() });
  source.log(25);
  t.deepEqual(await events.flush(), { delivered: 25, kept: 0, dropped: 0 });
  t.deepEqual(
    uploads.map(({ count }) => count),
    [10, 10, 5],
  );
  t.deepEqual(
    uploads.flatMap(eventsOf),
    Array.from({ length: 25 }, (_, i) => i),
  );
  t.is(new Set(uploads.map(({ batchId }) => batchId)).size, 3);
});

test('nothing pending means no request', async (t) => {
  const { uploads, upload } = scripted([]);
  const events = delivery(new Source(), { upload, clock: new FakeClock() });
  t.deepEqual(await events.flush(), { delivered: 0, kept: 0, dropped: 0 });
  t.is(uploads.length, 0);
});

test('one retry chain per batch: n+1 uploads, same ID and count, doubling delays', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  const { uploads, upload } = scripted([status(500), status(503), status(500), status(500)]);
  const events = delivery(source, { upload, clock });
  source.log(3);
  const flushed = events.flush();
  await clock.advance(7_000);
  t.deepEqual(await flushed, { delivered: 0, kept: 3, dropped: 0 });
  t.is(uploads.length, 4);
  t.deepEqual(clock.delays, [1_000, 2_000, 4_000]);
  t.is(new Set(uploads.map(({ batchId }) => batchId)).size, 1);
  t.true(uploads.every(({ count }) => count === 3));
  t.like(events.counters(), {
    queued: 3,
    retried: 3,
    dropped: 0,
    lastError: 'NetworkError: failed with status 500',
  });
});

test('network errors, timeouts, 408, 429 and 5xx are retried; other statuses drop the batch at once', async (t) => {
  const retried = [
    status(408),
    status(429),
    status(500),
    status(599),
    new NetworkError('network', 'x'),
    new Error('y'),
  ];
  for (const error of [
    ...retried,
    new NetworkError('timeout', 'x'),
    new NetworkError('too_many_requests', 'x'),
  ]) {
    const source = new Source();
    const clock = new FakeClock();
    const { uploads, upload } = scripted([error]);
    const events = delivery(source, { upload, clock });
    source.log(1);
    const flushed = events.flush();
    await clock.advance(1_000);
    t.deepEqual(await flushed, { delivered: 1, kept: 0, dropped: 0 }, error.message);
    t.is(uploads.length, 2);
  }
  for (const code of [400, 401, 403, 404, 413, 302]) {
    const source = new Source();
    const lost: [string, number][] = [];
    const { uploads, upload } = scripted([status(code)]);
    const events = delivery(source, {
      upload,
      clock: new FakeClock(),
      onDropped: ({ reason, count }) => lost.push([reason, count]),
    });
    source.log(2);
    t.deepEqual(await events.flush(), { delivered: 0, kept: 0, dropped: 2 });
    t.is(uploads.length, 1);
    t.deepEqual(lost, [[code === 413 ? 'size' : 'refused', 2]]);
  }
});

test('a backoff function is asked before each retry with the retries that remain', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  const asked: number[] = [];
  const retryBackoff = (remaining: number): number => {
    asked.push(remaining);
    if (remaining === 1) throw new Error('mine');
    return remaining * 10;
  };
  const events = delivery(source, { upload: always(status(500)), clock, retryBackoff });
  source.log(1);
  const flushed = events.flush();
  await clock.advance(5_000);
  t.is((await flushed).kept, 1);
  t.deepEqual(asked, [3, 2, 1]);
  t.deepEqual(clock.delays, [30, 20, 1_000]);
});

test('Retry-After is obeyed by the chain, and holds other batches back too', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  const { uploads, upload } = scripted([status(429, 20_000)]);
  const events = delivery(source, { upload, clock, concurrency: 2 });
  source.log(1);
  const flushed = events.flush();
  await settle();
  source.log(10);
  events.batchReady();
  await clock.advance(19_999);
  t.is(uploads.length, 1);
  await clock.advance(1);
  await flushed;
  await settle();
  t.is(uploads.length, 3);
  t.is(events.counters().delivered, 11);
});

test('Retry-After ends in time when the clock stands still, goes back by years, or jumps ahead', async (t) => {
  const YEAR = 365 * 86_400_000;
  for (const jump of [0, -YEAR, YEAR]) {
    const source = new Source();
    const clock = new FakeClock();
    const { now } = clock;
    const { uploads, upload } = scripted([status(429, 20_000)]);
    const events = delivery(source, { upload, clock, concurrency: 2, retryLimit: 0 });
    source.log(1);
    t.like(await events.flush(), { delivered: 0, kept: 1 });
    const shown = now() + jump;
    clock.now = () => shown;
    source.log(10);
    const flushed = events.flush();
    await clock.advance(20_000);
    await flushed;
    t.like(await events.flush(), { kept: 0 }, `jump of ${jump}`);
    t.is(events.counters().delivered, 11);
    t.is(uploads.length, 3);
  }
});

test('a long Retry-After ends the chain; the batch waits in the queue until then', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  const { uploads, upload } = scripted([status(429, 600_000)]);
  const events = delivery(source, { upload, clock });
  events.start();
  source.log(1);
  t.deepEqual(await events.flush(), { delivered: 0, kept: 1, dropped: 0 });
  await clock.advance(599_000);
  t.is(uploads.length, 1);
  await clock.advance(61_000);
  t.is(uploads.length, 2);
  t.is(events.counters().queued, 0);
});

test('in an outage one probe goes out per interval, and its success releases the queue', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  let isDown = true;
  const counts: number[] = [];
  const upload = ({ count }: EventUpload): Promise<void> => {
    counts.push(count);
    return isDown ? Promise.reject(new NetworkError('network', 'down')) : Promise.resolve();
  };
  const events = delivery(source, { upload, clock, retryLimit: 0, concurrency: 4 });
  events.start();
  source.log(80);
  await events.flush();
  const first = counts.length;
  t.true(first >= 1 && first <= 4);
  await clock.advance(60_000);
  t.is(counts.length, first + 1);
  await clock.advance(60_000);
  t.is(counts.length, first + 2);
  isDown = false;
  await clock.advance(60_000);
  t.like(events.counters(), { queued: 0, delivered: 80, dropped: 0 });
});

test('a batch that always fails does not stand in front of the others', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  const upload = (upload: EventUpload): Promise<void> =>
    eventsOf(upload).includes(0) ? Promise.reject(status(500)) : Promise.resolve();
  const events = delivery(source, { upload, clock, retryLimit: 0, concurrency: 1 });
  events.start();
  source.log(30);
  await events.flush();
  await clock.advance(120_000);
  t.like(events.counters(), { queued: 10, delivered: 20 });
});

test('the queue is bounded by events: the oldest go first and are counted', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  let isDown = true;
  const arrived: number[] = [];
  const upload = (upload: EventUpload): Promise<void> => {
    if (isDown) return Promise.reject(new NetworkError('network', 'down'));
    arrived.push(...eventsOf(upload));
    return Promise.resolve();
  };
  const events = delivery(source, {
    upload,
    clock,
    retryLimit: 0,
    maxQueuedEvents: 50,
    concurrency: 1,
  });
  events.start();
  for (let i = 0; i < 20; i++) {
    source.log(10);
    await events.flush();
  }
  t.like(events.counters(), { queued: 50, dropped: 150 });
  isDown = false;
  await events.flush();
  t.deepEqual(
    arrived.sort((a, b) => a - b),
    Array.from({ length: 50 }, (_, i) => 150 + i),
  );
  t.is(source.pending(), 0);
});

test('the queue is bounded by bytes, overhead of tiny batches included', async (t) => {
  const source = new Source();
  const upload = always(new NetworkError('network', 'down'));
  const more = {
    upload,
    clock: new FakeClock(),
    retryLimit: 0,
    maxBatchEvents: 1,
    maxQueuedBytes: 10 * (512 + 8),
  };
  const events = delivery(source, more);
  source.log(100);
  await events.flush();
  const { queued, dropped } = events.counters();
  t.is(queued + dropped, 100);
  t.is(queued, 10);
});

test('without options 250,000 events and 32 MiB wait in an outage', async (t) => {
  for (const [most, ofOne] of [
    [31, { count: 1, bytes: 1024 * 1024 }],
    [25, { count: 10_000, bytes: 1 }],
  ] as const) {
    const source = new Source();
    const body = new Uint8Array(ofOne.bytes);
    const events = delivery(source, {
      upload: always(status(500)),
      retryLimit: 0,
      clock: new FakeClock(),
      takeBatch: (max) => {
        const { count } = source.takeBatchNow(max);
        return Promise.resolve({ count: count * ofOne.count, body, isGzipped: false });
      },
      maxBatchEvents: 1,
    });
    source.log(40);
    await events.flush();
    t.is(events.counters().queued, most * ofOne.count);
    t.is(events.counters().dropped, (40 - most) * ofOne.count);
  }
});

test('while uploads succeed slowly, events wait in the engine instead of being dropped', async (t) => {
  const source = new Source();
  const held: (() => void)[] = [];
  const upload = (): Promise<void> => new Promise((resolve) => held.push(resolve));
  const events = delivery(source, {
    upload,
    clock: new FakeClock(),
    maxQueuedEvents: 100,
    concurrency: 2,
  });
  source.log(500);
  const flushed = events.flush();
  let isDone = false;
  void flushed.then(() => (isDone = true));
  await settle();
  t.true(source.pending() >= 450);
  while (!isDone) {
    for (const release of held.splice(0)) release();
    await settle();
  }
  t.deepEqual(await flushed, { delivered: 500, kept: 0, dropped: 0 });
});

test('flush(timeout) settles at its budget, and the upload goes on', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  const held: (() => void)[] = [];
  const events = delivery(source, {
    upload: () => new Promise((resolve) => held.push(() => resolve(undefined))),
    clock,
  });
  source.log(4);
  const flushed = events.flush({ timeoutMs: 500 });
  await clock.advance(500);
  t.deepEqual(await flushed, { delivered: 0, kept: 4, dropped: 0 });
  held[0]?.();
  await settle();
  t.is(events.counters().delivered, 4);
});

test('a signal is listened to no longer than a flush lasts', async (t) => {
  const listeners = new Set<unknown>();
  const signal = {
    aborted: false,
    addEventListener: (_: string, listener: unknown) => void listeners.add(listener),
    removeEventListener: (_: string, listener: unknown) => void listeners.delete(listener),
  } as unknown as AbortSignal;
  const source = new Source();
  const events = delivery(source, { clock: new FakeClock() });
  source.log(1);
  const flushed = events.flush({ signal });
  t.is(listeners.size, 1);
  t.is((await flushed).delivered, 1);
  t.is(listeners.size, 0);
});

test('losses that no line told of are told at the next interval', async (t) => {
  const lines: string[] = [];
  const say = (line: unknown): void => void lines.push(String(line));
  const logger = new SafeLogger({ warn: say, error: say, logLevel: 'warn' });
  const clock = new FakeClock();
  const events = delivery(new Source(), { clock, logger, intervalMs: 61_000 });
  events.start();
  events.countInvalid(new Error('first'));
  events.countInvalid(new Error('second'));
  t.is(lines.length, 1);
  await clock.advance(61_000);
  t.is(lines.length, 2);
  t.regex(lines[1]!, /1 invalid \(Error: second\)/);
});

test('shutdown delivers what is pending and reports it; later calls return the same report', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  const events = delivery(source, { clock });
  events.start();
  source.log(100);
  const report = await events.shutdown();
  t.deepEqual(report, { delivered: 100, kept: 0, dropped: 0 });
  t.is(await events.shutdown(), report);
  t.is(await events.flush(), report);
  t.is(clock.pending, 0);
});

test('shutdown aborts a black hole at its budget and counts what was lost', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  const upload = ({ signal }: EventUpload): Promise<void> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new NetworkError('aborted', 'aborted')));
    });
  const events = delivery(source, { upload, clock });
  source.log(100);
  const closed = events.shutdown(2_000);
  await clock.advance(1_999);
  t.is(events.counters().dropped, 0);
  await clock.advance(1);
  t.deepEqual(await closed, { delivered: 0, kept: 0, dropped: 100 });
  t.is(clock.pending, 0);
});

test('shutdown wakes a chain that waits, and a dead server is given up after two quick retries', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  const events = delivery(source, {
    upload: always(new NetworkError('network', 'down')),
    clock,
    retryBackoff: 60_000,
  });
  source.log(5);
  const flushed = events.flush();
  await settle();
  const closed = events.shutdown();
  await clock.advance(2_000);
  t.like(await closed, { delivered: 0, kept: 0, dropped: 5 });
  await flushed;
  t.is(clock.pending, 0);
});

test('at shutdown one bad batch does not take the others with it', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  const upload = (upload: EventUpload): Promise<void> =>
    eventsOf(upload).includes(0) ? Promise.reject(status(500)) : Promise.resolve();
  const events = delivery(source, { upload, clock, concurrency: 1 });
  source.log(100);
  const closed = events.shutdown();
  await clock.advance(10_000);
  t.deepEqual(await closed, { delivered: 90, kept: 0, dropped: 10 });
});

test('a full batch is sent at once; a partial one waits for the interval', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  const { uploads, upload } = scripted([]);
  let prepared = 0;
  const events = delivery(source, { upload, clock, beforeFlush: () => void prepared++ });
  events.start();
  source.log(10);
  events.batchReady();
  await settle();
  t.is(uploads.length, 1);
  source.log(3);
  await clock.advance(59_999);
  t.is(uploads.length, 1);
  await clock.advance(1);
  t.is(uploads.length, 2);
  t.is(prepared, 1);
});

test('silent delivery takes and sends nothing', async (t) => {
  const source = new Source();
  const { uploads, upload } = scripted([]);
  const clock = new FakeClock();
  const events = delivery(source, { upload, silent: true, clock });
  events.start();
  source.log(20);
  events.batchReady();
  t.deepEqual(await events.flush(), { delivered: 0, kept: 0, dropped: 0 });
  await events.shutdown();
  t.is(uploads.length, 0);
  t.is(clock.pending, 0);
});

test('batches are gzipped unless turned off or failing', async (t) => {
  for (const compress of [gzipNode, gzipWeb]) {
    const source = new Source();
    const { uploads, upload } = scripted([]);
    const events = delivery(source, { upload, compress, clock: new FakeClock() });
    source.log(10);
    await events.flush();
    t.true(uploads[0]?.isGzipped);
    t.deepEqual(
      JSON.parse(gunzipSync(uploads[0]?.body ?? '').toString()),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  }
  const failing = (): Promise<Uint8Array> => Promise.reject(new Error('no zlib'));
  for (const more of [
    { compress: gzipNode, compressionEnabled: () => false },
    { compress: failing },
  ]) {
    const source = new Source();
    const { uploads, upload } = scripted([]);
    const events = delivery(source, { upload, clock: new FakeClock(), ...more });
    source.log(1);
    await events.flush();
    t.false(uploads[0]?.isGzipped);
    t.deepEqual(uploads.flatMap(eventsOf), [0]);
  }
});

test('a batch that the engine gzipped goes out as it is, and is asked for while compression is on only', async (t) => {
  const asked: boolean[] = [];
  const source = new Source();
  const takeBatch = async (max: number, gzip: boolean) => {
    asked.push(gzip);
    const { count, body } = await source.takeBatch(max);
    return gzip
      ? { count, body: gzipSync(body), isGzipped: true }
      : { count, body, isGzipped: false };
  };
  const twice = (): Promise<never> => Promise.reject(new Error('compressed twice'));
  for (const [more, isGzipped] of [
    [{}, true],
    [{ compressionEnabled: () => false }, false],
  ] as const) {
    const { uploads, upload } = scripted([]);
    const events = delivery(source, {
      upload,
      takeBatch,
      compress: twice,
      clock: new FakeClock(),
      ...more,
    });
    source.log(1);
    await events.flush();
    t.is(uploads[0]?.isGzipped, isGzipped);
    t.deepEqual(
      JSON.parse(String(isGzipped ? gunzipSync(uploads[0]!.body) : Buffer.from(uploads[0]!.body))),
      [asked.length - 1],
    );
  }
  t.deepEqual(asked, [true, false]);
});

test('hostile callbacks and an engine that fails are contained', async (t) => {
  const source = new Source();
  const boom = (): never => {
    throw new Error('boom');
  };
  const events = delivery(source, {
    clock: new FakeClock(),
    beforeFlush: boom,
    onDropped: boom,
    upload: always(status(400)),
  });
  source.log(1);
  t.is((await events.flush()).dropped, 1);
  const broken = delivery(source, {
    clock: new FakeClock(),
    takeBatch: () => Promise.reject(new Error('engine')),
  });
  source.log(1);
  t.deepEqual(await broken.flush(), { delivered: 0, kept: 1, dropped: 0 });
});

test('the text of the last error holds no key', async (t) => {
  const source = new Source();
  const events = delivery(source, {
    clock: new FakeClock(),
    upload: always(new NetworkError('network', 'at secret-key-1234')),
    retryLimit: 0,
  });
  source.log(1);
  await events.flush();
  t.is(events.counters().lastError, 'NetworkError: at ******');
  t.is(quietLogger.mask('x'), 'x');
});

test('shutdown with 100,000 events queued delivers all of them', async (t) => {
  const source = new Source();
  let arrived = 0;
  const upload = async ({ count }: EventUpload): Promise<void> => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    arrived += count;
  };
  const events = delivery(source, { upload, compress: gzipNode, maxBatchEvents: 1000 });
  source.log(100_000);
  t.deepEqual(await events.shutdown(60_000), { delivered: 100_000, kept: 0, dropped: 0 });
  t.is(arrived, 100_000);
  await until(() => source.pending() === 0);
});
