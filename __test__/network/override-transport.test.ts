/** What an application's own network function may return, and what becomes of it. */
import test from 'ava';
import { overrideTransport } from '../../src/network/override-transport';
import type { OverrideInit, TransportRequest } from '../../src/network/transport';

const request = (more: Partial<TransportRequest> = {}): TransportRequest => ({
  url: 'http://x/',
  method: 'GET',
  headers: {},
  body: undefined,
  maxBytes: 10,
  isUpload: false,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...more,
});
const answered = (returned: unknown, more: Partial<TransportRequest> = {}) =>
  overrideTransport(() => Promise.resolve(returned) as never)(request(more));
const textOf = (body: Uint8Array): string => Buffer.from(body).toString();

test('the function gets the request; a plain body as text, a gzipped one as bytes', async (t) => {
  const inits: OverrideInit[] = [];
  const transport = overrideTransport((url, init) => {
    t.is(url, 'http://x/');
    inits.push(init);
    return Promise.resolve({ ok: true } as never);
  });
  const bytes = new TextEncoder().encode('é');
  await transport(request());
  await transport(request({ method: 'POST', body: 'text', headers: { a: 'b' } }));
  await transport(request({ body: bytes }));
  await transport(request({ body: bytes, headers: { 'Content-Encoding': 'gzip' } }));
  t.deepEqual(
    inits.map(({ method, body }) => [method, body]),
    [
      ['GET', undefined],
      ['POST', 'text'],
      ['GET', 'é'],
      ['GET', Buffer.from('é')],
    ],
  );
  t.deepEqual(inits[1]?.headers, { a: 'b' });
  t.true(Buffer.isBuffer(inits[3]?.body));
});

test('no response is an error', async (t) => {
  for (const none of [undefined, null, 'text', 5])
    await t.throwsAsync(answered(none), { message: 'networkOverrideFunc returned no response' });
});

test('what lacks a status succeeded as asked, if it says so', async (t) => {
  const statusOf = async (response: object, headers = {}): Promise<[number, boolean]> => {
    const { status, ok } = await answered(response, { headers });
    return [status, ok];
  };
  t.deepEqual(await statusOf({ status: 200 }), [200, true]);
  t.deepEqual(await statusOf({ status: 299 }), [299, true]);
  t.deepEqual(await statusOf({ status: 199 }), [199, false]);
  t.deepEqual(await statusOf({ status: 300 }), [300, false]);
  t.deepEqual(await statusOf({ status: 500, ok: true }), [500, true]);
  t.deepEqual(await statusOf({ ok: true }), [200, true]);
  t.deepEqual(await statusOf({ ok: true }, { Range: 'bytes=5-' }), [206, true]);
  t.deepEqual(await statusOf({ ok: false }), [0, false]);
  t.deepEqual(await statusOf({}), [0, false]);
});

test('headers are texts; what else they give, or throw, is none', async (t) => {
  const get = (name: string): unknown => {
    if (name === 'throws') throw new Error('of a test');
    if (name === 'late') return Promise.reject(new Error('of a test'));
    return { text: 'value', number: 5 }[name];
  };
  const { header, hasNoHeaders } = await answered({ ok: true, headers: { get } });
  t.deepEqual(['text', 'number', 'late', 'throws', 'absent'].map(header), [
    'value',
    null,
    null,
    null,
    null,
  ]);
  t.false(hasNoHeaders);
  for (const headers of [undefined, null])
    t.like(await answered({ ok: true, headers }), { hasNoHeaders: true });
  t.is((await answered({ ok: true, headers: {} })).header('text'), null);
});

test('a body is read as it can be: a stream, bytes, text, JSON, or none', async (t) => {
  const stream = new Response('stream');
  t.is(textOf((await answered(stream)).body), 'stream');
  const own = new TextEncoder().encode('bytes');
  const { body } = await answered({ ok: true, arrayBuffer: async () => own.buffer });
  own.fill(0);
  t.is(textOf(body), 'bytes', 'a copy');
  const cases: [object, string][] = [
    [{ text: async () => 'text' }, 'text'],
    [{ text: async () => undefined }, ''],
    [{ text: async () => 5 }, '5'],
    [{ json: async () => ({ a: 1 }) }, '{"a":1}'],
    [{ json: async () => undefined }, ''],
    [{}, ''],
    [{ body: new Response('only').body, bodyUsed: false }, 'only'],
    [{ body: {}, bodyUsed: false, text: async () => 'text' }, 'text'],
    [{ body: stream.body, bodyUsed: true, text: async () => 'used' }, 'used'],
  ];
  for (const [response, text] of cases)
    t.is(textOf((await answered({ ok: true, ...response })).body), text);
});

test('a download is bounded, whatever form it has; what answers an upload is not', async (t) => {
  const forms = (length: number): object[] => [
    { arrayBuffer: async () => new ArrayBuffer(length) },
    { text: async () => 'x'.repeat(length) },
    { text: async () => 'é'.repeat(Math.ceil(length / 2)) },
  ];
  for (const form of forms(10)) t.is((await answered({ ok: true, ...form })).body.byteLength, 10);
  for (const form of forms(11)) {
    await t.throwsAsync(answered({ ok: true, ...form }), { code: 'too_long' });
    t.true((await answered({ ok: true, ...form }, { isUpload: true })).body.byteLength > 10);
  }
});
