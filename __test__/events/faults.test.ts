import { type ChildProcess, spawn } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { gzipNode } from '../../src/events/gzip-node';
import { StatsigHttp } from '../../src/network/http';
import { nodeTransport } from '../../src/network/node-transport';
import { Loopback, type Seen } from '../network/loopback';
import { Source, delivery, quietLogger } from './source';

function http(base: string, requestTimeoutMs: number): StatsigHttp {
  return new StatsigHttp({
    sdkKey: 'secret-key-1234',
    api: base,
    apiForDownloadConfigSpecs: base,
    apiForGetIdLists: base,
    fallbackToStatsigAPI: false,
    localMode: false,
    sdkType: 't',
    sdkVersion: 'v',
    sessionID: 's',
    transport: nodeTransport(),
    networkOverrideFunc: null,
    logger: quietLogger,
    requestTimeoutMs,
  });
}

const eventsIn = (seen: Seen): number[] => JSON.parse(gunzipSync(seen.body).toString()) as number[];

test('500s, 429 with Retry-After, resets, silence and late answers: every event arrives, once per batch ID', async (t) => {
  const accepted = new Map<string, number[]>();
  const attempts = new Map<string, number>();
  const server = await Loopback.start((seen, response, index) => {
    const id = String(seen.headers['statsig-event-batch-id']);
    attempts.set(id, (attempts.get(id) ?? 0) + 1);
    const isFirst = attempts.get(id) === 1;
    const fault = isFirst ? index % 5 : 4;
    if (fault === 0) return void response.writeHead(500).end();
    if (fault === 1) return void response.writeHead(429, { 'Retry-After': '0' }).end();
    if (fault === 2) return void response.destroy();
    if (fault === 3) return undefined;
    accepted.set(id, eventsIn(seen));
    response.writeHead(202).end('{}');
  });
  const source = new Source();
  const client = http(server.base, 600);
  const events = delivery(source, {
    upload: (upload) => client.postEvents(upload),
    compress: gzipNode,
    retryBackoff: 5,
  });
  source.log(300);
  const report = await events.flush();
  await events.shutdown();
  await server.stop();
  t.deepEqual(report, { delivered: 300, kept: 0, dropped: 0 });
  const arrived = [...accepted.values()].flat().sort((a, b) => a - b);
  t.deepEqual(
    arrived,
    Array.from({ length: 300 }, (_, i) => i),
  );
  t.true(
    server.seen.every(
      ({ headers }) =>
        headers['statsig-event-count'] === '10' && headers['content-encoding'] === 'gzip',
    ),
  );
  t.true([...attempts.values()].every((count) => count <= 3));
  t.true(events.counters().retried > 0);
});

test('a black hole: shutdown keeps to its budget and counts what was lost', async (t) => {
  const server = await Loopback.start(() => undefined);
  const source = new Source();
  const client = http(server.base, 10_000);
  const events = delivery(source, { upload: (upload) => client.postEvents(upload) });
  source.log(45);
  const started = Date.now();
  t.deepEqual(await events.shutdown(200), { delivered: 0, kept: 0, dropped: 45 });
  t.true(Date.now() - started < 5_000);
  await server.stop();
});

/**
 * Runs a script over the sources of this package; resolves with its output when it exits by itself.
 */
function run(script: string, argument: string): Promise<string> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--require=tsx/cjs', '-e', script, argument],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
  return new Promise((resolve) => child.once('exit', (code) => resolve(`${output}${code}`)));
}

const PRELUDE = `
  const { EventDelivery } = require('./src/events/delivery');
  const { SafeLogger } = require('./src/observability/logger');
  let left = 1;
  const events = (upload) => new EventDelivery({
    upload, newId: () => 'b', pending: () => left, takeBatch: async () => ({ count: left--, body: Buffer.from('[1]') }),
    compress: null, compressionEnabled: () => false, intervalMs: 1000, maxBatchEvents: 1, retryLimit: 3,
    retryBackoff: 30, silent: false, logger: new SafeLogger({ warn() {}, error() {}, logLevel: 'none' }) });`;

test('timers do not keep the process alive, and an awaited flush does until it settles', async (t) => {
  const idle = `${PRELUDE} left = 0; events(async () => {}).start(); process.stdout.write('started ');`;
  t.is(await run(idle, ''), 'started 0');
  const retrying = `${PRELUDE}
    let calls = 0;
    events(async () => { if (++calls < 3) throw new Error('down'); })
      .flush().then((report) => process.stdout.write(report.delivered + ' delivered '));`;
  t.is(await run(retrying, ''), '1 delivered 0');
});

test('idle keep-alive connections do not keep the process alive', async (t) => {
  const server = await Loopback.start((_, response) => void response.end('{}'));
  const script = `
    const { nodeTransport } = require('./src/network/node-transport');
    const signal = new AbortController().signal;
    const request = { method: 'GET', url: process.argv[1], headers: {}, maxBytes: 100, signal, onProgress() {} };
    nodeTransport()(request).then(({ status }) => process.stdout.write(status + ' '));`;
  t.is(await run(script, server.base), '200 0');
  await server.stop();
});
