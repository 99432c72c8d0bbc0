/** Losses: counted by reason, told, and said at most once a minute; and the forms of `flush`. */
import test from 'ava';
import { DropLedger, type DroppedByReason, type DroppedEvents } from '../../src/events/dropped';
import { NetworkError } from '../../src/network/network-error';
import { SafeLogger } from '../../src/observability/logger';
import { StatsigServer } from '../../src/api/statsig';
import { TESTED_ENGINES } from '../engines';
import { FakeClock, settle } from '../network/fake-clock';
import { Source, delivery } from './source';

const quiet = { warn() {}, error() {}, logLevel: 'none' as const };
const sum = (counts: DroppedByReason): number =>
  Object.values(counts).reduce((all, one) => all + one, 0);

test('one line at once, then the sums of a minute', (t) => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const logger = new SafeLogger(
    { warn: (line) => void lines.push(String(line)), error() {}, logLevel: 'warn' },
    ['secret-key-9'],
  );
  const told: DroppedEvents[] = [];
  const ledger = new DropLedger({ clock, logger, onDropped: (dropped) => void told.push(dropped) });
  ledger.add('limit', 5, new Error('first'));
  ledger.add('limit', 7, new Error('second'));
  ledger.add('refused', 2, new Error('third secret-key-9'));
  ledger.add('size', 0, new Error('nothing'));
  t.is(lines.length, 1);
  clock.time += 60_000;
  ledger.say();
  ledger.say();
  t.deepEqual(lines, [
    'statsigSDK> Events were dropped: 5 limit (Error: first)',
    'statsigSDK> Events were dropped: 7 limit, 2 refused (Error: third ******)',
  ]);
  ledger.add('spool', 1, new Error('last'));
  ledger.say(true);
  t.is(lines.length, 3);
  t.is(ledger.total, 15);
  t.deepEqual(
    told.map(({ reason, count }) => [reason, count]),
    [
      ['limit', 5],
      ['limit', 7],
      ['refused', 2],
      ['spool', 1],
    ],
  );
  t.false(JSON.stringify(told).includes('secret-key-9'));
});

test('each reason, and dropped is their sum', async (t) => {
  const refuse = (status: number) => () => Promise.reject(new NetworkError('status', 'no', status));
  const cases: [string, () => Promise<unknown>, number][] = [
    ['refused', refuse(400), 3],
    ['size', refuse(413), 1],
  ];
  for (const [reason, upload, events] of cases) {
    const source = new Source();
    const sent = delivery(source, { upload, clock: new FakeClock() });
    source.log(events);
    await sent.flush();
    t.like(sent.counters(), { dropped: events, droppedByReason: { [reason]: events } });
  }
  const source = new Source();
  const dead = { limit: 4, engine: 6 };
  const down = (): Promise<void> => Promise.reject(new NetworkError('network', 'down'));
  const sent = delivery(source, {
    upload: down,
    clock: new FakeClock(),
    retryLimit: 0,
    maxQueuedEvents: 10,
    engineDropped: () => dead,
  });
  source.log(25);
  sent.countInvalid(new Error('no JSON'));
  await sent.flush();
  dead.engine = 8;
  const { dropped, droppedByReason } = sent.counters();
  t.deepEqual(droppedByReason, {
    limit: 4 + 20,
    size: 0,
    refused: 0,
    spool: 0,
    engine: 8,
    invalid: 1,
    beforeLog: 0,
    unsent: 0,
  });
  t.is(dropped, sum(droppedByReason));
  sent.endNow();
  t.like(sent.counters(), { queued: 0, kept: 0, droppedByReason: { unsent: 5 } });
  sent.endNow();
  t.is(sent.counters().dropped, dropped + 5, 'the end is once');
});

test('an engine that takes events and gives none has lost them', async (t) => {
  const source = new Source();
  const takeBatch = (most: number): Promise<never> => {
    source.takeBatchNow(most);
    return Promise.reject(new Error('encoding failed'));
  };
  const sent = delivery(source, { takeBatch, clock: new FakeClock() });
  source.log(5);
  t.deepEqual(await sent.flush(), { delivered: 0, kept: 0, dropped: 5 });
  t.is(sent.counters().droppedByReason.engine, 5);
});

for (const engine of TESTED_ENGINES) {
  test(`${engine}: onEventsDropped is told, and what it does harms nobody`, async (t) => {
    const told: DroppedEvents[] = [];
    const onEventsDropped = (dropped: DroppedEvents): Promise<void> => {
      told.push(dropped);
      s.eventStats();
      if (told.length === 1) throw new Error('mine');
      return Promise.reject(new Error('mine'));
    };
    const networkOverrideFunc = (url: string): Promise<Response> =>
      Promise.resolve(new Response('{}', { status: url.includes('log_event') ? 403 : 200 }));
    const s = new StatsigServer('secret-dropped', {
      engine,
      networkOverrideFunc,
      onEventsDropped,
      logger: quiet,
      disableDiagnostics: true,
    });
    await s.initializeAsync();
    await s.flush();
    told.length = 0;
    s.logEvent({ userID: 'u' }, 'e', null, { n: 1n } as never);
    s.logEvent({ userID: 'u' }, 'e');
    await s.flush();
    s.logEvent({ userID: 'u' }, 'e');
    await s.shutdownAsync();
    t.deepEqual(
      told.map(({ reason, count }) => [reason, count]),
      [
        ['invalid', 1],
        ['refused', 1],
        ['refused', 1],
      ],
    );
    const { dropped, droppedByReason } = s.eventStats();
    t.is(dropped, sum(droppedByReason));
  });

  test(`${engine}: a signal ends a flush; what it left is sent later`, async (t) => {
    const held: (() => void)[] = [];
    let isHeld = false;
    const networkOverrideFunc = (): Promise<Response> =>
      isHeld
        ? new Promise((resolve) => held.push(() => resolve(new Response('{}'))))
        : Promise.resolve(new Response('{}'));
    const s = new StatsigServer('secret-signal', {
      engine,
      networkOverrideFunc,
      logger: quiet,
      disableDiagnostics: true,
    });
    await s.initializeAsync();
    await s.flush();
    isHeld = true;
    s.logEvent({ userID: 'u' }, 'e');
    const stop = new AbortController();
    const flushed = s.flush({ signal: stop.signal, timeout: 60_000 });
    while (held.length === 0) await settle();
    stop.abort();
    t.deepEqual(await flushed, { delivered: 0, kept: 1, dropped: 0 });
    t.deepEqual(await s.flush({ signal: AbortSignal.abort() }), {
      delivered: 0,
      kept: 1,
      dropped: 0,
    });
    for (const odd of [null, 'soon', {}, { timeout: 'x', signal: 5 }]) {
      const ended = s.flush(odd as never);
      isHeld = false;
      held.forEach((release) => release());
      t.is((await ended).kept, 0);
    }
    await s.shutdownAsync(1_000);
  });
}
