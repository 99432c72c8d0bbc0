process.env['TZ'] = 'UTC';
import test from 'ava';
import { EvalMode, SpecKind, type Engine, type EngineKind } from '../../src/engine/engine';
import { createJsEngine } from '../../src/engine/js/engine';
import { createNativeEngine } from '../../src/engine/native';
import { createWasmEngineFromFile } from '../../src/engine/wasm-node';
import { EngineHost } from '../../src/engine-host/engine-host';
import { payload, rule, spec } from '../api/support';
import { TESTED_ENGINES } from '../engines';
import { random } from '../engine-js/oracle';

const MAKE: Record<EngineKind, () => Engine> = {
  native: createNativeEngine,
  wasm: () => createWasmEngineFromFile(),
  js: () => createJsEngine('test'),
};
const OPTIONS = {
  tier: null,
  loggingEnabled: true,
  batchLimit: 100_000,
  pendingLimit: 100_000,
  sdkType: 'statsig-node',
  sdkVersion: '6.5.2',
  sessionID: 's',
};
const DAY = 86_400_000;
const START = Date.UTC(2025, 5, 15, 12);
const day = (ms: number): number => Math.floor(ms / DAY);

type Rule = (now: number) => boolean;
interface Timed {
  conditions: object[];
  passes: Rule;
}

const at = (operator: string, targetValue: unknown): object => ({
  type: 'current_time',
  field: null,
  operator,
  targetValue,
  additionalValues: {},
  idType: 'userID',
});
const gateCondition = (type: string, targetValue: unknown): object => ({
  type,
  targetValue,
  additionalValues: {},
  idType: 'userID',
});

/** What the times of the conditions are, and what each gate says at any time. */
const TURNS = [START + 1000, START + 90_000, START + 3 * DAY, START + 40 * DAY];
const TIMED: Record<string, Timed> = Object.fromEntries(
  TURNS.flatMap((turn, i): [string, Timed][] => [
    [`after${i}`, { conditions: [at('after', turn)], passes: (now) => now > turn }],
    [`before${i}`, { conditions: [at('before', turn)], passes: (now) => now < turn }],
    [`gte${i}`, { conditions: [at('gte', turn)], passes: (now) => now >= turn }],
    [`lt${i}`, { conditions: [at('lt', turn)], passes: (now) => now < turn }],
    [`on${i}`, { conditions: [at('on', turn)], passes: (now) => day(now) === day(turn) }],
    [
      `text${i}`,
      { conditions: [at('after', new Date(turn).toISOString())], passes: (now) => now > turn },
    ],
    [
      `nested${i}`,
      {
        conditions: [gateCondition('pass_gate', `after${i}`), gateCondition('fail_gate', `on${i}`)],
        passes: (now) => now > turn && day(now) !== day(turn),
      },
    ],
  ]),
);
TIMED['between'] = {
  conditions: [at('after', TURNS[1]), at('before', TURNS[2])],
  passes: (now) => now > TURNS[1]! && now < TURNS[2]!,
};
TIMED['any'] = {
  conditions: [gateCondition('multi_pass_gate', ['before0', 'between', 'after3'])],
  passes: (now) => now < TURNS[0]! || (now > TURNS[1]! && now < TURNS[2]!) || now > TURNS[3]!,
};
TIMED['always'] = { conditions: [], passes: () => true };
const NAMES = Object.keys(TIMED);

function specs(): Uint8Array {
  const gate = (name: string): object => {
    const { conditions } = TIMED[name]!;
    return spec({ name, salt: name, rules: [rule({ id: `${name}_r`, salt: name, conditions })] });
  };
  const config = (name: string): object => {
    const { conditions } = TIMED[name]!;
    return spec({
      name,
      salt: name,
      type: 'dynamic_config',
      entity: 'dynamic_config',
      defaultValue: { on: false },
      rules: [rule({ id: 'c', salt: 'c', returnValue: { on: true }, conditions })],
    });
  };
  return new TextEncoder().encode(
    JSON.stringify({
      ...(payload() as object),
      feature_gates: NAMES.map(gate),
      dynamic_configs: NAMES.map(config),
    }),
  );
}

async function start(kind: EngineKind) {
  const engine = MAKE[kind]();
  const crossings = { evaluated: 0 };
  const { evaluate, evaluateMany } = engine;
  Object.assign(engine, {
    evaluate: (...args: Parameters<Engine['evaluate']>) => (
      crossings.evaluated++, evaluate.apply(engine, args)
    ),
    evaluateMany: (...args: Parameters<Engine['evaluateMany']>) => (
      (crossings.evaluated += args[2]), evaluateMany.apply(engine, args)
    ),
  });
  const clock = { now: START };
  const engineHost = new EngineHost(engine, {
    now: () => clock.now,
    isProxy: null,
    onBatchFull: () => undefined,
  });
  engineHost.engine.setOptions(OPTIONS);
  engineHost.setSpecTimes({ reason: 'Network', configSyncTime: 1, initTime: 1 });
  engineHost.commit(await engineHost.engine.prepareSpecs(specs()));
  const pinned = engineHost.pin(
    { userID: 'pinned' },
    { isPlain: true, recoverNowAndThen: () => undefined },
  );
  /**
   * The value, asked in one of the ways there are, after the look at the clock with which every
   * call of the facade begins.
   */
  const ask = (way: number, name: string, user: object): boolean => {
    engineHost.time();
    if (way === 0) return engineHost.checkGate(user, name, EvalMode.Expose);
    if (way === 1) return engineHost.checkGate(user, name, EvalMode.Quiet);
    if (way === 2)
      return pinned.memo.get(name) ?? engineHost.checkGateOf(pinned, name, EvalMode.Expose);
    if (way === 3)
      return engineHost.checkGates(user, [name, 'always'], EvalMode.Expose, (single) =>
        engineHost.checkGate(user, single, EvalMode.Expose),
      )[0]!;
    return engineHost.evaluate(user, SpecKind.Config, name, EvalMode.Expose).record.value;
  };
  return { engineHost, crossings, clock, ask };
}

for (const kind of TESTED_ENGINES) {
  test(`${kind}: an answer that depends on the time is right at any time, however often it was asked before`, async (t) => {
    for (const seed of [1, 2, 3]) {
      const { ask, clock, engineHost } = await start(kind);
      const next = random(seed);
      const pick = (count: number): number => Math.floor(next() * count);
      const users = [{ userID: 'a' }, { userID: 'b' }, { userID: 'c' }];
      for (let step = 0; step < 400; step++) {
        const turn = TURNS[pick(TURNS.length)]!;
        // Around a turn, around the day of one, or somewhere.
        const where = pick(8);
        const later =
          where < 3
            ? turn - 1 + where
            : where === 3
              ? turn - 2 * DAY - 1 + pick(3)
              : where === 4
                ? turn + pick(5) * DAY
                : clock.now + pick(2 * DAY);
        // First on and on, then also back, in the end once to where a clock is taken to show
        // seconds.
        clock.now =
          step >= 300
            ? later
            : Math.max(clock.now, step < 200 ? Math.min(later, START + step * 20_000) : later);
        if (step === 398) clock.now = 5;
        if (step % 50 === 49) engineHost.rotateWindow();
        for (let i = 0; i < 12; i++) {
          const name = NAMES[pick(NAMES.length)]!;
          const way = pick(5);
          t.is(
            ask(way, name, users[pick(3)]!),
            TIMED[name]!.passes(clock.now),
            `seed ${seed}, ${name} in way ${way} at ${clock.now - START}`,
          );
        }
      }
    }
  });

  test(`${kind}: as long as it holds it is remembered, for the price of a look at the clock`, async (t) => {
    const { ask, clock, crossings } = await start(kind);
    const user = { userID: 'u' };
    const far = ['after2', 'before2', 'gte2', 'after3', 'before3', 'on3', 'nested3'];
    // The second time because it may have been read ahead the first time.
    for (let i = 0; i < 3; i++)
      far.forEach((name) => [0, 2, 4].forEach((way) => ask(way, name, user)));
    crossings.evaluated = 0;
    for (let i = 0; i < 100; i++)
      far.forEach((name) =>
        [0, 1, 2, 4].forEach((way) =>
          t.is(ask(way, name, user), TIMED[name]!.passes(clock.now), name),
        ),
      );
    t.is(crossings.evaluated, 0);
    clock.now = TURNS[2]!;
    t.true(ask(0, 'gte2', user));
    t.true(crossings.evaluated > 0);
    clock.now += 1;
    t.true(ask(0, 'after2', user));
    t.false(ask(2, 'before2', user));
  });

  test(`${kind}: its exposure is recorded once per window and value`, async (t) => {
    const { ask, clock, engineHost } = await start(kind);
    const user = { userID: 'u' };
    for (let i = 0; i < 10; i++) ask(0, 'after2', user);
    t.is(engineHost.engine.pendingEvents(), 1);
    clock.now = TURNS[2]! + 1;
    for (let i = 0; i < 10; i++) ask(0, 'after2', user);
    t.is(engineHost.engine.pendingEvents(), 2);
    engineHost.rotateWindow();
    for (let i = 0; i < 10; i++) ask(0, 'after2', user);
    t.is(engineHost.engine.pendingEvents(), 3);
    const { body } = await engineHost.engine.takeBatch('[', ']', 1000);
    const values = (
      JSON.parse(new TextDecoder().decode(body)) as { metadata: { gateValue: string } }[]
    ).map(({ metadata }) => metadata.gateValue);
    t.deepEqual(values, ['false', 'true', 'true']);
    // Nothing tells until when this one holds, so it is evaluated each time.
    clock.now = TURNS[3]!;
    for (let i = 0; i < 10; i++) ask(0, 'on3', user);
    t.is(engineHost.engine.pendingEvents(), 1);
    clock.now += DAY;
    for (let i = 0; i < 10; i++) ask(0, 'on3', user);
    t.is(engineHost.engine.pendingEvents(), 2);
  });
}
