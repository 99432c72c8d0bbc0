/**
 * Events through the public API, on every engine, against the local server: what is accepted
 * arrives or is counted.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { EngineKind } from '../../src/engine/engine';
import { StatsigUninitializedError } from '../../src/types/errors';
import { createLocalServer, type LocalServer } from '../../src/local-server';
import { StatsigServer } from '../../src/api/statsig';
import type { StatsigOptions, StatsigUser } from '../../src/api/public-types';
import { Log, payload } from '../api/support';
import { TESTED_ENGINES } from '../engines';

const U: StatsigUser = { userID: 'u' };

interface Started {
  server: LocalServer;
  sdk: StatsigServer;
  log: Log;
}

async function start(engine: EngineKind, options: StatsigOptions = {}): Promise<Started> {
  const server = await createLocalServer({ specs: payload() as never });
  const log = new Log();
  const sdk = new StatsigServer('secret-public-events', {
    api: server.api,
    engine,
    logger: log,
    postLogsRetryBackoff: 5,
    disableRulesetsSync: true,
    disableIdListsSync: true,
    ...options,
  });
  await sdk.initializeAsync();
  await sdk.flush();
  server.clear();
  return { server, sdk, log };
}

const names = (server: LocalServer): string[] => server.events().map(({ eventName }) => eventName);

test('there is an engine to test', (t) => t.true(TESTED_ENGINES.length > 0));

for (const engine of TESTED_ENGINES) {
  test.serial(`${engine}: before initialize and after shutdown logEvent says so`, async (t) => {
    const { server, sdk } = await start(engine);
    await sdk.shutdownAsync(20_000);
    t.throws(() => sdk.logEvent(U, 'late'), { instanceOf: StatsigUninitializedError });
    const fresh = new StatsigServer('secret-public-events', {
      api: server.api,
      engine,
      logger: new Log(),
    });
    t.throws(() => fresh.logEvent(U, 'early'), { instanceOf: StatsigUninitializedError });
    await fresh.shutdownAsync(1_000);
    await server.close();
    t.deepEqual(names(server), []);
  });

  test.serial(
    `${engine}: what is no JSON is said, counted, and harms no other event`,
    async (t) => {
      const { server, sdk, log } = await start(engine);
      const cycle: Record<string, unknown> = {};
      cycle['self'] = cycle;
      const trap = {
        get boom(): string {
          throw new Error('boom');
        },
      };
      const before = sdk.eventStats();
      sdk.logEvent(U, 'good', 1, { a: 1 });
      sdk.logEvent(U, 'bigint', null, { big: 1n });
      sdk.logEvent(U, 'cycle', null, cycle);
      sdk.logEvent(U, 'getter', null, trap as never);
      sdk.logEvent({ userID: 'u', custom: trap as never }, 'getter of a user');
      sdk.logEvent(U, 'value', {
        toString() {
          throw new Error('no text');
        },
        toJSON() {
          throw new Error('no JSON');
        },
      } as never);
      sdk.logEventObject({ eventName: 'no time', user: U, time: NaN as never });
      sdk.logEvent(U, 'also good', 2, { b: 'x' });
      const lost = sdk.eventStats().dropped - before.dropped;
      const report = await sdk.flush();
      t.true(
        names(server).includes('good') &&
          names(server).includes('also good') &&
          names(server).includes('no time'),
      );
      t.is(lost + server.events().length, 8);
      t.true(lost >= 4, String(lost));
      t.deepEqual(report, { delivered: 8 - lost, kept: 0, dropped: 0 });
      t.is(server.events().find(({ eventName }) => eventName === 'no time')?.event['time'], null);
      t.regex(String(sdk.eventStats().lastError), /Error/);
      t.true(log.lines.length >= 3);
      await sdk.shutdownAsync(20_000);
      await server.close();
    },
  );

  test.serial(
    `${engine}: 10 MB of metadata go alone; what the server refuses as too long is split or counted`,
    async (t) => {
      const { server, sdk } = await start(engine);
      for (let i = 0; i < 20; i++) sdk.logEvent(U, 'small', i);
      sdk.logEvent(U, 'huge', null, { text: 'x'.repeat(10_000_000) });
      for (let i = 20; i < 40; i++) sdk.logEvent(U, 'small', i);
      t.deepEqual(await sdk.flush(), { delivered: 41, kept: 0, dropped: 0 });
      t.is(names(server).filter((name) => name === 'small').length, 40);
      const counts = server
        .requests('events')
        .map(({ headers }) => Number(headers['statsig-event-count']));
      t.deepEqual(
        counts.sort((a, b) => a - b),
        [1, 20, 20],
      );

      server.clear();
      server.fail({ route: 'events', status: 413, times: 3 });
      for (let i = 0; i < 10; i++) sdk.logEvent(U, 'split', i);
      t.deepEqual(await sdk.flush(), { delivered: 10, kept: 0, dropped: 0 });
      t.deepEqual(
        server
          .events()
          .map(({ event }) => event['value'] as number)
          .sort((a, b) => a - b),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      );

      server.fail({ route: 'events', status: 413 });
      for (let i = 0; i < 3; i++) sdk.logEvent(U, 'refused', i);
      t.deepEqual(await sdk.flush(), { delivered: 0, kept: 0, dropped: 3 });
      await sdk.shutdownAsync(20_000);
      await server.close();
    },
  );

  test.serial(`${engine}: batches end by bytes`, async (t) => {
    const { server, sdk } = await start(engine);
    for (let i = 0; i < 300; i++) sdk.logEvent(U, 'large', i, { text: 'x'.repeat(20_000) });
    t.like(await sdk.flush(), { delivered: 300 });
    const longest = Math.max(
      ...server.requests('events').map(({ body }) => Buffer.byteLength(body)),
    );
    t.true(server.requests('events').length >= 3);
    t.true(longest < 2_200_000, String(longest));
    await sdk.shutdownAsync(20_000);
    await server.close();
  });

  test.serial(
    `${engine}: later changes of user and metadata change nothing that was logged`,
    async (t) => {
      const { server, sdk } = await start(engine);
      const user: StatsigUser = {
        userID: 'first',
        custom: { a: 1 },
        privateAttributes: { secret: 's' },
      };
      const metadata = { list: [1] };
      sdk.logEvent(user, 'one', null, metadata);
      sdk.checkGate(user, 'always');
      user.userID = 'second';
      (user.custom as Record<string, number>)['a'] = 2;
      metadata.list.push(2);
      sdk.logEvent(user, 'two', null, metadata);
      await sdk.shutdownAsync(20_000);
      await server.close();
      const seen = server
        .events()
        .map(({ eventName, event }) => [
          eventName,
          (event['user'] as StatsigUser).userID,
          (event['user'] as StatsigUser).custom,
        ]);
      t.deepEqual(seen, [
        ['one', 'first', { a: 1 }],
        ['statsig::gate_exposure', 'first', { a: 1 }],
        ['two', 'second', { a: 2 }],
      ]);
      t.deepEqual(server.events()[0]?.event['metadata'], { list: [1] });
      t.false(JSON.stringify(server.events()).includes('secret'));
    },
  );

  test.serial(
    `${engine}: with the spool what a shutdown leaves goes out at the next start`,
    async (t) => {
      const eventSpool = mkdtempSync(join(tmpdir(), 'spool-public-'));
      const { server, sdk } = await start(engine, { eventSpool });
      const restore = server.fail({ route: 'events', drop: true });
      for (let i = 0; i < 5; i++) sdk.logEvent(U, 'kept', i);
      const report = await sdk.shutdownAsync(20_000);
      t.deepEqual(report, { delivered: 0, kept: 5, dropped: 0 });
      t.like(sdk.eventStats(), { queued: 0, kept: 5 });
      restore();
      const next = new StatsigServer('secret-public-events', {
        api: server.api,
        engine,
        logger: new Log(),
        eventSpool,
      });
      await next.initializeAsync();
      await server.waitFor(
        () => names(server).filter((name) => name === 'kept').length === 5,
        10_000,
      );
      await next.shutdownAsync(20_000);
      await server.close();
      t.deepEqual(readdirSync(eventSpool), []);
      rmSync(eventSpool, { recursive: true });
    },
  );

  test.serial(
    `${engine}: a spool that cannot be written is said once, and its events are counted`,
    async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'spool-broken-'));
      writeFileSync(join(folder, 'file'), '');
      const { server, sdk, log } = await start(engine, {
        eventSpool: join(folder, 'file', 'below'),
      });
      server.fail({ route: 'events', drop: true });
      for (let i = 0; i < 5; i++) sdk.logEvent(U, 'lost', i);
      t.deepEqual(await sdk.shutdownAsync(20_000), { delivered: 0, kept: 0, dropped: 5 });
      t.is(log.lines.filter((line) => line.includes('event spool')).length, 1);
      await server.close();
      rmSync(folder, { recursive: true });
    },
  );

  test.serial(
    `${engine}: 100,000 events queued have arrived when shutdownAsync resolves`,
    async (t) => {
      const { server, sdk } = await start(engine);
      for (let i = 0; i < 100_000; i++) sdk.logEvent(U, 'many', i);
      const report = await sdk.shutdownAsync();
      t.is(server.events().length, 100_000);
      t.deepEqual(report, { delivered: 100_000, kept: 0, dropped: 0 });
      await server.close();
    },
  );
}
