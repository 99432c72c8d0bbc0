/** After `shutdownAsync` no connection of the instance is open, however its life went. */
import type { ServerResponse } from 'node:http';
import test from 'ava';
import { StatsigServer } from '../../src/api/statsig';
import type { StatsigOptions } from '../../src/api/public-types';
import { ENGINES, FakeNetwork, Log, payload } from '../api/support';
import { settle, until } from './fake-clock';
import { Loopback, type Seen } from './loopback';

type Answer = (seen: Seen, response: ServerResponse) => void;
const USER = { userID: 'u' };

const healthy: Answer = ({ url }, response) =>
  void response.end(url.includes('download_config_specs') ? JSON.stringify(payload()) : '{}');
const silent: Answer = () => undefined;
const failing: Answer = (_, response) => void response.writeHead(500).end('no');
const trickling: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': 1_000_000 }).write('{');
};

/** Lists that never end, more than are downloaded at a time. */
const manyLists =
  (base: () => string): Answer =>
  ({ url }, response) => {
    if (url.includes('/list'))
      return void response.writeHead(200, { 'content-length': 100 }).write('+');
    if (!url.includes('get_id_lists')) return healthy({ url } as Seen, response);
    const entries = Array.from({ length: 30 }, (_, i) => [
      `l${i}`,
      { url: `${base()}/list/${i}`, fileID: 'f', creationTime: 1, size: 100 },
    ]);
    response.end(JSON.stringify(Object.fromEntries(entries)));
  };

for (const engine of ENGINES) {
  const make = (base: string, options: StatsigOptions = {}): StatsigServer =>
    new StatsigServer('secret-connections', {
      engine,
      api: `${base}/v1`,
      logger: new Log(),
      ...options,
    });

  const lives: [string, Answer, StatsigOptions, number][] = [
    ['healthy', healthy, {}, 5_000],
    ['a failing service', failing, { postLogsRetryLimit: 0, reportExceptions: true }, 5_000],
    [
      'a failing service with a fallback',
      failing,
      { postLogsRetryLimit: 0, apiForDownloadConfigSpecs: 'http://127.0.0.1:1' },
      5_000,
    ],
    ['a silent service', silent, { initTimeoutMs: 50 }, 60],
    ['answers that do not end', trickling, { initTimeoutMs: 50 }, 60],
  ];
  for (const [title, answer, options, timeoutMs] of lives) {
    test(`${engine}: none is open after shutdownAsync, ${title}`, async (t) => {
      const server = await Loopback.start(answer);
      t.teardown(() => server.stop());
      const statsig = make(server.base, options);
      await statsig.initializeAsync();
      statsig.checkGate(USER, 'always');
      statsig.logEvent(USER, 'e');
      await statsig.shutdownAsync(timeoutMs);
      t.true(server.opened > 0);
      await until(() => server.sockets.size === 0);
      await settle();
      t.is(server.sockets.size, 0);
    });
  }

  test(`${engine}: downloads of ID lists end at shutdown, and none begins`, async (t) => {
    const server: Loopback = await Loopback.start(manyLists(() => server.base));
    t.teardown(() => server.stop());
    const statsig = make(server.base, { initTimeoutMs: 100 });
    await statsig.initializeAsync();
    await until(() => server.seen.filter(({ url }) => url.includes('/list/')).length === 8);
    await statsig.shutdownAsync(50);
    await until(() => server.sockets.size === 0);
    await settle();
    t.is(server.seen.filter(({ url }) => url.includes('/list/')).length, 8);
  });

  test(`${engine}: shutdown() closes them too, and what is asked for afterwards leaves none`, async (t) => {
    const server = await Loopback.start(healthy);
    t.teardown(() => server.stop());
    const statsig = make(server.base);
    await statsig.initializeAsync();
    statsig.shutdown();
    await until(() => server.sockets.size === 0);
    const before = server.seen.length;
    await statsig.syncStoreSpecs();
    await statsig.syncStoreIdLists();
    t.is(server.seen.length, before + 2);
    await until(() => server.sockets.size === 0);
    t.true((await statsig.initializeAsync()).success);
    t.true(statsig.checkGate(USER, 'always'));
    await statsig.shutdownAsync(5_000);
    await until(() => server.sockets.size === 0);
  });

  test(`${engine}: networkOverrideFunc is told by its signal`, async (t) => {
    const signals: AbortSignal[] = [];
    const network = new FakeNetwork();
    const override = (url: string, init: RequestInit): Promise<Response> => {
      if (!url.includes('download_config_specs')) return network.override(url, init);
      signals.push(init.signal!);
      return new Promise((_, reject) =>
        init.signal?.addEventListener('abort', () => reject(new Error('aborted by signal'))),
      );
    };
    const statsig = make('http://x', { networkOverrideFunc: override, initTimeoutMs: 20 });
    await statsig.initializeAsync();
    await statsig.shutdownAsync(20);
    t.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true],
    );
  });
}
