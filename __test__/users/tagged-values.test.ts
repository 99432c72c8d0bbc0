/** Values that JSON does not carry, as evaluation sees them. */
import test from 'ava';
import { convertsItself, tag, textOf } from '../../src/users/tagged-values';

const PLAIN = '[object Object]';
const date = new Date(0);
const noop = (): number => 1;
const boom = (): never => {
  throw new Error('no');
};
const nested = (levels: number): unknown[] => (levels === 1 ? [] : [nested(levels - 1)]);
const converts = (hint: string): string | number => (hint === 'number' ? 4 : hint);

test('what JSON carries is said by JSON, and of plain objects only that they are', (t) => {
  for (const value of [1, -0, 'x', '', true, false, null, [], [1, ['a', null]]])
    t.deepEqual(tag(value), { j: value });
  for (const value of [{}, { a: 1 }, Object.create(null), { valueOf: 1 }, { toString: boom }])
    t.deepEqual(tag(value), { j: {} });
  t.deepEqual(tag(undefined), { u: 1 });
  for (const value of [NaN, Infinity, -Infinity]) t.deepEqual(tag(value), { n: String(value) });
});

test('objects are what they convert to: as text, as a number, and without a hint', (t) => {
  for (const [value, s, d, n] of [
    [{ valueOf: () => 5 }, PLAIN, 5, 5],
    [{ valueOf: () => true }, PLAIN, true, 1],
    [{ valueOf: () => NaN }, PLAIN, null, null],
    [{ valueOf: () => null }, PLAIN, null, 0],
    [{ valueOf: () => noop, toString: () => '7' }, '7', '7', 7],
    [{ toString: () => 'x' }, 'x', 'x', null],
    [{ valueOf: 1, toString: () => '8' }, '8', '8', 8],
    [{ [Symbol.toPrimitive]: converts }, 'string', 'default', 4],
    [date, String(date), String(date), 0],
    [noop, String(noop), String(noop), null],
    [5n, '5', 5, 5],
    [2n ** 60n, `${2n ** 60n}`, `${2n ** 60n}`, 2 ** 60],
    [{ valueOf: () => 6n }, PLAIN, 6, 6],
    [{ valueOf: () => 2n ** 60n }, PLAIN, PLAIN, 2 ** 60],
    [Symbol('x'), 'Symbol(x)', 'Symbol(x)', null],
  ] as const)
    t.deepEqual(tag(value), { o: { s, d, n } }, s);
});

test('items that JSON does not carry are told one by one', (t) => {
  t.deepEqual(tag([1, undefined]), { a: [{ j: 1 }, { u: 1 }] });
  t.deepEqual(tag([[NaN]]), { a: [{ a: [{ n: 'NaN' }] }] });
  t.deepEqual(tag(Object.assign([1], { toJSON: noop })), { a: [{ j: 1 }] });
  t.deepEqual(tag([Object.assign([1], { toJSON: noop })]), { a: [{ a: [{ j: 1 }] }] });
  t.deepEqual(tag([{ toJSON: noop }]), { a: [{ j: {} }] });
});

test('what nests too deep is its text, and of too many items the first are told', (t) => {
  t.deepEqual(tag(nested(8)), { j: nested(8) });
  const told = JSON.stringify(tag(nested(9)));
  t.true(told.startsWith('{"a":[{"a":['));
  t.true(told.includes('{"o":{"s":"","d":"","n":0}}'));
  const long = new Array<number>(10_000).fill(1);
  t.deepEqual(tag(long), { j: long });
  const told2 = tag([...long, 1]) as { a: unknown[] };
  t.is(told2.a.length, 10_000);
});

test('arrays with a text of their own are told apart, revoked ones and such without a prototype too', (t) => {
  class Listed extends Array<number> {
    override toString(): string {
      return 'listed';
    }
  }
  class Plain extends Array<number> {}
  const joined = Object.assign([1], { join: () => 'own' });
  const primitive = Object.assign([1], { [Symbol.toPrimitive]: () => 3 });
  const bare: unknown[] = Object.setPrototypeOf([1], null);
  t.deepEqual([[1], Plain.of(1), Listed.of(1), joined, primitive, bare].map(convertsItself), [
    false,
    false,
    true,
    true,
    true,
    true,
  ]);
  t.deepEqual(tag(Plain.of(1)), { j: [1] });
  t.deepEqual(tag(Listed.of(1)), { o: { s: 'listed', d: 'listed', n: null } });
  t.deepEqual(tag(joined), { o: { s: 'own', d: 'own', n: null } });
  t.deepEqual(tag(primitive), { o: { s: '3', d: 3, n: 3 } });
  t.deepEqual(tag(bare), { j: {} });
  const { proxy, revoke } = Proxy.revocable([1], {});
  revoke();
  t.deepEqual(tag(proxy), { j: {} });
});

test('a text is had of every value', (t) => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  t.deepEqual(
    [1, null, undefined, Symbol('x'), { toString: () => 'x' }, { toString: boom }, proxy].map(
      textOf,
    ),
    ['1', 'null', 'undefined', 'Symbol(x)', 'x', PLAIN, PLAIN],
  );
});
