/** What the specs say of themselves is asked once an epoch. */
import test from 'ava';
import { SpecKind, type Engine } from '../../src/engine/engine';
import { SpecFacts } from '../../src/engine-host/spec-facts';

function setup() {
  const asked: string[] = [];
  const entities: Record<string, string[]> = {
    '': ['gate', 'segment', 'holdout'],
    segment: ['segment'],
    holdout: ['holdout'],
  };
  const engine = {
    specNames: (_: number, entity: string) => (asked.push(`names ${entity}`), entities[entity]),
    specIndex: (kind: number, name: string) => {
      asked.push(`index ${kind} ${name}`);
      return ['first', 'other', 'bare', 'dumb'].indexOf(name);
    },
    specContent: (index: number) => (index === 2 ? null : { names: [index] }),
    specInfo: (index: number) =>
      index === 3 ? null : { entity: 'e', idType: 'userID', isActive: true },
    paramStores: () => (asked.push('stores'), { own: { parameters: {} } }),
  } as unknown as Engine;
  return { asked, facts: new SpecFacts((question) => question(engine)) };
}

test('gates are listed without segments and holdouts', (t) => {
  const { asked, facts } = setup();
  t.deepEqual(facts.gateNames(), ['gate']);
  t.is(facts.gateNames(), facts.gateNames());
  t.is(asked.length, 3);
  facts.startEpoch();
  t.deepEqual(facts.gateNames(), ['gate']);
  t.is(asked.length, 6);
});

test('a name is looked up once by its kind, an unknown one each time', (t) => {
  const { asked, facts } = setup();
  const first = facts.contentOf(SpecKind.Gate, 'first');
  t.like(first, { names: [0], entity: 'e', idType: 'userID', isActive: true });
  t.is(facts.contentOf(SpecKind.Gate, 'first'), first);
  facts.contentOf(SpecKind.Layer, 'first');
  t.deepEqual(asked.splice(0), ['index 0 first', 'index 2 first']);
  for (const name of ['unknown', 'bare', 'dumb'])
    for (const _ of [1, 2]) t.is(facts.contentOf(SpecKind.Gate, name), null, name);
  t.is(asked.splice(0).length, 6);
  facts.startEpoch();
  facts.contentOf(SpecKind.Gate, 'first');
  t.is(asked.length, 1);
});

test('parameter stores are found by their own names only', (t) => {
  const { asked, facts } = setup();
  t.deepEqual(facts.parameterStore('own'), { parameters: {} });
  for (const name of ['other', 'constructor', '__proto__'])
    t.is(facts.parameterStore(name), undefined);
  t.deepEqual(asked, ['stores']);
  facts.startEpoch();
  facts.parameterStores();
  t.is(asked.length, 2);
});
