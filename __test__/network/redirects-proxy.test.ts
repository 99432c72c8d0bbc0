/**
 * Redirects through a proxy: it is the same for every hop, and the key goes to the same origins as
 * without.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer, request as tlsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { makeAgents, type Agents } from '../../src/network/agents';
import { StatsigHttp } from '../../src/network/http';
import { nodeTransport } from '../../src/network/node-transport';
import { followRedirects } from '../../src/network/redirects';
import type { Transport, TransportRequest } from '../../src/network/transport';
import { SafeLogger } from '../../src/observability/logger';
import { listen } from './listen';

const KEY = 'secret-BehindAProxy';
const PSK = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
const SHARED = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

interface Asked {
  target: string;
  key: unknown;
  text: string;
}

const askedOf = (target: string, { headers }: IncomingMessage): Asked => ({
  target,
  key: headers['statsig-api-key'],
  text: `${target} ${JSON.stringify(headers)}`,
});

/** A proxy for plain HTTP that is all servers at once: `location` says where each URL leads. */
async function forwarding(
  t: ExecutionContext,
  location: Record<string, string>,
): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    asked.push(askedOf(request.url ?? '', request));
    const next = Object.entries(location).find(([from]) => request.url?.startsWith(from))?.[1];
    response
      .writeHead(next === undefined ? 200 : 307, next === undefined ? {} : { location: next })
      .end('{}');
  });
  server.on('connect', (request, socket: Socket) => {
    asked.push(askedOf(`CONNECT ${request.url}`, request));
    socket.end('HTTP/1.1 502 No\r\n\r\n');
  });
  return { url: `http://127.0.0.1:${await listen(t, server)}`, asked };
}

/** Posts events to `api` by way of a proxy that the environment names; how it ends. */
async function post(proxy: string, api: string): Promise<string> {
  const names = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) delete process.env[name];
  Object.assign(process.env, { http_proxy: proxy, https_proxy: proxy });
  const transport = nodeTransport();
  try {
    const http = new StatsigHttp({
      sdkKey: KEY,
      api,
      apiForDownloadConfigSpecs: api,
      apiForGetIdLists: api,
      fallbackToStatsigAPI: false,
      localMode: false,
      sdkType: 't',
      sdkVersion: '1',
      sessionID: 's',
      transport,
      networkOverrideFunc: null,
      logger: new SafeLogger(undefined, [KEY]),
    });
    return await http
      .postEvents({ batchId: 'b', count: 1, body: '{"events":[]}', isGzipped: false })
      .then(() => 'delivered', String);
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    transport.close?.();
  }
}

test.serial(
  'plain HTTP: the key goes as far as the origin does, not as far as the proxy',
  async (t) => {
    const proxy = await forwarding(t, {
      'http://home.invalid/log_event': '/v2/log_event',
      'http://home.invalid/v2/log_event': 'http://home.invalid:81/log_event',
      'http://home.invalid:81/log_event': 'http://home.invalid/back',
    });
    t.is(await post(proxy.url, 'http://home.invalid'), 'delivered');
    t.deepEqual(
      proxy.asked.map(({ target, key }) => [target, key]),
      [
        ['http://home.invalid/log_event', KEY],
        ['http://home.invalid/v2/log_event', KEY],
        ['http://home.invalid:81/log_event', undefined],
        ['http://home.invalid/back', undefined],
      ],
    );
  },
);

test.serial(
  'from plain HTTP into a tunnel: the proxy is asked for it without the key',
  async (t) => {
    const proxy = await forwarding(t, {
      'http://home.invalid/log_event': 'https://home.invalid/log_event',
    });
    t.regex(await post(proxy.url, 'http://home.invalid'), /refused a tunnel/);
    t.deepEqual(
      proxy.asked.map(({ target }) => target),
      ['http://home.invalid/log_event', 'CONNECT home.invalid:443'],
    );
    t.false(proxy.asked[1]?.text.includes(KEY));
  },
);

test.serial(
  'an address that would carry the key is not asked for through a proxy either',
  async (t) => {
    const proxy = await forwarding(t, {
      'http://home.invalid/log_event': `http://other.invalid/${KEY}`,
    });
    t.regex(await post(proxy.url, 'http://home.invalid'), /would carry the secret key/);
    t.is(proxy.asked.length, 1);
  },
);

/** Servers behind a tunnel: one for all hosts, which answers each path with where it leads. */
async function tunnelled(
  t: ExecutionContext,
  location: Record<string, string>,
): Promise<{ url: string; asked: Asked[]; tunnels: string[] }> {
  const asked: Asked[] = [];
  const tunnels: string[] = [];
  const origin = createTlsServer({ ...PSK, pskCallback: () => SHARED }, (request, response) => {
    const target = `${request.headers.host}${request.url}`;
    asked.push(askedOf(target, request));
    const next = location[target];
    response
      .writeHead(next === undefined ? 200 : 307, next === undefined ? {} : { location: next })
      .end('{}');
  });
  const port = await listen(t, origin);
  const proxy = createServer();
  proxy.on('connect', ({ url }: IncomingMessage, socket: Socket) => {
    tunnels.push(String(url));
    const up = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    up.on('error', () => socket.destroy())
      .pipe(socket)
      .pipe(up);
  });
  return { url: `http://127.0.0.1:${await listen(t, proxy)}`, asked, tunnels };
}

/** The connections of the package with a shared key instead of certificates. */
function transportOf({ httpsAgent }: Agents): Transport {
  const secret = {
    pskCallback: () => ({ psk: SHARED, identity: 'tests' }),
    checkServerIdentity: () => undefined,
    ...PSK,
  };
  return ({ url, method, headers }: TransportRequest) =>
    new Promise((resolve, reject) => {
      tlsRequest(url, { agent: httpsAgent, method, headers, ...secret } as object, (response) => {
        const { statusCode: status = 0, headers: given } = response;
        response.resume().on('end', () =>
          resolve({
            status,
            ok: status === 200,
            header: (name) => (given[name] as string | undefined) ?? null,
            body: new Uint8Array(0),
          }),
        );
      })
        .on('error', reject)
        .end();
    });
}

test('HTTPS in tunnels: another port gets no key, and plain HTTP gets nothing', async (t) => {
  const proxy = await tunnelled(t, {
    'home.invalid/a': 'https://home.invalid/b',
    'home.invalid/b': 'https://home.invalid:8443/c',
    'home.invalid:8443/c': 'http://home.invalid/d',
  });
  const agents = makeAgents(() => proxy.url);
  t.teardown(() => agents.close());
  const request: TransportRequest = {
    method: 'GET',
    url: 'https://home.invalid/a',
    headers: { 'STATSIG-API-KEY': KEY },
    isUpload: false,
    maxBytes: 1_000,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  };
  await t.throwsAsync(followRedirects(transportOf(agents), KEY)(request), {
    message: /from https: to http:/,
  });
  t.deepEqual(
    proxy.asked.map(({ target, key }) => [target, key]),
    [
      ['home.invalid/a', KEY],
      ['home.invalid/b', KEY],
      ['home.invalid:8443/c', undefined],
    ],
  );
  t.deepEqual(proxy.tunnels, ['home.invalid:443', 'home.invalid:8443']);
});
