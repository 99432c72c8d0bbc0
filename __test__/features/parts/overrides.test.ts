/** The table of local overrides: what each change makes of it, and when the engine is told. */
import test from 'ava';
import { Overrides } from '../../../src/features/overrides';
import type { OverrideTable } from '../../../src/engine/engine';

/** Lists, for tables have no prototype. */
const listed = ({ gates, configs, layers }: OverrideTable) =>
  JSON.parse(JSON.stringify({ gates, configs, layers })) as unknown;

function served() {
  const tables: unknown[] = [];
  const values: Record<string, unknown> = { A: { text: 'a' }, B: { text: 'b' } };
  const overrides = new Overrides();
  overrides.serve({
    setOverrides: (table) => void tables.push(listed(table)),
    valueOfGroup: (_, group) => values[group],
  });
  return { overrides, tables, values };
}

test('values are copied, by name and ID, and go by ID, by name, by kind or all', (t) => {
  const { overrides, tables } = served();
  const value = { deep: [1] };
  overrides.set('gates', 'g', true, null);
  overrides.set('gates', 'g', false, 'u');
  overrides.set('configs', 'c', value, 'u');
  value.deep.push(2);
  overrides.set('layers', 'l', {}, 'u');
  const whole = {
    gates: { g: { '': true, u: false } },
    configs: { c: { u: { deep: [1] } } },
    layers: { l: { u: {} } },
  };
  t.deepEqual(tables.at(-1), whole);
  t.is(tables.length, 5, 'once at first, once for each');
  overrides.remove('gates', 'g', 'other');
  overrides.remove('gates', 'unknown', 'u');
  t.deepEqual(tables.at(-1), whole);
  overrides.remove('gates', 'g', 'u');
  t.deepEqual(tables.at(-1), { ...whole, gates: { g: { '': true } } });
  overrides.remove('configs', 'c', null);
  t.deepEqual(tables.at(-1), { ...whole, gates: { g: { '': true } }, configs: {} });
  overrides.clear('gates');
  t.deepEqual(tables.at(-1), { ...whole, gates: {}, configs: {} });
  overrides.stores.set('s', { a: 1 }, '');
  overrides.clearAll();
  t.deepEqual(tables.at(-1), { gates: {}, configs: {}, layers: {} });
  t.is(overrides.stores.storeFor({}, 's'), null);
  t.throws(() => overrides.set('gates', 'g', undefined, null));
  t.throws(() => overrides.set('gates', 'g', 1n, null));
  t.deepEqual(listed(overrides.current), { gates: {}, configs: {}, layers: {} });
});

test('a group stands for its value in the specs in force', (t) => {
  const { overrides, tables, values } = served();
  const configs = (): unknown => (tables.at(-1) as OverrideTable).configs;
  overrides.specsChanged();
  t.is(tables.length, 1, 'without groups other specs change nothing');
  overrides.setGroup('e', 'A', 'u');
  overrides.setGroup('e', 'B', null);
  overrides.setGroup('e', 'unknown', 'v');
  t.deepEqual(configs(), { e: { u: { text: 'a' }, '': { text: 'b' }, v: {} } });
  values['A'] = { text: 'new' };
  overrides.specsChanged();
  t.deepEqual(configs(), { e: { u: { text: 'new' }, '': { text: 'b' }, v: {} } });
});

test('of a value and a group of one ID the later counts', (t) => {
  const { overrides, tables } = served();
  const configs = (): unknown => (tables.at(-1) as OverrideTable).configs;
  overrides.set('configs', 'e', { own: 1 }, 'u');
  overrides.set('configs', 'e', { own: 2 }, 'v');
  overrides.setGroup('e', 'A', 'u');
  t.deepEqual(configs(), { e: { u: { text: 'a' }, v: { own: 2 } } });
  overrides.set('configs', 'e', { own: 3 }, 'u');
  t.deepEqual(configs(), { e: { u: { own: 3 }, v: { own: 2 } } });
  overrides.setGroup('e', 'B', 'v');
  overrides.set('gates', 'e', true, 'v');
  overrides.remove('gates', 'e', null);
  t.deepEqual(configs(), { e: { u: { own: 3 }, v: { text: 'b' } } }, 'a gate is no config');
  overrides.remove('configs', 'e', 'v');
  t.deepEqual(configs(), { e: { u: { own: 3 } } });
  overrides.setGroup('e', 'B', 'v');
  overrides.clear('gates');
  t.deepEqual(configs(), { e: { u: { own: 3 }, v: { text: 'b' } } });
  overrides.clear('configs');
  t.deepEqual(configs(), {});
  overrides.setGroup('e', 'B', 'v');
  overrides.clearAll();
  t.deepEqual(configs(), {});
});
