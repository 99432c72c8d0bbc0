/** The option `sharedUpdates`: config specs are downloaded once for all that ask the same. */
import type { ExecutionContext } from 'ava';
import { gzipSync } from 'node:zlib';
import { StatsigServer } from '../../src/api/statsig';
import type { StatsigOptions } from '../../src/options/statsig-options';
import { createSharedDownloads } from '../../src/engine/native';
import { packedBody } from '../../src/network/node-transport';
import { sharedTransport } from '../../src/network/shared-transport';
import type { TransportRequest, TransportResponse } from '../../src/network/transport';
import { systemClock } from '../../src/host/clock';
import { Log, payload } from '../api/support';
import { needsEngine } from '../needs';
import { Loopback } from './loopback';

const onNative = needsEngine('native');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A service whose specs are compressed; what it was asked for. */
async function service(t: ExecutionContext): Promise<{ api: string; asked: string[] }> {
  const asked: string[] = [];
  const server = await Loopback.start(({ url }, response) => {
    if (!url.includes('download')) return void response.end('{}');
    asked.push(url);
    const specs = gzipSync(JSON.stringify(payload({ time: 1000 + asked.length })));
    // Long enough for the others to ask meanwhile.
    setTimeout(() => {
      response.setHeader('content-encoding', 'gzip');
      response.end(specs);
    }, 50);
  });
  t.teardown(() => server.stop());
  return { api: server.base, asked };
}

async function start(api: string, options: StatsigOptions = {}): Promise<StatsigServer> {
  const server = new StatsigServer('secret-shared', {
    api,
    engine: 'native',
    logger: new Log(),
    disableDiagnostics: true,
    disableIdListsSync: true,
    sharedUpdates: true,
    ...options,
  });
  await server.initializeAsync();
  return server;
}

const answers = (server: StatsigServer): boolean => server.checkGateSync({ userID: 'u' }, 'always');

onNative('those who start together, and later, download once', async (t) => {
  const { api, asked } = await service(t);
  const servers = await Promise.all([start(api), start(api), start(api)]);
  servers.push(await start(api));
  t.is(asked.length, 1);
  t.true(servers.every(answers));
  // Who asks for a sync is answered by the network, and the others may have that.
  const [one, other] = servers;
  await one!.syncStoreSpecs();
  t.is(asked.length, 2);
  await other!.shutdownAsync(5_000);
  const fresh = await start(api);
  t.is(asked.length, 2);
  t.true(answers(fresh));
  await Promise.all([...servers, fresh].map((server) => server.shutdownAsync(5_000)));
});

onNative('other requests are others', async (t) => {
  const { api, asked } = await service(t);
  const servers = [
    await start(api),
    await start(api, { http: { headers: { 'X-Way': 'other' } } }),
    await start(api, { maxSpecsBytes: 1_000_000 }),
    await start(api, { sharedUpdates: false }),
    await start(api, { engine: 'js' }),
  ];
  // What js takes has to be decoded, so that it asks in a form of its own.
  t.is(asked.length, 5);
  t.true(servers.every(answers));
  await Promise.all(servers.map((server) => server.shutdownAsync(5_000)));
});

const request = (signal = new AbortController().signal): TransportRequest => ({
  method: 'GET',
  url: 'http://x',
  headers: {},
  isUpload: false,
  maxBytes: 1000,
  signal,
  onProgress: () => undefined,
  shared: { key: 'transport', mostMs: 60_000 },
});

const answer = (body: string, status = 200): TransportResponse => ({
  status,
  ok: status < 300,
  header: () => null,
  headers: { etag: '"e"' },
  body: bytes(body),
});

onNative('what failed is not shared, and who waited for it asks', async (t) => {
  const outcomes = [new Error('reset'), answer('busy', 503), answer('fine')];
  let sent = 0;
  const transport = (): ReturnType<typeof sharedTransport> =>
    sharedTransport(
      async () => {
        const outcome = outcomes[Math.min(sent++, 2)]!;
        await new Promise((resolve) => setTimeout(resolve, 30));
        if (outcome instanceof Error) throw outcome;
        return outcome;
      },
      createSharedDownloads(),
      packedBody,
      systemClock,
    );
  const views = [transport(), transport(), transport(), transport()];
  const results = await Promise.allSettled(views.map((view) => view(request())));
  const told = results.map((result) =>
    result.status === 'fulfilled' ? result.value.status : 'failed',
  );
  t.deepEqual(told.sort(), [200, 200, 503, 'failed']);
  t.is(sent, 3);
});

onNative('who waits can be aborted, and headers and encoding come along', async (t) => {
  const body = gzipSync('specs');
  let isDone = (): void => undefined;
  const slow = sharedTransport(
    async (asked) => {
      await new Promise<void>((resolve) => (isDone = resolve));
      return { ...answer(''), body, packed: packedBody(body, 'gzip', asked.maxBytes) };
    },
    createSharedDownloads(),
    packedBody,
    systemClock,
  );
  const never = sharedTransport(
    () => Promise.reject(new Error('asked itself')),
    createSharedDownloads(),
    packedBody,
    systemClock,
  );
  const shared = { key: 'slow', mostMs: 60_000 };
  const first = slow({ ...request(), shared });
  const control = new AbortController();
  const waiting = never({ ...request(control.signal), shared });
  control.abort();
  await t.throwsAsync(waiting, { message: 'The request was aborted' });
  const later = never({ ...request(), shared });
  isDone();
  const answers = await Promise.all([first, later]);
  for (const { packed } of answers) {
    t.is(packed?.encoding, 'gzip');
    t.is(new TextDecoder().decode(await packed?.plain()), 'specs');
  }
  t.is(answers[1]?.header('ETag'), '"e"');
  t.is(answers[1]?.header('nothing'), null);
});
