/** What is said of requests that failed: by which way, what came instead, and no secret. */
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { StatsigServer } from '../../src/api/statsig';
import { shownUrl } from '../../src/network/shown-url';
import type { StatsigOptions } from '../../src/options/statsig-options';
import { ENGINES, Log, payload } from '../api/support';
import { Loopback } from './loopback';

const PAGE = '\n<!doctype html><html><title>Sign in to Hotel</title></html>';
const SPECS = JSON.stringify(payload({ time: 5 }));

type Answer = Parameters<typeof Loopback.start>[0];

async function loopback(t: ExecutionContext, answer: Answer): Promise<Loopback> {
  const server = await Loopback.start(answer);
  t.teardown(() => server.stop());
  return server;
}

/** What an instance that cannot start gives and says. */
async function started(t: ExecutionContext, options: StatsigOptions) {
  const log = new Log();
  const server = new StatsigServer('secret-messages', {
    logger: log,
    disableDiagnostics: true,
    ...options,
  });
  t.teardown(() => server.shutdownAsync(1_000));
  const { success, error } = await server.initializeAsync();
  return { success, message: error?.message ?? '', log, server };
}

/** A port at which nobody listens any more. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

for (const scheme of ['http', 'https']) {
  test(`${scheme}: a dead proxy is named beside the service, without its password`, async (t) => {
    const port = await deadPort();
    const { message, log } = await started(t, {
      api: `${scheme}://statsig.example/v1`,
      http: { proxy: `http://ada:hush-hush@127.0.0.1:${port}` },
    });
    const way = `${scheme}://statsig.example/v1/download_config_specs/******.json through the proxy http://127.0.0.1:${port} failed: `;
    t.true(message.includes(way), message);
    t.regex(message, /ECONNREFUSED/);
    t.notRegex([message, ...log.lines].join(), /hush-hush|ada:|secret-messages/);
  });
}

test('the status that a proxy gives is told with its name', async (t) => {
  const proxy = await loopback(t, (_, response) => void response.writeHead(407).end());
  const { message } = await started(t, {
    api: 'http://statsig.example/v1',
    http: { proxy: proxy.base },
  });
  t.true(message.includes(` through the proxy ${proxy.base} failed with status 407`), message);
});

test.serial(
  'a proxy of the environment is named, too; one that is switched off is not',
  async (t) => {
    const api = `http://127.0.0.1:${await deadPort()}/v1`;
    const before = { ...process.env };
    t.teardown(() => void (process.env = before));
    process.env.HTTP_PROXY = `http://127.0.0.1:${await deadPort()}`;
    delete process.env.NO_PROXY;
    delete process.env.no_proxy;
    delete process.env.http_proxy;
    const { message } = await started(t, { api });
    t.true(message.includes(` through the proxy ${process.env.HTTP_PROXY} failed`), message);
    const direct = await started(t, { api, disableEnvironmentProxy: true });
    t.notRegex(direct.message, /proxy/);
  },
);

const ANSWERS: Record<string, { answer: Answer; says: string }> = {
  'a login page': {
    answer: (_, response) =>
      void response.setHeader('content-type', 'text/html; charset=utf-8').end(PAGE),
    says: 'answered with a page (text/html) instead of specs, from ',
  },
  'a compressed login page': {
    answer: (_, response) => {
      response.setHeader('content-type', 'text/html').setHeader('content-encoding', 'gzip');
      response.end(gzipSync(PAGE));
    },
    says: 'answered with a page (text/html) instead of specs, from ',
  },
  'a login page that says it is JSON': {
    answer: (_, response) => void response.setHeader('content-type', 'application/json').end(PAGE),
    says: 'answered with a page (application/json) instead of specs, from ',
  },
  'a login page of more than a megabyte': {
    answer: (_, response) => void response.end(PAGE + ' '.repeat(2 * 1024 * 1024)),
    says: 'answered with a page (text/html) instead of specs, from ',
  },
};

for (const engine of ENGINES)
  for (const [name, { answer, says }] of Object.entries(ANSWERS)) {
    test(`${engine}: ${name} is told as what it is, and where it is from`, async (t) => {
      const portal = await loopback(t, answer);
      const { success, message } = await started(t, { engine, api: `${portal.base}/v1` });
      t.false(success);
      const from = `${says}${portal.base}/v1/download_config_specs/******.json`;
      t.true(message.includes(from), message);
    });
  }

test('a page in place of the index of ID lists, and of a list', async (t) => {
  const portal = await loopback(t, (_, response) => void response.end(PAGE));
  const list = {
    name: 'l',
    url: `${portal.base}/l?sig=hush-hush`,
    fileID: 'f',
    size: 9,
    creationTime: 1,
  };
  let isIndex = false;
  const service = await loopback(t, ({ url }, response) => {
    if (!url.includes('get_id_lists')) return void response.end(SPECS);
    response.end(isIndex ? JSON.stringify({ l: list }) : PAGE);
  });
  const { log, server } = await started(t, { api: `${service.base}/v1` });
  t.regex(
    log.lines.join('\n'),
    /a page \(text\/html\) instead of an index of ID lists, from http:\S+get_id_lists/,
  );
  isIndex = true;
  await server.syncStoreIdLists();
  const later = log.lines.join('\n');
  t.regex(later, /The ID list l: answered with a page \(text\/html\) instead of an ID list, from /);
  t.notRegex(later, /hush-hush/);
});

test('an address is shown without what it may hide', (t) => {
  const shown = {
    'https://h/p': 'https://h/p',
    'https://h/p?sig=a&b=c': 'https://h/p?******',
    'https://h/p?a#b': 'https://h/p?******',
    'https://h/p#b?c': 'https://h/p',
    'https://ada:pass@h/p': 'https://h/p',
    'https://ada:p@ss@h:1/p@q': 'https://h:1/p@q',
    'https://h/p@q': 'https://h/p@q',
    'no address': 'no address',
  };
  for (const [url, text] of Object.entries(shown)) t.is(shownUrl(url), text);
});

test('what a shutdown cuts off is no error', async (t) => {
  const silent = await loopback(t, () => undefined);
  const said: unknown[] = [];
  const warn = (message: unknown): void => void said.push(message);
  const server = new StatsigServer('secret-messages', {
    logger: { logLevel: 'warn', warn, error: warn },
    api: `${silent.base}/v1`,
    disableDiagnostics: true,
  });
  const loading = server.initializeAsync();
  while (silent.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await server.shutdownAsync(50);
  await loading;
  t.deepEqual(said, []);
});
