import { connect } from 'node:net';

import test from 'ava';
import type { ExecutionContext } from 'ava';
import axios from 'axios';

import { createLocalServer } from '../../src/local-server';
import type { LocalServer, LocalServerOptions } from '../../src/local-server';

const lists = { vip: ['u1'] };

async function start(t: ExecutionContext, options: LocalServerOptions = {}): Promise<LocalServer> {
  const server = await createLocalServer(options);
  t.teardown(() => server.close(0));
  return server;
}

interface Answer {
  /** 0 when the connection ended without an answer. */
  status: number;
  head: string;
  body: string;
}

/** Sends bytes as they are, and reads until the server ends the connection. */
/** Node gives up a half-closed connection unless its answer is there at once: `staysOpen` waits. */
function ask(port: number, bytes: string | Buffer, staysOpen = false): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () =>
      staysOpen ? socket.write(bytes) : socket.end(bytes),
    );
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(part));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const text = Buffer.concat(parts).toString();
      const [head = '', ...rest] = text.split('\r\n\r\n');
      resolve({
        status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0),
        head,
        body: rest.join('\r\n\r\n'),
      });
    });
  });
}

interface Raw {
  method?: string;
  target?: string;
  host?: string | null;
  headers?: string[];
  body?: string;
  staysOpen?: boolean;
}

function raw(
  server: LocalServer,
  { method = 'GET', target = '/', host, headers = [], body = '', staysOpen = false }: Raw = {},
) {
  const hostLine = host === null ? [] : [`Host: ${host ?? `127.0.0.1:${server.port}`}`];
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const head = [
    `${method} ${target} HTTP/1.1`,
    ...hostLine,
    'Connection: close',
    ...length,
    ...headers,
  ];
  return ask(server.port, `${head.join('\r\n')}\r\n\r\n${body}`, staysOpen);
}

const post = (server: LocalServer, body: string, headers: string[] = []) =>
  raw(server, { method: 'POST', target: '/v1/log_event', body, headers });

/** Work that many times, a few at once. */
async function inParallel(times: number, work: () => Promise<void>): Promise<void> {
  for (let done = 0; done < times; done += 20) await Promise.all(Array.from({ length: 20 }, work));
}

/** mulberry32: the same numbers at every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const pieces = [
  '/',
  '//',
  '///',
  '\\',
  '..',
  '.',
  '%',
  '%00',
  '%zz',
  '%ff',
  '?',
  '#',
  '@',
  ':',
  '::',
  '[',
  ']',
  '[::1]',
  '*',
  ';',
  '&',
  '=',
  ' ',
  'http:',
  'https:',
  'ftp:',
  'javascript:',
  'file:',
  'http://',
  'HTTP://a',
  'localhost',
  '127.0.0.1',
  'v1',
  'v2',
  '_events',
  'download_config_specs',
  'id_lists',
  'log_event',
  '__proto__',
  'constructor',
  'toString',
  'a'.repeat(300),
  '\u00e9',
  '\x01',
];

test('any request line gets an answer, and the server lives on', async (t) => {
  const server = await start(t);
  const known: [string, number][] = [
    ['//', 404],
    ['///', 404],
    ['//evil.example/', 404],
    ['/\\', 404],
    ['/%', 404],
    ['/?%', 200],
    ['/%zz', 404],
    ['/?a=%ff', 200],
    ['/#', 200],
    ['/__proto__', 404],
    ['/constructor', 404],
    ['http://', 400],
    ['https://[', 400],
    ['ftp://localhost/', 400],
    ['http://evil.example/', 403],
    ['http://127.0.0.1/', 200],
    ['http://127.0.0.1@evil.example/', 403],
    ['*', 400],
  ];
  for (const [target, status] of known)
    t.is((await raw(server, { target })).status, status, target);
  const next = numbers(1);
  const some = <T>(items: readonly T[]): T => items[next(items.length)] as T;
  const methods = [
    'GET',
    'POST',
    'PUT',
    'DELETE',
    'OPTIONS',
    'HEAD',
    'TRACE',
    'PATCH',
    'CONNECT',
    'get',
    'M-SEARCH',
    '',
  ];
  await inParallel(500, async () => {
    const target =
      (next(3) ? '/' : '') + Array.from({ length: 1 + next(5) }, () => some(pieces)).join('');
    const { status } = await raw(server, { method: next(2) ? 'GET' : some(methods), target });
    t.true(status < 500, `${status} for ${target}`);
  });
  t.is((await raw(server)).status, 200);
});

test('bytes that are no HTTP end their connection only', async (t) => {
  const server = await start(t);
  const next = numbers(2);
  const head = Buffer.from(
    `POST /v1/log_event HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Length: 9\r\n\r\n{"events"`,
  );
  await inParallel(100, async () => {
    const bytes = Buffer.from(head);
    for (let change = 0; change <= next(4); change += 1) bytes[next(bytes.length)] = next(256);
    await ask(server.port, bytes.subarray(0, next(3) ? bytes.length : next(bytes.length)));
  });
  t.is((await raw(server)).status, 200);
});

test('only names of this machine are answered, whatever asks', async (t) => {
  const server = await start(t);
  const { port } = server;
  const own = [
    'localhost',
    `localhost:${port}`,
    `LOCALHOST:${port}`,
    '127.0.0.1',
    `127.0.0.1:${port}`,
    `[::1]:${port}`,
    'localhost:1',
  ];
  for (const host of own) t.is((await raw(server, { host })).status, 200, host);
  const foreign = [
    'flags.example',
    `flags.example:${port}`,
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil-localhost',
    'x.localhost',
    '10.0.0.1',
    '192.168.1.1:80',
    '[::2]',
    '127.0.0.1@evil.example',
    'evil.example#localhost',
    'localhost/evil.example',
    'localhost:port',
    'localhost, evil',
    '',
    ' ',
    '[',
    '[::1',
    ':80',
    '0.0.0.0',
    'localhost%2eevil.example',
    'localhost\\evil',
    '__proto__',
  ];
  for (const target of [
    '/',
    '/_events',
    '/v1/download_config_specs/secret-x.json',
    '/v1/get_id_lists',
    '/_style.css',
    '/_inspector/api/flags',
    '/_inspector/api/stream',
  ]) {
    const answers = await Promise.all(foreign.map((host) => raw(server, { host, target })));
    for (const [at, { status }] of answers.entries())
      t.true(status === 400 || status === 403, `${foreign[at]} ${target}`);
  }
  t.is((await raw(server, { host: null })).status, 400);
  t.is((await raw(server, { headers: ['Host: evil.example'] })).status, 403);
  t.is((await ask(port, 'GET /_events HTTP/1.0\r\n\r\n')).status, 403);
  t.false(server.requests().some(({ headers }) => headers.host === 'flags.example'));
});

test('more names are allowed by option, numbers where the server listens to all of them', async (t) => {
  const named = await start(t, { allowedHosts: ['flags', 'Other.Example'] });
  for (const host of ['flags', `flags:${named.port}`, 'other.example'])
    t.is((await raw(named, { host })).status, 200, host);
  for (const host of ['flagsx', '10.0.0.1']) t.is((await raw(named, { host })).status, 403, host);
  const open = await start(t, { host: '0.0.0.0' });
  for (const host of ['10.0.0.1', `0.0.0.0:${open.port}`, '[fd00::1]:80'])
    t.is((await raw(open, { host })).status, 200, host);
  t.is((await raw(open, { host: 'flags.example' })).status, 403);
});

test('nothing is taken from, or shown to, a page of another origin', async (t) => {
  const server = await start(t);
  const batch = '{"events":[{"eventName":"planted"}]}';
  const others = [
    'https://evil.example',
    'null',
    `http://localhost:${server.port}`,
    `http://127.0.0.1:${server.port + 1}`,
    'http://127.0.0.1',
    '',
    'x',
    `http://127.0.0.1:${server.port}, https://evil.example`,
    `ftp://127.0.0.1:${server.port}`,
  ];
  for (const origin of others) {
    const headers = [`Origin: ${origin}`];
    t.is((await post(server, batch, headers)).status, 403, origin);
    for (const method of ['GET', 'OPTIONS', 'DELETE'])
      t.is((await raw(server, { method, target: '/_events', headers })).status, 403, origin);
  }
  for (const site of ['cross-site', 'same-site']) {
    const headers = [
      `Sec-Fetch-Site: ${site}`,
      'Sec-Fetch-Mode: no-cors',
      'Sec-Fetch-Dest: script',
    ];
    t.is((await raw(server, { target: '/_events', headers })).status, 403);
    t.is((await post(server, batch, headers)).status, 403);
  }
  t.deepEqual(server.events(), []);
  t.deepEqual(server.requests(), []);
  const link = [
    'Sec-Fetch-Site: cross-site',
    'Sec-Fetch-Mode: navigate',
    'Sec-Fetch-Dest: document',
  ];
  t.is((await raw(server, { headers: link })).status, 200);
  t.is(
    (
      await post(server, batch, [
        `Origin: http://127.0.0.1:${server.port}`,
        'Sec-Fetch-Site: same-origin',
      ])
    ).status,
    202,
  );
});

test('every answer forbids scripts, frames and guesses at its type', async (t) => {
  const server = await start(t, { idLists: lists });
  server.fail({ route: 'exceptions', status: 500, body: '<script>1</script>' });
  const answers = await Promise.all([
    raw(server, { headers: ['Accept: text/html'] }),
    raw(server),
    raw(server, { target: '/_page' }),
    raw(server, { target: '/_style.css' }),
    raw(server, { target: '/_inspector/page.js' }),
    raw(server, { target: '/_inspector/api/flags', staysOpen: true }),
    raw(server, { target: '/_inspector/nothing' }),
    raw(server, { target: '/_events' }),
    raw(server, { target: '/nothing' }),
    raw(server, { host: 'evil.example' }),
    raw(server, { target: 'http://' }),
    raw(server, { target: '/v1/download_config_specs/k.json' }),
    raw(server, { target: '/id_lists/file_1' }),
    post(server, 'not json'),
    raw(server, { method: 'POST', target: '/v1/sdk_exception' }),
  ]);
  for (const { head } of answers) {
    t.regex(head, /^x-content-type-options: nosniff\r?$/im);
    t.regex(
      head,
      /^content-security-policy: default-src 'none'; style-src '(self|none|sha256-[\w+/=]{44})';.* frame-ancestors 'none'\r?$/im,
    );
    t.regex(head, /^cross-origin-resource-policy: same-origin\r?$/im);
    t.notRegex(head, /unsafe-inline|access-control-allow/i);
  }
});

const deep = (levels: number): string => `${'['.repeat(levels)}1${']'.repeat(levels)}`;

const oddEvents = [
  '{"eventName":"<script>alert(1)</script>","value":"</script><img src=x onerror=alert(1)>","user":{"userID":"\\"><b>"}}',
  '{"eventName":"\\u2028\\u2029\\u202e\\u0000\\ud800","user":{"userID":"\\u202ereversed"}}',
  '{"eventName":{"toString":1},"value":{"toString":1,"valueOf":1,"toJSON":1},"user":{"userID":{"toString":1}},"metadata":{"gate":{}}}',
  '{"__proto__":{"eventName":"polluted"},"constructor":1,"user":{"__proto__":null},"metadata":{"__proto__":1}}',
  '{"eventName":[],"user":"text","value":true,"metadata":5}',
  '{"eventName":null,"user":null,"value":null,"metadata":null}',
  '{}',
  `{"eventName":"deep","metadata":${deep(50_000)},"user":{"custom":${deep(50_000)}},"value":${deep(50_000)}}`,
  `{"eventName":"long ${'n'.repeat(1e6)}","value":"${'v'.repeat(1e6)}","user":{"userID":"${'u'.repeat(1e6)}"}}`,
  `{"eventName":"wide","metadata":{${Array.from({ length: 50_000 }, (_, at) => `"k${at}":[]`)}}}`,
  '{"eventName":"numbers","value":1e999,"metadata":[-0,1e-999,123456789012345678901234567890]}',
];

test('any event is shown, as text and within bounds', async (t) => {
  const server = await start(t);
  for (const event of oddEvents)
    t.is(
      (await post(server, `{"events":[${event}],"statsigMetadata":${event}}`)).status,
      202,
      event.slice(0, 80),
    );
  t.is(server.events().length, oddEvents.length);

  const page = await raw(server, { target: '/_page' });
  t.is(page.status, 200);
  t.true(page.body.length < 500_000);
  t.true(page.body.includes('&#60;script&#62;alert(1)&#60;/script&#62;'));
  t.notRegex(page.body, /<script|<img|<b>"|style=|<[^>]*\son\w+=|[\u2028\u2029\u202e\u0000]/);
  t.true(page.body.includes('\\u202ereversed'));

  const json = async (target: string) =>
    (await axios.get(server.url + target, { proxy: false, headers: { accept: '*/*' } })).data;
  const listed = (await json('/_events')).events as unknown[];
  t.deepEqual(
    [(await json('/')).events.latest.length, listed.length],
    [oddEvents.length, oddEvents.length],
  );
  t.deepEqual(listed.map((event) => (event as { eventName: string }).eventName).slice(0, 2), [
    '<script>alert(1)</script>',
    '\u2028\u2029\u202e\u0000\ud800',
  ]);
  t.is(({} as { eventName?: unknown }).eventName, undefined);
});

test('odd specs and names of lists are shown, too', async (t) => {
  const server = await start(t, {
    idLists: { '<b>list</b>': [], __proto__: [], ['n'.repeat(100_000)]: [] },
  });
  for (let at = 0; at < 100; at += 1) server.setIdList(`list ${at}`, []);
  const specs = [
    'null',
    '[]',
    '1',
    '"x"',
    'no json',
    '{"time":1e999}',
    '{"time":"1","feature_gates":"abc"}',
    '{"time":-1e300}',
    deep(50_000),
  ];
  for (const text of specs) {
    server.setSpecs(text);
    const page = await raw(server, { target: '/_page' });
    t.is(page.status, 200, text.slice(0, 40));
    t.false(page.body.includes('<b>list'));
    t.true(page.body.length < 20_000);
    t.is((await raw(server)).status, 200);
  }
});

test('encodings that are names of Object.prototype, and a log that throws, end nothing', async (t) => {
  const server = await start(t, {
    log: () => {
      throw new Error('no log today');
    },
  });
  for (const encoding of ['constructor', '__proto__', 'toString', 'gzip, gzip']) {
    t.is(
      (await post(server, '{"events":[]}', [`Content-Encoding: ${encoding}`])).status,
      415,
      encoding,
    );
  }
  t.is((await raw(server, { host: 'evil.example' })).status, 403);
  t.is((await raw(server)).status, 200);
});

test('the index of ID lists names the server as the client does', async (t) => {
  const server = await start(t, { idLists: lists, allowedHosts: ['flags'] });
  const { body } = await raw(server, {
    method: 'POST',
    target: '/v1/get_id_lists',
    host: 'flags:8080',
  });
  t.is((JSON.parse(body) as { vip: { url: string } }).vip.url, 'http://flags:8080/id_lists/file_1');
});
