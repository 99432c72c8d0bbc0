/** The option `http`: proxy, certificates, headers and agents of one instance. */
import { Agent, createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { StatsigServer } from '../../src/api/statsig';
import type { StatsigOptions } from '../../src/options/statsig-options';
import { parseOptions } from '../../src/options/options';
import { payload, Log } from '../api/support';
import { needs } from '../needs';
import { certificate } from './certificate';
import { listen } from './listen';
import { Loopback } from './loopback';

const SPECS = JSON.stringify(payload({ time: 5 }));

async function loopback(
  t: ExecutionContext,
  ...[handle]: Parameters<typeof Loopback.start>
): Promise<Loopback> {
  const server = await Loopback.start(handle);
  t.teardown(() => server.stop());
  return server;
}

/** A whole life: initialized, one event, shut down. */
async function live(api: string, options: StatsigOptions): Promise<Log> {
  const log = new Log();
  const server = new StatsigServer('secret-own', {
    engine: 'js',
    logger: log,
    api,
    disableDiagnostics: true,
    ...options,
  });
  const { success, error } = await server.initializeAsync();
  log.lines.push(success ? 'started' : `failed: ${error?.message}`);
  server.logEvent({ userID: 'u' }, 'bought');
  await server.shutdownAsync(2_000);
  return log;
}

test('headers go with each request that carries the key, and nowhere else', async (t) => {
  const files = await loopback(t, (_, response) => void response.end('+aaaaaaaa\n'));
  const list = { name: 'l', url: `${files.base}/l`, fileID: 'f', size: 10, creationTime: 1 };
  const statsig = await loopback(t, ({ url }, response) => {
    if (url.includes('get_id_lists')) return void response.end(JSON.stringify({ l: list }));
    response.end(url.includes('download') ? SPECS : '{}');
  });
  const headers = {
    'X-Gateway': 'let me in',
    'STATSIG-API-KEY': 'another',
    'x y': '1',
    'x-z': 'a\nb',
  };
  const log = await live(statsig.base, { http: { headers } });
  t.true(statsig.seen.length >= 3);
  for (const seen of statsig.seen) {
    t.is(seen.headers['x-gateway'], 'let me in', seen.url);
    t.is(seen.headers['statsig-api-key'], 'secret-own', seen.url);
  }
  t.is(files.seen.length, 1);
  t.is(files.seen[0]?.headers['x-gateway'], undefined);
  const told = log.lines.filter((line) => line.includes('cannot be sent'));
  t.deepEqual(
    told.map((line) => /"[^"]*"/.exec(line)?.[0]),
    ['"STATSIG-API-KEY"', '"x y"', '"x-z"'],
  );
  // A host for those files that the application names is one of its own.
  await live(statsig.base, { http: { headers }, downloadIdListFileApi: files.base });
  t.is(files.seen[1]?.headers['x-gateway'], 'let me in');
});

test('a redirect to another host takes no header of ours along', async (t) => {
  const other = await loopback(t, (_, response) => void response.end(SPECS));
  const home = await loopback(t, ({ url }, response) => {
    const isMoved = url.includes('download');
    response.writeHead(isMoved ? 307 : 200, isMoved ? { location: `${other.base}/specs` } : {});
    response.end('{}');
  });
  const log = await live(home.base, { http: { headers: { 'X-Gateway': 'in' } } });
  t.true(log.lines.includes('started'), log.lines.join());
  t.is(home.seen[0]?.headers['x-gateway'], 'in');
  t.deepEqual([other.seen.length, other.seen[0]?.headers['x-gateway']], [1, undefined]);
});

test('a proxy of the options serves one instance, false none, and its password is told nobody', async (t) => {
  const statsig = await loopback(t, (_, response) => void response.end(SPECS));
  const asked: IncomingMessage[] = [];
  const proxy = createHttpServer((request, response) => {
    asked.push(request);
    response.end(SPECS);
  });
  const at = `127.0.0.1:${await listen(t, proxy)}`;
  const log = await live(statsig.base, { http: { proxy: `http://me:pass@${at}` } });
  t.is(statsig.seen.length, 0);
  t.true(asked.length >= 2 && asked.every(({ url }) => url?.startsWith(statsig.base)));
  t.is(asked[0]?.headers['proxy-authorization'], `Basic ${btoa('me:pass')}`);
  t.false(log.lines.join().includes('pass@'));
  await live(statsig.base, { http: { proxy: false } });
  t.true(statsig.seen.length >= 2);
  const odd = await live(statsig.base, { http: { proxy: 'socks://me:pass@host' } });
  t.true(
    odd.lines.some((line) => line.includes('http.proxy')) && !odd.lines.join().includes('pass'),
  );
});

test('an agent of the application makes the connections, and is not closed with the instance', async (t) => {
  const statsig = await loopback(t, (_, response) => void response.end(SPECS));
  const agent = new Agent({ keepAlive: true });
  t.teardown(() => agent.destroy());
  await live(statsig.base, { http: { agent: { http: agent } } });
  t.deepEqual([statsig.opened, statsig.sockets.size], [1, 1]);
  t.is(Object.values(agent.freeSockets).flat().length, 1);
});

needs('openssl')(
  'certificates of the options are trusted, by hosts and through tunnels, beside those of Node',
  async (t) => {
    const made = certificate();
    const asked: string[] = [];
    const secured = createTlsServer(made, (request, response) => {
      asked.push(request.url ?? '');
      response.end(SPECS);
    });
    const target = await listen(t, secured);
    const api = `https://localhost:${target}`;
    const doubting = await live(api, {});
    t.true(doubting.lines.some((line) => /^failed: .*(self.signed|DEPTH_ZERO)/i.test(line)));
    t.deepEqual(asked, []);
    const trusting = await live(api, { http: { ca: [Buffer.from(made.cert)] } });
    t.true(trusting.lines.includes('started') && asked.length >= 2);
    const wrong = await live(api, { http: { ca: 'no certificate' } });
    t.true(wrong.lines.some((line) => line.startsWith('failed: ')));
    t.true(wrong.lines.some((line) => line.includes('http.ca must be PEM')));
    const tunnels: string[] = [];
    const proxy = createTlsServer(made);
    proxy.on('connect', (request, socket: Socket) => {
      tunnels.push(request.url ?? '');
      const up = connect(target, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
      up.on('error', () => socket.destroy())
        .pipe(socket)
        .pipe(up);
    });
    const through = await live(api, {
      http: { ca: made.cert, proxy: `https://localhost:${await listen(t, proxy)}` },
    });
    t.true(through.lines.includes('started'), through.lines.join());
    t.true(tunnels.length > 0 && tunnels.every((one) => one === `localhost:${target}`));
  },
);

test('what is of no use is told, without its value', (t) => {
  const read = (http: unknown) => {
    const { options, warnings } = parseOptions({ http } as StatsigOptions);
    return { http: options.http, warnings };
  };
  const none = { proxy: null, ca: [], headers: {}, httpAgent: null, httpsAgent: null };
  t.deepEqual(read(undefined), { http: none, warnings: [] });
  t.deepEqual(read({}), { http: none, warnings: [] });
  const bad = read({
    proxy: 'secret-host',
    ca: [5],
    headers: ['secret'],
    agent: { https: 'secret' },
    timeout: 5,
  });
  t.deepEqual(bad.http, none);
  t.is(bad.warnings.length, 5);
  t.false(bad.warnings.join().includes('secret'));
  for (const name of ['timeout', 'proxy', 'ca', 'headers', 'agent.https'])
    t.true(
      bad.warnings.some((line) => line.includes(`http.${name}`)),
      name,
    );
  const throwing = Object.defineProperty({}, 'proxy', {
    enumerable: true,
    get: () => {
      throw new Error('secret');
    },
  });
  t.deepEqual(read(throwing).http, none);
  t.is(read('http://proxy').warnings.length, 1);
});
