/** Downloads that threads share: who downloads, who waits, and what a waiter gets. */
import test from 'ava';
import { sharedTransport, type SharedDownloads } from '../../src/network/shared-transport';
import type { Transport, TransportRequest, TransportResponse } from '../../src/network/transport';
import { FakeClock, settle } from './fake-clock';

type Answer = ReturnType<SharedDownloads['ask']>;

function setup({ answers, inner }: { answers: Answer[]; inner?: Partial<TransportResponse> }) {
  const did: string[] = [];
  const downloads: SharedDownloads = {
    ask: (key, mostMs) => {
      did.push(`ask ${key} ${mostMs}`);
      return answers.length > 1 ? answers.shift()! : answers[0]!;
    },
    give: (key, head, body) => void did.push(`give ${key} ${head} ${body.length}`),
    giveUp: () => void did.push('give up'),
  };
  const body = new Uint8Array(4);
  const response = {
    status: 200,
    ok: true,
    headers: { etag: '"1"' },
    header: () => null,
    body,
    ...inner,
  } as unknown as TransportResponse;
  const download: Transport = async () => (did.push('download'), response);
  download.close = () => void did.push('close');
  const clock = new FakeClock();
  const packing = (bytes: Uint8Array, encoding: string, maxBytes: number) =>
    ({ encoding, size: `${bytes.length} of ${maxBytes}` }) as never;
  const transport = sharedTransport(download, downloads, packing, clock);
  const abort = new AbortController();
  const request = (isShared = true): TransportRequest =>
    ({
      ...(isShared ? { shared: { key: 'k', mostMs: 50 } } : {}),
      signal: abort.signal,
      maxBytes: 9,
      onProgress: () => void did.push('progress'),
    }) as TransportRequest;
  return { abort, clock, did, request, response, transport };
}

const NOTHING: Answer = { isComing: false };
const head = (encoding: string | null): string =>
  JSON.stringify({ status: 200, headers: { etag: '"1"', n: 5, none: null }, encoding });
const there = (encoding: string | null): Answer => ({
  isComing: false,
  head: head(encoding),
  body: new Uint8Array(4),
});

test('what is not to be shared asks nobody', async (t) => {
  const { did, request, response, transport } = setup({ answers: [NOTHING] });
  t.is(await transport(request(false)), response);
  t.deepEqual(did, ['download']);
  transport.close?.();
  t.deepEqual(did, ['download', 'close']);
});

test('who is first downloads, and gives it to the others', async (t) => {
  const { did, request, response, transport } = setup({ answers: [NOTHING] });
  t.is(await transport(request()), response);
  const given = '{"status":200,"headers":{"etag":"\\"1\\""},"encoding":null}';
  t.deepEqual(did, ['ask k 50', 'download', `give k ${given} 4`, 'give up']);
});

test('the encoding of what stays packed is given, too', async (t) => {
  const packed = { encoding: 'br' } as never;
  const { did, request, transport } = setup({ answers: [NOTHING], inner: { packed } });
  await transport(request());
  t.true(did[2]?.includes('"encoding":"br"'));
});

test('a failure, and what has no headers, is nobody else’s', async (t) => {
  for (const inner of [{ ok: false }, { headers: undefined as never }]) {
    const { did, request, transport } = setup({ answers: [NOTHING], inner });
    await transport(request());
    t.deepEqual(did, ['ask k 50', 'download', 'give up']);
  }
});

test('who finds it downloads nothing, and gets the headers as texts', async (t) => {
  const { did, request, transport } = setup({ answers: [there(null)] });
  const response = await transport(request());
  t.deepEqual(did, ['ask k 50', 'progress']);
  t.like(response, { status: 200, ok: true });
  t.false('packed' in response);
  t.deepEqual(['ETag', 'n', 'none', 'absent'].map(response.header), ['"1"', '5', null, null]);
});

test('what is packed stays so, bounded by whoever asks', async (t) => {
  const { request, transport } = setup({ answers: [there('gzip')] });
  const { packed } = await transport(request());
  t.deepEqual(packed as unknown, { encoding: 'gzip', size: '4 of 9' });
});

test('who waits looks every 20 ms, which is progress', async (t) => {
  const { clock, did, request, transport } = setup({
    answers: [{ isComing: true }, { isComing: true, head: head(null), body: null }, there(null)],
  });
  const waiting = transport(request());
  await settle();
  t.deepEqual(did, ['ask k 50', 'progress']);
  await clock.advance(19);
  t.is(did.length, 2);
  await clock.advance(1);
  t.is(did.length, 4);
  await clock.advance(20);
  t.is((await waiting).body.length, 4);
  t.false(did.includes('download'));
});

test('who waits for what does not come downloads it', async (t) => {
  const { clock, did, request, transport } = setup({ answers: [{ isComing: true }, NOTHING] });
  const waiting = transport(request());
  await clock.advance(20);
  await waiting;
  t.true(did.includes('download'));
});

test('who waits can be stopped', async (t) => {
  const { abort, clock, request, transport } = setup({ answers: [{ isComing: true }] });
  const waiting = t.throwsAsync(transport(request()), { code: 'aborted' });
  await settle();
  abort.abort();
  await clock.advance(20);
  await waiting;
});
