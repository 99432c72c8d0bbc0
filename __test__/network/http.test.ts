import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import test from 'ava';
import { fetchTransport } from '../../src/network/fetch-transport';
import { type HttpOptions, StatsigHttp } from '../../src/network/http';
import { MAX_IN_FLIGHT_PER_URL } from '../../src/network/in-flight';
import { NetworkError, retryAfter } from '../../src/network/network-error';
import { nodeTransport } from '../../src/network/node-transport';
import { parseRetryAfter } from '../../src/network/retry-after';
import type { NetworkOverride, OverrideInit } from '../../src/network/transport';
import { type LoggerInterface, SafeLogger } from '../../src/observability/logger';
import { FakeClock, settle } from './fake-clock';
import { Loopback } from './loopback';

const KEY = 'secret-abcdef123456';

function recorder(): LoggerInterface & { lines: string[] } {
  const lines: string[] = [];
  const push = (...parts: unknown[]): void => void lines.push(parts.map(String).join(' '));
  return { lines, debug: push, info: push, warn: push, error: push, logLevel: 'debug' };
}

function client(base: string, more: Partial<HttpOptions> = {}): StatsigHttp {
  return new StatsigHttp({
    sdkKey: KEY,
    api: base,
    apiForDownloadConfigSpecs: base,
    apiForGetIdLists: base,
    fallbackToStatsigAPI: false,
    localMode: false,
    sdkType: 'statsig-node',
    sdkVersion: '6.5.2',
    sessionID: 'session-1',
    transport: nodeTransport(),
    networkOverrideFunc: null,
    logger: new SafeLogger(recorder(), [KEY]),
    ...more,
  });
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const codeOf = (error: unknown): string =>
  error instanceof NetworkError ? error.code : String(error);

test('requests carry the headers, methods and bodies of statsig-node', async (t) => {
  const server = await Loopback.start((_, response) => void response.end('{"ok":1}'));
  const http = client(server.base);
  const specs = await http.downloadSpecs({ sinceTime: 0 });
  await http.downloadSpecs({ sinceTime: 12 });
  await http.fetchIdListIndex();
  await http.fetchIdList(`${server.base}/list`, 7);
  await http.postEvents({
    batchId: 'b1',
    count: 3,
    body: gzipSync('{"events":[]}'),
    isGzipped: true,
  });
  await server.stop();

  t.is(text(specs.response.body), '{"ok":1}');
  const [first, second, index, list, events] = server.seen;
  t.is(first?.method, 'GET');
  t.is(first?.url, `/download_config_specs/${KEY}.json`);
  t.is(first?.headers['content-type'], 'application/json; charset=UTF-8');
  t.is(first?.headers['statsig-api-key'], KEY);
  t.regex(String(first?.headers['statsig-client-time']), /^\d{13}$/);
  t.is(first?.headers['statsig-server-session-id'], 'session-1');
  t.is(first?.headers['statsig-sdk-type'], 'statsig-node');
  t.is(first?.headers['statsig-sdk-version'], '6.5.2');
  t.is(second?.url, `/download_config_specs/${KEY}.json?sinceTime=12`);
  t.is(index?.method, 'POST');
  t.is(index?.url, '/get_id_lists');
  t.is(text(index?.body ?? new Uint8Array()), '{}');
  t.is(list?.headers['range'], 'bytes=7-');
  t.is(list?.headers['statsig-api-key'], undefined);
  t.is(events?.url, '/log_event');
  t.is(events?.headers['content-encoding'], 'gzip');
  t.is(events?.headers['statsig-event-count'], '3');
  t.is(events?.headers['statsig-event-batch-id'], 'b1');
});

test('gzip and brotli responses arrive decoded', async (t) => {
  const server = await Loopback.start((seen, response) => {
    const encoding = seen.url.endsWith('br') ? 'br' : 'gzip';
    response.setHeader('Content-Encoding', encoding);
    response.end(encoding === 'br' ? brotliCompressSync('+1\n') : gzipSync('+1\n'));
  });
  const http = client(server.base);
  t.is(text((await http.fetchIdList(`${server.base}/gzip`, 0)).body), '+1\n');
  t.is(text((await http.fetchIdList(`${server.base}/br`, 0)).body), '+1\n');
  await server.stop();
});

test('an entity tag is sent back for the same URL only, and 304 is no failure', async (t) => {
  const server = await Loopback.start((seen, response) => {
    response.setHeader('ETag', '"v1"');
    response.statusCode = seen.headers['if-none-match'] === '"v1"' ? 304 : 200;
    response.end(response.statusCode === 200 ? '{}' : undefined);
  });
  const http = client(server.base);
  const { validator } = await http.downloadSpecs({ sinceTime: 5 });
  const again = await http.downloadSpecs({ sinceTime: 5, validator });
  const other = await http.downloadSpecs({ sinceTime: 6, validator });
  await server.stop();
  t.is(validator?.etag, '"v1"');
  t.is(again.response.status, 304);
  t.is(other.response.status, 200);
  t.is(server.seen[2]?.headers['if-none-match'], undefined);
});

test('a status that is not 2xx rejects with the status, Retry-After and a masked URL', async (t) => {
  const server = await Loopback.start((_, response) => {
    response.setHeader('Retry-After', '3');
    response.statusCode = 429;
    response.end();
  });
  const { base } = server;
  const error = await t.throwsAsync(client(base).downloadSpecs({ sinceTime: 0 }), {
    instanceOf: NetworkError,
  });
  await server.stop();
  t.is(
    error?.message,
    `Request to ${base}/download_config_specs/******.json failed with status 429`,
  );
  t.is(error?.status, 429);
  t.is(error?.retryAfterMs, 3000);
  t.true(error?.isRetryable);
});

test('a date in Retry-After is meant by the clock of the server, not by one of ours that is wrong by years', async (t) => {
  const server = await Loopback.start((_, response) => {
    response.setHeader('Date', 'Thu, 01 Jan 2026 00:00:00 GMT');
    response.setHeader('Retry-After', 'Thu, 01 Jan 2026 00:00:30 GMT');
    response.statusCode = 503;
    response.end();
  });
  const error = await t.throwsAsync(client(server.base).downloadSpecs({ sinceTime: 0 }), {
    instanceOf: NetworkError,
  });
  await server.stop();
  t.is(error?.retryAfterMs, 30_000);
});

test('connection errors hold no key, and a black hole ends at the timeout', async (t) => {
  const hole = createServer(() => undefined);
  await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(hole.address() as AddressInfo).port}`;
  const late = await t.throwsAsync(
    client(base, { requestTimeoutMs: 50 }).downloadSpecs({ sinceTime: 0 }),
  );
  t.is(codeOf(late), 'timeout');
  await new Promise((resolve) => hole.close(resolve));
  const refused = await t.throwsAsync(client(base).downloadSpecs({ sinceTime: 0 }));
  t.is(codeOf(refused), 'network');
  for (const error of [late, refused]) {
    t.false(`${error?.message} ${error?.stack} ${JSON.stringify(error)}`.includes(KEY));
  }
});

test('a server that trickles is cut off at the total limit', async (t) => {
  const server = await Loopback.start((_, response) => {
    response.write('x');
    const drip = setInterval(() => response.write('x'), 5);
    response.on('close', () => clearInterval(drip));
  });
  const http = client(server.base, { requestTimeoutMs: 5_000, downloadTimeoutMs: 80 });
  t.is(codeOf(await t.throwsAsync(http.downloadSpecs({ sinceTime: 0 }))), 'timeout');
  await server.stop();
});

test('a truncated body rejects', async (t) => {
  const server = await Loopback.start((_, response) => {
    response.setHeader('Content-Length', '100');
    response.write('half');
    setImmediate(() => response.destroy());
  });
  t.is(codeOf(await t.throwsAsync(client(server.base).fetchIdListIndex())), 'network');
  await server.stop();
});

test('a redirect to another host leaves the key behind', async (t) => {
  const target = await Loopback.start((_, response) => void response.end('{}'));
  const server = await Loopback.start((_, response) => {
    response.writeHead(302, { Location: target.base.replace('127.0.0.1', 'localhost') });
    response.end();
  });
  await client(server.base).downloadSpecs({ sinceTime: 0 });
  await server.stop();
  await target.stop();
  t.is(target.seen.length, 1);
  t.is(target.seen[0]?.headers['statsig-api-key'], undefined);
});

test('events follow redirects that keep the POST, and no other: a GET would deliver nothing', async (t) => {
  const target = await Loopback.start((_, response) => void response.end('{}'));
  const server = await Loopback.start((_, response, index) => {
    response.writeHead([307, 308][index] ?? 302, { Location: `${target.base}/elsewhere` });
    response.end();
  });
  const http = client(server.base);
  const post = (body: string): Promise<unknown> =>
    http.postEvents({ batchId: 'b', count: 1, body, isGzipped: false });
  await post('{"events":[1]}');
  await post('{"events":[2]}');
  const error = await t.throwsAsync(post('{"events":[3]}'), { instanceOf: NetworkError });
  t.is(error.status, 302);
  t.deepEqual(
    target.seen.map(({ method, body }) => [method, text(body)]),
    [
      ['POST', '{"events":[1]}'],
      ['POST', '{"events":[2]}'],
    ],
  );
  // The index of ID lists only asks: there a redirect is followed as statsig-node follows it.
  t.is((await http.fetchIdListIndex()).status, 200);
  t.is(target.seen[2]?.method, 'GET');
  await server.stop();
  await target.stop();
});

test('localMode rejects before any I/O', async (t) => {
  const server = await Loopback.start((_, response) => void response.end());
  const http = client(server.base, { localMode: true, fallbackToStatsigAPI: true });
  for (const call of [() => http.downloadSpecs({ sinceTime: 0 }), () => http.fetchIdListIndex()]) {
    t.is(codeOf(await t.throwsAsync(call())), 'local_mode');
  }
  t.is(codeOf(await t.throwsAsync(http.postException('{}'))), 'local_mode');
  await server.stop();
  t.is(server.seen.length, 0);
});

test('the 1001st request in flight to a URL is refused, and the count returns to zero', async (t) => {
  const held: (() => void)[] = [];
  const override: NetworkOverride = () =>
    new Promise((resolve) =>
      held.push(() => resolve({ ok: true, status: 200, text: () => Promise.resolve('{}') })),
    );
  const http = client('http://x', { networkOverrideFunc: override });
  const running = Array.from({ length: MAX_IN_FLIGHT_PER_URL }, () => http.fetchIdListIndex());
  await settle();
  t.is(codeOf(await t.throwsAsync(http.fetchIdListIndex())), 'too_many_requests');
  for (const release of held) release();
  await Promise.all(running);
  t.is(http.inFlight.count('http://x/get_id_lists'), 0);
});

test('networkOverrideFunc: what it is given, and fakes with missing parts', async (t) => {
  const calls: [string, OverrideInit][] = [];
  const override: NetworkOverride = (url, init) => {
    calls.push([url, init]);
    if (url.endsWith('get_id_lists'))
      return Promise.resolve({ ok: true, json: () => Promise.resolve({ a: 1 }) });
    return Promise.resolve({ ok: true, text: () => Promise.resolve('+é\n') });
  };
  const http = client('http://x', { networkOverrideFunc: override });
  t.is(text((await http.fetchIdListIndex()).body), '{"a":1}');
  const list = await http.fetchIdList('http://y/list', 4);
  t.is(list.status, 206);
  t.is(text(list.body), '+é\n');
  t.is(list.header('x-statsig-region'), null);
  await http.postEvents({
    batchId: 'b',
    count: 1,
    body: new TextEncoder().encode('{"a":1}'),
    isGzipped: false,
  });
  await http.postException('{}');
  t.deepEqual(
    calls.map(([url]) => url),
    ['http://x/get_id_lists', 'http://y/list', 'http://x/log_event', 'http://x/sdk_exception'],
  );
  t.deepEqual(Object.keys(calls[1]?.[1].headers ?? {}), ['Range']);
  t.is(calls[2]?.[1].body, '{"a":1}');
});

test('an override that throws, hangs or returns nothing is contained', async (t) => {
  const thrower = client('http://x', {
    networkOverrideFunc: () => {
      throw new Error(`boom ${KEY}`);
    },
  });
  const error = await t.throwsAsync(thrower.fetchIdListIndex());
  t.is(error?.message, 'Request to http://x/get_id_lists failed: boom ******');
  t.is(thrower.inFlight.count('http://x/get_id_lists'), 0);

  const garbage = client('http://x', { networkOverrideFunc: () => Promise.resolve(null as never) });
  t.is(codeOf(await t.throwsAsync(garbage.fetchIdListIndex())), 'network');

  const clock = new FakeClock();
  const hanging = client('http://x', {
    networkOverrideFunc: () => new Promise(() => undefined),
    clock,
  });
  const waiting = t.throwsAsync(hanging.fetchIdListIndex());
  await clock.advance(10_000);
  t.is(codeOf(await waiting), 'timeout');
  t.is(clock.pending, 0);
});

test('fallbackToStatsigAPI asks the CDN after a failure and masks the key in its warning', async (t) => {
  const urls: string[] = [];
  const log = recorder();
  const override: NetworkOverride = (url) => {
    urls.push(url);
    return Promise.resolve({
      ok: url.startsWith('https://'),
      status: url.startsWith('https://') ? 200 : 500,
    });
  };
  const http = client('http://x', {
    networkOverrideFunc: override,
    fallbackToStatsigAPI: true,
    logger: new SafeLogger(log, [KEY]),
  });
  await http.downloadSpecs({ sinceTime: 9 });
  await http.fetchIdListIndex();
  t.deepEqual(urls, [
    `http://x/download_config_specs/${KEY}.json?sinceTime=9`,
    `https://api.statsigcdn.com/v1/download_config_specs/${KEY}.json?sinceTime=9`,
    'http://x/get_id_lists',
    'https://statsigapi.net/v1/get_id_lists',
  ]);
  t.is(log.lines.length, 2);
  t.false(log.lines.join().includes(KEY));
});

test('the fetch transport looks fetch up at each call and bounds the body', async (t) => {
  const server = await Loopback.start((_, response) => void response.end('{"big":"xxxxxxxx"}'));
  const http = client(server.base, { transport: fetchTransport() });
  t.is(text((await http.fetchIdListIndex()).body), '{"big":"xxxxxxxx"}');
  const abort = new AbortController();
  const small = {
    method: 'GET' as const,
    url: server.base,
    headers: {},
    isUpload: false,
    maxBytes: 4,
    signal: abort.signal,
  };
  await t.throwsAsync(fetchTransport()({ ...small, onProgress: () => undefined }), {
    message: /longer than 4 bytes/,
  });
  await t.throwsAsync(nodeTransport()({ ...small, onProgress: () => undefined }), {
    message: /longer than 4 bytes/,
  });
  await server.stop();
});

test('an aborted request rejects as aborted', async (t) => {
  const server = await Loopback.start(() => undefined);
  const abort = new AbortController();
  const post = { batchId: 'b', count: 1, body: '{}', isGzipped: false, signal: abort.signal };
  const waiting = t.throwsAsync(client(server.base).postEvents(post));
  abort.abort();
  t.is(codeOf(await waiting), 'aborted');
  await server.stop();
});

test('Retry-After: seconds, dates and nonsense', (t) => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  t.is(parseRetryAfter('120', now), 120_000);
  t.is(parseRetryAfter('0', now), 0);
  t.is(parseRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now), 30_000);
  t.is(parseRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now), 0);
  for (const bad of [null, '', '-1', 'soon', '1e9', '99999999999999'])
    t.is(parseRetryAfter(bad, now), null);
});

test('a failed download is worth a retry when the same request may succeed later', (t) => {
  const status = (code: number, waitMs: number | null = null): NetworkError =>
    new NetworkError('status', 'x', code, waitMs);
  for (const worth of [status(408), status(429), status(500), status(599)])
    t.is(retryAfter(worth), 0);
  t.is(retryAfter(status(503, 7_000)), 7_000);
  for (const code of ['network', 'timeout'] as const)
    t.is(retryAfter(new NetworkError(code, 'x')), 0);
  for (const not of [
    status(400),
    status(404),
    status(403, 7_000),
    status(499),
    new Error('x'),
    null,
  ])
    t.is(retryAfter(not), null);
  for (const code of ['aborted', 'too_long', 'too_many_requests'] as const)
    t.is(retryAfter(new NetworkError(code, 'x')), null);
});
