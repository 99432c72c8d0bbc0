/** Parameter stores that are overridden: for whom, and as what. */
import test from 'ava';
import { storeOf, StoreOverrides } from '../../../src/features/store-overrides';

test('the own ID counts before custom IDs in their order, and those before everyone', (t) => {
  const overrides = new StoreOverrides();
  const value = { from: 'all' };
  overrides.set('s', value, '');
  value.from = 'changed';
  overrides.set('s', { from: 'u' }, 'u');
  overrides.set('s', { from: 'c1' }, 'c1');
  overrides.set('s', { from: '5' }, '5');
  const from = (user: object): unknown => overrides.storeFor(user, 's')?.['from'];
  t.is(from({}), 'all');
  t.is(from({ userID: 'other', customIDs: null }), 'all');
  t.is(from({ userID: 'u', customIDs: { a: 'c1' } }), 'u');
  t.is(from({ userID: 'other', customIDs: { a: null, b: 'x', c: 'c1', d: 5 } }), 'c1');
  t.is(from({ customIDs: { d: 5, c: 'c1' } }), '5');
  t.is(overrides.storeFor({ userID: 'u' }, 'other'), null);
  overrides.remove('s', 'u');
  overrides.remove('unknown', 'u');
  t.is(from({ userID: 'u' }), 'all');
  overrides.remove('s', '');
  t.is(overrides.storeFor({ userID: 'u' }, 's'), null);
  t.is(from({ userID: 5 }), '5');
  overrides.remove('s', null);
  t.is(overrides.storeFor({ userID: 5 }, 's'), null);
  overrides.set('s', {}, '');
  overrides.clear();
  t.is(overrides.storeFor({}, 's'), null);
  t.throws(() => overrides.set('s', { n: 1n }, ''));
});

test('values become parameters, and the details say who answered', (t) => {
  const life = {
    engineHost: {
      facts: {
        parameterStore: (name: string) => (name === 'known' ? { parameters: {} } : undefined),
      },
      specTimes: { reason: 'Network', configSyncTime: 1, initTime: 2 },
    },
    clock: { now: () => 3 },
  } as unknown as Parameters<typeof storeOf>[0];
  const shown = (name: string, override: Record<string, unknown> | null) => {
    const { definition, details } = storeOf(life, name, override);
    const { reason, configSyncTime, initTime, serverTime } = details;
    return [definition, [reason, configSyncTime, initTime, serverTime]] as unknown[];
  };
  t.deepEqual(shown('known', null), [{ parameters: {} }, ['Network', 1, 2, 3]]);
  t.deepEqual(shown('unknown', null), [undefined, ['Unrecognized', 1, 2, 3]]);
  const gate = { ref_type: 'gate', param_type: 'boolean', gate_name: 'g' };
  const fixed = (param_type: string, value: unknown) => ({ ref_type: 'static', param_type, value });
  const half = { ref_type: 'gate' };
  const other = { param_type: 'number' };
  const values = { gate, n: 1, text: 'x', list: [1], half, other, none: null };
  t.deepEqual(shown('unknown', values), [
    {
      parameters: {
        gate,
        n: fixed('number', 1),
        text: fixed('string', 'x'),
        list: fixed('array', [1]),
        half: fixed('object', half),
        other: fixed('object', other),
        none: fixed('object', null),
      },
    },
    ['LocalOverride', 1, 2, 3],
  ]);
});
