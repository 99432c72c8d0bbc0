import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import test from 'ava';
import type { ExecutionContext } from 'ava';
import axios from 'axios';

import { createLocalServer, hashUnitId } from '../../src/local-server';
import type { LocalServer, LocalServerOptions } from '../../src/local-server';

const project = {
  has_updates: true,
  time: 1_000,
  feature_gates: [{ name: 'a' }],
  dynamic_configs: [],
  layer_configs: [],
};

async function start(t: ExecutionContext, options: LocalServerOptions = {}): Promise<LocalServer> {
  const server = await createLocalServer(options);
  t.teardown(() => server.close(0));
  return server;
}

const client = axios.create({ validateStatus: () => true, proxy: false, timeout: 10_000 });

/** A GET whose body stays bytes and compressed. */
const getRaw = (url: string, headers: Record<string, string> = {}) =>
  client.get<Buffer>(url, { headers, responseType: 'arraybuffer', decompress: false });

const batch = (...names: string[]) => ({
  events: names.map((eventName) => ({ eventName, user: { userID: 'u' } })),
  statsigMetadata: { sdkType: 'test' },
});

function temporaryFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-server-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('specs: the payload byte for byte, and "no updates" to whoever has this time', async (t) => {
  const text = `{"time":1000, "n": 1e21,"has_updates":true}`;
  const server = await start(t, { specs: text });
  const first = await getRaw(`${server.api}/download_config_specs/secret-x.json`, {
    'accept-encoding': 'identity',
  });
  t.is(first.status, 200);
  t.is(first.data.toString(), text);
  const again = await client.get(
    `${server.api}/download_config_specs/secret-x.json?sinceTime=1000`,
  );
  t.deepEqual(again.data, { has_updates: false });
  const older = await client.get(`${server.api}/download_config_specs/secret-x.json?sinceTime=999`);
  t.is(older.data.time, 1000);
  t.deepEqual(
    server.requests('specs').map((request) => request.query),
    [{}, { sinceTime: '1000' }, { sinceTime: '999' }],
  );
});

test('specs: gzip only when accepted, and 304 for a known ETag', async (t) => {
  const server = await start(t, { specs: project });
  const url = `${server.api}/download_config_specs/k.json`;
  const plain = await getRaw(url, { 'accept-encoding': 'identity' });
  t.is(plain.headers['content-encoding'], undefined);
  const refused = await getRaw(url, { 'accept-encoding': 'gzip;q=0' });
  t.is(refused.headers['content-encoding'], undefined);
  const zipped = await getRaw(url, { 'accept-encoding': 'br, gzip' });
  t.is(zipped.headers['content-encoding'], 'gzip');
  t.deepEqual(zipped.data, gzipSync(JSON.stringify(project)));
  const known = await getRaw(url, { 'if-none-match': String(plain.headers.etag) });
  t.is(known.status, 304);
});

test('specs: version 2 has its own payload, or shares', async (t) => {
  const shared = await start(t, { specs: project });
  t.is((await client.get(`${shared.url}/v2/download_config_specs/k.json`)).data.time, 1_000);
  const own = await start(t, { specs: project, specsV2: { time: 2 } });
  t.is((await client.get(`${own.url}/v2/download_config_specs/k.json`)).data.time, 2);
  t.is((await client.get(`${own.url}/v1/download_config_specs/k.json`)).data.time, 1_000);
});

test('specs file: an edit is served with a later time; a broken or missing file keeps the old payload', async (t) => {
  const file = join(temporaryFolder(t), 'project.json');
  writeFileSync(file, JSON.stringify(project));
  const logged: string[] = [];
  const server = await start(t, { specsFile: file, log: (message) => logged.push(message) });
  const read = async () => (await client.get(`${server.api}/download_config_specs/k.json`)).data;
  t.is((await read()).time, 1_000);

  writeFileSync(file, JSON.stringify({ ...project, feature_gates: [] }));
  t.deepEqual(await read(), { ...project, feature_gates: [], time: 1_001 });
  appendFileSync(file, 'junk');
  t.is((await read()).time, 1_001);
  rmSync(file);
  t.is((await read()).time, 1_001);
  t.true(logged.some((line) => line.startsWith('reloaded')));
  t.true(logged.some((line) => line.startsWith('kept the previous specs')));
});

test('a bad file and contradicting options are told at once', async (t) => {
  await t.throwsAsync(createLocalServer({ specsFile: join(temporaryFolder(t), 'absent.json') }), {
    code: 'ENOENT',
  });
  const broken = join(temporaryFolder(t), 'broken.json');
  writeFileSync(broken, 'junk');
  await t.throwsAsync(createLocalServer({ specsFile: broken }), {
    message: /broken\.json is no JSON: /,
  });
  await t.throwsAsync(createLocalServer({ specs: {}, specsFile: 'x' }), { instanceOf: TypeError });
});

test('ID lists: index, ranges, growth, replacement, removal', async (t) => {
  const server = await start(t, { idLists: { vip: ['u1', 'u2'] } });
  const index = async () => (await client.post(`${server.api}/get_id_lists`, {})).data;
  const line = (id: string) => `+${createHash('sha256').update(id).digest('base64').slice(0, 8)}\n`;
  t.is(hashUnitId('u1'), 'u4IDDbwr');

  const first = (await index()).vip;
  t.deepEqual(first, {
    name: 'vip',
    size: 20,
    url: `${server.url}/id_lists/file_1`,
    fileID: 'file_1',
    creationTime: 1,
  });
  const whole = await getRaw(first.url);
  t.is(whole.status, 200);
  t.is(whole.data.toString(), line('u1') + line('u2'));

  server.setIdList('vip', ['u1', 'u2', 'u3']);
  t.like((await index()).vip, { size: 30, fileID: 'file_1' });
  const rest = await getRaw(first.url, { range: 'bytes=20-' });
  t.is(rest.status, 206);
  t.is(rest.headers['content-range'], 'bytes 20-29/30');
  t.is(rest.headers['content-length'], '10');
  t.is(rest.data.toString(), line('u3'));
  t.is((await getRaw(first.url, { range: 'bytes=30-' })).status, 416);

  server.setIdList('vip', '+replaced\n');
  t.like((await index()).vip, { size: 10, fileID: 'file_2', creationTime: 2 });
  server.setIdList('vip', null);
  t.deepEqual(await index(), {});
  t.is((await getRaw(first.url)).status, 404);
});

test('ID lists from a folder: unit IDs or wire text', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'plain.txt'), 'u1\r\nu2\n');
  writeFileSync(join(folder, 'wire.lines'), '+abc\n-abc\n');
  writeFileSync(join(folder, 'README.md'), 'no list');
  const server = await start(t, { idListsDirectory: folder });
  const index = (await client.post(`${server.api}/get_id_lists`, {})).data;
  t.deepEqual(Object.keys(index), ['plain', 'wire']);
  t.is(
    (await getRaw(index.plain.url)).data.toString(),
    `+${hashUnitId('u1')}\n+${hashUnitId('u2')}\n`,
  );
  t.is((await getRaw(index.wire.url)).data.toString(), '+abc\n-abc\n');
});

test('events: plain and gzipped batches are kept in order and shown', async (t) => {
  const server = await start(t);
  const plain = await client.post(`${server.api}/log_event`, batch('one', 'two'));
  t.is(plain.status, 202);
  t.deepEqual(plain.data, { success: true });
  const headers = {
    'content-encoding': 'gzip',
    'content-type': 'application/json',
    'statsig-event-count': '1',
  };
  const zipped = gzipSync(JSON.stringify(batch('<three>')));
  await client.post(`${server.api}/log_event`, zipped, { headers });

  t.deepEqual(
    server.events().map((event) => event.eventName),
    ['one', 'two', '<three>'],
  );
  t.deepEqual(server.events()[0]?.statsigMetadata, { sdkType: 'test' });
  t.like(server.requests('events')[1], {
    wireBytes: zipped.length,
    status: 202,
    body: JSON.stringify(batch('<three>')),
  });
  const shown = (await client.get(`${server.url}/_events`)).data;
  t.is(shown.count, 3);
  t.deepEqual(shown.events[0].event, batch('one').events[0]);

  const page = await client.get<string>(`${server.url}/_page`);
  t.true(page.data.includes('&#60;three&#62;'));
  t.false(page.data.includes('<three>'));
  const overview = (await client.get(`${server.url}/`, { headers: { accept: 'application/json' } }))
    .data;
  t.is(overview.events.received, 3);
  t.is(overview.requests.events, 2);

  await client.delete(`${server.url}/_events`);
  t.deepEqual(server.events(), []);
});

test('events: broken bodies are refused and nothing is kept', async (t) => {
  const server = await start(t);
  const post = (body: string | Buffer, encoding?: string) =>
    client.post(`${server.api}/log_event`, body, {
      headers: {
        'content-type': 'application/json',
        ...(encoding ? { 'content-encoding': encoding } : {}),
      },
    });
  t.is((await post('not json')).status, 400);
  t.is((await post('{"events":{}}')).status, 400);
  t.is((await post('{"events":[null]}')).status, 400);
  t.is((await post('not gzip', 'gzip')).status, 400);
  t.is((await post('x', 'rot13')).status, 415);
  t.deepEqual(server.events(), []);
});

test('what is kept is bounded, the oldest goes first', async (t) => {
  const server = await start(t, { maxEvents: 4, maxRequests: 2, maxBodyBytes: 200 });
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
    await client.post(`${server.api}/log_event`, batch(name));
  }
  t.deepEqual(
    server.events().map((event) => event.eventName),
    ['c', 'd', 'e', 'f'],
  );
  t.is(server.droppedEvents(), 2);
  t.is(server.requests().length, 2);
  t.true(server.requests().reduce((sum, request) => sum + request.body.length, 0) <= 200);
});

test('faults: status, body, count, order, removal', async (t) => {
  const server = await start(t, { specs: project });
  const read = async () => (await client.get(`${server.api}/download_config_specs/k.json`)).status;
  server.fail({ route: 'specs', status: 500, times: 2 });
  server.fail({ route: 'specs', status: 503, times: 1, headers: { 'retry-after': '1' } });
  t.deepEqual([await read(), await read(), await read(), await read()], [500, 500, 503, 200]);
  const mend = server.fail({ route: 'specs', body: 'junk' });
  t.is((await client.get(`${server.api}/download_config_specs/k.json`)).data, 'junk');
  t.is((await client.post(`${server.api}/get_id_lists`)).status, 200);
  mend();
  t.is((await client.get(`${server.api}/download_config_specs/k.json`)).data.time, 1_000);
});

test('faults: dropped and truncated answers fail at the client; a refused batch did not arrive', async (t) => {
  const server = await start(t, { specs: project });
  server.fail({ route: 'specs', drop: true, times: 1 });
  await t.throwsAsync(client.get(`${server.api}/download_config_specs/k.json`));
  server.fail({ route: 'specs', truncateBytes: 10, times: 1 });
  await t.throwsAsync(client.get(`${server.api}/download_config_specs/k.json`));
  server.fail({ route: 'events', status: 500, times: 1 });
  t.is((await client.post(`${server.api}/log_event`, batch('lost'))).status, 500);
  t.is((await client.post(`${server.api}/log_event`, batch('kept'))).status, 202);
  t.deepEqual(
    server.events().map((event) => event.eventName),
    ['kept'],
  );
  t.is(server.requests('specs')[0]?.status, 0);
});

test('faults: an answer waits for a promise; waitFor sees requests as they are answered', async (t) => {
  const server = await start(t, { specs: project });
  let release = (): void => undefined;
  const until = new Promise<void>((resolve) => (release = resolve));
  server.fail({ route: 'specs', until, times: 1 });
  const held = client.get(`${server.api}/download_config_specs/k.json`);
  await client.post(`${server.api}/log_event`, batch('first'));
  await server.waitFor(() => server.events().length === 1);
  t.is(server.requests('specs').length, 0);
  release();
  t.is((await held).status, 200);
  await server.waitFor(() => server.requests('specs').length === 1);
  await t.throwsAsync(
    server.waitFor(() => false, 1),
    { message: /did not hold within 1 ms/ },
  );
  await t.throwsAsync(
    server.waitFor(() => {
      throw new Error('asked');
    }),
    { message: 'asked' },
  );
});

test('unknown paths are 404, exception reports are taken', async (t) => {
  const server = await start(t);
  t.is((await client.get(`${server.url}/nothing`)).status, 404);
  t.is((await client.post(`${server.api}/sdk_exception`, { exception: 'x' })).status, 200);
  t.is(server.requests('exceptions').length, 1);
});

test('close ends held requests and frees the port', async (t) => {
  const server = await createLocalServer({ specs: project });
  server.fail({ route: 'specs', until: new Promise(() => undefined) });
  const held = t.throwsAsync(client.get(`${server.api}/download_config_specs/k.json`));
  await client.get(`${server.url}/`);
  const closed = server.close(0);
  await Promise.all([held, closed]);
  const next = await createLocalServer({ port: server.port });
  t.is(next.port, server.port);
  await t.throwsAsync(createLocalServer({ port: server.port }), { code: 'EADDRINUSE' });
  await next.close();
});
