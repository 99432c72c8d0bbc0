/**
 * Specs that come compressed: the native engine inflates them, the others are given text; what they
 * do is the same, and so is what adapters, callbacks and a successor are given.
 */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import test from 'ava';
import type { RustEngine } from '../../src/engine/rust-adapter';
import type { EngineKind } from '../../src/engine/engine';
import type { StatsigOptions } from '../../src/options/statsig-options';
import type { Runtime } from '../../src/runtime/runtime';
import {
  type Inflated,
  isSameSpecs,
  PackedSpecs,
  plainNowOf,
  plainOf,
  textLengthOf,
} from '../../src/updates/packed-specs';
import { StatsigServer } from '../../src/api/statsig';
import { Log, payload } from '../api/support';
import { TESTED_ENGINES } from '../engines';
import { Loopback } from '../network/loopback';

const USER = { userID: 'u' };
const textOf = (time: number): string => JSON.stringify({ ...payload(), time });

const members = (text: string): Buffer =>
  Buffer.concat([gzipSync(text.slice(0, 99)), gzipSync(text.slice(99))]);
/** Name → header and body; what Rust leaves to Node, too. */
const FORMS: Record<string, [string | null, (text: string) => Buffer]> = {
  plain: [null, (text) => Buffer.from(text)],
  gzip: ['gzip', (text) => gzipSync(text)],
  'x-gzip': ['X-Gzip', (text) => gzipSync(text)],
  'two members': ['gzip', members],
  br: ['br', (text) => brotliCompressSync(text)],
  deflate: ['deflate', (text) => deflateSync(text)],
  'raw deflate': ['deflate', (text) => deflateRawSync(text)],
  layered: ['br, gzip', (text) => gzipSync(brotliCompressSync(text))],
};

/** Serves the specs in one form; everything else is `{}`. */
class SpecServer {
  text = textOf(1);
  form = 'gzip';
  most = Infinity;
  asked: unknown[] = [];
  private constructor(private readonly loopback: Loopback) {}

  static async start(): Promise<SpecServer> {
    const loopback = await Loopback.start(({ url, headers }, response) => {
      if (!url.includes('download_config_specs')) return void response.end('{}');
      server.asked.push(headers['accept-encoding']);
      const [encoding, encode] = FORMS[server.form] ?? [null, Buffer.from];
      const body = encode(server.text).subarray(0, server.most);
      const head = encoding === null ? {} : { 'content-encoding': encoding };
      response.writeHead(200, { ...head, 'content-length': body.length }).end(body);
    });
    const server = new SpecServer(loopback);
    return server;
  }

  client(engine: EngineKind, more: StatsigOptions = {}): StatsigServer {
    return new StatsigServer('secret-packed', {
      engine,
      api: `${this.loopback.base}/v1`,
      disableDiagnostics: true,
      fallbackToStatsigAPI: false,
      loggingIntervalMs: 600_000,
      logger: new Log(),
      ...more,
    });
  }

  stop(): Promise<void> {
    return this.loopback.stop();
  }
}

const runtimeOf = (client: StatsigServer): Runtime =>
  (client as unknown as { runtime: Runtime }).runtime;

for (const engine of TESTED_ENGINES) {
  test(`${engine}: specs in every encoding serve, and an update in another one`, async (t) => {
    const server = await SpecServer.start();
    t.teardown(() => server.stop());
    const client = server.client(engine);
    const forms = Object.keys(FORMS);
    for (const [i, form] of forms.entries()) {
      Object.assign(server, { form, text: textOf(i + 1) });
      if (i === 0) t.true((await client.initializeAsync()).success);
      else await client.syncStoreSpecs();
      t.is(runtimeOf(client).applier.lastUpdateTime, i + 1, form);
      t.true(client.checkGate(USER, 'always'), form);
      const isPacked = runtimeOf(client).applier.lastGood?.bytes instanceof PackedSpecs;
      const isLeftToNode = ['plain', 'two members', 'layered'].includes(form);
      t.is(isPacked, engine === 'native' && !isLeftToNode, form);
    }
    t.deepEqual(
      server.asked,
      forms.map(() => 'br, gzip'),
    );
    await client.shutdownAsync();
  });

  test(`${engine}: bodies that are broken or too long change nothing`, async (t) => {
    const server = await SpecServer.start();
    t.teardown(() => server.stop());
    const client = server.client(engine, { maxSpecsBytes: textOf(1).length });
    await client.initializeAsync();
    for (const form of Object.keys(FORMS).filter((name) => name !== 'plain')) {
      Object.assign(server, { form, text: textOf(2), most: 60 });
      await client.syncStoreSpecs();
      Object.assign(server, { text: `${textOf(2)} `, most: Infinity });
      await client.syncStoreSpecs();
      Object.assign(server, { text: `{"has_updates":true,` });
      await client.syncStoreSpecs();
      t.is(runtimeOf(client).applier.lastUpdateTime, 1, form);
      t.true(client.checkGate(USER, 'always'), form);
    }
    Object.assign(server, { form: 'br', text: textOf(3) });
    await client.syncStoreSpecs();
    t.is(runtimeOf(client).applier.lastUpdateTime, 3);
    await client.shutdownAsync();
  });

  test(`${engine}: callbacks and verifiers are given the text`, async (t) => {
    const server = await SpecServer.start();
    t.teardown(() => server.stop());
    const told: string[] = [];
    const client = server.client(engine, { rulesUpdatedCallback: (text) => told.push(text) });
    await client.initializeAsync();
    await client.syncStoreSpecs();
    t.deepEqual(told, [textOf(1), textOf(1)]);
    await client.shutdownAsync();
    const verified: string[] = [];
    const verifyPayload = (bytes: Uint8Array): boolean =>
      verified.push(Buffer.from(bytes).toString()) > 0;
    const other = server.client(engine, { verifyPayload });
    t.true((await other.initializeAsync()).success);
    t.deepEqual(verified, [textOf(1)]);
    await other.shutdownAsync();
  });

  test(`${engine}: explanations have the words of the payload that serves`, async (t) => {
    const server = await SpecServer.start();
    t.teardown(() => server.stop());
    const client = server.client(engine);
    for (const [i, form] of ['gzip', 'br', 'deflate', 'raw deflate'].entries()) {
      const groupName = `as ${form}`;
      Object.assign(server, { form, text: textOf(i + 1).replace('"All"', `"${groupName}"`) });
      if (i === 0) await client.initializeAsync();
      else await client.syncStoreSpecs();
      const { value, spec } = client.explainGate(USER, 'always');
      t.true(value);
      t.like(spec?.rules[0], { id: 'all', name: 'r', groupName });
      t.deepEqual(client.explainGate(USER, 'always').spec, spec);
      const isPacked = runtimeOf(client).applier.lastGood?.bytes instanceof PackedSpecs;
      t.is(isPacked, engine === 'native', form);
    }
    await client.shutdownAsync();
  });

  test(`${engine}: an adapter is given the text`, async (t) => {
    const server = await SpecServer.start();
    t.teardown(() => server.stop());
    const stored: string[] = [];
    const client = server.client(engine, {
      dataAdapter: {
        initialize: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
        get: () => Promise.resolve({}),
        set: (_, value) => (stored.push(value), Promise.resolve()),
        supportsPollingUpdatesFor: () => false,
      },
    });
    await client.initializeAsync();
    t.is(stored[0], textOf(1));
    await client.shutdownAsync();
  });
}

for (const engine of TESTED_ENGINES.filter((kind) => kind !== 'js')) {
  test(`${engine}: a successor answers by specs that came compressed`, async (t) => {
    const server = await SpecServer.start();
    t.teardown(() => server.stop());
    for (const form of ['gzip', 'br', 'deflate', 'raw deflate']) {
      server.form = form;
      const client = server.client(engine);
      await client.initializeAsync();
      (runtimeOf(client).engineHost.engine.inner as RustEngine).breakForTests();
      t.true(client.checkGate(USER, 'always'), form);
      t.true(client.checkGate({ userID: 'other' }, 'always'), form);
      server.text = textOf(9);
      await client.syncStoreSpecs();
      t.is(runtimeOf(client).applier.lastUpdateTime, 9);
      server.text = textOf(1);
      await client.shutdownAsync();
    }
  });
}

test('what an engine inflated is given once, to that engine, or let go', async (t) => {
  const bytes = new Uint8Array(9);
  const text = new Uint8Array(20);
  const specs = new PackedSpecs(bytes, {
    encoding: 'gzip',
    plain: () => Promise.resolve(text),
    plainNow: () => text,
  });
  const released: string[] = [];
  const owner = {};
  const inflated = (name: string): Inflated => ({
    owner,
    length: name.length,
    release: () => void released.push(name),
  });
  t.like(specs, { byteLength: 9, textLength: 9, encoding: 'gzip' });
  t.is(specs.takeInflated(owner), null);
  specs.hold(inflated('one'));
  t.like(specs, { byteLength: 9, textLength: 3 });
  specs.hold(inflated('other'));
  t.deepEqual(released, ['one']);
  t.like(specs, { textLength: 5 });
  t.is(specs.takeInflated({}), null);
  t.is(specs.takeInflated(owner)?.length, 5);
  t.is(specs.takeInflated(owner), null);
  specs.release();
  t.deepEqual(released, ['one'], 'who took it lets it go');
  specs.hold(inflated('last'));
  specs.release();
  specs.release();
  t.deepEqual(released, ['one', 'last']);
  t.deepEqual([await specs.plain(), specs.plainNow()], [text, text]);
  t.deepEqual([await plainOf(specs), plainNowOf(specs), textLengthOf(specs)], [text, text, 4]);
  t.deepEqual([await plainOf(text), plainNowOf(text), textLengthOf(text)], [text, text, 20]);
});

test('two bodies are the same when encoding and bytes are', async (t) => {
  const packed = (encoding: 'gzip' | 'br', ...bytes: number[]): PackedSpecs =>
    new PackedSpecs(Uint8Array.from(bytes), {
      encoding,
      plain: () => Promise.reject(new Error('not asked')),
      plainNow: () => new Uint8Array(),
    });
  const plain = Uint8Array.of(1, 2);
  for (const [one, other, same] of [
    [packed('gzip', 1, 2), packed('gzip', 1, 2), true],
    [packed('gzip', 1, 2), packed('br', 1, 2), false],
    [packed('gzip', 1, 2), packed('gzip', 1, 3), false],
    [packed('gzip', 1, 2), plain, false],
    [plain, packed('gzip', 1, 2), false],
    [plain, Uint8Array.of(1, 2), true],
    [plain, Uint8Array.of(1), false],
  ] as const)
    t.is(await isSameSpecs(one, other), same);
});
