/**
 * Compressed answers: read when they are whole, refused when they end early, for whatever they are
 * asked.
 */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import test from 'ava';
import { decodedNow, encodingOf } from '../../src/network/decoding';
import { StatsigHttp } from '../../src/network/http';
import { NetworkError } from '../../src/network/network-error';
import { nodeTransport } from '../../src/network/node-transport';
import { SafeLogger } from '../../src/observability/logger';
import { until } from './fake-clock';
import { Loopback } from './loopback';

const TEXT = Array.from(
  { length: 2_000 },
  (_, i) => `+${((i * 2_654_435_761) % 4_294_967_296).toString(36).padStart(8, 'x')}\n`,
).join('');
const ENCODERS: Record<string, [string, (text: string) => Buffer]> = {
  gzip: ['gzip', gzipSync],
  'x-gzip': ['X-GZIP', gzipSync],
  br: ['br', brotliCompressSync],
  deflate: ['deflate', deflateSync],
  'raw deflate': ['deflate', deflateRawSync],
  layered: ['deflate, gzip', (text) => gzipSync(deflateSync(text))],
};

function client(base: string): StatsigHttp {
  const apis = { api: base, apiForDownloadConfigSpecs: base, apiForGetIdLists: base };
  return new StatsigHttp({
    ...apis,
    sdkKey: 'secret-decoding',
    fallbackToStatsigAPI: false,
    localMode: false,
    sdkType: 't',
    sdkVersion: 'v',
    sessionID: 's',
    transport: nodeTransport(),
    networkOverrideFunc: null,
    logger: new SafeLogger({ warn: () => {}, error: () => {}, logLevel: 'none' }),
  });
}

/** The three downloads, each as text. */
const downloads = (http: StatsigHttp, base: string): Record<string, () => Promise<string>> => ({
  specs: async () =>
    Buffer.from((await http.downloadSpecs({ sinceTime: 0 })).response.body).toString(),
  index: async () => Buffer.from((await http.fetchIdListIndex()).body).toString(),
  list: async () => Buffer.from((await http.fetchIdList(`${base}/list`, 0)).body).toString(),
});

for (const [title, [encoding, encode]] of Object.entries(ENCODERS)) {
  test(`${title}: whole answers arrive, cut ones are refused and hold no connection`, async (t) => {
    let body = encode(TEXT);
    const server = await Loopback.start((_, response) => {
      response
        .writeHead(200, { 'content-encoding': encoding, 'content-length': body.length })
        .end(body);
    });
    t.teardown(() => server.stop());
    const whole = body;
    const http = client(server.base);
    for (const [what, download] of Object.entries(downloads(http, server.base))) {
      body = whole;
      t.is(await download(), TEXT, what);
      for (const length of [0, 1, 5, whole.length >> 1, whole.length - 1]) {
        body = whole.subarray(0, length);
        await t.throwsAsync(
          download(),
          { instanceOf: NetworkError },
          `${what}, ${length} of ${whole.length} bytes`,
        );
      }
    }
    http.close();
    await until(() => server.sockets.size === 0);
  });
}

test('broken encodings are refused; identity and names that are no encoding are none; answers without body have nothing to decode', async (t) => {
  let answer: { status?: number; encoding: string; body?: Buffer } = {
    encoding: 'identity',
    body: Buffer.from('{}'),
  };
  const server = await Loopback.start((_, response) => {
    response
      .writeHead(answer.status ?? 200, { 'content-encoding': answer.encoding, etag: '"1"' })
      .end(answer.body);
  });
  t.teardown(() => server.stop());
  const http = client(server.base);
  const { validator } = await http.downloadSpecs({ sinceTime: 0 });
  for (const [encoding, body] of [
    ['gzip', '{"not":"gzip"}'],
    ['br', '\0\0\0'],
    ['deflate', 'x'],
    ['gzip,gzip,gzip,gzip,gzip', '{}'],
  ] as const) {
    answer = { encoding, body: Buffer.from(body) };
    await t.throwsAsync(http.fetchIdListIndex(), { instanceOf: NetworkError }, encoding);
  }
  for (const encoding of [
    'utf-8',
    'UTF-8',
    'none',
    'binary',
    '8bit',
    'aws-chunked',
    'zstd',
    'identity, utf-8',
  ]) {
    answer = { encoding, body: Buffer.from('{"l":1}') };
    t.is(Buffer.from((await http.fetchIdListIndex()).body).toString(), '{"l":1}', encoding);
  }
  answer = { status: 304, encoding: 'gzip' };
  t.is((await http.downloadSpecs({ sinceTime: 0, validator })).response.status, 304);
  answer = { status: 204, encoding: 'gzip' };
  t.is((await http.fetchIdListIndex()).body.byteLength, 0);
  http.close();
  await until(() => server.sockets.size === 0);
});

test('a whole body is decoded at once, deflate with its head and without, up to a size', (t) => {
  const plain = Buffer.from(TEXT);
  for (const [encoding, body] of [
    ['gzip', gzipSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['deflate', deflateSync(plain)],
    ['deflate', deflateRawSync(plain)],
  ] as const) {
    t.is(Buffer.from(decodedNow(body, encoding, plain.length)).toString(), TEXT, encoding);
    t.throws(() => decodedNow(body, encoding, plain.length - 1), undefined, encoding);
    t.throws(() => decodedNow(new Uint8Array(0), encoding, plain.length), undefined, encoding);
  }
});

test('one known encoding is told by its header, whatever its case; all else is none', (t) => {
  for (const [header, encoding] of [
    ['gzip', 'gzip'],
    [' X-GZip ', 'gzip'],
    ['BR', 'br'],
    ['deflate', 'deflate'],
    ['gzip, br', null],
    ['statsig-br', null],
    ['', null],
    [undefined, null],
    [null, null],
    [5, null],
    [['gzip'], null],
  ] as const)
    t.is(encodingOf(header), encoding, String(header));
});

test('of a deflated answer without a byte is said that it never began', async (t) => {
  const server = await Loopback.start((_, response) => {
    response.writeHead(200, { 'content-encoding': 'deflate', 'content-length': 0 }).end();
  });
  t.teardown(() => server.stop());
  const http = client(server.base);
  t.teardown(() => http.close());
  await t.throwsAsync(http.fetchIdListIndex(), { message: /ended before it began/ });
});

test('of encodings over each other four are taken off, and a fifth is refused', async (t) => {
  let layers = 4;
  const server = await Loopback.start((_, response) => {
    const encoding = Array.from({ length: layers }, () => 'gzip').join();
    let body = Buffer.from(TEXT);
    for (let i = 0; i < layers; i++) body = gzipSync(body);
    response.writeHead(200, { 'content-encoding': encoding }).end(body);
  });
  t.teardown(() => server.stop());
  const http = client(server.base);
  t.teardown(() => http.close());
  t.is(Buffer.from((await http.fetchIdListIndex()).body).toString(), TEXT);
  layers = 5;
  await t.throwsAsync(http.fetchIdListIndex(), { message: /encoded too many times/ });
});

test('a length that is announced is kept to; an upload was received whatever its answer holds', async (t) => {
  const server = await Loopback.start((seen, response) => {
    if (seen.url === '/log_event')
      return void response.writeHead(202, { 'content-encoding': 'gzip' }).end('no gzip');
    response.writeHead(200, { 'content-length': TEXT.length });
    response.write(TEXT.slice(0, 500), () => response.destroy());
  });
  t.teardown(() => server.stop());
  const http = client(server.base);
  for (const [what, download] of Object.entries(downloads(http, server.base))) {
    await t.throwsAsync(download(), { instanceOf: NetworkError }, what);
  }
  t.is(
    (await http.postEvents({ batchId: 'b', count: 1, body: '{}', isGzipped: false })).status,
    202,
  );
  t.is(server.seen.filter(({ url }) => url === '/log_event').length, 1);
});
