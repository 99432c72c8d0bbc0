/** How events get from the engine to the sender, a batch at a time, and who counts them. */
import { gunzipSync, gzipSync } from 'node:zlib';
import test from 'ava';
import type { StoredBatch } from '../../src/events/batch';
import { Collector, type CollectorOptions } from '../../src/events/collector';
import { settle } from '../network/fake-clock';
import { SafeLogger } from '../../src/observability/logger';
import { Source, eventsOf } from './source';

function setup(events: number, more: Partial<CollectorOptions> = {}) {
  const source = new Source();
  source.log(events);
  const added: StoredBatch[] = [];
  const sender = {
    isFull: false,
    isStruggling: false,
    isStopped: false,
    waits: 0,
    changed: async () => {
      sender.waits++;
      sender.isFull = false;
    },
    add: (batch: StoredBatch) => void added.push(batch),
  };
  const lost: [number, string][] = [];
  const filtered: number[] = [];
  const lines: unknown[] = [];
  const say = (line: unknown): void => void lines.push(line);
  const logger = new SafeLogger({ debug: say, warn: say, error: say, logLevel: 'debug' });
  const asked: boolean[] = [];
  let ids = 0;
  const options = {
    takeBatch: (most: number, gzip: boolean) => (asked.push(gzip), source.takeBatch(most)),
    takeBatchNow: (most: number, gzip: boolean) => (asked.push(gzip), source.takeBatchNow(most)),
    pending: source.pending,
    lost: () => 0,
    compress: null,
    compressNow: null,
    compressionEnabled: () => true,
    maxBatchEvents: 3,
    newId: () => `b${++ids}`,
    logger,
    sender: sender as never,
    filter: null,
    onFiltered: (count: number) => void filtered.push(count),
    onLost: (count: number, error: Error) => void lost.push([count, error.message]),
    ...more,
  };
  const collector = new Collector(options);
  return { added, asked, collector, filtered, lines, lost, sender, source };
}

const shown = (batches: StoredBatch[]): unknown[] =>
  batches.map(({ id, count, isGzipped, body }) => [
    id,
    count,
    isGzipped,
    eventsOf({ body: isGzipped ? gunzipSync(body) : body }),
  ]);

test('what is pending goes in batches of the wanted size', async (t) => {
  const { added, collector, source } = setup(7);
  t.is(collector.events, 7);
  await collector.collect();
  t.deepEqual(shown(added), [
    ['b1', 3, false, [0, 1, 2]],
    ['b2', 3, false, [3, 4, 5]],
    ['b3', 1, false, [6]],
  ]);
  t.is(source.pending(), 0);
  t.is(collector.events, 0);
});

test('of what comes meanwhile only full batches are taken', async (t) => {
  for (const [later, left] of [
    [2, 2],
    [3, 0],
    [4, 1],
  ] as const) {
    const { collector, sender, source } = setup(1);
    let isFirst = true;
    sender.add = () => {
      if (isFirst) source.log(later);
      isFirst = false;
    };
    await collector.collect();
    t.is(source.pending(), left);
  }
});

test('a size that is none counts as one', async (t) => {
  for (const maxBatchEvents of [0, -1, NaN, 1.9]) {
    const { added, collector } = setup(2, { maxBatchEvents });
    await collector.collect();
    t.is(added.length, 2, String(maxBatchEvents));
  }
});

test('who collects joins what is under way; who wants all collects again', async (t) => {
  const { added, collector, source } = setup(1);
  t.false(collector.isRunning);
  const first = collector.collect();
  t.true(collector.isRunning);
  t.is(collector.collect(), first);
  await settle();
  source.log(1);
  await collector.collectAll();
  t.is(added.length, 2);
  t.false(collector.isRunning);
  const running = collector.collect();
  source.log(2);
  await collector.collectAll();
  await running;
  t.is(source.pending(), 0);
});

test('it waits for room while uploads succeed, and not while they fail', async (t) => {
  const { added, collector, sender } = setup(1);
  sender.isFull = true;
  await collector.collect();
  t.deepEqual([sender.waits, added.length], [1, 1]);
  const failing = setup(1);
  Object.assign(failing.sender, { isFull: true, isStruggling: true });
  await failing.collector.collect();
  t.deepEqual([failing.sender.waits, failing.added.length], [0, 1]);
});

test('after the end nothing is taken', async (t) => {
  const { collector, sender, source } = setup(1);
  sender.isStopped = true;
  await collector.collect();
  t.is(source.pending(), 1);
});

test('an engine that gives nothing is not asked for ever', async (t) => {
  const nothing = { count: 0, body: new Uint8Array(), isGzipped: false };
  const { added, asked, collector } = setup(1, {
    takeBatch: async () => (asked.push(true), nothing),
  });
  await collector.collect();
  t.deepEqual([added.length, asked.length], [0, 1]);
});

test('batches are compressed, unless the engine did, the payload forbids it, or it fails', async (t) => {
  const compress = async (body: Uint8Array): Promise<Uint8Array> => gzipSync(body);
  const gzipped = setup(1, { compress });
  await gzipped.collector.collect();
  t.deepEqual(shown(gzipped.added), [['b1', 1, true, [0]]]);
  t.deepEqual(gzipped.asked, [true]);

  const done = { count: 1, body: gzipSync('[5]'), isGzipped: true };
  const byEngine = setup(1, { compress: () => Promise.reject(new Error('twice')) });
  const { source } = byEngine;
  const own = setup(1, {
    compress: () => Promise.reject(new Error('twice')),
    takeBatch: async (most) => (own.source.takeBatchNow(most), done),
  });
  await own.collector.collect();
  t.deepEqual(shown(own.added), [['b1', 1, true, [5]]]);

  const forbidden = setup(1, { compress, compressionEnabled: () => false });
  await forbidden.collector.collect();
  t.deepEqual(shown(forbidden.added), [['b1', 1, false, [0]]]);
  t.deepEqual(forbidden.asked, [false]);

  await byEngine.collector.collect();
  t.deepEqual(shown(byEngine.added), [['b1', 1, false, [0]]], 'fails');
  t.deepEqual(byEngine.lines, ['statsigSDK> events go out uncompressed: Error: twice']);
  t.is(source.pending(), 0);
});

test('who filters or watches needs plain batches', async (t) => {
  const compress = async (body: Uint8Array): Promise<Uint8Array> => gzipSync(body);
  const keep = { apply: (batch: object) => ({ batch, dropped: 0 }) } as never;
  const filtering = setup(1, { compress, filter: keep });
  await filtering.collector.collect();
  t.deepEqual(filtering.asked, [false]);
  const watching = setup(1, { compress });
  const seen: unknown[] = [];
  watching.collector.watchers.add((body) => seen.push(eventsOf({ body })));
  await watching.collector.collect();
  t.deepEqual([watching.asked, seen], [[false], [[0]]]);
});

test('watchers are shown neither empty nor compressed batches', async (t) => {
  const batches = [
    { count: 1, body: gzipSync('[1]'), isGzipped: true },
    { count: 0, body: new Uint8Array(), isGzipped: false },
  ];
  const { collector, source } = setup(2, {
    takeBatch: async () => (source.takeBatchNow(1), batches.shift()!),
  });
  collector.watchers.add(() => t.fail());
  await collector.collect();
  t.is(batches.length, 0);
});

test('what a filter drops is counted, and not sent', async (t) => {
  const half = {
    apply: (batch: { count: number }) => ({
      batch: { ...batch, count: batch.count - 1 },
      dropped: 1,
    }),
  } as never;
  const { added, collector, filtered } = setup(4, { filter: half });
  await collector.collect();
  t.deepEqual(
    added.map(({ count }) => count),
    [2],
    'of the second batch nothing is left',
  );
  t.deepEqual(filtered, [1, 1]);
});

test('a batch that cannot be taken is lost, and what failed is told', async (t) => {
  const { collector, lines, lost, source } = setup(4, {
    takeBatch: (most) => (source.takeBatchNow(most), Promise.reject(new Error('encoding'))),
  });
  await collector.collect();
  t.deepEqual(lost, [[3, 'encoding']]);
  t.deepEqual(lines, ['statsigSDK> Error: encoding']);
  t.is(collector.events, 1);
  const odd = setup(1, {
    takeBatch: (most) => (odd.source.takeBatchNow(most), Promise.reject('text')),
  });
  await odd.collector.collect();
  t.deepEqual(odd.lost, [[1, 'A batch could not be written']]);
});

test('at once: all that is pending, compressed at once', (t) => {
  const { collector, lost } = setup(4, {
    compress: () => Promise.reject(new Error('too late')),
    compressNow: (body) => gzipSync(body),
  });
  t.deepEqual(shown([...collector.collectNow()]), [
    ['b1', 3, true, [0, 1, 2]],
    ['b2', 1, true, [3]],
  ]);
  t.deepEqual(lost, []);
  t.is(collector.events, 0);
  const done = { count: 1, body: gzipSync('[5]'), isGzipped: true };
  const own = setup(1, {
    compressNow: (body) => gzipSync(body),
    compress: () => Promise.reject(new Error('too late')),
    takeBatchNow: (most) => (own.source.takeBatchNow(most), done),
  });
  t.deepEqual(shown([...own.collector.collectNow()]), [['b1', 1, true, [5]]], 'once');
});

test('at once: plain where nothing compresses, is to compress, or can', (t) => {
  const compress = async (body: Uint8Array): Promise<Uint8Array> => gzipSync(body);
  const fails = (): never => {
    throw new Error('of a test');
  };
  for (const more of [
    { compress },
    { compressNow: fails },
    { compress, compressNow: fails },
    { compressNow: gzipSync },
    { compress, compressNow: gzipSync, compressionEnabled: () => false },
  ])
    t.deepEqual(shown([...setup(1, more).collector.collectNow()]), [['b1', 1, false, [0]]]);
});

test('at once: a batch that is being compressed goes first, and only once', async (t) => {
  let compressed: (body: Uint8Array) => void = () => undefined;
  const { added, asked, collector, lost } = setup(5, {
    compress: () => new Promise((resolve) => (compressed = resolve)),
  });
  const collecting = collector.collect();
  await settle();
  t.is(collector.events, 5);
  const now = [...collector.collectNow()];
  t.deepEqual(shown(now), [
    ['b1', 3, false, [0, 1, 2]],
    ['b2', 2, false, [3, 4]],
  ]);
  compressed(gzipSync('[]'));
  await collecting;
  t.deepEqual([added, lost], [[], []]);
  t.is(asked.length, 2, 'and nothing is taken after it');
});

test('at once: what is left of no event is not sent; without a filter nothing counts as dropped', (t) => {
  const none = { apply: (batch: object) => ({ batch: { ...batch, count: 0 }, dropped: 3 }) };
  const { collector, filtered } = setup(3, { filter: none as never });
  t.deepEqual([...collector.collectNow()], []);
  t.deepEqual(filtered, [3, 0]);
  const plain = setup(3);
  t.is([...plain.collector.collectNow()].length, 1);
  t.deepEqual(plain.filtered, []);
});

test('events that are being taken are not with the sender yet, those that went down are not here', (t) => {
  for (const lost of [0, 5]) {
    const { collector, source } = setup(4, {
      lost: () => lost,
      takeBatch: (most) => (source.takeBatchNow(most), new Promise(() => undefined)),
    });
    void collector.collect();
    t.is(source.pending(), 1);
    t.is(collector.events, 4);
  }
  const { collector } = setup(4, { takeBatch: () => new Promise(() => undefined) });
  void collector.collect();
  t.is(collector.events, 4, 'nothing was taken');
});

test('at once: what the engine does not give is lost, but for what is counted elsewhere', (t) => {
  const nothing = { count: 0, body: new Uint8Array(), isGzipped: false };
  const { collector, lost } = setup(4, { takeBatchNow: () => nothing });
  t.deepEqual([...collector.collectNow()], []);
  t.deepEqual(lost, [[4, 'The engine did not give all of its events']]);
  const keep = { apply: (batch: object) => ({ batch, dropped: 0 }) } as never;
  const one = setup(1, { filter: keep, takeBatchNow: () => nothing });
  t.deepEqual([...one.collector.collectNow()], []);
  t.deepEqual([one.lost.length, one.filtered], [1, []]);
  let down = 1;
  const half = setup(4, { lost: () => down, takeBatchNow: () => ((down = 4), nothing) });
  t.deepEqual([...half.collector.collectNow()], []);
  t.deepEqual(half.lost, [[1, 'The engine did not give all of its events']]);
});

test('at once: a hook that logs events about events does not go on for ever', (t) => {
  const { collector, filtered, source } = setup(2, {
    maxBatchEvents: 1,
    filter: { apply: (batch: object) => (source.log(1), { batch, dropped: 0 }) } as never,
  });
  t.is([...collector.collectNow()].length, 2);
  t.deepEqual(filtered, [2], 'the rest counts as dropped by it');
});
