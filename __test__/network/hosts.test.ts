/**
 * Which machines a process talks to: with a custom `api` that one only; through a proxy when the
 * environment names one.
 */
import { execFile } from 'node:child_process';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import test from 'ava';
import { createLocalServer } from '../../src/local-server';
import { payload } from '../api/support';

interface Ended {
  code: number;
  output: string;
}

/**
 * A program with `make`, and `hosts` holding every host a socket was opened to; only loopback gets
 * through.
 */
function run(program: string, api: string, env: Record<string, string> = {}): Promise<Ended> {
  const script = `
    const net = require('node:net');
    const hosts = new Set();
    const connect = net.Socket.prototype.connect;
    net.Socket.prototype.connect = function (...args) {
      const [first] = Array.isArray(args[0]) ? args[0] : args;
      hosts.add(first.host ?? 'localhost');
      if (first.host === '127.0.0.1') return connect.apply(this, args);
      process.nextTick(() => this.destroy(new Error('not in tests')));
      return this;
    };
    const { StatsigServer } = require('./src/index');
    const quiet = { warn() {}, error() {}, logLevel: 'none' };
    const make = (options) => new StatsigServer('secret-hosts', { api: process.argv[1], logger: quiet, ...options });
    (async () => { ${program} })().then(() => process.stdout.write(JSON.stringify([...hosts].sort())));`;
  const PROXIES = {
    HTTP_PROXY: '',
    HTTPS_PROXY: '',
    http_proxy: '',
    https_proxy: '',
    NO_PROXY: '',
    no_proxy: '',
  };
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...PROXIES, ...env }, timeout: 60_000 };
    execFile(
      process.execPath,
      ['--require=tsx/cjs', '-e', script, api],
      options,
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : 1, output: error === null ? stdout : stderr });
      },
    );
  });
}

/** A life with everything that may go wrong and be reported. */
const LIFE = `
  const s = make({
    reportExceptions: true, postLogsRetryLimit: 1, postLogsRetryBackoff: 1,
    environment: { tier: 'x' }, ...extra,
  });
  await s.initializeAsync();
  s.checkGate({ userID: 'u' }, 'always');
  s.logEvent({ userID: 'u' }, 'e');
  const { exceptions } = s.runtime;
  exceptions.report(new Error('ours'), { tag: 'test' });
  await s.syncStoreSpecs();
  await s.syncStoreIdLists();
  await s.shutdownAsync(2000);`;

test('a custom api: no other host, not even when things fail and exceptions are reported', async (t) => {
  const local = await createLocalServer({ specs: payload(), idLists: { l: ['1'] } });
  t.teardown(() => local.close(0));
  t.deepEqual(await run(`const extra = {}; ${LIFE}`, local.api), {
    code: 0,
    output: '["127.0.0.1"]',
  });
  t.true(local.requests('exceptions').length > 0, 'the report went to the custom api');
  t.true(local.requests('events').length > 0);
  for (const route of ['specs', 'idListIndex', 'events'] as const)
    local.fail({ route, status: 500 });
  t.deepEqual(await run(`const extra = {}; ${LIFE}`, local.api), {
    code: 0,
    output: '["127.0.0.1"]',
  });
});

test('fallbackToStatsigAPI is the exception, for config specs and the index of ID lists', async (t) => {
  const local = await createLocalServer();
  t.teardown(() => local.close(0));
  for (const route of ['specs', 'idListIndex', 'events'] as const)
    local.fail({ route, status: 500 });
  const { output } = await run(`const extra = { fallbackToStatsigAPI: true }; ${LIFE}`, local.api);
  t.is(output, '["127.0.0.1","api.statsigcdn.com","statsigapi.net"]');
});

test('localMode opens no socket', async (t) => {
  const { output } = await run(
    `const extra = { localMode: true }; ${LIFE}`,
    'http://127.0.0.1:1/v1',
  );
  t.is(output, '[]');
});

/** A proxy that notes the first line of every request and refuses it. */
async function startProxy(): Promise<{ server: Server; url: string; lines: string[] }> {
  const lines: string[] = [];
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data: Buffer) => {
      lines.push(data.toString('latin1').split('\r\n')[0] ?? '');
      socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, lines, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const INIT = `const s = make({ initStrategyForIDLists: 'none' }); await s.initializeAsync(); await s.shutdownAsync(1000);`;
const PATH = '/v1/download_config_specs/secret-hosts.json';

test('HTTP_PROXY is honoured, NO_PROXY and disableEnvironmentProxy too', async (t) => {
  const proxy = await startProxy();
  t.teardown(() => void proxy.server.close());
  const { output } = await run(INIT, 'http://flags.invalid/v1', { http_proxy: proxy.url });
  t.is(output, '["127.0.0.1"]');
  t.true(proxy.lines.includes(`GET http://flags.invalid${PATH} HTTP/1.1`), proxy.lines.join('\n'));
  proxy.lines.splice(0);
  const direct = await run(INIT, 'http://flags.invalid/v1', {
    http_proxy: proxy.url,
    no_proxy: 'flags.invalid',
  });
  t.deepEqual([direct.output, proxy.lines], ['["flags.invalid"]', []]);
  const off = INIT.replace('{', '{ disableEnvironmentProxy: true,');
  for (const protocol of ['http', 'https']) {
    const variables = { http_proxy: proxy.url, HTTPS_PROXY: proxy.url, ALL_PROXY: proxy.url };
    const disabled = await run(off, `${protocol}://flags.invalid/v1`, variables);
    t.deepEqual([disabled.output, proxy.lines], ['["flags.invalid"]', []]);
  }
});

test('HTTPS_PROXY: a tunnel is asked for, so the proxy never sees the key', async (t) => {
  const proxy = await startProxy();
  t.teardown(() => void proxy.server.close());
  const { output } = await run(INIT, 'https://flags.invalid/v1', { https_proxy: proxy.url });
  t.is(output, '["127.0.0.1"]');
  t.true(proxy.lines.length > 0);
  t.true(
    proxy.lines.every((line) => line === 'CONNECT flags.invalid:443 HTTP/1.1'),
    proxy.lines.join('\n'),
  );
});
