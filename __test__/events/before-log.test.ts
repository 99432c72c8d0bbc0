/**
 * The option `beforeLog` on every engine: each event once, changed, dropped, and what happens when
 * it fails.
 */
import test from 'ava';
import type { LoggedEvent } from '../../src/events/before-log';
import { FakeNetwork, Log, ENGINES, ours } from '../api/support';

const USER = { userID: 'u', email: 'a@b.c', privateAttributes: { secret: 1 } };

async function run(engine: (typeof ENGINES)[number], beforeLog: unknown, options: object = {}) {
  const [network, log] = [new FakeNetwork(), new Log()];
  const server = ours(engine, network, {
    beforeLog: beforeLog as never,
    logger: log,
    disableDiagnostics: true,
    ...options,
  });
  await server.initializeAsync();
  server.checkGate(USER, 'always');
  server.getExperiment(USER, 'experiment');
  server.logEvent(USER, 'bought', 5, { card: '4111' });
  server.logEvent({ userID: 'v' }, 'kept');
  const report = await server.flush();
  const stats = server.eventStats();
  await server.shutdownAsync();
  const events = network.events.filter(({ eventName }) => eventName !== 'statsig::diagnostics');
  return { events, names: events.map(({ eventName }) => eventName), log, report, stats, network };
}

const ALL = ['statsig::gate_exposure', 'statsig::config_exposure', 'bought', 'kept'];

for (const engine of ENGINES) {
  test(`${engine}: it sees each event once, as it would be sent, and what it leaves alone is sent so`, async (t) => {
    const seen: string[] = [];
    const plain = await run(engine, null);
    const { events, stats } = await run(
      engine,
      (event: LoggedEvent) => void seen.push(JSON.stringify(event)),
    );
    const without = (list: object[]): unknown[] =>
      list.map(
        (event) =>
          JSON.parse(
            JSON.stringify(event).replace(/"(time|serverTime)":\d+/g, '"$1":0'),
          ) as unknown,
      );
    t.deepEqual(without(events), without(plain.events));
    const own = seen.filter((text) => !text.includes('statsig::diagnostics'));
    t.deepEqual(
      own,
      events.map((event) => JSON.stringify(event)),
    );
    t.false(seen.join().includes('secret'));
    t.is(stats.droppedByReason.beforeLog, 0);
  });

  test(`${engine}: it changes and drops events`, async (t) => {
    const { events, names, log, report, stats } = await run(engine, (event: LoggedEvent) => {
      if (event.eventName === 'kept') return null;
      if (event.eventName !== 'bought') return undefined;
      return { ...event, metadata: null, user: { userID: 'hidden' } };
    });
    t.deepEqual(names, ALL.slice(0, 3));
    t.deepEqual(
      [events[2]?.metadata, events[2]?.user, events[2]?.value],
      [null, { userID: 'hidden' }, 5],
    );
    t.is(stats.droppedByReason.beforeLog, 1);
    t.is(stats.dropped, 1);
    t.is(report.dropped, 1);
    t.is(stats.queued, 0);
    t.false(
      log.lines.some((line) => line.includes('dropped')),
      'what was asked for is no news',
    );
  });

  test(`${engine}: an event that it fails on is dropped and counted, and others are sent`, async (t) => {
    const failures: [string, (event: LoggedEvent) => unknown][] = [
      [
        'throws',
        () => {
          throw new Error('no');
        },
      ],
      ['returns a promise', async (event) => event],
      [
        'returns a thenable',
        () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error('no')) }),
      ],
      ['returns a text', () => 'event'],
      ['returns a list', () => []],
      ['returns no name', (event) => ({ ...event, eventName: undefined })],
      ['returns a BigInt', (event) => ({ ...event, value: 1n })],
      ['returns a cycle', (event) => Object.assign(event, { metadata: event })],
      ['returns what toJSON makes a text', (event) => ({ ...event, toJSON: () => 'x' })],
    ];
    for (const [name, fail] of failures) {
      const { names, log, stats } = await run(engine, (event: LoggedEvent) =>
        event.eventName === 'bought' ? fail(event) : event,
      );
      t.deepEqual(
        names,
        ALL.filter((one) => one !== 'bought'),
        name,
      );
      t.is(stats.droppedByReason.beforeLog, 1, name);
      t.is(log.lines.filter((line) => line.includes('beforeLog')).length, 1, name);
    }
  });

  test(`${engine}: when it drops all, nothing is posted and flush resolves`, async (t) => {
    const { network, stats } = await run(engine, () => null, { loggingMaxBufferSize: 2 });
    t.false(network.requests.some((request) => request.includes('log_event')));
    t.is(stats.droppedByReason.beforeLog, stats.dropped);
    t.true(stats.dropped >= 4);
    t.is(stats.queued, 0);
  });

  test(`${engine}: one that logs about each event does not go on forever`, async (t) => {
    const network = new FakeNetwork();
    const hook = (): void => server.logEvent({ userID: 'u' }, 'about');
    const server = ours(engine, network, { beforeLog: hook as never, loggingMaxBufferSize: 1 });
    await server.initializeAsync();
    server.logEvent({ userID: 'u' }, 'first');
    const { dropped } = await server.shutdownAsync(200);
    t.true(dropped > 0);
    t.is(server.eventStats().queued, 0);
  });
}

test('an async one is told at the start', async (t) => {
  const { log, names } = await run(ENGINES[0]!, async (event: LoggedEvent) => event);
  t.deepEqual(names, []);
  t.true(log.lines[0]?.includes('beforeLog must not be async'));
});
