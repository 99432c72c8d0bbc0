import test from 'ava';
import { fetchTransport } from '../../src/network/fetch-transport';
import { StatsigHttp } from '../../src/network/http';
import { NetworkError } from '../../src/network/network-error';
import { nodeTransport } from '../../src/network/node-transport';
import { followRedirects } from '../../src/network/redirects';
import type { Transport, TransportRequest } from '../../src/network/transport';
import { SafeLogger } from '../../src/observability/logger';
import { Loopback } from './loopback';

const KEY = 'secret-Redirected/+1';
const HOME = 'https://home.example:8443';

/** What a hop is answered: status and Location; undefined ends the way with 200. */
type Script = (request: TransportRequest) => [number, string] | undefined;

/** A transport that answers by script, and all that it was asked. */
function scripted(script: Script): { transport: Transport; asked: TransportRequest[] } {
  const asked: TransportRequest[] = [];
  const transport: Transport = async (request) => {
    asked.push(request);
    const [status, location] = script(request) ?? [200, null];
    const header = (name: string): string | null => (name === 'location' ? location : null);
    return { status, ok: status === 200, header, body: new Uint8Array(0) };
  };
  return { transport, asked };
}

function request(url: string, more: Partial<TransportRequest> = {}): TransportRequest {
  const headers = {
    'STATSIG-API-KEY': KEY,
    'Content-type': 'application/json',
    'Content-Encoding': 'gzip',
    Range: 'bytes=0-',
  };
  const signal = new AbortController().signal;
  return {
    method: 'GET',
    url,
    headers,
    isUpload: false,
    maxBytes: 1_000,
    signal,
    onProgress: () => undefined,
    ...more,
  };
}

/** The hops that an answer to the first request brings about; a text when it is refused. */
async function hops(
  first: TransportRequest,
  ...answers: [number, string][]
): Promise<TransportRequest[] | string> {
  let at = 0;
  const { transport, asked } = scripted(() => answers[at++]);
  try {
    await followRedirects(transport, KEY)(first);
    return asked.slice(1);
  } catch (error) {
    return error instanceof NetworkError ? error.message : `not a NetworkError: ${String(error)}`;
  }
}

const keyOf = ({ headers }: TransportRequest): unknown => headers['STATSIG-API-KEY'];

test('the key goes where scheme, host and port are those that were configured', async (t) => {
  const home = `${HOME}/v1/x`;
  const ways: [string, string, boolean][] = [
    ['/v2/y', `${HOME}/v2/y`, true],
    ['y?z', `${HOME}/v1/y?z`, true],
    ['//home.example:8443/y', `${HOME}/y`, true],
    ['https://HOME.example:8443/y', `${HOME}/y`, true],
    ['https://user:word@home.example:8443/y', `${HOME}/y`, true],
    ['https://home.example/y', 'https://home.example/y', false],
    ['https://home.example:8444/y', 'https://home.example:8444/y', false],
    ['//other.example:8443/y', 'https://other.example:8443/y', false],
    ['https://api.home.example:8443/y', 'https://api.home.example:8443/y', false],
    ['https://home.example.:8443/y', 'https://home.example.:8443/y', false],
    ['https://home.example:8443@other.example/y', 'https://other.example/y', false],
    ['https:\\\\other.example\\y', 'https://other.example/y', false],
  ];
  for (const [location, url, hasKey] of ways) {
    const [hop, ...more] = (await hops(request(home), [302, location])) as TransportRequest[];
    t.deepEqual(
      [hop?.url, hop && keyOf(hop), more.length],
      [url, hasKey ? KEY : undefined, 0],
      location,
    );
    t.is(hop?.headers['Range'], 'bytes=0-');
  }
});

test('what left home stays without the key, back home too', async (t) => {
  const way = (await hops(
    request(`${HOME}/x`),
    [302, '/a'],
    [307, 'https://b.example/'],
    [302, `${HOME}/back`],
    [302, '/on'],
  )) as TransportRequest[];
  t.deepEqual(way.map(keyOf), [KEY, undefined, undefined, undefined]);
});

test('no hop goes from https to http, or to anything else', async (t) => {
  for (const location of [
    'http://home.example:8443/x',
    'http://home.example/',
    'ftp://home.example/',
    'file:///etc/passwd',
    'data:,x',
    'javascript:1',
  ]) {
    t.regex(
      String(await hops(request(`${HOME}/x`), [302, location])),
      /^Redirect from https: to [a-z]+:: not followed$/,
      location,
    );
  }
  t.regex(
    String(await hops(request('http://a/'), [302, 'https://a/'], [302, 'http://a/'])),
    /from https: to http:/,
  );
  t.regex(String(await hops(request(`${HOME}/x`), [302, 'https://['])), /to an invalid address/);
  const [up] = (await hops(request('http://a/x'), [301, 'https://a/x'])) as TransportRequest[];
  t.deepEqual([up?.url, up && keyOf(up)], ['https://a/x', undefined]);
});

test('a hop elsewhere that would carry the key in its address or body is refused', async (t) => {
  const escaped = encodeURIComponent(KEY);
  const addresses = [
    `https://other.example/v1/download_config_specs/${KEY}.json`,
    `https://other.example/?to=${escaped}`,
    `https://other.example/${encodeURIComponent(escaped)}`,
    `https://other.example/x#${KEY.toLowerCase()}`,
    `https://other.example/${[...KEY].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')}`,
    `http://home.example/${KEY}`.replace('http', 'https'),
  ];
  const message = /^Redirect to https:\/\/[a-z.]+ would carry the secret key; .*not followed$/;
  for (const address of addresses)
    t.regex(String(await hops(request(`${HOME}/x`), [302, address])), message, address);
  const upload = request(`${HOME}/x`, { method: 'POST', isUpload: true, body: `{"key":"${KEY}"}` });
  t.regex(String(await hops(upload, [307, 'https://other.example/'])), message);
  t.is((await hops(request(`${HOME}/x`), [302, `/moved/${KEY}`])).length, 1);
});

test('without a key, or with an empty one, there is none to carry elsewhere', async (t) => {
  for (const key of [null, '']) {
    const { transport, asked } = scripted(({ url }) =>
      url === HOME ? [302, 'https://other.example/y'] : undefined,
    );
    const { status } = await followRedirects(transport, key)(request(HOME));
    t.is(status, 200);
    t.deepEqual(
      asked.map(({ url }) => url),
      [HOME, 'https://other.example/y'],
    );
  }
});

test('methods and bodies: a POST becomes a GET on 301 to 303, an upload is not followed there', async (t) => {
  for (const status of [301, 302, 303, 307, 308]) {
    const body = '{}';
    const [asks] = (await hops(request(`${HOME}/x`, { method: 'POST', body }), [
      status,
      '/y',
    ])) as TransportRequest[];
    const keeps = status > 303;
    t.deepEqual([asks?.method, asks?.body], keeps ? ['POST', body] : ['GET', undefined]);
    t.is(asks?.headers['Content-type'], keeps ? 'application/json' : undefined);
    t.is(asks?.headers['Content-Encoding'], keeps ? 'gzip' : undefined);
    const uploads = await hops(request(`${HOME}/x`, { method: 'POST', body, isUpload: true }), [
      status,
      '/y',
    ]);
    t.is(uploads.length, keeps ? 1 : 0);
  }
  for (const status of [300, 304, 305, 306, 200, 404])
    t.is((await hops(request(`${HOME}/x`), [status, '/y'])).length, 0);
});

test('credentials of an address stay with its origin', async (t) => {
  const [same] = (await hops(request('https://me:word@home.example/x'), [
    302,
    'https://home.example/y',
  ])) as TransportRequest[];
  t.is(same?.url, 'https://me:word@home.example/y');
  const [other] = (await hops(request('https://me:word@home.example/x'), [
    302,
    '//you:word@other.example/y',
  ])) as TransportRequest[];
  t.is(other?.url, 'https://other.example/y');
});

test('a circle ends', async (t) => {
  const { transport, asked } = scripted(() => [302, '/again']);
  await t.throwsAsync(followRedirects(transport, KEY)(request(`${HOME}/x`)), {
    message: 'Redirect of more than 20 steps: not followed',
  });
  t.is(asked.length, 21);
});

const origins = [
  'http://home.example',
  'https://home.example',
  'http://home.example:81',
  'https://home.example:81',
  'http://h',
  'https://h:81',
  'http://1.2.3.4',
];

/** What a request's way does wrong; each text once. */
function faultsOf(asked: readonly TransportRequest[], home: string): string[] {
  const faults: string[] = [];
  let left = false;
  let wasTls = false;
  for (const hop of asked) {
    const { origin, protocol } = new URL(hop.url);
    left ||= origin !== home;
    const text = `${hop.url} ${JSON.stringify(hop.headers)} ${String(hop.body)}`.replace(
      /%(?![0-9a-f]{2})/gi,
      '',
    );
    if (left && decodeURIComponent(text).toLowerCase().includes(KEY.toLowerCase()))
      faults.push(`the key went to ${text}`);
    if (!left && keyOf(hop) !== KEY) faults.push(`the key is missing at ${text}`);
    if (wasTls && protocol === 'http:') faults.push(`from https to ${text}`);
    wasTls ||= protocol === 'https:';
  }
  return faults;
}

test('5,000 random ways: the key is seen at home only, before anything else, and http never follows https', async (t) => {
  let state = 7;
  const next = (below: number): number =>
    ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % 65_536) % below;
  const some = <T>(items: readonly T[]): T => items[next(items.length)] as T;
  const users = ['', '', 'home.example@', 'u:p@', `${encodeURIComponent(KEY)}@`];
  const paths = ['/', '/x', `/${KEY}`, `/a?b=${encodeURIComponent(KEY)}`, '/../..', '/%2f', ''];
  const location = (): string => {
    const path = some(paths);
    const [scheme, rest] = some(origins).split('//') as [string, string];
    return some([
      path || '.',
      `//${some(users)}${rest}${path}`,
      `${scheme}//${some(users)}${rest}${path}`,
      `${scheme}${path}`,
      '?q',
      '#f',
      '',
      '\\\\h\\x',
      ' /x',
    ]);
  };
  const faults: string[] = [];
  const others: unknown[] = [];
  let hopsMade = 0;
  for (let round = 0; round < 5_000; round += 1) {
    const { transport, asked } = scripted(() =>
      next(4) ? [some([301, 302, 303, 307, 308]), location()] : undefined,
    );
    const home = some(origins);
    const first = request(
      `${home}/${KEY}`,
      next(2) ? { method: 'POST', body: some(['{}', KEY]), isUpload: next(2) === 0 } : {},
    );
    await followRedirects(
      transport,
      KEY,
    )(first).catch((error: unknown) => error instanceof NetworkError || others.push(error));
    faults.push(...faultsOf(asked, home));
    hopsMade += asked.length - 1;
  }
  t.deepEqual([faults.slice(0, 5), others], [[], []]);
  t.true(hopsMade > 2_000, String(hopsMade));
});

for (const [name, make] of [
  ['axios', () => nodeTransport({ proxy: '' })],
  ['fetch', () => fetchTransport()],
] as const) {
  test(`${name}: specs, index, lists and events over redirects to another port`, async (t) => {
    const other = await Loopback.start((_, response) => void response.end('{}'));
    const home = await Loopback.start(({ url }, response) => {
      const isMoved = url.includes('/moved');
      const status = url.includes('log_event') ? 308 : 302;
      if (isMoved) response.writeHead(status, { location: `${other.base}/elsewhere` }).end('gone');
      else
        response
          .writeHead(status, { location: '/moved' + (status === 308 ? '/log_event' : '') })
          .end();
    });
    t.teardown(() => Promise.all([home.stop(), other.stop()]));
    const base = home.base;
    const http = new StatsigHttp({
      sdkKey: KEY,
      api: base,
      apiForDownloadConfigSpecs: base,
      apiForGetIdLists: base,
      fallbackToStatsigAPI: false,
      localMode: false,
      sdkType: 't',
      sdkVersion: '1',
      sessionID: 's',
      transport: make(),
      networkOverrideFunc: null,
      logger: new SafeLogger(undefined, [KEY]),
    });
    await http.downloadSpecs({ sinceTime: 0 });
    await http.fetchIdListIndex();
    await http.fetchIdList(`${base}/list`, 3);
    await http.postEvents({ batchId: 'b', count: 1, body: '{"events":[]}', isGzipped: false });
    t.deepEqual(
      home.seen.map(({ method, headers }) => [method, headers['statsig-api-key']]),
      [
        ['GET', KEY],
        ['GET', KEY],
        ['POST', KEY],
        ['GET', KEY],
        ['GET', undefined],
        ['GET', undefined],
        ['POST', KEY],
        ['POST', KEY],
      ],
    );
    t.deepEqual(
      other.seen.map(({ method, body }) => [method, body.toString()]),
      [
        ['GET', ''],
        ['GET', ''],
        ['GET', ''],
        ['POST', '{"events":[]}'],
      ],
    );
    t.is(other.seen[2]?.headers['range'], 'bytes=3-');
    t.false(JSON.stringify(other.seen).includes(KEY));
  });
}

test('fetch that hides redirects: refused with a key, followed by the platform without', async (t) => {
  const modes: unknown[] = [];
  const hiding = (async (_: string, init: RequestInit) => {
    modes.push(init.redirect);
    return init.redirect === 'follow'
      ? new Response('{}')
      : Object.defineProperty(new Response(null), 'type', { value: 'opaqueredirect' });
  }) as typeof fetch;
  const transport = fetchTransport(hiding);
  await t.throwsAsync(transport(request('https://a/')), { instanceOf: NetworkError });
  t.is((await transport(request('https://a/', { headers: {} }))).status, 200);
  t.deepEqual(modes, ['manual', 'manual', 'follow']);
});
