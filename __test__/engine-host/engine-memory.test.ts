/** What the next engine is told after one died. */
import test from 'ava';
import type { Engine, ReplacementEngine } from '../../src/engine/engine';
import { EngineMemory } from '../../src/engine-host/engine-memory';

/** An engine that writes down what it is told. */
function listening() {
  const told: unknown[] = [];
  const methods = ['setOptions', 'setOverrides', 'setIpTable', 'setDetails', 'commitSpecs'];
  const engine = Object.fromEntries(
    methods.map((name) => [name, (...args: unknown[]) => void told.push([name, ...args])]),
  );
  return {
    told,
    engine: {
      ...engine,
      setTimeZone: (pairs: Float64Array) => void told.push(['setTimeZone', pairs[0]]),
      updateIdList: (...args: unknown[]) => {
        told.push(['updateIdList', ...args]);
        return Promise.reject(new Error('of a test'));
      },
      prepareSpecsNow: (payload: Uint8Array) => ({ handle: payload.length }),
    } as unknown as ReplacementEngine,
  };
}

test('one that was told nothing says that it has no specs', (t) => {
  const { told, engine } = listening();
  new EngineMemory().restore(engine, new Map(), null);
  t.deepEqual(told, [['setDetails', 'Uninitialized', 0, 0]]);
});

test('everything is told again, the payload last', (t) => {
  const { told, engine } = listening();
  const memory = new EngineMemory();
  const [options, overrides, ipTable] = [{}, {}, new Uint8Array(1)];
  Object.assign(memory, { options, overrides, ipTable, hasTimeZone: true });
  memory.details = { reason: 'Network', configSyncTime: 5, initTime: 6 };
  memory.idLists.add('a').add('b');
  const lines = new Uint8Array([1]);
  const dead = { exportIdList: (name: string) => (name === 'a' ? lines : null) } as Engine;
  const lists = memory.idListsOf(dead);
  t.deepEqual([...lists.keys()], ['a', 'b']);
  memory.restore(engine, lists, new Uint8Array(7));
  t.deepEqual(told, [
    ['setOptions', options],
    ['setOverrides', overrides],
    ['setIpTable', ipTable],
    ['setTimeZone', -Infinity],
    ['updateIdList', 'a', true, lines],
    ['setDetails', 'Network', 5, 6],
    ['commitSpecs', 7],
  ]);
});
