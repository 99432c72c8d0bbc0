/**
 * Exposure and custom events: text against statsig-node's queue, deduplication, sampling, bounds.
 */

import test, { type ExecutionContext } from 'ava';
import { EvalBits, EvalMode, SpecKind } from '../../src/engine/engine';
import { createJsEngine } from '../../src/engine/js/engine';
import { Legacy, OPTIONS, Ours, type User, bytes, random } from './oracle';
import { T, condition, config, payload, randomPayload, randomUser, rule, spec } from './payloads';

const NOW = T + 5;

/** A statsig-node that queues events and sends nothing. */
async function queueing(body: unknown, tier?: string): Promise<Legacy> {
  const legacy = await Legacy.create(body, {
    localMode: false,
    networkOverrideFunc: () => Promise.reject(new Error('no network in tests')),
    disableRulesetsSync: true,
    disableIdListsSync: true,
    initStrategyForIDLists: 'none',
    initStrategyForIP3Country: 'none',
    loggingMaxBufferSize: 1000,
    ...(tier === undefined ? {} : { environment: { tier } }),
  });
  legacy.server._logger.flush = () => Promise.resolve();
  legacy.server._logger.queue = [];
  return legacy;
}

const withoutTimes = (event: any) => {
  const { serverTime, ...metadata } = event.metadata;
  return JSON.stringify({
    ...event,
    time: 0,
    metadata: { ...metadata, serverTime: typeof serverTime },
  });
};

async function taken(ours: Ours, max = 1e6): Promise<any[]> {
  const { count, body } = await ours.engine.takeBatch('[', ']', max);
  const events = JSON.parse(new TextDecoder().decode(body));
  if (events.length !== count) throw new Error('count and body disagree');
  return events;
}

function legacyEvents(legacy: Legacy): any[] {
  const events = legacy.server._logger.queue.filter(
    (event: any) => event.eventName !== 'statsig::diagnostics',
  );
  legacy.server._logger.queue = [];
  return events;
}

function askBoth(
  legacy: Legacy,
  ours: Ours,
  kind: SpecKind,
  name: string,
  user: User,
  slot: number,
  manual: boolean,
): void {
  const { server } = legacy;
  const { engine } = ours;
  const index = engine.specIndex(kind, name);
  const mode = EvalMode.Expose | (manual ? EvalMode.Manual : 0);
  const code = ours.evaluate(slot, index, mode, NOW, user.userAgent ?? '');
  const copy = structuredClone(user);
  if (kind === SpecKind.Gate)
    manual ? server.logGateExposure(copy, name) : server.checkGate(copy, name);
  else if (kind === SpecKind.Config)
    manual ? server.logConfigExposure(copy, name) : server.getConfig(copy, name);
  else {
    engine.exposeLayerParameter(slot, code >> EvalBits.OutcomeShift, 'v', EvalMode.Manual, NOW);
    server.logLayerParameterExposure(copy, name, 'v');
    // Reading a parameter exposes it only where it has a value.
    const value = (engine.outcome(code >> EvalBits.OutcomeShift).json as User | null)?.v;
    if (manual || value === undefined || value === null) return;
    engine.exposeLayerParameter(slot, code >> EvalBits.OutcomeShift, 'v', 0, NOW);
    server.getLayer(copy, name).get('v');
  }
}

async function compareEvents(t: ExecutionContext, body: any, tier?: string): Promise<number> {
  const legacy = await queueing(body, tier);
  const ours = await Ours.create(body);
  ours.engine.setOptions({ ...OPTIONS, tier: tier ?? null });
  const next = random(77);
  let compared = 0;
  for (let i = 0; i < 40; i++) {
    const user = randomUser(next);
    if (user.userID === null && user.customIDs === undefined) continue;
    delete user.ip;
    if (tier !== undefined) user.statsigEnvironment = { tier };
    ours.setUser(i % 5, user);
    for (const [kind, list] of [
      body.feature_gates,
      body.dynamic_configs,
      body.layer_configs,
    ].entries()) {
      for (const { name } of list)
        askBoth(legacy, ours, kind as SpecKind, name, user, i % 5, i % 3 === 0);
    }
    const sorted = (events: any[]) => events.map(withoutPrivateOrder).map(withoutTimes).sort();
    const expected = sorted(legacyEvents(legacy));
    t.deepEqual(sorted(await taken(ours)), expected);
    compared += expected.length;
  }
  await legacy.shutdown();
  return compared;
}

/**
 * statsig-node keeps `privateAttributes` where it was; ours is last. The service requires no order.
 */
const withoutPrivateOrder = (event: any) => {
  const { privateAttributes, ...user } = event.user;
  return { ...event, user: { ...user, privateAttributes } };
};

test.serial('exposures read as those of statsig-node', async (t) => {
  t.true((await compareEvents(t, randomPayload(21, 12))) > 300);
});

for (const mode of ['on', 'shadow', 'none', 'odd', '']) {
  test.serial(`sampling mode '${mode}' decides as in statsig-node`, async (t) => {
    const body = {
      ...randomPayload(22, 12),
      sdk_configs: { sampling_mode: mode, special_case_sampling_rate: 3.9 },
    };
    t.true((await compareEvents(t, body)) > 100);
  });
}

test.serial('outside production nothing is sampled', async (t) => {
  const body = { ...randomPayload(23, 10), sdk_configs: { sampling_mode: 'on' } };
  t.true((await compareEvents(t, body, 'staging')) > 100);
});

const gateProject = payload(
  [spec('on', [rule('r', [condition('public', null, null)])], { version: 3 })],
  [],
  [
    config('layer', [rule('lr', [condition('public', null, null)], { returnValue: { v: 1 } })], {
      explicitParameters: ['v'],
    }),
  ],
);

test('the same exposure is logged once a window, manual and automatic apart', async (t) => {
  const ours = await Ours.create(gateProject);
  const { engine } = ours;
  ours.setUser(0, { userID: 'a', email: 'x' });
  ours.setUser(1, { userID: 'a', email: 'y' });
  ours.setUser(2, { userID: 'b' });
  const on = engine.specIndex(SpecKind.Gate, 'on');
  for (const slot of [0, 1, 2, 0, 2]) engine.evaluate(slot, on, EvalMode.Expose, NOW);
  t.is(engine.pendingEvents(), 2);
  const outcome = engine.evaluate(0, on, EvalMode.Quiet, NOW) >> EvalBits.OutcomeShift;
  engine.expose(0, outcome, EvalMode.Expose, NOW);
  t.is(engine.pendingEvents(), 2);
  engine.expose(0, outcome, EvalMode.Expose | EvalMode.Manual, NOW);
  t.is(engine.pendingEvents(), 3);
  engine.rotateWindow();
  engine.expose(0, outcome, EvalMode.Expose, NOW);
  t.is(engine.pendingEvents(), 4);
  const [first, , manual] = await taken(ours);
  t.is(
    JSON.stringify(first),
    `{"eventName":"statsig::gate_exposure","metadata":{"gate":"on","gateValue":"true","ruleID":"r","configVersion":"3","reason":"Bootstrap","configSyncTime":${T},"initTime":${T},"serverTime":${NOW}},"time":${NOW},"user":{"userID":"a","email":"x","privateAttributes":null},"value":null,"secondaryExposures":[],"statsigMetadata":{}}`,
  );
  t.is(manual.metadata.isManualExposure, 'true');
});

test('layers expose per parameter only', async (t) => {
  const ours = await Ours.create(gateProject);
  ours.setUser(0, { userID: 'a' });
  const code = ours.evaluate(
    0,
    ours.engine.specIndex(SpecKind.Layer, 'layer'),
    EvalMode.Expose,
    NOW,
  );
  t.is(ours.engine.pendingEvents(), 0);
  for (const name of ['v', 'v', 'w'])
    ours.engine.exposeLayerParameter(0, code >> EvalBits.OutcomeShift, name, 0, NOW);
  const events = await taken(ours);
  t.deepEqual(
    events.map((event) => [event.metadata.parameterName, event.metadata.isExplicitParameter]),
    [
      ['v', 'true'],
      ['w', 'false'],
    ],
  );
});

test('custom events, batches, bounds and switched-off logging', async (t) => {
  const ours = await Ours.create(gateProject);
  const { engine } = ours;
  engine.setOptions({ ...OPTIONS, batchLimit: 3, pendingLimit: 4 });
  ours.setUser(0, { userID: 'a' });
  t.false(engine.logEvent(0, '{"n":1,"user":', '}', ''));
  t.false(engine.logEvent(-1, '{"n":2,"user":', '}', 'key'));
  t.true(engine.logEvent(0, '{"n":3,"user":', '}', 'key'));
  t.true(
    engine.logEvent(0, '{"n":4,"user":', '}', 'key'),
    'deduplicated, but the batch is full still',
  );
  t.is(engine.pendingEvents(), 3);
  engine.logEvent(-1, '{"n":5,"user":', '}', 'key');
  engine.logEvent(-1, '{"n":6,"user":', '}', 'key');
  t.is(engine.stats().droppedEvents, 1);
  t.true(engine.stats().pendingBytes > 0);
  const { count, body } = await engine.takeBatch('{"events":[', ']}', 2);
  t.is(count, 2);
  t.is(
    new TextDecoder().decode(body),
    '{"events":[{"n":1,"user":{"userID":"a","privateAttributes":null}},{"n":2,"user":null}]}',
  );
  t.deepEqual(
    (await taken(ours)).map(({ n }) => n),
    [3, 5],
  );
  t.is(engine.stats().pendingBytes, 0);
  engine.setOptions({ ...OPTIONS, loggingEnabled: false });
  engine.evaluate(0, engine.specIndex(SpecKind.Gate, 'on'), EvalMode.Expose, NOW);
  engine.logEvent(0, '{', '}', '');
  t.is(engine.pendingEvents(), 0);
});

test('a replaced user leaves its pending events as they were', async (t) => {
  const ours = await Ours.create(gateProject);
  ours.setUser(0, {});
  ours.evaluate(0, ours.engine.specIndex(SpecKind.Gate, 'on'), EvalMode.Expose, NOW);
  ours.setUser(0, { userID: 'later', privateAttributes: { secret: 1 } });
  ours.evaluate(0, ours.engine.specIndex(SpecKind.Gate, 'nowhere'), EvalMode.Expose, NOW);
  const events = await taken(ours);
  t.deepEqual(
    events.map(({ user }) => user),
    [{ privateAttributes: null }, { userID: 'later', privateAttributes: null }],
  );
  t.is(events[1].metadata.reason, 'Unrecognized');
});

test('without specs answers are Uninitialized and exposed with zero times', async (t) => {
  const ours = new Ours(createJsEngine('test'));
  ours.setUser(0, { userID: 'a' });
  const code = ours.evaluate(
    0,
    ours.engine.specIndex(SpecKind.Config, 'any'),
    EvalMode.Expose,
    NOW,
  );
  const record = ours.engine.outcome(code >> EvalBits.OutcomeShift);
  t.like(record, { value: false, ruleID: '', reason: 'Uninitialized', json: {}, idType: null });
  const [event] = await taken(ours);
  t.like(event.metadata, {
    config: 'any',
    rulePassed: 'false',
    reason: 'Uninitialized',
    configSyncTime: 0,
    initTime: 0,
  });
  t.is(ours.engine.clientInitialize(0, { random: 0, nowMs: 0 }), null);
  t.is((await ours.engine.prepareSpecs(bytes({ has_updates: false }))).handle, 0);
});
