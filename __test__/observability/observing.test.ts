/** Diagnostics channels, `on`, evaluation hooks: what is told, and that telling harms nothing. */
import test from 'ava';
import diagnostics from 'node:diagnostics_channel';
import { createSingleton } from '../../src/api/singleton';
import { NO_CHANNELS } from '../../src/observability/channels';
import { StatsigServer } from '../../src/api/statsig';
import type {
  CheckMessage,
  ExposureMessage,
  FlushContext,
  SyncContext,
} from '../../src/observability/channels';
import { changedNames, marksOf } from '../../src/runtime/changed-names';
import type { Check, StatsigEvents } from '../../src/runtime/listeners';
import { ENGINES, FakeNetwork, KEY, Log, ours, payload, rule, spec } from '../api/support';
import { FakeClock, settle } from '../network/fake-clock';

const ADA = { userID: 'ada', privateAttributes: { secret: 'hidden' } };

/** Collects messages of a channel about one instance while `work` runs. */
async function heard<M>(name: string, instance: number, work: () => unknown): Promise<M[]> {
  const messages: M[] = [];
  const listener = (message: unknown): void => {
    if ((message as { instance: number }).instance === instance) messages.push(message as M);
  };
  diagnostics.subscribe(name, listener);
  try {
    await work();
  } finally {
    diagnostics.unsubscribe(name, listener);
  }
  return messages;
}

for (const engine of ENGINES) {
  test(`${engine}: every way to ask is told on statsig:check`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    const scope = server.forUser(ADA);
    // Answers that are remembered are told, too.
    scope.checkGate('always');
    server.checkGate(ADA, 'always');
    const told = await heard<CheckMessage>('statsig:check', server.instance, () => {
      server.checkGate(ADA, 'always');
      scope.checkGate('always');
      server.checkGates(ADA, ['never', 'none']);
      server.getConfig(ADA, 'config', { disableExposureLogging: true });
      server.getExperiment(ADA, 'experiment');
      server.getLayer(ADA, 'layer');
    });
    const { instance } = server;
    const base = { instance, userID: 'ada', groupName: null, reason: 'Network', isExposed: true };
    const always = {
      ...base,
      kind: 'gate',
      name: 'always',
      value: true,
      ruleID: 'all',
      groupName: 'All',
    };
    t.deepEqual(told.slice(0, 4), [
      always,
      always,
      { ...base, kind: 'gate', name: 'never', value: false, ruleID: 'default' },
      { ...base, kind: 'gate', name: 'none', value: false, ruleID: '', reason: 'Unrecognized' },
    ] as CheckMessage[]);
    t.like(told[4], {
      kind: 'config',
      name: 'config',
      value: { text: 'default' },
      isExposed: false,
    });
    t.like(told[5], { kind: 'experiment', name: 'experiment', value: { text: 'B', n: 2 } });
    t.like(told[6], { kind: 'layer', name: 'layer' });
    t.false('value' in told[6]!, 'reading a layer would expose it');
    t.is(told.length, 7);
    t.notRegex(JSON.stringify(told), /hidden/);
    await server.shutdownAsync(200);
  });

  test(`${engine}: exposures are told on statsig:exposure`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    const told = await heard<ExposureMessage>('statsig:exposure', server.instance, () => {
      server.checkGate(ADA, 'always');
      server.checkGate(ADA, 'always', { disableExposureLogging: true });
      server.logExperimentExposure(ADA, 'experiment');
      server.getLayer(ADA, 'layer').get('text', '');
      server.getLayer(ADA, 'layer');
      server.logLayerParameterExposure(ADA, 'layer', 'text');
    });
    t.deepEqual(
      told.map(({ kind, name, parameter, isManual }) => [kind, name, parameter, isManual]),
      [
        ['gate', 'always', undefined, false],
        ['experiment', 'experiment', undefined, true],
        ['layer', 'layer', 'text', false],
        ['layer', 'layer', 'text', true],
      ],
    );
    await server.shutdownAsync(200);
  });

  test(`${engine}: hooks see each check before and after, and cannot harm it`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    const seen: unknown[] = [];
    const checks = new Set<Check>();
    const remove = server.addEvaluationHooks({
      before: (check) => {
        checks.add(check);
        seen.push(['before', check.kind, check.name]);
        throw new Error('no');
      },
      after: async (check, result) => {
        seen.push(['after', checks.has(check), result.name]);
        throw new Error('no');
      },
    });
    t.true(server.checkGate(ADA, 'always'));
    t.is(server.getConfig(ADA, 'config').get('text', ''), 'default');
    t.deepEqual(seen, [
      ['before', 'gate', 'always'],
      ['after', true, 'always'],
      ['before', 'config', 'config'],
      ['after', true, 'config'],
    ]);
    remove();
    remove();
    t.true(server.checkGate(ADA, 'always'));
    t.is(seen.length, 4);
    t.throws(() => server.addEvaluationHooks(5 as never), { message: /hooks must be an object/ });
    await server.shutdownAsync(200);
  });

  test(`${engine}: ready, update with changed names, and a listener that throws`, async (t) => {
    const network = new FakeNetwork();
    const server = ours(engine, network);
    const told: unknown[] = [];
    server.on('ready', (event) => {
      told.push(['ready', event]);
      throw new Error('no');
    });
    server.on('ready', ({ source }) => told.push(['again', source]));
    await server.initializeAsync();
    t.deepEqual(told, [
      ['ready', { source: 'Network', time: 1000 }],
      ['again', 'Network'],
    ]);
    let update: StatsigEvents['update'] | null = null;
    const remove = server.on('update', (event) => {
      // Whoever is told gets the new answers.
      told.push(server.checkGate(ADA, 'never'));
      update = event;
    });
    const before = payload();
    network.specs = JSON.stringify({
      ...before,
      time: 2000,
      feature_gates: [
        ...before.feature_gates.filter(
          (gate) => !['never', 'off'].includes((gate as unknown as { name: string }).name),
        ),
        spec({ name: 'never', rules: [rule({ conditions: [] })] }),
        spec({ name: 'new' }),
      ],
    });
    await server.syncStoreSpecs();
    await settle();
    t.deepEqual(update as unknown, {
      source: 'Network',
      time: 2000,
      previousTime: 1000,
      changed: {
        gates: ['never', 'new', 'off'],
        configs: [],
        experiments: [],
        layers: [],
        parameterStores: [],
      },
    });
    t.true(told[2]);
    remove();
    await server.syncStoreSpecs();
    t.throws(() => server.on('update', 5 as never), { message: /must be a function/ });
    await server.shutdownAsync(200);
  });
}

test('dcs-v2: a condition that changed changes the specs that use it', (t) => {
  const marks = (target: string) =>
    marksOf(
      Buffer.from(
        JSON.stringify({
          feature_gates: {
            uses: { entity: 'feature_gate', rules: [{ conditions: ['c1'] }] },
            other: { entity: 'feature_gate', rules: [{ conditions: ['c2'] }] },
          },
          dynamic_configs: { e: { entity: 'experiment', rules: null } },
          condition_map: { c1: { targetValue: target }, c2: { targetValue: 'x' } },
        }),
      ),
    );
  t.deepEqual(changedNames(marks('a'), marks('b')).gates, ['uses']);
  t.deepEqual(changedNames(marksOf(Buffer.from('{}')), marks('a')).experiments, ['e']);
});

test('failing syncs are told as errors, as stale once, and as ready when they succeed', async (t) => {
  const network = new FakeNetwork();
  const clock = new FakeClock();
  const server = new StatsigServer(
    KEY,
    {
      engine: 'js',
      logger: new Log(),
      networkOverrideFunc: network.override,
      disableIdListsSync: true,
    },
    { clock },
  );
  const told: string[] = [];
  const errors: StatsigEvents['error'][] = [];
  server.on('ready', () => told.push('ready'));
  server.on('stale', ({ failures }) => told.push(`stale after ${failures}`));
  server.on('error', (error) => {
    errors.push(error);
    throw new Error('no');
  });
  await server.initializeAsync();
  network.specs = 'rubbish';
  await clock.advance(300_000);
  t.deepEqual(told, ['ready', 'stale after 12']);
  t.is(errors.length, 30);
  t.is(errors[0]!.during, 'config-specs');
  t.notRegex(JSON.stringify(errors), new RegExp(KEY));
  network.specs = JSON.stringify(payload());
  await clock.advance(15_000);
  t.deepEqual(told, ['ready', 'stale after 12', 'ready']);
  await server.shutdownAsync(200);
});

test('without specs the start is told as an error, and ready when they arrive', async (t) => {
  const network = new FakeNetwork();
  network.specs = 'rubbish';
  const server = ours('js', network);
  const told: string[] = [];
  server.on('ready', ({ time }) => told.push(`ready ${time}`));
  server.on('error', ({ during }) => told.push(during));
  server.on('update', () => told.push('update'));
  await server.initializeAsync();
  await settle();
  t.deepEqual([...new Set(told)], ['config-specs', 'initialize']);
  network.specs = JSON.stringify(payload());
  await server.syncStoreSpecs();
  await settle();
  t.is(told.at(-1), 'ready 1000');
  await server.shutdownAsync(200);
});

test('lost events are told', async (t) => {
  const server = ours('js', new FakeNetwork());
  await server.initializeAsync();
  const told: StatsigEvents['events-dropped'][] = [];
  server.on('events-dropped', (dropped) => told.push(dropped));
  server.logEvent(ADA, 'e', null, {
    toJSON: () => {
      throw new Error('no');
    },
  } as never);
  t.is(told[0]?.reason, 'invalid');
  t.is(told[0]?.count, 1);
  await server.shutdownAsync(200);
});

test('syncs and posts are traced, also those that fail', async (t) => {
  const network = new FakeNetwork();
  const server = ours('js', network);
  const { instance } = server;
  const ends = await heard<SyncContext>('tracing:statsig.sync:asyncEnd', instance, async () => {
    await server.initializeAsync();
    network.specs = 'rubbish';
    await server.syncStoreSpecs();
  });
  t.deepEqual(
    ends.map(({ what, result }) => [what, result?.success]),
    [
      ['config-specs', true],
      ['id-lists', true],
      ['config-specs', false],
    ],
  );
  server.logEvent(ADA, 'e');
  const posts = await heard<FlushContext>('tracing:statsig.flush:start', instance, () =>
    server.flush(),
  );
  t.true(posts[0]!.events >= 1 && posts[0]!.bytes > 0);
  await server.shutdownAsync(200);
});

test('the singleton tells across its instances, also those who listened before the first', async (t) => {
  const statsig = createSingleton(StatsigServer);
  const told: string[] = [];
  const remove = statsig.on('ready', ({ source }) => told.push(source));
  let checks = 0;
  statsig.addEvaluationHooks({ before: () => checks++ });
  for (let life = 0; life < 2; life++) {
    await statsig.initialize(KEY, {
      logger: new Log(),
      networkOverrideFunc: new FakeNetwork().override,
      disableRulesetsSync: true,
      disableIdListsSync: true,
    });
    statsig.checkGate(ADA, 'always');
    await statsig.shutdownAsync(200);
  }
  t.deepEqual(told, ['Network', 'Network']);
  t.is(checks, 2);
  remove();
});

test('a host without channels has no subscribers, and its work is done all the same', async (t) => {
  const { check, exposure, sync, flush } = NO_CHANNELS;
  t.deepEqual([check.hasSubscribers, exposure.hasSubscribers], [false, false]);
  t.notThrows(() => check.publish({} as never));
  t.deepEqual(
    [await sync.trace({} as never, async () => 1), await flush.trace({} as never, async () => 2)],
    [1, 2],
  );
});
