import test from 'ava';
import { askEngine, createEngine, loadCase } from '../../differential/engines';
import type { Case, CaseAnswers, JsonObject, Questions } from '../../differential/case';
import { fuzzCase } from '../../differential/fuzz-case';
import { pastOf } from '../../differential/past';
import { toV2 } from '../../differential/payload-v2';
import type { Engine, EngineKind } from '../../src/engine/engine';
import { TESTED_ENGINES } from '../engines';
import { needsEngine } from '../needs';

const SEEDS = [101, 102];
const encoder = new TextEncoder();

async function answers(
  kind: EngineKind,
  past: JsonObject[],
  one: Case,
  questions: Questions,
  payload: JsonObject,
): Promise<CaseAnswers> {
  const engine = createEngine(kind);
  try {
    for (const before of past) await loadCase(engine, one, before);
    return await askEngine(engine, one, questions, payload);
  } finally {
    engine.dispose();
  }
}

for (const kind of TESTED_ENGINES) {
  test(`${kind}: specs that came as an update answer as those that came first`, async (t) => {
    const size = { gates: 24, configs: 10, layers: 4, users: 4, clientInitialize: 2 };
    for (const seed of SEEDS) {
      const { one, questions } = fuzzCase(seed, size, { exotic: false, wild: false });
      const forms = [one.payload, toV2(one.payload)].filter((form) => form !== null);
      for (const payload of forms) {
        const ask = (past: JsonObject[]): Promise<CaseAnswers> =>
          answers(kind, past, one, questions, payload);
        const expected = await ask([]);
        t.deepEqual(await ask(pastOf(payload, seed)), expected, `seed ${seed}`);
        t.deepEqual(await ask([payload]), expected, `seed ${seed}, the same again`);
      }
    }
  });
}

const gate = (name: string, value: string): object => ({
  name,
  salt: name,
  enabled: true,
  defaultValue: false,
  rules: [
    {
      name: 'r',
      id: `${name}-${value}`,
      salt: 'r',
      passPercentage: 100,
      returnValue: true,
      conditions: [
        { type: 'user_field', field: 'f', operator: 'any', targetValue: ['x'.repeat(400), value] },
      ],
    },
  ],
});

const specs = (value: string, more = ''): Uint8Array =>
  encoder.encode(
    `${JSON.stringify({
      has_updates: true,
      time: 1,
      feature_gates: Array.from({ length: 1000 }, (_, i) => gate(`g${i}`, value)),
      dynamic_configs: [],
      layer_configs: [],
    })}${more}`,
  );

const rule = (engine: Engine): string | undefined =>
  engine.outcome(engine.evaluate(0, engine.specIndex(0, 'g7'), 0, 1) >> 3)?.ruleID;

needsEngine('wasm')(
  'wasm: an update is prepared in many turns, between which it answers',
  async (t) => {
    const engine = createEngine('wasm');
    engine.commitSpecs((await engine.prepareSpecs(specs('old'))).handle);
    engine.setDetails('Network', 1, 1);
    engine.setUser(0, '{"userID":"u","custom":{"f":"old"}}', '', '');
    t.is(rule(engine), 'g7-old');
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      if (isDone) return;
      turns++;
      t.is(rule(engine), 'g7-old');
      setImmediate(count);
    };
    setImmediate(count);
    // Two at once, and one that turns out to be none.
    const [one, other, refused] = await Promise.all([
      engine.prepareSpecs(specs('new')),
      engine.prepareSpecs(specs('newer')),
      engine.prepareSpecs(specs('newest', 'x')).catch((error: Error) => error.message),
    ]);
    isDone = true;
    t.true(turns >= 5, `${turns} turns`);
    t.regex(String(refused), /not a JSON object/);
    engine.commitSpecs(one.handle);
    t.is(rule(engine), 'default');
    engine.setUser(0, '{"userID":"u","custom":{"f":"newer"}}', '', '');
    engine.commitSpecs(other.handle);
    t.is(rule(engine), 'g7-newer');
  },
);
