import test from 'ava';
import type { OverrideResponse } from '../../src/network/transport';
import { ContainedAdapter } from '../../src/storage/contained-adapter';
import { DataAdapterKeyPath, type IDataAdapter } from '../../src/storage/data-adapter';
import { MemoryDataAdapter } from '../../src/storage/memory-adapter';
import { REWRITE_AFTER_MS } from '../../src/updates/spec-copy';
import { PayloadVerifier } from '../../src/updates/payload-verifier';
import type { ApplyResult } from '../../src/updates/spec-outcome';
import { SpecSync } from '../../src/updates/spec-sync';
import type { SpecSyncOptions } from '../../src/updates/spec-sync-options';
import { FakeClock, settle } from '../network/fake-clock';
import { answer, parts } from './parts';

const RULES_KEY = 'statsig|/v1/download_config_specs|plain_text|H';

/** Stands for the facade and its engine: payloads are `{time, has_updates}`. */
function setup(
  respond: (url: string) => OverrideResponse | Promise<OverrideResponse>,
  more: Partial<SpecSyncOptions> = {},
) {
  const clock = new FakeClock();
  const urls: string[] = [];
  const applied: string[] = [];
  let time = 0;
  const override = (url: string): Promise<OverrideResponse> => {
    urls.push(url.replace('http://x/download_config_specs/', ''));
    return Promise.resolve().then(() => respond(url));
  };
  const base = parts(clock, override, { localMode: more.localMode ?? false });
  const apply = (bytes: Uint8Array, source: string): Promise<ApplyResult> => {
    let payload: { time?: number; has_updates?: boolean };
    try {
      payload = JSON.parse(Buffer.from(bytes).toString());
    } catch (error) {
      return Promise.resolve({ status: 'rejected', error: error as Error });
    }
    applied.push(source);
    if (payload.has_updates === false) return Promise.resolve({ status: 'noUpdates', time });
    if ((payload.time ?? 0) < time) return Promise.resolve({ status: 'older', time });
    time = payload.time ?? 0;
    return Promise.resolve({ status: 'applied', time });
  };
  const sync = new SpecSync({
    ...base,
    adapter: null,
    bootstrap: null,
    intervalMs: 10_000,
    pollingDisabled: false,
    localMode: false,
    apply,
    verifier: null,
    lastUpdateTime: () => time,
    rulesUpdatedCallback: null,
    ...more,
  });
  return { ...base, sync, urls, applied };
}

const contained = (adapter: IDataAdapter): ContainedAdapter =>
  new ContainedAdapter(adapter, { hashedSdkKey: 'H' });
const fail = (): Promise<OverrideResponse> => Promise.reject(new Error('down'));

test('the network is asked for everything first, then since the last time', async (t) => {
  const { sync, urls } = setup(() => answer('{"time":5}'));
  t.deepEqual(await sync.initialize(), { success: true, source: 'Network' });
  t.deepEqual(await sync.sync(), { success: true });
  t.deepEqual(urls, ['secret-updates-1234.json', 'secret-updates-1234.json?sinceTime=5']);
});

test('the adapter goes before bootstrap, bootstrap before the network', async (t) => {
  const adapter = new MemoryDataAdapter();
  const both = { adapter: contained(adapter), bootstrap: '{"time":3}' };
  const empty = setup(fail, both);
  const first = await empty.sync.initialize();
  t.is(first.source, 'Bootstrap');
  t.true(first.success);
  t.true(first.error instanceof Error);
  await adapter.set(RULES_KEY, '{"time":9}');
  const full = setup(fail, both);
  t.deepEqual(await full.sync.initialize(), { success: true, source: 'DataAdapter' });
  t.deepEqual(full.applied, ['DataAdapter']);
  t.deepEqual([...empty.urls, ...full.urls], []);
});

test('an adapter that cannot start, or holds junk, falls through to the network and is written to', async (t) => {
  const stored: unknown[][] = [];
  const adapter: IDataAdapter = {
    initialize: () => Promise.reject(new Error('no adapter')),
    get: () => Promise.resolve({ result: 'junk' }),
    set: (...args) => Promise.resolve(void stored.push(args)),
    shutdown: () => Promise.resolve(),
  };
  const { sync } = setup(() => answer('{"time":5}'), { adapter: contained(adapter) });
  const result = await sync.initialize();
  t.like(result, { success: true, source: 'Network' });
  t.is(result.error?.message, 'no adapter');
  t.deepEqual(stored, [[RULES_KEY, '{"time":5}', 5]]);
});

test('only applied payloads are stored: not older ones, not "no updates" (Q16)', async (t) => {
  const adapter = new MemoryDataAdapter();
  const texts = ['{"time":5}', '{"time":4}', '{"has_updates":false}'];
  const { sync } = setup(() => answer(texts.shift() ?? ''), { adapter: contained(adapter) });
  await sync.initialize();
  await sync.sync();
  await sync.sync();
  t.is((await adapter.get(RULES_KEY)).result, '{"time":5}');
});

test('a write that failed is repeated after the next sync, and what is in force every ten minutes', async (t) => {
  const stored: unknown[] = [];
  const failing = { now: true };
  const adapter: IDataAdapter = {
    initialize: () => Promise.resolve(),
    get: () => Promise.resolve({}),
    set: (_, ...rest) =>
      failing.now ? Promise.reject(new Error('full')) : Promise.resolve(void stored.push(rest)),
    shutdown: () => Promise.resolve(),
  };
  const answers = [
    answer('{"time":5}'),
    answer('{"has_updates":false}'),
    answer('', { ok: false, status: 304 }),
  ];
  const { sync, clock, lines } = setup(() => answers.shift() ?? answer('{"has_updates":false}'), {
    adapter: contained(adapter),
  });
  t.true((await sync.initialize()).success);
  t.is(lines.filter((line) => line.includes('Storing config specs failed')).length, 1);
  failing.now = false;
  await sync.sync();
  t.deepEqual(stored.splice(0), [['{"time":5}', 5]]);
  await sync.sync();
  t.deepEqual(stored, []);
  clock.time += REWRITE_AFTER_MS;
  await sync.sync();
  t.deepEqual(stored.splice(0), [['{"time":5}', 5]]);
  await sync.sync();
  t.deepEqual(stored, []);
  // How long ago it was cannot be told after the clock was set back.
  clock.time -= 1e11;
  await sync.sync();
  t.deepEqual(stored.splice(0), [['{"time":5}', 5]]);
});

test('a copy that was found in the adapter is kept there too', async (t) => {
  const adapter = new MemoryDataAdapter();
  await adapter.set(RULES_KEY, '{"time":9}');
  const { sync, clock } = setup(() => answer('{"has_updates":false}'), {
    adapter: contained(adapter),
  });
  await sync.initialize();
  await adapter.set(RULES_KEY, '');
  clock.time += REWRITE_AFTER_MS;
  await sync.sync();
  t.is((await adapter.get(RULES_KEY)).result, '{"time":9}');
});

test('bad bootstrap text is an error; bootstrap without time waits for the network', async (t) => {
  const errors = {
    adapterValues: () => new Error('a'),
    bootstrapValues: () => new Error('bad bootstrap'),
  };
  const bad = await setup(fail, { bootstrap: 'junk', errors, localMode: true }).sync.initialize();
  t.like(bad, { success: false, source: undefined });
  t.is(bad.error?.message, 'bad bootstrap');
  const timeless = setup(() => answer('{"time":5}'), { bootstrap: '{}' });
  t.deepEqual(await timeless.sync.initialize(), { success: true, source: 'Network' });
  t.deepEqual(timeless.applied, ['Bootstrap', 'Network']);
});

test('localMode without data succeeds without a source and without requests', async (t) => {
  const { sync, urls } = setup(fail, { localMode: true });
  t.deepEqual(await sync.initialize(), { success: true });
  t.deepEqual(await sync.sync(), { success: true });
  t.deepEqual(urls, []);
});

test('every failure of the network is a result, not a rejection', async (t) => {
  for (const respond of [
    fail,
    () => answer('', { ok: false, status: 500 }),
    () => answer('junk'),
  ]) {
    const { sync } = setup(respond);
    const result = await sync.initialize();
    t.false(result.success);
    t.true(result.error instanceof Error);
    t.false(String(result.error?.message).includes('secret-updates'));
  }
  const rejecting = setup(() => answer('{}'), { apply: () => Promise.reject(new Error('bug')) });
  t.is((await rejecting.sync.sync()).error?.message, 'bug');
});

test('a page instead of specs is told as one', async (t) => {
  const { sync } = setup(() => answer('<html>Sign in</html>'));
  const { error } = await sync.initialize();
  t.regex(String(error), /answered with a page \(.*\) instead of specs/);
  t.notRegex(String(error), /JSON/);
});

test('rulesUpdatedCallback hears every network sync with the raw text, and may throw', async (t) => {
  const heard: [string, number][] = [];
  const texts = ['{"time":5}', '{"has_updates":false}'];
  const rulesUpdatedCallback = (json: string, time: number): void => {
    heard.push([json, time]);
    throw new Error('user');
  };
  const { sync, lines } = setup(() => answer(texts.shift() ?? ''), { rulesUpdatedCallback });
  t.true((await sync.initialize()).success);
  t.true((await sync.sync()).success);
  t.deepEqual(heard, [
    ['{"time":5}', 5],
    ['{"has_updates":false}', 5],
  ]);
  t.is(lines.length, 1);
});

test('polls never overlap: the next is scheduled when the last has settled; a caller in between gets a request of its own', async (t) => {
  let release: () => void = () => undefined;
  const slow = (): Promise<OverrideResponse> =>
    new Promise((resolve) => (release = () => resolve(answer('{"time":5}'))));
  const { sync, urls, clock } = setup(slow, {});
  sync.poller.start();
  await clock.advance(10_000);
  t.is(urls.length, 1);
  const asked = sync.sync();
  await clock.advance(9_000);
  t.is(urls.length, 1);
  release();
  await settle();
  t.is(urls.length, 2);
  release();
  t.deepEqual(await asked, { success: true });
  await settle();
  await clock.advance(9_999);
  t.is(urls.length, 2);
  await clock.advance(1);
  t.is(urls.length, 3);
  release();
  sync.poller.stop();
  await sync.poller.idle();
  await clock.advance(100_000);
  t.is(urls.length, 3);
});

test('the interval is spread by 5 % either way', async (t) => {
  const { sync, urls, clock } = setup(() => answer('{"time":5}'));
  clock.draw = 0;
  sync.poller.start();
  await clock.advance(9_499);
  t.is(urls.length, 0);
  await clock.advance(1);
  t.is(urls.length, 1);
  sync.poller.stop();
});

test('polling goes on through failures and warns about every two minutes', async (t) => {
  const { sync, urls, clock, lines } = setup(fail);
  sync.poller.start();
  // At 10 s, then 1, 2, 4 and 8 s later, then every 10 s.
  await clock.advance(130_000);
  t.is(urls.length, 15);
  t.deepEqual(lines, ['statsigSDK> Config specs failed to sync 15 times in a row']);
  await clock.advance(130_000);
  t.is(lines.length, 2);
  sync.poller.stop();
});

test('polling is off when disabled, and reads the adapter when that supports it', async (t) => {
  const off = setup(() => answer('{"time":5}'), { pollingDisabled: true });
  off.sync.poller.start();
  await off.clock.advance(60_000);
  t.is(off.urls.length, 0);
  const adapter = new MemoryDataAdapter([DataAdapterKeyPath.V1Rulesets]);
  await adapter.set(RULES_KEY, '{"time":7}');
  const on = setup(fail, { adapter: contained(adapter) });
  on.sync.poller.start();
  await on.clock.advance(20_000);
  t.deepEqual(on.applied, ['DataAdapter', 'DataAdapter']);
  t.is(on.urls.length, 0);
  on.sync.poller.stop();
});

test('a frozen timer is restarted while live, never after stop (Q25)', async (t) => {
  const { sync, urls, clock } = setup(() => answer('{"time":5}'));
  sync.poller.start();
  clock.time += 130_000;
  const before = clock.delays.length;
  sync.poller.recoverIfStale();
  sync.poller.recoverIfStale();
  t.is(clock.delays.length, before + 1);
  t.is(clock.pending, 1);
  await clock.advance(10_000);
  t.true(urls.length >= 1);
  sync.poller.stop();
  clock.time += 1_000_000;
  sync.poller.recoverIfStale();
  t.is(clock.pending, 0);
});

test('an unchanged payload with an entity tag is not applied again', async (t) => {
  let calls = 0;
  const { sync, applied } = setup(() => {
    calls++;
    const headers = { get: (name: string) => (name === 'etag' ? '"e"' : null) };
    return calls <= 2
      ? answer('{"time":5}', { headers })
      : answer('', { ok: false, status: 304, headers });
  });
  await sync.initialize();
  await sync.sync();
  t.deepEqual(await sync.sync(), { success: true });
  t.is(applied.length, 2);
});

test('verifyPayload: a promise that never settles refuses after the limit', async (t) => {
  const { clock, logger } = parts(new FakeClock(), fail);
  const settled = Promise.resolve(true);
  const answers: unknown[] = [new Promise(() => undefined), settled];
  const verifier = new PayloadVerifier({
    verify: () => answers.shift(),
    limitMs: 10_000,
    clock,
    logger,
  });
  const { sync, applied } = setup(() => answer('{"time":5}'), { verifier });
  const first = sync.initialize();
  await clock.advance(9_999);
  t.deepEqual(applied, []);
  await clock.advance(1);
  const { success, error } = await first;
  t.false(success);
  t.regex(
    String(error?.message),
    /refused 10 bytes of config specs from Network: Error: no answer within 10000 ms$/,
  );
  t.deepEqual(await sync.sync(), { success: true });
  t.deepEqual(applied, ['Network']);
});

test('verifyPayload: a refused download falls back to the Statsig API, if that is wanted, and is asked about that, too', async (t) => {
  const clock = new FakeClock();
  const urls: string[] = [];
  const { http, diagnostics, logger } = parts(
    clock,
    (url) => {
      urls.push(url);
      return Promise.resolve(answer(url.startsWith('http://x') ? '{"time":6}' : '{"time":5}'));
    },
    { fallbackToStatsigAPI: true },
  );
  const verifier = new PayloadVerifier({
    verify: (bytes) => !Buffer.from(bytes).includes('6'),
    limitMs: 1,
    clock,
    logger,
  });
  const { sync, applied } = setup(fail, { http, diagnostics, verifier });
  t.deepEqual(await sync.initialize(), { success: true, source: 'Network' });
  t.deepEqual(
    [urls.map((url) => new URL(url).host), applied],
    [['x', 'api.statsigcdn.com'], ['Network']],
  );
});
