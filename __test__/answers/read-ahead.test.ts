import test from 'ava';
import { EvalMode, SpecKind, type Engine, type EngineKind } from '../../src/engine/engine';
import { createJsEngine } from '../../src/engine/js/engine';
import { createNativeEngine } from '../../src/engine/native';
import { createWasmEngineFromFile } from '../../src/engine/wasm-node';
import { EngineHost } from '../../src/engine-host/engine-host';
import { MOST_BUFFERED } from '../../src/engine-host/buffered-engine';
import { MOST_AHEAD } from '../../src/answers/read-ahead';
import { payload, rule, spec } from '../api/support';
import { TESTED_ENGINES } from '../engines';

const MAKE: Record<EngineKind, () => Engine> = {
  native: createNativeEngine,
  wasm: () => createWasmEngineFromFile(),
  js: () => createJsEngine('test'),
};
const OPTIONS = {
  tier: null,
  loggingEnabled: true,
  batchLimit: 1000,
  pendingLimit: 100_000,
  sdkType: 'statsig-node',
  sdkVersion: '6.5.2',
  sessionID: 's',
};
const NAMES = Array.from({ length: 40 }, (_, i) => `g${i}`);

/** A time at which `g7` passes, wherever this runs. */
const AFTER_G7 = 4_000_200_000_000;

/**
 * `g0` … `g39` pass for users whose ID is in `on`; `g7` looks at the clock in local time, so its
 * answer may not be remembered.
 */
function specs(): Uint8Array {
  const base = payload() as { feature_gates: object[] };
  const gate = (name: string, conditions: object[]): object =>
    spec({ name, salt: name, rules: [rule({ id: `${name}_r`, salt: name, conditions })] });
  const named = (i: number): object => ({
    type: 'user_field',
    field: 'email',
    operator: 'str_contains_any',
    targetValue: [`+${i}@`],
    additionalValues: {},
    idType: 'userID',
  });
  const clock = {
    type: 'current_time',
    field: null,
    operator: 'after',
    targetValue: '2096-10-02T07:06:40',
    additionalValues: {},
    idType: 'userID',
  };
  const gates = NAMES.map((name, i) => gate(name, i === 7 ? [clock] : [named(i)]));
  return new TextEncoder().encode(JSON.stringify({ ...base, feature_gates: gates }));
}

interface Logged {
  eventName: string;
  metadata: Record<string, string>;
  user: { userID: string } | null;
  time: number;
}

/** An engineHost over an engine whose crossings are counted. */
async function start(kind: EngineKind, options: Partial<typeof OPTIONS> = {}) {
  const engine = MAKE[kind]();
  const crossings = { evaluate: 0, evaluateMany: 0, exposeMany: 0, evaluated: 0 };
  const { evaluate, evaluateMany, exposeMany } = engine;
  Object.assign(engine, {
    evaluate: (...args: Parameters<Engine['evaluate']>) => (
      crossings.evaluate++, crossings.evaluated++, evaluate.apply(engine, args)
    ),
    evaluateMany: (...args: Parameters<Engine['evaluateMany']>) => (
      crossings.evaluateMany++, (crossings.evaluated += args[2]), evaluateMany.apply(engine, args)
    ),
    exposeMany: (...args: Parameters<Engine['exposeMany']>) => (
      crossings.exposeMany++, exposeMany.apply(engine, args)
    ),
  });
  const clock = { now: 1_750_000_000_000, full: 0 };
  const engineHost = new EngineHost(engine, {
    now: () => clock.now,
    isProxy: null,
    onBatchFull: () => void clock.full++,
  });
  engineHost.engine.setOptions({ ...OPTIONS, ...options });
  engineHost.setSpecTimes({ reason: 'Network', configSyncTime: 1, initTime: 1 });
  engineHost.commit(await engineHost.engine.prepareSpecs(specs()));
  const user = (i: number) => ({ userID: `u${i}`, email: `a+${i % 40}@b.c` });
  const check = (who: object, name: string, mode: number = EvalMode.Expose): boolean =>
    engineHost.checkGate(who, name, mode);
  const events = async (): Promise<Logged[]> => {
    const all: Logged[] = [];
    while (engineHost.engine.pendingEvents() > 0) {
      const { body } = await engineHost.engine.takeBatch('[', ']', 1000);
      all.push(...(JSON.parse(new TextDecoder().decode(body)) as Logged[]));
    }
    return all;
  };
  return { engineHost, crossings, clock, user, check, events };
}

const told = (events: Logged[]): string[] =>
  events.map(({ eventName, metadata, user }) =>
    `${user?.userID} ${metadata['gate'] ?? eventName} ${metadata['gateValue'] ?? ''}`.trim(),
  );

for (const kind of TESTED_ENGINES) {
  test(`${kind}: answers and exposures are those of single checks, in their order, whatever was read ahead`, async (t) => {
    const { user, check, events } = await start(kind);
    const expected: string[] = [];
    for (let i = 0; i < 200; i++) {
      // Mostly the same order, with stretches left out, turned around and asked twice.
      const asked =
        i % 5 === 4
          ? NAMES.slice(3, 11).reverse()
          : i % 3 === 2
            ? NAMES.slice(0, 1)
            : [...NAMES.slice(i % 4), 'g1'];
      const seen = new Set<string>();
      for (const name of asked) {
        const value = name !== 'g7' && `g${i % 40}` === name;
        t.is(check(user(i), name), value, `user ${i}, ${name}`);
        if (!seen.has(name)) expected.push(`u${i} ${name} ${value}`);
        seen.add(name);
      }
    }
    t.deepEqual(told(await events()), expected);
  });

  test(`${kind}: crossings are few for requests alike, and little is evaluated for nothing when they end early`, async (t) => {
    const { user, check, crossings } = await start(kind);
    const request = (i: number, names: readonly string[]): void =>
      names.forEach((name) => check(user(i), name));
    request(0, NAMES);
    request(1, NAMES);
    Object.assign(crossings, { evaluate: 0, evaluateMany: 0, exposeMany: 0, evaluated: 0 });
    for (let i = 2; i < 52; i++) request(i, NAMES);
    const { evaluate, evaluateMany, exposeMany, evaluated } = crossings;
    t.true(evaluated <= 50 * 42, `${evaluated} evaluations`);
    if (kind === 'js') t.is(evaluateMany, 0);
    else t.true(evaluate + evaluateMany <= 50 * 9, `${evaluate} + ${evaluateMany} crossings`);
    t.true(exposeMany <= Math.ceil((50 * 40) / MOST_BUFFERED) + 1, `${exposeMany} hand-overs`);
    Object.assign(crossings, { evaluated: 0 });
    for (let i = 100; i < 150; i++) request(i, NAMES.slice(0, 10));
    t.true(
      crossings.evaluated <= 50 * (10 + MOST_AHEAD),
      `${crossings.evaluated} evaluations of 10 gates`,
    );
  });

  test(`${kind}: quiet checks are read ahead as well, and expose nothing`, async (t) => {
    const { user, check, crossings, events } = await start(kind);
    for (let i = 0; i < 10; i++)
      for (const name of NAMES)
        t.is(check(user(i), name, EvalMode.Quiet), name !== 'g7' && `g${i}` === name);
    if (kind !== 'js')
      t.true(crossings.evaluate + crossings.evaluateMany < 10 * 20, JSON.stringify(crossings));
    t.deepEqual(await events(), []);
    // What is known already is exposed when it is asked for loudly.
    check(user(3), 'g3');
    t.deepEqual(told(await events()), ['u3 g3 true']);
  });

  test(`${kind}: an answer that depends on the time is asked for each time`, async (t) => {
    const { user, check, clock } = await start(kind);
    for (let i = 0; i < 20; i++) for (const name of NAMES) check(user(i), name);
    t.false(check(user(5), 'g7'));
    clock.now = AFTER_G7;
    t.true(check(user(5), 'g7'));
  });

  test(`${kind}: exposures keep their user when slots are taken again, their time, source and place among other events`, async (t) => {
    const { engineHost, user, check, clock, events } = await start(kind);
    check(user(0), 'g0');
    engineHost.logEvent(user(0), {
      eventName: 'bought',
      valueJson: '1',
      metadataJson: '{}',
      time: 5,
    });
    clock.now += 7;
    check(user(0), 'g1');
    engineHost.setSpecTimes({ reason: 'Bootstrap', configSyncTime: 2, initTime: 1 });
    check(user(0), 'g2');
    const first = await events();
    t.deepEqual(told(first), ['u0 g0 true', 'u0 bought', 'u0 g1 false', 'u0 g2 false']);
    t.is(first[2]!.time - first[0]!.time, 7);
    t.deepEqual(
      first.map(({ metadata }) => metadata['reason']),
      ['Network', undefined, 'Network', 'Bootstrap'],
    );
    const many = engineHost.engine.userCapacity + 50;
    for (let i = 0; i < many; i++) check(user(i), 'g1');
    const users = (await events()).map(({ user: who }) => who?.userID);
    t.deepEqual(
      users,
      Array.from({ length: many }, (_, i) => `u${i}`).filter((id) => id !== 'u0'),
    );
  });

  test(`${kind}: a batch is full when it is, not when the buffer is; a new window exposes again`, async (t) => {
    const { engineHost, user, check, clock, events } = await start(kind, { batchLimit: 10 });
    for (let i = 0; i < 9; i++) check(user(0), NAMES[i]!);
    t.is(clock.full, 0);
    check(user(0), 'g9');
    t.is(clock.full, 1);
    t.is(engineHost.engine.pendingEvents(), 10);
    engineHost.rotateWindow();
    check(user(0), 'g0');
    t.is((await events()).length, 11);
    engineHost.commit(await engineHost.engine.prepareSpecs(specs()));
    check(user(0), 'g0');
    engineHost.commit(await engineHost.engine.prepareSpecs(specs()));
    t.is(
      engineHost.query((engine) => engine.stats()).pendingEvents,
      0,
      'deduplicated: the window is the same',
    );
    t.is(engineHost.engine.specIndex(SpecKind.Gate, 'g0') >= 0, true);
  });
}

test('what a dead engine does not take is counted, and the buffer stays within its bound', async (t) => {
  const { engineHost, user, check } = await start('js');
  for (const name of NAMES.slice(0, 5)) check(user(0), name);
  Object.assign(engineHost.engine.inner, { isDead: () => true, exposeMany: () => -1 });
  for (let i = 1; i <= 50; i++) for (const name of NAMES.slice(0, 20)) check(user(i), name);
  t.is(engineHost.engine.lostEvents(), 5 + 50 * 20 - MOST_BUFFERED);
});

for (const kind of TESTED_ENGINES) {
  test(`${kind}: what depends on the time is exposed once in a window, and again when the answer changes`, async (t) => {
    const { engineHost, user, check, clock, events, crossings } = await start(kind);
    for (let i = 0; i < 5; i++) t.false(check(user(1), 'g7'));
    t.is(crossings.evaluate, 5);
    t.deepEqual(told(await events()), ['u1 g7 false']);
    clock.now = AFTER_G7;
    for (let i = 0; i < 3; i++) t.true(check(user(1), 'g7'));
    engineHost.rotateWindow();
    for (let i = 0; i < 3; i++) t.true(check(user(1), 'g7'));
    t.deepEqual(told(await events()), ['u1 g7 true', 'u1 g7 true']);
  });
}
