/** Longest texts that are taken in: counted while they are inflated, wherever they come from. */
import test from 'ava';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import * as limits from '../../src/network/limits';
import { fetchTransport } from '../../src/network/fetch-transport';
import type { NetworkError } from '../../src/network/network-error';
import { nodeTransport } from '../../src/network/node-transport';
import { overrideTransport } from '../../src/network/override-transport';
import type { OverrideResponse, Transport, TransportRequest } from '../../src/network/transport';
import { MemoryDataAdapter } from '../../src/storage/memory-adapter';
import { FakeNetwork, Log, ENGINES, ours, payload } from '../api/support';
import { until } from './fake-clock';
import { Loopback } from './loopback';

const BOMB_BYTES = 32 * 1024 * 1024;
const LIMIT = 1024 * 1024;
const zeros = Buffer.alloc(BOMB_BYTES);
const bombs = { gzip: gzipSync(zeros), deflate: deflateSync(zeros), br: brotliCompressSync(zeros) };
const bareDeflate = deflateRawSync(zeros);

interface Sent {
  code: string;
  bytes: number;
  /** Pieces of body that arrived. */
  pieces: number;
}

async function send(
  transport: Transport,
  url: string,
  more: Partial<TransportRequest> = {},
): Promise<Sent> {
  let pieces = 0;
  const onProgress = (): void => void pieces++;
  const request = {
    method: 'GET' as const,
    url,
    headers: {},
    isUpload: false,
    maxBytes: LIMIT,
    signal: new AbortController().signal,
    onProgress,
  };
  try {
    const { body } = await transport({ ...request, ...more });
    return { code: 'answered', bytes: body.byteLength, pieces };
  } catch (error) {
    return { code: (error as NetworkError).code, bytes: 0, pieces };
  }
}

const viaFetch = (url: string, init: object): Promise<OverrideResponse> =>
  fetch(url, init) as Promise<OverrideResponse>;
const TRANSPORTS: Record<string, Transport> = {
  node: nodeTransport(),
  fetch: fetchTransport(),
  override: overrideTransport(viaFetch),
};

for (const [name, transport] of Object.entries(TRANSPORTS)) {
  test(`${name}: a bomb is refused while it is inflated`, async (t) => {
    for (const [encoding, bomb] of [...Object.entries(bombs), ['deflate', bareDeflate] as const]) {
      const server = await Loopback.start(
        (_, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(bomb),
      );
      const { code, pieces } = await send(transport, server.base);
      t.is(code, 'too_long', encoding);
      // A piece of inflated body has 64 KiB at most, so that little more than the limit was
      // inflated.
      t.true(pieces < (2 * LIMIT) / 16_384, `${encoding}: ${pieces}`);
      await server.stop();
    }
  });

  test(`${name}: a body of just the limit passes, compressed or not`, async (t) => {
    const body = Buffer.alloc(LIMIT, 'x');
    for (const [headers, sent] of [
      [{}, body],
      [{ 'content-encoding': 'gzip' }, gzipSync(body)],
    ] as const) {
      const server = await Loopback.start(
        (_, response) => void response.writeHead(200, headers).end(sent),
      );
      const { code, bytes } = await send(transport, server.base);
      t.deepEqual([code, bytes], ['answered', LIMIT]);
      await server.stop();
    }
  });

  test(`${name}: a long answer to an upload is an answer`, async (t) => {
    const server = await Loopback.start(
      (_, response) => void response.writeHead(202).end(Buffer.alloc(3 * LIMIT)),
    );
    const { code, bytes } = await send(transport, server.base, {
      method: 'POST',
      body: '{}',
      isUpload: true,
    });
    t.is(code, 'answered');
    t.true(name === 'override' || bytes <= LIMIT);
    await server.stop();
  });
}

test('node: a length that is announced is refused before the body', async (t) => {
  const server = await Loopback.start((_, response) => {
    response.writeHead(200, { 'content-length': String(LIMIT + 1) });
    response.write('x');
  });
  t.is((await send(nodeTransport(), server.base)).code, 'too_long');
  await server.stop();
});

test('override: an upload may be answered by any text, object or buffer', async (t) => {
  const text = 'x'.repeat(LIMIT + 1);
  for (const part of [
    { text: () => Promise.resolve(text) },
    { json: () => Promise.resolve({ text }) },
    { arrayBuffer: () => Promise.resolve(new ArrayBuffer(LIMIT + 1)) },
  ]) {
    const transport = overrideTransport(() => Promise.resolve({ ok: true, ...part }));
    const { code, bytes } = await send(transport, 'http://x', { method: 'POST', isUpload: true });
    t.is(code, 'answered');
    t.true(bytes > LIMIT);
  }
});

test('override: texts, objects and buffers count, too', async (t) => {
  const text = 'é'.repeat(LIMIT / 2 + 1);
  const parts: OverrideResponse[] = [
    { text: () => Promise.resolve('x'.repeat(LIMIT + 1)) },
    { text: () => Promise.resolve(text) },
    { json: () => Promise.resolve({ text }) },
    { arrayBuffer: () => Promise.resolve(new ArrayBuffer(LIMIT + 1)) },
  ];
  for (const part of parts)
    t.is(
      (
        await send(
          overrideTransport(() => Promise.resolve({ ok: true, ...part })),
          'http://x',
        )
      ).code,
      'too_long',
    );
});

for (const engine of ENGINES) {
  const text = JSON.stringify(payload());
  const tooShort = Buffer.byteLength(text) - 1;

  test(`${engine}: specs above maxSpecsBytes are refused, and those in force stay`, async (t) => {
    const network = new FakeNetwork();
    network.specs = text;
    const log = new Log();
    const server = ours(engine, network, { maxSpecsBytes: Buffer.byteLength(text), logger: log });
    t.true((await server.initializeAsync()).success);
    network.specs = JSON.stringify(payload({ time: 2000, feature_gates: [] })).padEnd(
      Buffer.byteLength(text) + 1,
    );
    await server.syncStoreSpecs();
    t.true(server.checkGate({ userID: 'u' }, 'always'));
    t.is(log.lines.filter((line) => line.includes('maxSpecsBytes')).length, 1);
    await server.shutdownAsync();
  });

  test(`${engine}: so are those of bootstrapValues and of the adapter`, async (t) => {
    const adapter = new MemoryDataAdapter();
    const writer = ours(engine, new FakeNetwork(), { dataAdapter: adapter });
    await writer.initializeAsync();
    await writer.shutdownAsync();
    for (const source of [{ bootstrapValues: text }, { dataAdapter: adapter }]) {
      const [network, log] = [new FakeNetwork(), new Log()];
      network.status = 500;
      const server = ours(engine, network, { ...source, maxSpecsBytes: tooShort, logger: log });
      const details = await server.initializeAsync();
      t.false(details.success);
      t.false(server.checkGate({ userID: 'u' }, 'always'));
      t.true(log.lines.some((line) => line.includes('maxSpecsBytes')));
      await server.shutdownAsync();
    }
  });
}

test('without options the limits are those of docs/options.md', (t) => {
  const docs = readFileSync(join(__dirname, '..', '..', 'docs', 'options.md'), 'utf8');
  const documented = (option: string): number =>
    Number(new RegExp(`\\| \`${option}\` \\| number \\| \`(\\d+)\``).exec(docs)?.[1]);
  t.deepEqual(
    { ...limits },
    {
      MAX_SPECS_BYTES: documented('maxSpecsBytes'),
      MAX_ID_LIST_BYTES: documented('maxIdListBytes'),
      MAX_INDEX_BYTES: 16_777_216,
      MAX_ANSWER_BYTES: 1_048_576,
    },
  );
});

test('node: the connection of an answer that is not read on is closed', async (t) => {
  let isClosed = false;
  const server = await Loopback.start((_, response) => {
    response.on('close', () => (isClosed = true));
    response.writeHead(202).write(Buffer.alloc(LIMIT + 1));
  });
  const request = { method: 'POST', body: '{}', isUpload: true } as const;
  t.is((await send(nodeTransport(), server.base, request)).code, 'answered');
  await until(() => isClosed);
  t.true(isClosed);
  await server.stop();
});

test('the longest specs, lists, index and answer', (t) => {
  const MiB = 1024 * 1024;
  t.is(limits.MAX_SPECS_BYTES, 64 * MiB);
  t.is(limits.MAX_ID_LIST_BYTES, 256 * MiB);
  t.is(limits.MAX_INDEX_BYTES, 16 * MiB);
  t.is(limits.MAX_ANSWER_BYTES, MiB);
});
