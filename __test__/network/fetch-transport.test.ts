/** Requests by the platform's fetch: what is sent, what is read, and how far. */
import test from 'ava';
import { fetchTransport, readAll } from '../../src/network/fetch-transport';
import type { ByteStream, TransportRequest } from '../../src/network/transport';

type Sent = [string, RequestInit];

const request = (more: Partial<TransportRequest> = {}) => {
  let progress = 0;
  const whole = {
    url: 'http://x/',
    method: 'POST',
    headers: {},
    body: 'text',
    maxBytes: 10,
    isUpload: false,
    signal: new AbortController().signal,
    onProgress: () => progress++,
    ...more,
  } as TransportRequest;
  return { whole, progress: () => progress };
};

/** A fetch that answers with these, one after the other. */
function fetching(...answers: unknown[]) {
  const sent: Sent[] = [];
  const send = async (...args: Sent) => (sent.push(args), answers.shift());
  return { sent, send: send as never as typeof fetch };
}

/** A stream of pieces; whether it was cancelled. */
function streamOf(...sizes: number[]) {
  let isCancelled = false;
  const pieces = sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
  const stream = {
    getReader: () => ({
      read: async () => ({ done: pieces.length === 0, value: pieces.shift() }),
      cancel: () => ((isCancelled = true), Promise.reject(new Error('of a test'))),
    }),
  } as unknown as ByteStream;
  return { stream, isCancelled: () => isCancelled };
}

test('a request is sent as it is, and redirects are not followed', async (t) => {
  const { sent, send } = fetching(new Response('ok', { status: 201, headers: { etag: '"1"' } }));
  const { whole, progress } = request({ headers: { a: 'b' } });
  const response = await fetchTransport(send)(whole);
  const { method, headers, body, signal } = whole;
  t.deepEqual(sent, [
    ['http://x/', { method, headers, body, signal, redirect: 'manual' } as never],
  ]);
  t.like(response, { status: 201, ok: true });
  t.deepEqual([response.header('etag'), response.header('none')], ['"1"', null]);
  t.is(Buffer.from(response.body).toString(), 'ok');
  t.is(progress(), 2, 'the head and a piece of the body');
});

test('a redirect that is hidden is followed, unless a key would go along', async (t) => {
  const hidden = { type: 'opaqueredirect' };
  const { sent, send } = fetching(hidden, new Response('there'));
  t.is(Buffer.from((await fetchTransport(send)(request().whole)).body).toString(), 'there');
  t.deepEqual(
    sent.map(([, init]) => init.redirect),
    ['manual', 'follow'],
  );
  const secret = fetching(hidden);
  const { whole } = request({ headers: { 'STATSIG-API-KEY': 'k' } });
  await t.throwsAsync(fetchTransport(secret.send)(whole), { message: /not followed/ });
  t.is(secret.sent.length, 1);
});

test.serial(
  'without one of its own it is the runtime’s, at each call; some have none',
  async (t) => {
    const { fetch } = globalThis;
    t.teardown(() => (globalThis.fetch = fetch));
    const transport = fetchTransport();
    globalThis.fetch = fetching(new Response('mine')).send;
    t.is(Buffer.from((await transport(request().whole)).body).toString(), 'mine');
    globalThis.fetch = undefined as never;
    await t.throwsAsync(transport(request().whole), { message: 'This runtime has no fetch' });
  },
);

test('pieces are read in order, up to the limit', async (t) => {
  const { whole, progress } = request();
  t.deepEqual([...(await readAll(streamOf(2, 3).stream, whole))], [1, 1, 2, 2, 2]);
  t.is(progress(), 2);
  t.is((await readAll(streamOf(4, 6).stream, whole)).length, 10);
  t.is((await readAll(streamOf(7).stream, whole)).length, 7);
  t.is((await readAll(streamOf().stream, whole)).length, 0);
  t.is((await readAll(null, whole)).length, 0);
});

test('beyond the limit a download fails, and of the answer to an upload no more is read', async (t) => {
  const { stream, isCancelled } = streamOf(4, 7, 5);
  await t.throwsAsync(readAll(stream, request().whole), { code: 'too_long' });
  t.true(isCancelled());
  const upload = streamOf(4, 7, 5);
  const { whole } = request({ isUpload: true });
  t.deepEqual([...(await readAll(upload.stream, whole))], [1, 1, 1, 1]);
  t.deepEqual([...(await readAll(streamOf(1, 2, 8).stream, whole))], [1, 2, 2]);
  t.true(upload.isCancelled());
});
