import test from 'ava';
import type { Engine, EngineKind } from '../../src/engine/engine';
import type { RustEngine } from '../../src/engine/rust-adapter';
import { makeReplacement, selectEngine } from '../../src/engine/select';
import { EngineHost } from '../../src/engine-host/engine-host';
import {
  FRESH_WITHIN_MS,
  MOST_FRESH,
  type EngineDeath,
} from '../../src/engine-host/failover-engine';
import { MOST_RETIRED } from '../../src/engine-host/retired-engines';
import type { Runtime } from '../../src/runtime/runtime';
import type { StatsigServer } from '../../src/api/statsig';
import { FakeNetwork, Log, ours, payload } from '../api/support';
import { TESTED_ENGINES } from '../engines';
import { needsEngine } from '../needs';

const USER = { userID: 'u', email: 'a@b.c' };
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const engineOf = (server: StatsigServer): Engine =>
  (server as unknown as { runtime: Runtime }).runtime.engineHost.engine.inner;
const runtimeOf = (server: StatsigServer): Runtime =>
  (server as unknown as { runtime: Runtime }).runtime;
const breakEngine = (server: StatsigServer): void =>
  (engineOf(server) as RustEngine).breakForTests();

const MORTAL = TESTED_ENGINES.filter((kind): kind is 'native' | 'wasm' => kind !== 'js');
const successorOf: Record<'native' | 'wasm', EngineKind> = { native: 'js', wasm: 'wasm' };

/** A list of one member, hashed as the wire wants it. */
const segment = {
  name: 'listed',
  type: 'feature_gate',
  salt: 's',
  enabled: true,
  defaultValue: false,
  idType: 'userID',
  entity: 'feature_gate',
  isDeviceBased: false,
  rules: [
    {
      name: 'r',
      id: 'in_list',
      salt: 'rs',
      passPercentage: 100,
      idType: 'userID',
      returnValue: true,
      conditions: [
        {
          type: 'unit_id',
          operator: 'in_segment_list',
          targetValue: 'members',
          field: null,
          additionalValues: {},
          idType: 'userID',
        },
      ],
    },
  ],
};
// First 8 characters of the base64 of SHA-256 of "u".
const MEMBER = '+C/6TXnDD\n';

async function started(engine: EngineKind, log: Log) {
  const network = new FakeNetwork();
  const base = payload();
  network.specs = { ...base, feature_gates: [...base.feature_gates, segment] };
  const server = ours(engine, network, { logger: log });
  await server.initializeAsync();
  return { server, network };
}

for (const kind of MORTAL) {
  test(`${kind}: the call that finds the engine dead is answered, and so is everything after it`, async (t) => {
    const log = new Log();
    const { server, network } = await started(kind, log);
    server.overrideGate('never', true, 'u');
    const answers = () => ({
      gate: { ...server.getFeatureGate(USER, 'outer'), evaluationDetails: null },
      config: server.getConfig(USER, 'config').value,
      experiment: server.getExperiment(USER, 'experiment').getRuleID(),
      layer: server.getLayer(USER, 'layer').get('text', ''),
      overridden: server.checkGate(USER, 'never'),
      reason: server.getFeatureGate(USER, 'always').evaluationDetails?.reason,
      names: server.getFeatureGateList(),
      bootstrap: Object.keys(server.getClientInitializeResponse(USER)?.feature_gates ?? {}),
    });
    const before = answers();
    t.true(before.overridden && before.reason === 'Network');
    breakEngine(server);
    // Not asked before, so no remembered answer hides the death.
    t.true(server.checkGate({ userID: 'new' }, 'always'));
    t.deepEqual(answers(), before);

    const { engine, rejected } = server.engineInfo();
    t.is(engine, successorOf[kind]);
    t.is(rejected.find((entry) => entry.kind === kind)?.kind, kind);
    t.is(log.lines.filter((line) => line.includes(`The ${kind} engine died`)).length, 1);
    t.is(runtimeOf(server).exceptions.count, 1);
    await server.shutdownAsync();
    t.true(network.events.some(({ user }) => user?.['userID'] === 'new'));
  });

  test(`${kind}: ID lists and pending events survive the engine`, async (t) => {
    const { server, network } = await started(kind, new Log());
    const { engineHost } = runtimeOf(server);
    t.true(await engineHost.engine.updateIdList('members', true, new TextEncoder().encode(MEMBER)));
    t.true(
      await engineHost.engine.updateIdList('empty', true, new TextEncoder().encode('+x\n-x\n')),
    );
    t.true(server.checkGate({ userID: 'u', custom: { n: 1 } }, 'listed'));
    server.logEvent(USER, 'before');
    breakEngine(server);
    t.true(server.checkGate({ userID: 'u', custom: { n: 2 } }, 'listed'));
    t.false(server.checkGate({ userID: 'v' }, 'listed'));
    server.logEvent(USER, 'after');
    await server.flush();
    await server.flush();
    const custom = network.events.filter(({ eventName }) =>
      ['before', 'after'].includes(eventName),
    );
    t.deepEqual(custom.map(({ eventName }) => eventName).sort(), ['after', 'before']);
    t.is(network.events.filter(({ metadata }) => metadata?.['gate'] === 'listed').length, 3);
    t.is(server.eventStats().dropped, 0);
    await server.shutdownAsync();
  });

  test(`${kind}: every kind of call may be the one that finds the engine dead`, async (t) => {
    const calls: Record<string, (server: StatsigServer) => unknown> = {
      gate: (server) => server.getFeatureGate(USER, 'always').value,
      config: (server) => server.getConfig(USER, 'config').getRuleID(),
      layer: (server) => server.getLayer(USER, 'layer').get('text', ''),
      bootstrap: (server) =>
        Object.keys(server.getClientInitializeResponse(USER)?.feature_gates ?? {}).length,
      names: (server) => server.getFeatureGateList().length,
      experimentLayer: (server) => server.getExperimentLayer('experiment'),
      event: (server) => {
        server.logEvent(USER, 'lonely');
        return runtimeOf(server).engineHost.engine.pendingEvents() > 0;
      },
      manual: (server) => {
        server.logLayerParameterExposure(USER, 'layer', 'text');
        return 'recorded';
      },
      many: (server) => server.checkGates(USER, ['always', 'never']),
      scope: (server) => server.forUser(USER).checkGate('always'),
    };
    for (const [name, call] of Object.entries(calls)) {
      const { server } = await started(kind, new Log());
      const alive = call(server);
      const dying = (await started(kind, new Log())).server;
      // Dead before the call: this instance is killed outside of it.
      (engineOf(dying) as unknown as { rust: { breakForTests(): void } }).rust.breakForTests();
      t.true(engineOf(dying).isDead());
      t.deepEqual(call(dying), alive, name);
      t.is(dying.engineInfo().engine, successorOf[kind], name);
      await Promise.all([server.shutdownAsync(), dying.shutdownAsync()]);
    }
  });

  test(`${kind}: an engine that dies while specs are prepared and committed`, async (t) => {
    const { server, network } = await started(kind, new Log());
    network.specs = payload({ time: 2000, feature_gates: [] });
    breakEngine(server);
    const syncing = server.syncStoreSpecs();
    t.true(server.checkGate(USER, 'always'));
    await syncing;
    t.is(server.getFeatureGate(USER, 'always').evaluationDetails?.reason, 'Unrecognized');
    t.deepEqual(server.getFeatureGateList(), []);
    await server.shutdownAsync();
  });
}

for (const kind of TESTED_ENGINES)
  test(`${kind}: specs that are discarded never serve`, async (t) => {
    const payloadBytes = encode(payload());
    const engineHost = new EngineHost(
      selectEngine(kind).engine,
      { now: () => 5, isProxy: null, onBatchFull: () => {} },
      { makeReplacement, payload: () => payloadBytes, onDeath: () => {} },
    );
    const { engine } = engineHost;
    engineHost.commit(await engine.prepareSpecs(payloadBytes));
    engineHost.setSpecTimes({ reason: 'Network', configSyncTime: 1, initTime: 1 });
    const discarded = await engine.prepareSpecs(encode(payload({ feature_gates: [] })));
    engine.discardSpecs(discarded.handle);
    try {
      engineHost.commit(discarded);
    } catch {
      // A handle that is none.
    }
    t.true(engineHost.checkGate(USER, 'always', 0));
  });

test('js answers whatever happens: it has no way to die', (t) => {
  t.false(makeReplacement('js').isDead());
});

needsEngine('wasm')('wasm: three fresh instances a minute, then js for good', async (t) => {
  let now = 1_000_000;
  const deaths: EngineDeath[] = [];
  const payloadBytes = encode(payload());
  const engineHost = new EngineHost(
    selectEngine('wasm').engine,
    { now: () => now, isProxy: null, onBatchFull: () => {} },
    { makeReplacement, payload: () => payloadBytes, onDeath: (death) => void deaths.push(death) },
  );
  engineHost.commit(await engineHost.engine.prepareSpecs(payloadBytes));
  engineHost.setSpecTimes({ reason: 'Network', configSyncTime: 1000, initTime: 1000 });
  let user = 0;
  const dieAndAsk = (): boolean => {
    (engineHost.engine.inner as RustEngine).breakForTests();
    return engineHost.checkGate({ userID: `u${user++}` }, 'always', 1);
  };
  // Spread over time, instances are replaced without end.
  for (let i = 0; i < 2 * MOST_FRESH; i++, now += FRESH_WITHIN_MS) t.true(dieAndAsk());
  t.is(engineHost.engine.kind, 'wasm');
  for (let i = 0; i < MOST_FRESH; i++) t.true(dieAndAsk());
  t.is(engineHost.engine.kind, 'wasm');
  t.true(dieAndAsk());
  t.is(engineHost.engine.kind, 'js');
  t.is(deaths.length, 3 * MOST_FRESH + 1);
  t.regex(deaths[0]!.reason, /trapped/);
  now += 10 * FRESH_WITHIN_MS;
  t.true(engineHost.checkGate({ userID: 'last' }, 'always', 0));
  t.is(engineHost.engine.kind, 'js');
  // Untaken events of dead engines are bounded: the oldest are counted as lost.
  engineHost.logEvent(null, { eventName: 'e', valueJson: 'null', metadataJson: 'null', time: now });
  t.is(engineHost.engine.pendingEvents(), MOST_RETIRED + 2);
  t.is(engineHost.engine.pendingEvents() + engineHost.engine.lostEvents(), 3 * MOST_FRESH + 2);
});

needsEngine('wasm')('wasm: an instance that traps at once leaves the call to js', async (t) => {
  const payloadBytes = encode(payload());
  const engineHost = new EngineHost(
    selectEngine('wasm').engine,
    { now: () => 5, isProxy: null, onBatchFull: () => {} },
    {
      payload: () => payloadBytes,
      onDeath: () => {},
      makeReplacement: (kind) => {
        const engine = makeReplacement(kind);
        if (kind === 'wasm') (engine as unknown as RustEngine).breakForTests();
        return engine;
      },
    },
  );
  engineHost.commit(await engineHost.engine.prepareSpecs(payloadBytes));
  engineHost.setSpecTimes({ reason: 'Network', configSyncTime: 1000, initTime: 1000 });
  (engineHost.engine.inner as RustEngine).breakForTests();
  t.true(engineHost.checkGate(USER, 'always', 0));
  t.is(engineHost.engine.kind, 'js');
});
