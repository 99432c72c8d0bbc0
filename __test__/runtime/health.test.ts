/** `health()`: what a readiness probe reads, in every state, and never an exception. */
import test from 'ava';
import { StatsigServer, functions } from '../../src/api/statsig';
import type { StatsigOptions } from '../../src/api/public-types';
import { FakeClock, settle } from '../network/fake-clock';
import { ENGINES, payload } from '../api/support';

const KEY = 'secret-health-test';
const quiet = { warn() {}, error() {}, logLevel: 'none' as const };

interface Net {
  isDown: boolean;
  isPending: boolean;
}

function make(
  options: StatsigOptions = {},
  clock = new FakeClock(),
): { s: StatsigServer; net: Net; clock: FakeClock } {
  const net = { isDown: false, isPending: false };
  const networkOverrideFunc = async (url: string): Promise<Response> => {
    if (net.isPending) return new Promise(() => undefined);
    if (net.isDown) throw new Error(`no way to ${url}`);
    return new Response(JSON.stringify(url.includes('specs') ? payload() : {}));
  };
  const s = new StatsigServer(
    KEY,
    { networkOverrideFunc, logger: quiet, disableDiagnostics: true, ...options },
    { clock },
  );
  return { s, net, clock };
}

for (const engine of ENGINES) {
  test(`${engine}: from before initialize until after shutdown`, async (t) => {
    const { s, clock } = make({ engine });
    t.like(s.health(), {
      isReady: false,
      state: 'uninitialized',
      source: 'Uninitialized',
      engine,
      lastError: null,
    });
    t.like(s.health().specs, { ageMs: null, nextPollMs: null, failures: 0, lastError: null });
    const started = s.initializeAsync();
    t.is(s.health().state, 'initializing');
    await started;
    await s.flush();
    const ready = s.health();
    t.like(ready, { isReady: true, state: 'ready', source: 'Network', engine, lastError: null });
    t.deepEqual([ready.specs.ageMs, ready.idLists.ageMs], [0, 0]);
    t.true(ready.specs.nextPollMs! > 9_000 && ready.idLists.nextPollMs! > 55_000);
    t.true(ready.memory.specBytes > JSON.stringify(payload()).length);
    await clock.advance(1_000);
    t.is(s.health().specs.ageMs, 1_000);
    s.logEvent({ userID: 'u' }, 'e');
    t.like(s.health().events, { queued: 1, dropped: 0, kept: 0 });
    t.true(s.health().memory.pendingEventBytes > 0);
    await s.shutdownAsync();
    t.like(s.health(), { isReady: false, state: 'shutdown' });
    t.is(s.health().specs.nextPollMs, null);
    t.notThrows(() => JSON.stringify(s.health()));
  });
}

test('failures of syncs and deliveries show, without the key, until a success', async (t) => {
  const { s, net, clock } = make({ engine: 'js', postLogsRetryLimit: 0 });
  await s.initializeAsync();
  net.isDown = true;
  await s.syncStoreSpecs();
  await s.syncStoreSpecs();
  const failing = s.health();
  t.true(failing.isReady, 'the specs before still serve');
  t.is(failing.specs.failures, 2);
  t.regex(String(failing.specs.lastError), /no way to/);
  t.is(failing.lastError, failing.specs.lastError);
  t.false(JSON.stringify(failing).includes(KEY));
  await clock.advance(5);
  s.logEvent({ userID: 'u' }, 'e');
  await s.flush();
  t.regex(String(s.health().lastError), /log_event/);
  net.isDown = false;
  await s.syncStoreSpecs();
  t.like(s.health().specs, { failures: 0, lastError: null, ageMs: 0 });
  await s.shutdownAsync();
});

test('without specs it is initialized and not ready; in localMode it is', async (t) => {
  const { s, net } = make({ engine: 'js' });
  net.isDown = true;
  await s.initializeAsync();
  t.like(s.health(), { isReady: false, state: 'ready', source: 'Uninitialized' });
  net.isDown = false;
  await s.shutdownAsync();
  const local = make({ engine: 'js', localMode: true });
  await local.s.initializeAsync();
  t.like(local.s.health(), { isReady: true, state: 'ready', source: 'Uninitialized' });
  await local.s.shutdownAsync();
});

test('it never throws, whatever is broken inside', async (t) => {
  const { s } = make({ engine: 'js' });
  await s.initializeAsync();
  const inside = s as unknown as { runtime: { delivery: { health: unknown } } };
  inside.runtime.delivery.health = () => {
    throw new Error('broken');
  };
  t.like(s.health(), { isReady: false, state: 'ready', lastError: 'Error: broken' });
  await s.shutdownAsync();
});

test('the singleton has one, too, also without an instance', async (t) => {
  t.like(functions.health(), { isReady: false, state: 'uninitialized', engine: null });
  await functions.initialize('secret-health', { localMode: true, engine: 'js', logger: quiet });
  t.like(functions.health(), { isReady: true, state: 'ready', engine: 'js' });
  await functions.shutdownAsync();
  t.is(functions.health().state, 'shutdown');
  await settle();
});
