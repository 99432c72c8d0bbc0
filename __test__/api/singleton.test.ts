/**
 * The shared instance (BEHAVIOUR.md 1.2): errors without it, reuse while it lives, a fresh one
 * after shutdown.
 */
import test from 'ava';
import type { StatsigFunctions } from '../../src/api/singleton';
import { createSingleton } from '../../src/api/singleton';
import { StatsigServer } from '../../src/api/statsig';
import { ENGINES, FakeNetwork, Log } from './support';

const UNINITIALIZED = { message: 'Call and wait for initialize() to finish first.' };
const U = { userID: 'u' };

/** These have an answer, or reject. */
const WITHOUT_INSTANCE = [
  'on',
  'addEvaluationHooks',
  'initialize',
  'isInitialized',
  'flush',
  'flushAfter',
  'health',
  'shutdownAsync',
];

for (const engine of ENGINES) {
  const make = (): StatsigFunctions => createSingleton(StatsigServer);
  const options = (network: FakeNetwork, log = new Log()) => ({
    networkOverrideFunc: network.override,
    disableRulesetsSync: true,
    disableIdListsSync: true,
    logger: log,
    engine,
  });

  test(`${engine}: without an instance everything but initialize, flush and health throws`, async (t) => {
    const statsig = make();
    const functions = Object.entries(
      statsig as unknown as Record<string, (...args: unknown[]) => unknown>,
    ).filter(([name]) => !WITHOUT_INSTANCE.includes(name));
    t.true(functions.length > 40);
    for (const [name, call] of functions) t.throws(() => call(U, 'name'), UNINITIALIZED, name);
    await t.throwsAsync(statsig.shutdownAsync(), UNINITIALIZED);
    t.is((await statsig.flush()) as unknown, undefined);
    t.is(statsig.health().state, 'uninitialized');
    t.false(statsig.isInitialized());
    t.is(await statsig.flushAfter((answer: string) => answer)('answered'), 'answered');
  });

  test(`${engine}: a live instance is reused, whatever the key; a warning says so (Q49)`, async (t) => {
    const [statsig, network, log] = [make(), new FakeNetwork(), new Log()];
    t.true((await statsig.initialize('secret-one', options(network, log))).success);
    const instance = statsig._enforceServer();
    t.deepEqual(await statsig.initialize('secret-one'), {
      duration: 0,
      success: true,
      error: undefined,
      source: undefined,
    });
    t.false(log.lines.some((line) => line.includes('another key')));
    await statsig.initialize('secret-two');
    t.true(log.lines.some((line) => line.includes('another key')));
    t.is(statsig._enforceServer(), instance);
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: after shutdown the instance stays for lists, and initialize makes a fresh one (Q3)`, async (t) => {
    const [statsig, network] = [make(), new FakeNetwork()];
    await statsig.initialize('secret-one', options(network));
    const first = statsig._enforceServer();
    statsig.shutdown();
    t.true(statsig.getFeatureGateList().length > 0);
    t.throws(() => statsig.checkGate(U, 'always'), UNINITIALIZED);
    const other = new FakeNetwork();
    const details = await statsig.initialize('secret-two', options(other));
    t.is(details.source, 'Network');
    t.not(statsig._enforceServer(), first);
    t.true(other.requests[0]?.includes('secret-two'));
    t.true(statsig.checkGate(U, 'always'));
    await statsig.flush();
    t.is(other.comparable().length, 1);
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: a refused key leaves no instance behind`, async (t) => {
    const [statsig, network] = [make(), new FakeNetwork()];
    await t.throwsAsync(statsig.initialize('client-x', options(network)), {
      message: /^Invalid key provided/,
    });
    t.throws(() => statsig.checkGate(U, 'always'), UNINITIALIZED);
    await t.throwsAsync(statsig.initialize('secret-x', null as never), { instanceOf: TypeError });
    await t.throwsAsync(statsig.initialize(5 as never), { message: 'Must be of type "string"' });
    t.throws(() => statsig.checkGate(U, 'always'), UNINITIALIZED);
    t.true((await statsig.initialize('secret-x', options(network))).success);
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: concurrent initialize calls make one instance`, async (t) => {
    const [statsig, network] = [make(), new FakeNetwork()];
    const all = await Promise.all(
      [1, 2, 3].map(() => statsig.initialize('secret-x', options(network))),
    );
    t.deepEqual(
      all.map((details) => details.source),
      ['Network', 'Network', 'Network'],
    );
    t.is(network.requests.filter((line) => line.includes('download_config_specs')).length, 1);
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: manual exposures and syncs under their singleton names`, async (t) => {
    const [statsig, network] = [make(), new FakeNetwork()];
    await statsig.initialize('secret-x', options(network));
    statsig.manuallyLogGateExposure(U, 'always');
    statsig.manuallyLogConfigExposure(U, 'config');
    statsig.manuallyLogExperimentExposure(U, 'experiment');
    statsig.manuallyLogLayerParameterExposure(U, 'layer', 'text');
    await statsig.syncConfigSpecs();
    await statsig.syncIdLists();
    await statsig.flush();
    const flags = network.events
      .filter((event) => event.eventName.endsWith('_exposure'))
      .map((event) => event.metadata?.['isManualExposure']);
    t.deepEqual(flags, ['true', 'true', 'true', 'true']);
    t.true(network.requests.some((line) => line.includes('sinceTime=1000')));
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: engineInfo and eventStats tell what runs`, async (t) => {
    const [statsig, network] = [make(), new FakeNetwork()];
    await statsig.initialize('secret-x', options(network));
    t.is(statsig.engineInfo().engine, engine);
    t.is(statsig.engineInfo().stats.specs > 0, true);
    statsig.logEvent(U, 'e');
    t.true(statsig.eventStats().queued >= 1);
    await statsig.flush();
    t.true(statsig.eventStats().delivered >= 1);
    t.is(statsig.eventStats().dropped, 0);
    await statsig.shutdownAsync(200);
  });
}
