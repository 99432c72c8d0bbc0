/**
 * Every answer of the js engine against statsig-node: values, rules, groups, exposures and their
 * order, sampling.
 */

import test, { type ExecutionContext } from 'ava';
import { SpecKind } from '../../src/engine/engine';
import { NO_RECORDED_PROJECT, unless } from '../needs';
import { Legacy, Ours, type User, ipTable, random, realProject } from './oracle';
import { randomPayload, randomUser } from './payloads';
import { factsOf, makeUsers } from './users';

type Specs = Record<'feature_gates' | 'dynamic_configs' | 'layer_configs', { name: string }[]>;

const namesOf = (payload: unknown): string[][] => {
  const { feature_gates, dynamic_configs, layer_configs } = payload as Specs;
  return [feature_gates, dynamic_configs, layer_configs].map((list) => [
    ...list.map(({ name }) => name),
    'nowhere',
  ]);
};

/**
 * Compares all specs for all users; each user twice, so that the second answers come from the memo.
 */
function compareAnswers(
  t: ExecutionContext,
  legacy: Legacy,
  ours: Ours,
  payload: unknown,
  users: User[],
): number {
  let compared = 0;
  const names = namesOf(payload);
  users.forEach((user, i) => {
    const slot = i % 7;
    ours.setUser(slot, user);
    for (const pass of [0, 1]) {
      for (const kind of [SpecKind.Gate, SpecKind.Config, SpecKind.Layer]) {
        for (const name of names[kind] as string[]) {
          const expected = legacy.answer(kind, name, user);
          if (name === 'nowhere') expected.reason = 'Unrecognized';
          t.deepEqual(
            ours.answer(kind, name, user, slot),
            expected,
            `pass ${pass} ${kind} ${name} ${JSON.stringify(user)}`,
          );
          compared++;
        }
      }
    }
  });
  return compared;
}

function compareResponses(
  t: ExecutionContext,
  legacy: Legacy,
  ours: Ours,
  user: User,
  key: string | null,
  options: object,
): void {
  ours.setUser(3, user);
  t.is(
    ours.response(user, key, options, 3),
    legacy.response(user, key, options),
    JSON.stringify({ user, key, options }),
  );
}

const real = realProject(1);

unless(real === null ? NO_RECORDED_PROJECT : null)(
  'the real project answers as statsig-node does',
  async (t) => {
    const [legacy, ours] = [await Legacy.create(real), await Ours.create(real)];
    ours.engine.setIpTable(ipTable());
    const users = makeUsers(factsOf(real), 60, 11);
    t.true(compareAnswers(t, legacy, ours, real, users) > 10_000);
    for (const user of users.slice(0, 25)) {
      for (const hash of [undefined, 'none', 'djb2', 'sha256', 'other'])
        compareResponses(t, legacy, ours, user, null, { hash });
    }
    await legacy.shutdown();
  },
);

for (let seed = 1; seed <= 12; seed++) {
  test.serial(`random payload ${seed} answers as statsig-node does`, async (t) => {
    const payload = randomPayload(seed, 14);
    const [legacy, ours] = [await Legacy.create(payload), await Ours.create(payload)];
    ours.engine.setIpTable(ipTable());
    const next = random(seed * 7919);
    const users = Array.from({ length: 40 }, () => randomUser(next));
    t.true(compareAnswers(t, legacy, ours, payload, users) > 1000);
    for (const user of users) {
      for (const key of [null, 'client-plain', 'test_gate', 'a', '']) {
        compareResponses(t, legacy, ours, user, key, { hash: next() < 0.5 ? 'djb2' : 'none' });
      }
    }
    await legacy.shutdown();
  });
}

test('local overrides answer as in statsig-node, nested and in responses', async (t) => {
  const payload = randomPayload(3, 14);
  const [legacy, ours] = [await Legacy.create(payload), await Ours.create(payload)];
  ours.engine.setIpTable(ipTable());
  const { server } = legacy;
  const table = { gates: {}, configs: {}, layers: {} } as Record<
    string,
    Record<string, Record<string, unknown>>
  >;
  const set = (kind: string, name: string, value: unknown, id: string) => {
    ((table[kind] as Record<string, Record<string, unknown>>)[name] ??= {})[id] = value;
    const call = { gates: 'overrideGate', configs: 'overrideConfig', layers: 'overrideLayer' }[
      kind
    ] as string;
    server[call](name, value, id);
  };
  set('gates', 'g1', true, '');
  set('gates', 'g2', false, 'u1');
  set('gates', 'g2', true, 'k1');
  set('gates', 'unheard', true, '5');
  set('configs', 'c0', { over: 1 }, '');
  set('configs', 'c1', { over: 2 }, 'k2');
  set('configs', 'c2', null, '');
  set('layers', 'l1', { over: [3] }, 'u2');
  ours.engine.setOverrides(table as never);
  const next = random(5);
  const users = Array.from({ length: 60 }, () => randomUser(next));
  compareAnswers(t, legacy, ours, payload, users);
  for (const user of users) {
    for (const includeLocalOverrides of [true, false]) {
      for (const key of [null, 'client-plain'])
        compareResponses(t, legacy, ours, user, key, { includeLocalOverrides });
    }
  }
  const overrides = {
    featureGates: { g0: true, g4: null, g5: { odd: 1 } },
    dynamicConfigs: {
      c0: { groupName: 'Control' },
      c1: { value: { x: 1 } },
      c3: { value: 0 },
      c4: { groupName: 'Test', value: [1] },
    },
    layers: { l1: { value: { y: 2 } }, 50: { value: null } },
  };
  for (const user of users) compareResponses(t, legacy, ours, user, null, { overrides });
  await legacy.shutdown();
});

test('exotic values evaluate as the values they stand for', async (t) => {
  const payload = randomPayload(8, 40);
  const [legacy, ours] = [await Legacy.create(payload), await Ours.create(payload)];
  const date = new Date('2021-01-01T00:00:00Z');
  const named = { toString: () => 'abc' };
  const object = (s: string, d: unknown, n: number | null) => ({ o: { s, d, n } });
  const cases: [unknown, unknown][] = [
    [undefined, { u: 1 }],
    [NaN, { n: 'NaN' }],
    [-Infinity, { n: '-Infinity' }],
    [date, object(String(date), String(date), date.getTime())],
    [5n, object('5', 5, 5)],
    [named, object('abc', 'abc', null)],
    [['a', NaN, undefined], { a: [{ j: 'a' }, { n: 'NaN' }, { u: 1 }] }],
  ];
  for (const [value, tagged] of cases) {
    for (const field of ['f', 'level', 'since', 'list', 'email']) {
      const plain: User = { userID: 'u1', custom: { other: 1 } };
      ours.setUser(
        2,
        plain,
        JSON.stringify({ values: [{ path: ['custom', field], value: tagged }] }),
      );
      const user = { userID: 'u1', custom: { other: 1, [field]: value } };
      for (const kind of [SpecKind.Gate, SpecKind.Config]) {
        for (const name of namesOf(payload)[kind] as string[]) {
          if (name === 'nowhere') continue;
          const evaluator = legacy.server._evaluator;
          const call = kind === SpecKind.Gate ? evaluator.checkGate : evaluator.getConfig;
          const context = { getRequestContext: () => ({}) };
          const expected = call.call(evaluator, user, name, context);
          const record = ours.record(kind, name, plain, 2);
          if (typeof record === 'number')
            return t.fail(`${name} failed: ${ours.engine.lastError()}`);
          t.deepEqual(
            [record.value, record.ruleID, record.secondaryExposures],
            [expected.value, expected.rule_id, expected.secondary_exposures],
            `${name} ${field} ${String(value)}`,
          );
        }
      }
    }
  }
  await legacy.shutdown();
});

test('session replay fields follow the one draw', async (t) => {
  const payload = randomPayload(2, 6);
  for (const info of [
    {
      recording_blocked: false,
      sampling_rate: 0.6,
      targeting_gate: 'g0',
      session_recording_event_triggers: { e: { values: ['1'], sampling_rate: 0.4 }, '7': {} },
      session_recording_exposure_triggers: { g1: { sampling_rate: 0.5 } },
    },
    { recording_blocked: true, sampling_rate: 0.1 },
    { targeting_gate: 'nowhere' },
  ]) {
    const withReplay = { ...payload, session_replay_info: info };
    const [legacy, ours] = [await Legacy.create(withReplay), await Ours.create(withReplay)];
    const original = Math.random;
    Math.random = () => 0.5;
    try {
      compareResponses(t, legacy, ours, { userID: 'u1' }, null, { hash: 'djb2' });
      compareResponses(t, legacy, ours, { userID: 'u1' }, null, { hash: 'none' });
    } finally {
      Math.random = original;
    }
    await legacy.shutdown();
  }
});
