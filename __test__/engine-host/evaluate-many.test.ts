import test from 'ava';
import {
  EvalCode,
  EvalMode,
  SpecKind,
  type Engine,
  type EngineKind,
} from '../../src/engine/engine';
import { createJsEngine } from '../../src/engine/js/engine';
import { createNativeEngine } from '../../src/engine/native';
import { createWasmEngineFromFile } from '../../src/engine/wasm-node';
import { circle, payload } from '../api/support';
import { TESTED_ENGINES } from '../engines';
import { needsEngine } from '../needs';

const MAKE: Record<EngineKind, () => Engine> = {
  native: createNativeEngine,
  wasm: () => createWasmEngineFromFile(),
  js: () => createJsEngine('test'),
};
const NOW = 1_750_000_000_000;

for (const kind of TESTED_ENGINES) {
  const start = async (): Promise<{ engine: Engine; index: (name: string) => number }> => {
    const engine = MAKE[kind]();
    const specs = payload() as { feature_gates: object[] };
    const text = JSON.stringify({ ...specs, feature_gates: [...specs.feature_gates, circle] });
    engine.commitSpecs((await engine.prepareSpecs(new TextEncoder().encode(text))).handle);
    engine.setDetails('Network', 1000, 1000);
    engine.setUser(0, '{"userID":"u1","email":"a@b.c"}', '', '');
    return { engine, index: (name) => engine.specIndex(SpecKind.Gate, name) };
  };

  test(`${kind}: many evaluations answer and record as single ones do`, async (t) => {
    const [one, two] = [await start(), await start()];
    const names = ['always', 'never', 'inner', 'always', 'unknown'];
    const specs = Int32Array.from(names, one.index);
    const codes = new Int32Array(8).fill(-77);
    t.is(
      one.engine.evaluateMany(0, specs, specs.length, EvalMode.Expose, NOW, codes),
      names.length,
    );
    t.deepEqual(
      [...codes.slice(0, 5)],
      names.map((name) => two.engine.evaluate(0, two.index(name), EvalMode.Expose, NOW)),
    );
    t.deepEqual([...codes.slice(5)], [-77, -77, -77]);
    t.is(one.engine.pendingEvents(), two.engine.pendingEvents());
    t.is(one.engine.pendingEvents(), 4);
  });

  test(`${kind}: many evaluations end after the first that fails, and stay within both arrays`, async (t) => {
    const { engine, index } = await start();
    const specs = Int32Array.from(['always', 'circle', 'never'], index);
    const codes = new Int32Array(3).fill(-77);
    t.is(engine.evaluateMany(0, specs, 3, EvalMode.Quiet, NOW, codes), 2);
    t.is(codes[1], EvalCode.Failed);
    t.is(codes[2], -77);
    t.is(engine.evaluateMany(0, specs.subarray(0, 1), 100, EvalMode.Quiet, NOW, codes), 1);
    t.is(engine.evaluateMany(0, specs, 100, EvalMode.Quiet, NOW, codes.subarray(2)), 1);
    t.is(engine.evaluateMany(0, Int32Array.of(-5), 1, EvalMode.Quiet, NOW, codes), 1);
    t.is(codes[0], EvalCode.Failed);
    t.is(engine.evaluateMany(7, specs, 3, EvalMode.Quiet, NOW, codes), 1);
    t.is(codes[0], EvalCode.Failed);
    t.is(engine.evaluateMany(0, specs, 0, EvalMode.Quiet, NOW, codes), 0);
  });
}

needsEngine('native')(
  'native takes one array for input and output, and refuses what is no Int32Array',
  async (t) => {
    const engine = createNativeEngine();
    const array = new Int32Array(4);
    const apart = new Int32Array(4);
    const count = engine.evaluateMany(0, new Int32Array(4), 4, 0, NOW, apart);
    t.is(engine.evaluateMany(0, array, 4, 0, NOW, array), count);
    t.deepEqual(array, apart);
    // Each answer is written before the next spec is read, so the second one asked for is another.
    array.fill(0);
    t.true(engine.evaluateMany(0, array.subarray(0, 3), 2, 0, NOW, array.subarray(1)) <= 2);
    t.is(array[0], 0);
    for (const wrong of [new Float64Array(4), [1, 2], null, 'text'] as unknown as Int32Array[]) {
      t.is(engine.evaluateMany(0, wrong, 4, 0, NOW, array), 0);
      t.is(engine.evaluateMany(0, array, 4, 0, NOW, wrong), 0);
    }
  },
);
