/**
 * Connections: kept, closed at the end, and led through proxies. TLS with a shared key, which needs
 * no certificate.
 */
import {
  Agent,
  createServer as createHttpServer,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import test from 'ava';
import { makeAgents, type Agents, type ProxyFor } from '../../src/network/agents';
import { readProxy } from '../../src/network/proxy';
import { until } from './fake-clock';
import { Loopback } from './loopback';

const PSK = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
const SHARED = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const listen = (server: Server): Promise<void> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

async function startTls(): Promise<{ port: number; sockets: Set<Socket>; stop(): void }> {
  const server = createHttpsServer(
    { ...PSK, pskCallback: () => SHARED },
    (_, response) => void response.end('secured'),
  );
  server.keepAliveTimeout = 600_000;
  const sockets = watch(server);
  await listen(server);
  return { port: portOf(server), sockets, stop: () => void server.close() };
}

function watch(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  return sockets;
}

/**
 * A proxy that opens tunnels to `port`, whatever host is asked for, or answers with another status.
 */
async function startProxy(port: number, status = 200) {
  const server = createHttpServer();
  const asked: IncomingMessage[] = [];
  const sockets = watch(server);
  server.on('connect', (request, socket: Socket) => {
    asked.push(request);
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const up = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    up.on('error', () => socket.destroy())
      .pipe(socket)
      .pipe(up);
  });
  await listen(server);
  return {
    asked,
    sockets,
    url: `http://127.0.0.1:${portOf(server)}`,
    stop: () => void server.close(),
  };
}

function get({ httpAgent, httpsAgent }: Agents, url: string): Promise<string> {
  const isTls = url.startsWith('https');
  const secret = {
    pskCallback: () => ({ psk: SHARED, identity: 'tests' }),
    checkServerIdentity: () => undefined,
    ...PSK,
  };
  return new Promise((resolve, reject) => {
    const options = { agent: isTls ? httpsAgent : httpAgent, ...secret };
    const request = (isTls ? httpsRequest : httpRequest)(url, options as object, (response) => {
      let text = '';
      response
        .on('data', (piece: Buffer) => (text += piece.toString()))
        .on('end', () => resolve(text));
    });
    request.on('error', reject).end();
  });
}

test('one tunnel serves many requests, closes with the agents, and is not kept afterwards', async (t) => {
  const origin = await startTls();
  const proxy = await startProxy(origin.port);
  t.teardown(() => [origin, proxy].forEach((server) => server.stop()));
  const agents = makeAgents(() => proxy.url.replace('//', '//me:p%40ss@'));
  for (let i = 0; i < 5; i++) t.is(await get(agents, 'https://flags.invalid/v1'), 'secured');
  t.deepEqual(
    proxy.asked.map(({ url }) => url),
    ['flags.invalid:443'],
  );
  t.is(
    proxy.asked[0]?.headers['proxy-authorization'],
    `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
  );
  t.is(proxy.asked[0]?.headers.host, 'flags.invalid:443');
  agents.close();
  await until(() => proxy.sockets.size === 0 && origin.sockets.size === 0);
  t.is(await get(agents, 'https://flags.invalid:8443/v1'), 'secured');
  t.is(proxy.asked[1]?.url, 'flags.invalid:8443');
  await until(() => proxy.sockets.size === 0);
  const { asking } = agents.httpsAgent as unknown as { asking: Set<unknown> };
  await until(() => asking.size === 0);
  t.pass();
});

test('a tunnel that is still asked for when the agents close is given up', async (t) => {
  const silent = createServer((socket) => socket.resume());
  const sockets = watch(silent);
  await listen(silent);
  t.teardown(() => void silent.close());
  const agents = makeAgents(() => `http://127.0.0.1:${portOf(silent)}`);
  const waiting = t.throwsAsync(get(agents, 'https://flags.invalid/'));
  await until(() => sockets.size === 1);
  agents.close();
  await waiting;
  await until(() => sockets.size === 0);
});

test('a proxy that refuses, is no proxy or cannot be read fails the request and shows no password', async (t) => {
  const proxy = await startProxy(0, 407);
  t.teardown(() => proxy.stop());
  const both = ['https://a.invalid/', 'http://a.invalid/'];
  const cases: [string, RegExp, string[]][] = [
    [
      proxy.url.replace('//', '//me:hidden@'),
      /refused a tunnel with status 407/,
      ['https://a.invalid/'],
    ],
    ['http://me:hidden@127.0.0.1:1', /ECONNREFUSED/, both],
    ['socks5://me:hidden@127.0.0.1:1', /Proxies of type socks5: are not supported/, both],
    ['http://me:hidden@:x', /no URL/, both],
  ];
  for (const [url, message, targets] of cases) {
    const agents = makeAgents(() => url);
    for (const target of targets) {
      const error = await t.throwsAsync(get(agents, target), { message });
      t.false(`${error?.message} ${JSON.stringify(error)}`.includes('hidden'));
    }
    agents.close();
  }
  await until(() => proxy.sockets.size === 0);
});

test('a tunnel that was refused is closed, also where the proxy leaves it open', async (t) => {
  const server = createHttpServer();
  const sockets = watch(server);
  server.on('connect', (_, socket: Socket) => {
    socket.write('HTTP/1.1 403 No\r\n\r\n');
    socket.on('end', () => socket.end()).resume();
  });
  await listen(server);
  t.teardown(() => server.close());
  const agents = makeAgents(() => `http://127.0.0.1:${portOf(server)}`);
  await t.throwsAsync(get(agents, 'https://a.invalid/'), { message: /status 403/ });
  await until(() => sockets.size === 0);
  agents.close();
  t.pass();
});

test('plain HTTP asks the proxy by the whole URL, and hosts share its connections', async (t) => {
  const proxy = await Loopback.start((_, response) => void response.end('by proxy'));
  t.teardown(() => proxy.stop());
  const proxyFor: ProxyFor = (url) =>
    url.includes('direct') ? '' : proxy.base.replace('//', '//u:100%@');
  const agents = makeAgents(proxyFor);
  for (const url of [
    'http://a.invalid/v1?x=1',
    'http://b.invalid:8080/',
    'http://[2001:db8::1]/v6',
  ]) {
    t.is(await get(agents, url), 'by proxy');
  }
  t.deepEqual(
    proxy.seen.map(({ url }) => url),
    ['http://a.invalid/v1?x=1', 'http://b.invalid:8080/', 'http://[2001:db8::1]/v6'],
  );
  t.deepEqual(
    proxy.seen.map(({ headers }) => headers['host']),
    ['a.invalid', 'b.invalid:8080', '[2001:db8::1]'],
  );
  t.is(
    proxy.seen[0]?.headers['proxy-authorization'],
    `Basic ${Buffer.from('u:100%').toString('base64')}`,
  );
  t.is(proxy.opened, 1);
  await t.throwsAsync(get(agents, 'http://direct.invalid/'), { message: /ENOTFOUND|EAI_AGAIN/ });
  agents.close();
  await until(() => proxy.sockets.size === 0);
});

test('the way to a proxy itself can be TLS', async (t) => {
  const proxy = await startTls();
  t.teardown(() => proxy.stop());
  const agents = makeAgents(() => `https://127.0.0.1:${proxy.port}`);
  t.is(await get(agents, 'http://a.invalid/'), 'secured');
  t.is(await get(agents, 'http://b.invalid/'), 'secured');
  t.is(proxy.sockets.size, 1);
  agents.close();
  await until(() => proxy.sockets.size === 0);
});

test('without a proxy connections are kept until the agents close', async (t) => {
  const server = await Loopback.start((_, response) => void response.end('direct'));
  t.teardown(() => server.stop());
  const agents = makeAgents(() => '');
  for (let i = 0; i < 3; i++) t.is(await get(agents, server.base), 'direct');
  t.is(server.opened, 1);
  agents.close();
  await until(() => server.sockets.size === 0);
  t.is(await get(agents, server.base), 'direct');
  await until(() => server.sockets.size === 0);
  t.true(agents.httpAgent instanceof Agent);
});

test('credentials of a proxy: percent sequences are decoded, what is none stays', (t) => {
  const credentials = (userinfo: string): string | undefined => {
    const authorization = readProxy(`http://${userinfo}proxy:3128`)?.authorization;
    return authorization == null
      ? undefined
      : Buffer.from(authorization.slice('Basic '.length), 'base64').toString();
  };
  const cases: [string, string | undefined][] = [
    ['', undefined],
    ['u@', 'u:'],
    [':p@', ':p'],
    ['u:p@', 'u:p'],
    ['u%40corp:p%3A%2F%23@', 'u@corp:p:/#'],
    ['%C3%A9:%e2%82%ac@', 'é:€'],
    ['u:100%@', 'u:100%'],
    ['u:%zz@', 'u:%zz'],
    ['u:%E0%A4%A@', 'u:%E0%A4%A'],
    ['u:%ff@', 'u:%ff'],
    ['u:a%40b%@', 'u:a@b%'],
  ];
  for (const [userinfo, wanted] of cases) t.is(credentials(userinfo), wanted, userinfo);
  t.like(readProxy('https://[::1]'), { host: '::1', port: 443, isSecure: true });
  t.like(readProxy('http://proxy'), { host: 'proxy', port: 80, isSecure: false });
  t.is(readProxy(''), null);
});
