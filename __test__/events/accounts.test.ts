/**
 * At every moment each accepted event is in exactly one of eventStats' counters; and what a flush
 * with a timeout waits for.
 */
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { NetworkError } from '../../src/network/network-error';
import { ENGINES, FakeNetwork, ours, type AnyServer } from '../api/support';
import { FakeClock, settle } from '../network/fake-clock';
import { Source, delivery } from './source';

const sum = (server: AnyServer): number => {
  const { queued, delivered, dropped, kept } = server.eventStats();
  return queued + delivered + dropped + kept;
};
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Repeatable draws in [0,1). */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

for (const engine of ENGINES) {
  test(`${engine}: events in a row, and all of them while they are written and sent`, async (t) => {
    const network = new FakeNetwork();
    const server = ours(engine, network, { initStrategyForIDLists: 'none' });
    await server.initializeAsync();
    const before = sum(server);
    for (let i = 0; i < 3_000; i++) {
      server.logEvent({ userID: `u${i}` }, 'click', i, { page: 'home' });
      if (i % 500 === 499) t.is(sum(server), before + i + 1);
    }
    let isOver = false;
    const flushed = server.flush().then(() => (isOver = true));
    while (!isOver) {
      t.is(sum(server), before + 3_000);
      await nextTurn();
    }
    await flushed;
    t.is(server.eventStats().queued, 0);
    t.is(network.events.filter(({ eventName }) => eventName === 'click').length, 3_000);
    await server.shutdownAsync(1_000);
  });

  test(`${engine}: when nothing is queued any more, everything has arrived`, async (t) => {
    const network = new FakeNetwork();
    const server = ours(engine, network, {
      initStrategyForIDLists: 'none',
      loggingMaxBufferSize: 50,
    });
    await server.initializeAsync();
    for (let i = 0; i < 500; i++) server.logEvent({ userID: `u${i}` }, 'click');
    void server.flush();
    while (server.eventStats().queued > 0) await nextTurn();
    t.is(network.events.filter(({ eventName }) => eventName === 'click').length, 500);
    await server.shutdownAsync(1_000);
  });

  test(`${engine}: the account is right at random moments of a troubled life`, async (t) => {
    for (const seed of [1, 2, 3]) {
      const draw = draws(seed);
      const network = new FakeNetwork();
      const override = async (url: string, init: RequestInit): Promise<Response> => {
        if (!url.includes('log_event')) return network.override(url, init);
        for (let turns = draw() * 20; turns > 0; turns--) await nextTurn();
        const fate = draw();
        if (fate < 0.3) throw new Error('reset');
        return fate < 0.6
          ? new Response('', { status: fate < 0.35 ? 400 : fate < 0.4 ? 413 : 500 })
          : network.override(url, init);
      };
      const server = ours(engine, network, {
        networkOverrideFunc: override as never,
        initStrategyForIDLists: 'none',
        loggingMaxBufferSize: 20,
        postLogsRetryLimit: 2,
        postLogsRetryBackoff: 1,
        logger: { warn: () => undefined, error: () => undefined, logLevel: 'none' },
      });
      await server.initializeAsync();
      let accepted = sum(server);
      for (let step = 0; step < 300; step++) {
        for (let events = Math.floor(draw() * 30); events > 0; events--) {
          server.logEvent({ userID: `u${draw()}` }, 'click', step);
          accepted++;
        }
        if (draw() < 0.1) void server.flush(draw() < 0.5 ? undefined : 5);
        if (draw() < 0.05) {
          server.logEvent({ userID: 'u' }, 'broken', 1, { big: 1n } as never);
          accepted++;
        }
        t.is(sum(server), accepted, `step ${step} of seed ${seed}`);
        if (draw() < 0.7) await (draw() < 0.5 ? Promise.resolve() : nextTurn());
        t.is(sum(server), accepted, `after step ${step} of seed ${seed}`);
      }
      const ended = server.shutdownAsync(100);
      for (let turns = 0; turns < 50; turns++) {
        t.is(sum(server), accepted, `shutdown of seed ${seed}`);
        await nextTurn();
      }
      await ended;
      t.is(sum(server), accepted);
      t.is(server.eventStats().queued, 0);
    }
  });

  test(`${engine}: networkOverrideFunc gets gzipped events as a Buffer, everything else as text`, async (t) => {
    const bodies: Record<string, unknown> = {};
    const network = new FakeNetwork();
    const networkOverrideFunc = (url: string, init: RequestInit): Promise<Response> => {
      bodies[url.split('/').at(-1)!.split('.')[0]!.slice(0, 12)] = init.body;
      return network.override(url, init);
    };
    const server = ours(engine, network, { networkOverrideFunc: networkOverrideFunc as never });
    await server.initializeAsync();
    server.checkGate({ userID: 'u' }, 'always');
    await server.flush();
    await server.shutdownAsync(1_000);
    t.deepEqual(Object.keys(bodies), ['secret-api-t', 'get_id_lists', 'log_event']);
    t.is(bodies['secret-api-t'], undefined);
    t.is(bodies['get_id_lists'], '{}');
    t.true(Buffer.isBuffer(bodies['log_event']));
    t.true(
      gunzipSync(bodies['log_event'] as Buffer)
        .toString()
        .includes('gate_exposure'),
    );
  });
}

const down = (): Promise<never> => Promise.reject(new NetworkError('status', 'down', 500));

test('flush with a timeout returns after the failed attempt, and the retry delivers in the background', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  let attempts = 0;
  const events = delivery(source, {
    upload: () => (++attempts === 1 ? down() : Promise.resolve()),
    clock,
    retryBackoff: 1_000,
  });
  source.log(5);
  // No time passes, so nothing but the attempt is waited for.
  t.deepEqual(await events.flush({ timeoutMs: 3_000 }), { delivered: 0, kept: 5, dropped: 0 });
  t.is(attempts, 1);
  t.is(events.counters().queued, 5);
  await clock.advance(1_000);
  t.is(attempts, 2);
  t.like(events.counters(), { queued: 0, delivered: 5 });
});

test('the next flush with a timeout tries again what waits for its retry', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  let isDown = true;
  let attempts = 0;
  const events = delivery(source, {
    upload: () => (attempts++, isDown ? down() : Promise.resolve()),
    clock,
    retryBackoff: 60_000,
    concurrency: 2,
  });
  source.log(50);
  t.like(await events.flush({ timeoutMs: 3_000 }), { delivered: 0, kept: 50 });
  t.is(attempts, 2, 'others are not tried beside those that failed');
  isDown = false;
  source.log(1);
  t.deepEqual(await events.flush({ timeoutMs: 3_000 }), { delivered: 51, kept: 0, dropped: 0 });
});

test('flush with a timeout does not override Retry-After, and without one it waits for the retries', async (t) => {
  const source = new Source();
  const clock = new FakeClock();
  let attempts = 0;
  const busy = (): Promise<never> =>
    Promise.reject(new NetworkError('status', 'busy', 429, 20_000));
  const events = delivery(source, {
    upload: () => (++attempts === 1 ? busy() : Promise.resolve()),
    clock,
  });
  source.log(1);
  t.like(await events.flush({ timeoutMs: 3_000 }), { kept: 1 });
  t.like(await events.flush({ timeoutMs: 3_000 }), { kept: 1 });
  t.is(attempts, 1);
  const flushed = events.flush();
  await settle();
  t.is(attempts, 1);
  await clock.advance(20_000);
  t.deepEqual(await flushed, { delivered: 1, kept: 0, dropped: 0 });
});
