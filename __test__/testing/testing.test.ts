import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import Statsig, { StatsigServer } from '../../src/index';
import {
  createTestStatsig,
  type DefineProject,
  type TestOptions,
  type TestStatsig,
} from '../../src/testing';
import { TESTED_ENGINES } from '../engines';

const sample = readFileSync(join(__dirname, '../../testdata/payloads/sample-project.json'), 'utf8');
const users = Array.from({ length: 1_000 }, (_, index) => ({ userID: `u${index}` }));
const quiet = { logLevel: 'none', warn: () => undefined, error: () => undefined } as const;

for (const engine of TESTED_ENGINES) {
  const create = (define?: DefineProject, options?: TestOptions): Promise<TestStatsig> =>
    createTestStatsig(define, { engine, ...options });

  test(`${engine}: gates that are on, off, for some`, async (t) => {
    const statsig = await create((project) => {
      project.gate('on').on().forUser('ada', false).forUnit('companyID', 'acme', false);
      project.gate('off').off().forUser('ada', true);
      project.gate('unsaid');
    });
    t.true(statsig instanceof StatsigServer);
    t.is(statsig.engineInfo().engine, engine);
    t.deepEqual(statsig.checkGates({ userID: 'ada' }, ['on', 'off', 'unsaid', 'unknown']), {
      on: false,
      off: true,
      unsaid: false,
      unknown: false,
    });
    t.deepEqual(statsig.checkGates({ userID: 'Ada' }, ['on', 'off']), { on: true, off: false });
    t.false(statsig.checkGate({ userID: 'bo', customIDs: { companyID: 'acme' } }, 'on'));
    const { ruleID, evaluationDetails } = statsig.getFeatureGate({ userID: 'bo' }, 'on');
    t.is(ruleID, 'everyone');
    t.is(evaluationDetails?.reason, 'Network');
    t.is(
      statsig.getFeatureGate({ userID: 'bo' }, 'unknown').evaluationDetails?.reason,
      'Unrecognized',
    );
  });

  test(`${engine}: a percentage takes the same users each time`, async (t) => {
    const define: DefineProject = (project) => project.gate('g').percent(20);
    const [one, other] = [await create(define), await create(define)];
    const passing = users.filter((user) => one.checkGate(user, 'g'));
    t.true(passing.length > 150 && passing.length < 250, String(passing.length));
    t.deepEqual(
      users.filter((user) => other.checkGate(user, 'g')),
      passing,
    );
    await one.update((project) => project.gate('g').percent(40));
    t.true(
      passing.every((user) => one.checkGate(user, 'g')),
      'who was in stays in',
    );
  });

  test(`${engine}: a percentage of companies`, async (t) => {
    const statsig = await create((project) => project.gate('g').percent(50).by('companyID'));
    const at = (companyID: string): boolean[] =>
      users
        .slice(0, 20)
        .map(({ userID }) => statsig.checkGate({ userID, customIDs: { companyID } }, 'g'));
    const answers = Array.from({ length: 20 }, (_, index) => new Set(at(`c${index}`)));
    t.true(answers.every(({ size }) => size === 1));
    t.is(new Set(answers.flatMap((answer) => [...answer])).size, 2);
  });

  test(`${engine}: configs and experiments`, async (t) => {
    const statsig = await create((project) => {
      project.config('limits', { perMinute: 60 }).forUser('ada', { perMinute: 6 });
      project
        .experiment('button', { color: 'grey' })
        .percent(50)
        .forUser('ada', 'test')
        .group('control', { color: 'green' }, 20)
        .group('test', { color: 'blue' });
    });
    t.is(statsig.getConfig({ userID: 'ada' }, 'limits').get('perMinute', 0), 6);
    t.is(statsig.getConfig({ userID: 'bo' }, 'limits').get('perMinute', 0), 60);
    const forced = statsig.getExperiment({ userID: 'ada' }, 'button');
    t.deepEqual(
      [forced.value, forced.getGroupName(), forced.getRuleID()],
      [{ color: 'blue' }, 'test', 'test'],
    );
    const counts: Record<string, number> = {};
    for (const user of users) {
      const experiment = statsig.getExperiment(user, 'button');
      const key = `${experiment.getGroupName()} ${experiment.get('color', '')}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    t.deepEqual(Object.keys(counts).sort(), ['control green', 'null grey', 'test blue']);
    t.true(Math.abs((counts['control green'] ?? 0) - 100) < 40, JSON.stringify(counts));
    t.true(Math.abs((counts['test blue'] ?? 0) - 400) < 60, JSON.stringify(counts));
    t.deepEqual(
      [statsig.getExperimentList(), statsig.getDynamicConfigList()],
      [['button'], ['limits']],
    );
  });

  test(`${engine}: layers hand over to experiments`, async (t) => {
    const statsig = await create((project) => {
      project
        .layer('checkout', { title: 'Pay', color: 'grey' })
        .experiments('button', 'words')
        .forUser('eve', { title: 'Eve' });
      project.experiment('button').group('blue', { color: 'blue' });
      project.experiment('words').group('now', { title: 'Now' });
      project.layer('alone', { a: 1 });
    });
    const seen = new Set(
      users.map((user) => {
        const layer = statsig.getLayer(user, 'checkout');
        return [
          layer.getAllocatedExperimentName(),
          layer.getGroupName(),
          layer.get('title', ''),
          layer.get('color', ''),
        ].join();
      }),
    );
    t.deepEqual([...seen].sort(), ['button,blue,Pay,blue', 'words,now,Now,grey']);
    t.is(statsig.getLayer({ userID: 'eve' }, 'checkout').get('title', ''), 'Eve');
    t.is(statsig.getLayer({ userID: 'eve' }, 'alone').get('a', 0), 1);
    t.is(statsig.getExperimentLayer('words'), 'checkout');
    const exposed = (await statsig.exposuresOf('checkout')).filter(({ userID }) => userID === 'u0');
    const { experiment } = exposed.find(({ experiment: name }) => name !== undefined) ?? {};
    t.deepEqual(exposed, [
      {
        kind: 'layer',
        name: 'checkout',
        userID: 'u0',
        ruleID: experiment === 'words' ? 'now' : 'blue',
        parameter: 'title',
        ...(experiment === 'words' ? { experiment } : {}),
      },
      {
        kind: 'layer',
        name: 'checkout',
        userID: 'u0',
        ruleID: experiment === 'words' ? 'now' : 'blue',
        parameter: 'color',
        ...(experiment === 'button' ? { experiment } : {}),
      },
    ]);
  });

  test(`${engine}: parameter stores`, async (t) => {
    const statsig = await createTestStatsig(
      (project) => {
        project.gate('dark').on().forUser('bo', false);
        project.config('limits', { rows: 3 }).forUser('bo', { rows: 5 });
        project.experiment('words').group('now', { title: 'Now' });
        project.layer('page', { size: 1 });
        project
          .parameterStore('look', { label: 'Hi', list: [1] })
          .fromGate('theme', 'dark', 'dark', 'light')
          .fromConfig('rows', 'limits', 'rows')
          .fromExperiment('title', 'words', 'title')
          .fromLayer('size', 'page', 'size');
      },
      { engine },
    );
    const valuesOf = (userID: string): Record<string, unknown> => {
      const store = statsig.getParameterStore({ userID }, 'look');
      return Object.fromEntries(store.names().map((name) => [name, store.get(name)]));
    };
    const common = { label: 'Hi', list: [1], size: 1, title: 'Now' };
    t.deepEqual(valuesOf('ada'), { ...common, rows: 3, theme: 'dark' });
    t.deepEqual(valuesOf('bo'), { ...common, rows: 5, theme: 'light' });
    await statsig.update((project) => project.parameterStore('look', { label: 'Ho' }));
    t.deepEqual(valuesOf('ada'), { ...common, label: 'Ho', rows: 3, theme: 'dark' });
    await statsig.shutdownAsync();
  });

  test(`${engine}: exposures and events as plain objects`, async (t) => {
    const statsig = await create((project) => {
      project.gate('g').on();
      project.experiment('e').group('only', { a: 1 });
    });
    const ada = { userID: 'ada', email: 'a@b.c', customIDs: { companyID: 'acme' } };
    const who = { userID: 'ada', customIDs: { companyID: 'acme' } };
    statsig.checkGate(ada, 'g');
    statsig.checkGate(ada, 'g');
    statsig.checkGate({ userID: 'bo' }, 'unknown');
    statsig.checkGate({ userID: 'quiet' }, 'g', { disableExposureLogging: true });
    statsig.logEvent(ada, 'purchase', 9.99, { item: 'a-1' });
    statsig.getExperiment({ userID: 'bo' }, 'e');
    statsig.logGateExposure({ userID: 'bo' }, 'g');
    statsig.logEvent({ userID: 'bo' }, 'signup');
    t.deepEqual(await statsig.exposures(), [
      { kind: 'gate', name: 'g', ...who, value: true, ruleID: 'everyone' },
      { kind: 'gate', name: 'unknown', userID: 'bo', value: false, ruleID: '' },
      { kind: 'config', name: 'e', userID: 'bo', ruleID: 'only' },
      { kind: 'gate', name: 'g', userID: 'bo', value: true, ruleID: 'everyone', isManual: true },
    ]);
    t.deepEqual(await statsig.exposuresOf('e'), [
      { kind: 'config', name: 'e', userID: 'bo', ruleID: 'only' },
    ]);
    t.deepEqual(await statsig.events(), [
      { name: 'purchase', ...who, value: 9.99, metadata: { item: 'a-1' } },
      { name: 'signup', userID: 'bo' },
    ]);
    t.deepEqual(await statsig.eventsOf('signup'), [{ name: 'signup', userID: 'bo' }]);
    const raw = await statsig.rawEvents();
    t.is(raw.find(({ eventName }) => eventName === 'purchase')?.user?.['email'], 'a@b.c');
  });

  test(`${engine}: beforeLog and redact do what they do in production`, async (t) => {
    const beforeLog: TestOptions['beforeLog'] = (event) =>
      event.eventName === 'secret' ? null : event;
    const statsig = await create(undefined, { beforeLog, redact: ['user.email'] });
    statsig.logEvent({ userID: 'a', email: 'a@b.c' }, 'secret');
    statsig.logEvent({ userID: 'a', email: 'a@b.c' }, 'open');
    t.deepEqual(await statsig.events(), [{ name: 'open', userID: 'a' }]);
    t.false(JSON.stringify(await statsig.rawEvents()).includes('a@b.c'));
  });

  test(`${engine}: update and reset`, async (t) => {
    const statsig = await create((project) => {
      project.gate('g').on();
      project.config('c', { a: 1 });
    });
    const ada = { userID: 'ada' };
    const answers = (): unknown[] => [
      statsig.checkGate(ada, 'g'),
      statsig.getConfig(ada, 'c').value,
      statsig.checkGate(ada, 'new'),
    ];
    t.deepEqual(answers(), [true, { a: 1 }, false]);
    await statsig.update((project) => {
      project.gate('g').off();
      project.config('c').value({ a: 2 });
      project.gate('new').on();
    });
    t.deepEqual(answers(), [false, { a: 2 }, true]);
    statsig.overrideConfig('c', { a: 3 });
    t.deepEqual(answers(), [false, { a: 3 }, true]);
    const before = await statsig.exposuresOf('g');
    t.is(before.length, 2);
    await statsig.reset();
    t.deepEqual(await statsig.rawEvents(), []);
    t.deepEqual(answers(), [true, { a: 1 }, false]);
    t.deepEqual(
      await statsig.exposuresOf('g'),
      before.slice(0, 1),
      'exposed anew, although a minute has not passed',
    );
  });

  test(`${engine}: a project's payload, and something on top`, async (t) => {
    for (const payload of [sample, JSON.parse(sample) as object]) {
      const statsig = await create(
        (project) => {
          project.gate('new_checkout').off();
          project.gate('mine').on();
        },
        { payload },
      );
      const ada = {
        userID: 'ada',
        email: 'ada@pedal.example',
        custom: { city: 'Utrecht', rides: 812 },
      };
      t.deepEqual(statsig.checkGates(ada, ['new_checkout', 'mine']), {
        new_checkout: false,
        mine: true,
      });
      t.is(statsig.getExperiment(ada, 'checkout_button').get('label', 'Buy'), 'Pay');
      t.is(statsig.getLayer(ada, 'search').get('ranking', 'distance'), 'price');
      await statsig.reset();
      t.true(statsig.checkGate(ada, 'mine'));
    }
    const untouched = await create(undefined, { payload: sample });
    t.is(
      untouched.getFeatureGate({ userID: 'a' }, 'new_checkout').evaluationDetails?.configSyncTime,
      (JSON.parse(sample) as { time: number }).time,
    );
  });

  test(`${engine}: a payload that was made for another key, and one of the newer format`, async (t) => {
    const other = await create((project) => project.gate('g').on(), {
      payload: { ...(JSON.parse(sample) as object), hashed_sdk_key_used: '1' },
    });
    t.true(other.checkGate({ userID: 'a' }, 'g'));
    const v2 = {
      has_updates: true,
      time: 5,
      feature_gates: {},
      dynamic_configs: {},
      layer_configs: {},
      condition_map: {},
      experiment_to_layer: {},
    };
    t.false((await create(undefined, { payload: v2 })).checkGate({ userID: 'a' }, 'g'));
    await t.throwsAsync(() => create((project) => project.gate('g').on(), { payload: v2 }), {
      message: /dcs-v2/,
    });
  });

  test(`${engine}: the test's time and draws`, async (t) => {
    let time = Date.parse('2026-01-01T00:00:00Z');
    const rule = {
      name: 'r',
      id: 'after',
      salt: 's',
      passPercentage: 100,
      returnValue: true,
      idType: 'userID',
      conditions: [
        {
          type: 'current_time',
          operator: 'after',
          targetValue: Date.parse('2026-06-01T00:00:00Z'),
          field: null,
          additionalValues: {},
          idType: 'userID',
        },
      ],
    };
    const gate = {
      name: 'summer',
      type: 'feature_gate',
      salt: 's',
      enabled: true,
      defaultValue: false,
      rules: [rule],
      idType: 'userID',
      entity: 'feature_gate',
    };
    const payload = {
      has_updates: true,
      time: 1,
      feature_gates: [gate],
      dynamic_configs: [],
      layer_configs: [],
    };
    const statsig = await create(undefined, { payload, now: () => time, random: () => 0 });
    t.false(statsig.checkGate({ userID: 'a' }, 'summer'));
    time = Date.parse('2026-07-01T00:00:00Z');
    t.true(statsig.checkGate({ userID: 'a' }, 'summer'));
    time = Date.parse('2026-05-01T00:00:00Z');
    t.false(statsig.checkGate({ userID: 'a' }, 'summer'));
    statsig.logEvent({ userID: 'a' }, 'e');
    t.is((await statsig.rawEvents()).at(-1)?.time, time);
  });

  test(`${engine}: projects that contradict themselves`, async (t) => {
    const statsig = await create((project) => project.gate('g').on());
    const wrong: [RegExp, DefineProject][] = [
      [
        /share of gate g must be from 0 to 100, got 101/,
        (project) => project.gate('g').percent(101),
      ],
      [
        /share of gate g must be from 0 to 100, got NaN/,
        (project) => project.gate('g').percent(NaN),
      ],
      [/no group b/, (project) => project.experiment('e').group('a', {}).forUser('u', 'b')],
      [/take 120 %/, (project) => project.experiment('e').group('a', {}, 60).group('b', {}, 60)],
      [/Layer l has no experiment e/, (project) => project.layer('l').experiments('e')],
      [
        /in two layers/,
        (project) => {
          project.experiment('e');
          project.layer('l').experiments('e');
          project.layer('m').experiments('e');
        },
      ],
    ];
    for (const [message, define] of wrong) {
      await t.throwsAsync(() => create(define), { message });
      await t.throwsAsync(() => statsig.update(define), { message });
      t.true(statsig.checkGate({ userID: 'a' }, 'g'));
      await statsig.reset();
    }
    for (const payload of ['[1]', 'no json'])
      await t.throwsAsync(() => create(undefined, { payload }), { message: /must be an object/ });
    await t.throwsAsync(() => create({ payload: '{}' } as never), {
      message: /options come second/,
    });
    await t.throwsAsync(() => create(undefined, { payload: { feature_gates: 1 }, logger: quiet }));
    await statsig.shutdownAsync();
    await t.throwsAsync(() => statsig.update((project) => project.gate('g').off()), {
      message: /was shut down/,
    });
  });

  test(`${engine}: instances side by side know nothing of each other`, async (t) => {
    const names = Array.from({ length: 20 }, (_, index) => `g${index}`);
    await Promise.all(
      names.map(async (name) => {
        const statsig = await create((project) => project.gate(name).on());
        const passed = names.filter((other) => statsig.checkGate({ userID: name }, other));
        t.deepEqual(passed, [name]);
        t.deepEqual(
          (await statsig.exposures()).map(({ userID }) => userID),
          names.map(() => name),
        );
        await statsig.shutdownAsync();
      }),
    );
  });
}

test.serial('the functions of the package use a shared one until it is shut down', async (t) => {
  const statsig = await createTestStatsig((project) => project.gate('g').on(), { shared: true });
  await t.throwsAsync(() => createTestStatsig(undefined, { shared: true }), {
    message: /running already/,
  });
  await Statsig.initialize('secret-test');
  t.true(Statsig.checkGate({ userID: 'a' }, 'g'));
  await statsig.update((project) => project.gate('g').off());
  t.false(Statsig.checkGate({ userID: 'b' }, 'g'));
  t.deepEqual(
    (await statsig.exposuresOf('g')).map(({ userID, value }) => [userID, value]),
    [
      ['a', true],
      ['b', false],
    ],
  );
  await Statsig.shutdownAsync();
  const next = await createTestStatsig(undefined, { shared: true });
  t.false(Statsig.checkGate({ userID: 'a' }, 'g'));
  await next.shutdownAsync();
});

test.serial('more events than are kept are an error, not a gap', async (t) => {
  const statsig = await createTestStatsig();
  for (let at = 0; at <= 100_000; at += 1) {
    statsig.logEvent({ userID: 'a' }, 'e');
    if (at % 10_000 === 0) await statsig.flush();
  }
  await t.throwsAsync(() => statsig.events(), { message: /More than 100000 events/ });
  await statsig.reset();
  t.deepEqual(await statsig.events(), []);
});
