/** What is left when a process ends, and what is the SDK's own. */
import test from 'ava';
import { NetworkError } from '../../src/network/network-error';
import { NotedSpool } from './noted-spool';
import { SafeLogger } from '../../src/observability/logger';
import { FakeClock, settle } from '../network/fake-clock';
import { Source, delivery } from './source';

test('the SDK’s own events are nobody’s loss: neither missed nor told at the end', async (t) => {
  for (const [logged, own] of [
    [3, 1],
    [2, 2],
    [1, 5],
  ] as const) {
    const lines: string[] = [];
    const say = (line: unknown): void => void lines.push(String(line));
    const source = new Source();
    const events = delivery(source, {
      clock: new FakeClock(),
      ownEvents: () => own,
      logger: new SafeLogger({ warn: say, error: say, logLevel: 'warn' }),
    });
    source.log(logged);
    t.is(events.undelivered, Math.max(0, logged - own));
    events.endNow();
    t.is(events.counters().dropped, logged);
    t.is(lines.length, logged > own ? 1 : 0);
  }
});

test('without word of its own events all are somebody’s', (t) => {
  const source = new Source();
  source.log(2);
  t.is(delivery(source, { clock: new FakeClock() }).undelivered, 2);
});

test('own events that went with an earlier batch do not stand for others', async (t) => {
  const source = new Source();
  let own = 1;
  const events = delivery(source, { clock: new FakeClock(), ownEvents: () => own });
  source.log(1);
  await events.flush();
  source.log(2);
  t.is(events.undelivered, 2);
  own = 2;
  t.is(events.undelivered, 1);
});

test('an interrupted upload is tried again while the process lives; the last one is not interrupted', async (t) => {
  const source = new Source();
  const signals: AbortSignal[] = [];
  const events = delivery(source, {
    clock: new FakeClock(),
    upload: ({ signal }) => {
      signals.push(signal);
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new NetworkError('aborted', 'aborted')));
      });
    },
  });
  source.log(1);
  const flushed = events.flush();
  await settle();
  events.interrupt();
  t.like(await flushed, { delivered: 0, kept: 1 });
  t.true(signals[0]!.aborted);
  void events.shutdown();
  await settle();
  events.interrupt();
  t.is(signals.length, 2);
  t.false(signals[1]!.aborted);
});

test('at the end what is pending goes to the spool, together with what is there already', (t) => {
  const [source, clock, spool] = [new Source(), new FakeClock(), new NotedSpool()];
  const signals: AbortSignal[] = [];
  const events = delivery(source, {
    clock,
    spool,
    upload: ({ signal }) => new Promise(() => void signals.push(signal)),
    beforeFlush: () => source.log(1),
  });
  events.start();
  spool.backlog = 5;
  source.log(2);
  events.endNow();
  events.endNow();
  t.like(events.counters(), { kept: 8, dropped: 0, queued: 0 });
  t.deepEqual(
    spool.calls.map((call) => call.split(' ').slice(0, -1).join(' ') || call),
    ['write now', 'close'],
  );
  t.is(clock.pending, 0);
  source.log(1);
  t.like(events.counters(), { dropped: 1, droppedByReason: { unsent: 1 } }, 'nobody sends it');
});

test('at the end an upload is aborted, and what it carries is lost without a spool', async (t) => {
  const source = new Source();
  const lines: string[] = [];
  const say = (line: unknown): void => void lines.push(String(line));
  const signals: AbortSignal[] = [];
  const events = delivery(source, {
    clock: new FakeClock(),
    logger: new SafeLogger({ warn: say, error: say, logLevel: 'warn' }),
    upload: ({ signal }) => new Promise(() => void signals.push(signal)),
  });
  events.countInvalid(new Error('x'));
  source.log(1);
  void events.flush();
  await settle();
  source.log(2);
  t.is(events.undelivered, 3);
  events.endNow();
  t.true(signals[0]!.aborted);
  t.deepEqual(events.counters().droppedByReason.unsent, 3);
  t.is(lines.length, 2, 'at once, whatever was said before');
});

test('at the end a disk that does not answer is not waited for', (t) => {
  const [source, spool] = [new Source(), new NotedSpool()];
  spool.isHanging = true;
  const events = delivery(source, { clock: new FakeClock(), spool });
  source.log(3);
  events.endNow();
  t.deepEqual(events.counters().droppedByReason.spool, 3);
  t.is(source.pending(), 3, 'the engine keeps them');
  t.deepEqual(spool.calls, ['close']);
});

test('at the end silent delivery touches nothing', (t) => {
  const [source, spool] = [new Source(), new NotedSpool()];
  const events = delivery(source, { clock: new FakeClock(), spool, silent: true });
  source.log(3);
  events.endNow();
  t.like(events.counters(), { dropped: 0, kept: 0, queued: 0 });
  t.deepEqual(spool.calls, []);
});
