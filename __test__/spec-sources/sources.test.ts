/** `FileSpecSource` and `HttpSpecSource`: what they give, when they give nothing, what they refuse. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { FileSpecSource, HttpSpecSource } from '../../src/spec-sources';
import type { SpecSourceAsk } from '../../src/updates/spec-order';

const asking = (time = 0, maxBytes = 1000): SpecSourceAsk => ({
  secretKey: 'secret-k',
  format: 1,
  maxBytes,
  time: () => time,
});
const textOf = (given: unknown): string | null => (given === null ? null : String(given));

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'statsig-source-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a file is read when it has changed, by each instance', async (t) => {
  const path = join(folderOf(t), 'specs.json');
  const source = new FileSpecSource({ path });
  const [one, two] = [asking(), asking()];
  await t.throwsAsync(source.get(one), { message: /ENOENT/ });
  writeFileSync(path, '{"time":1}');
  t.is(textOf(await source.get(one))?.length, 10);
  t.is(await source.get(one), null);
  t.is(textOf(Buffer.from((await source.get(two))!)), '{"time":1}');
  writeFileSync(path, gzipSync('{"time":2}'));
  utimesSync(path, 5, 5);
  t.is(textOf(Buffer.from((await source.get(one))!)), '{"time":2}');
  t.is(await source.get(one), null);
});

test('files that are too long, bombs, folders and pipes are refused, and at once', async (t) => {
  const folder = folderOf(t);
  const refused = (path: string, message: RegExp): Promise<unknown> =>
    t.throwsAsync(new FileSpecSource({ path }).get(asking()), { message });
  const path = join(folder, 'file');
  writeFileSync(path, 'x'.repeat(1001));
  await refused(path, /longer than maxSpecsBytes/);
  writeFileSync(path, gzipSync('x'.repeat(100_000)));
  await refused(path, /larger than/);
  await refused(folder, /EISDIR|no file/);
  if (process.platform === 'win32') return;
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await refused(join(folder, 'pipe'), /no file/);
});

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A server on the loopback interface whose answer may be changed. */
async function serving(t: ExecutionContext, answer: Answer) {
  const state = { answer };
  const server = createServer((request, response) => void state.answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { state, url: `http://127.0.0.1:${port}/specs.json?signature=very-secret` };
}

test('HTTP: whole, then what changed; plain, encoded, and a gzipped file', async (t) => {
  const heard: IncomingMessage['headers'][] = [];
  let version = 1;
  const { state, url } = await serving(t, ({ headers }, response) => {
    heard.push(headers);
    if (headers['if-none-match'] === `"${version}"`) return response.writeHead(304).end();
    response.writeHead(200, { etag: `"${version}"` }).end(`{"time":${version}}`);
  });
  const source = new HttpSpecSource({ url, headers: { authorization: 'Bearer b' } });
  const ask = asking();
  const got = async (of: SpecSourceAsk = ask): Promise<string> =>
    Buffer.from((await source.get(of)) as Uint8Array).toString();
  t.is(await got(), '{"time":1}');
  t.is(await got(), '{"time":1}', 'what did not serve is asked for again');
  t.is(heard[0]?.authorization, 'Bearer b');
  t.true(heard.every((headers) => !JSON.stringify(headers).includes('secret-k')));
  const later = asking(1);
  t.is(await got(later), '{"time":1}');
  t.is(await got(later), '{"has_updates":false}');
  version = 2;
  t.is(await got(later), '{"time":2}');
  for (const [encoding, packed] of [
    ['br', brotliCompressSync('{"time":3}')],
    ['gzip', gzipSync('{"time":3}')],
    ['identity', gzipSync('{"time":3}')],
  ] as const) {
    state.answer = (_, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(packed);
    t.is(await got(), '{"time":3}', encoding);
  }
});

const BAD: Record<string, [Answer, RegExp]> = {
  'a status': [(_, response) => response.writeHead(503).end(), /503/],
  '304 to what nobody has': [(_, response) => response.writeHead(304).end(), /304/],
  'a redirect': [(_, response) => response.writeHead(302, { location: '/' }).end(), /302/],
  'no answer': [() => undefined, /No answer in 100 ms/],
  'half an answer, and silence': [
    (_, response) => response.writeHead(200, { 'content-length': 9 }).write('half'),
    /No answer in 100 ms/,
  ],
  'half an answer, and the end': [
    (_, response) => {
      response.writeHead(200, { 'content-length': 9 });
      response.write('half', () => response.destroy());
    },
    /not whole|aborted|hang up/,
  ],
  'too much': [(_, response) => response.writeHead(200).end('x'.repeat(1001)), /longer than/],
  'a bomb': [
    (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000))),
    /larger than/,
  ],
  'an encoding that nobody knows': [
    (_, response) => response.writeHead(200, { 'content-encoding': 'zip' }).end('x'),
    /zip is not known/,
  ],
  'no HTTP': [({ socket }) => socket.end('hello'), /Parse|hang up/],
};

for (const [what, [answer, message]] of Object.entries(BAD))
  test(`HTTP: ${what} is a failure that names no URL`, async (t) => {
    const { url } = await serving(t, answer);
    const source = new HttpSpecSource({
      url,
      timeoutMs: /100 ms/.test(message.source) ? 100 : 30_000,
    });
    const error = await t.throwsAsync(source.get(asking()), { message });
    t.false(String(error?.stack).includes('very-secret'));
  });

test('HTTP: an address that is none, and nobody there', async (t) => {
  t.throws(() => new HttpSpecSource({ url: 'ftp://host' }), { instanceOf: TypeError });
  const { url } = await serving(t, () => undefined);
  const nobody = url.replace(/:\d+/, ':1');
  await t.throwsAsync(new HttpSpecSource({ url: nobody }).get(asking()), {
    message: /ECONNREFUSED/,
  });
});

test('a server that never answers does not keep the process', async (t) => {
  const { url } = await serving(t, () => undefined);
  const program = `
    const { HttpSpecSource } = require('./src/spec-sources');
    new HttpSpecSource({ url: '${url}' }).get({ maxBytes: 1, time: () => 0 }).catch(() => {});`;
  const child = spawn(process.execPath, ['--require=tsx/cjs', '-e', program], {
    cwd: join(__dirname, '../..'),
  });
  const started = Date.now();
  t.is(await new Promise((resolve) => child.once('exit', resolve)), 0);
  t.true(Date.now() - started < 9_000, 'well before its 10 s are over');
});
