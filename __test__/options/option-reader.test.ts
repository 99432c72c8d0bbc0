/** Each way to read an option that may be anything: what is taken, and what is said of the rest. */
import test from 'ava';
import { OptionReader } from '../../src/options/option-reader';

const PREFIX = 'statsigSDK> ';

/** What a way to read gives of a value, and the warnings without what all of them begin with. */
function reading<T>(given: unknown, way: (reader: OptionReader) => T): [T, ...string[]] {
  const reader = new OptionReader({ x: given });
  const value = way(reader);
  return [value, ...reader.warnings.map((text) => text.replace(PREFIX, ''))];
}

const unusable = (expected: string, got: string): string =>
  `The option x must be ${expected}, got ${got}; its default is used.`;
const throwing = {
  get x(): never {
    throw new Error('of a test');
  },
};

test('options that are no object are none', (t) => {
  for (const [given, type] of [
    [null, 'null'],
    ['text', 'string'],
    [() => 0, 'function'],
  ] as const)
    t.deepEqual(new OptionReader(given).warnings, [
      `${PREFIX}Options must be an object, got ${type}; all defaults are used.`,
    ]);
  t.deepEqual(new OptionReader({}).warnings, []);
  const none = new OptionReader(null);
  t.is(none.raw('x'), undefined);
  t.is(none.warnings.length, 1);
});

test('what throws is told once', (t) => {
  const reader = new OptionReader(throwing);
  for (const _ of [1, 2]) t.is(reader.raw('x'), undefined);
  t.deepEqual(reader.warnings, [`${PREFIX}Reading the option x failed; its default is used.`]);
});

test('simple types', (t) => {
  const number = (given: unknown) => reading(given, (reader) => reader.number('x', 7));
  t.deepEqual(number(5), [5]);
  t.deepEqual(number(undefined), [7]);
  t.deepEqual(number('5'), [7, unusable('a number', 'string')]);
  t.deepEqual(number(NaN), [7, unusable('a number', 'NaN')]);
  t.deepEqual(
    reading(null, (reader) => reader.boolean('x', true)),
    [true],
  );
  t.deepEqual(
    reading([], (reader) => reader.string('x', 'a')),
    ['a', unusable('a string', 'array')],
  );
});

test('one of some texts', (t) => {
  const one = (given: unknown) => reading(given, (r) => r.oneOf('x', ['a', 'b', 'c'], 'b'));
  t.deepEqual(one('c'), ['c']);
  t.deepEqual(one(undefined), ['b']);
  t.deepEqual(one('d'.repeat(50)), [
    'b',
    unusable("one of 'a', 'b' and 'c'", `'${'d'.repeat(40)}'`),
  ]);
});

test('a number in a range is told beyond it, and given as it is', (t) => {
  const within = (given: number, most?: number) =>
    reading(given, (reader) =>
      reader.numberIn('x', 2, { least: 1, ...(most ? { most } : {}), used: 'it is used' }),
    );
  for (const fine of [1, 2, 3]) t.deepEqual(within(fine, 3), [fine]);
  t.deepEqual(within(0), [0, 'The option x must be at least 1, got 0; it is used.']);
  t.deepEqual(within(4, 3), [4, 'The option x must be from 1 to 3, got 4; it is used.']);
});

test('functions, numbers or functions, and objects', (t) => {
  const call = (): void => undefined;
  t.deepEqual(
    reading(call, (reader) => reader.function('x')),
    [call],
  );
  t.deepEqual(
    reading(null, (reader) => reader.function('x')),
    [null],
  );
  t.deepEqual(
    reading({}, (reader) => reader.function('x')),
    [null, unusable('a function', 'object')],
  );
  const either = (given: unknown) => reading(given, (reader) => reader.numberOrFunction('x', 7));
  t.deepEqual([either(call), either(5), either(null)], [[call], [5], [7]]);
  t.deepEqual(either('5'), [7, unusable('a number or a function', 'string')]);
  const object = (given: unknown) => reading(given, (reader) => reader.object('x'));
  t.deepEqual([object(call), object([]), object(null)], [[call], [[]], [null]]);
  t.deepEqual(object(true), [null, unusable('an object', 'boolean')]);
  t.deepEqual(
    ['', 'a'].map((given) => reading(given, (reader) => reader.truthy('x'))),
    [[false], [true]],
  );
});

test('an object with methods is used without those that it lacks', (t) => {
  const methods = (given: unknown) =>
    reading(given, (reader) => reader.objectWith('x', ['a', 'b'], ['c', 'd'])).slice(1);
  const call = (): void => undefined;
  t.deepEqual(methods(null), []);
  t.deepEqual(methods({ a: call, b: call, c: null }), []);
  const told = (names: string): string[] => [
    `The option x has no such methods: ${names}. It is used without them.`,
  ];
  t.deepEqual(methods({ a: call, d: 5 }), told('b, d'));
  t.deepEqual(methods({ a: call }), told('b'));
});

test('a field that is there is one of some', (t) => {
  const field = (given: unknown) =>
    reading(given, (reader) => reader.checkField('x', 'f', [1, 'a'])).slice(1);
  for (const fine of [null, {}, { f: null }, { f: 1 }, { f: 'a' }]) t.deepEqual(field(fine), []);
  const told = (got: string): string[] => [
    `The option x.f must be one of 1, a, got ${got}; its default is used.`,
  ];
  t.deepEqual(field({ f: 'b'.repeat(50) }), told(`'${'b'.repeat(40)}'`));
  t.deepEqual(field({ f: 2 }), told('number'));
});

test('an environment is the object itself; what is none counts as an empty one', (t) => {
  const environment = (given: unknown) => reading(given, (reader) => reader.environment('x'));
  const own = {};
  t.is(environment(own)[0], own);
  t.deepEqual([environment(null), environment(''), environment(0)], [[null], [null], [null]]);
  t.deepEqual(environment('tier'), [{}, unusable('an object', 'string')]);
});

test('JSON is taken as text, as bytes, or as its value', (t) => {
  const text = (given: unknown) => reading(given, (reader) => reader.jsonText('x'));
  t.deepEqual(
    [text(null), text(''), text('{'), text({ a: 1 })],
    [[null], [''], ['{'], ['{"a":1}']],
  );
  t.deepEqual(text(Buffer.from('[1]')), ['[1]']);
  const odd = (type: string): [null, string] => [
    null,
    unusable('JSON text or a JSON object', type),
  ];
  t.deepEqual(text(5), odd('number'));
  t.deepEqual(text({ n: 1n }), odd('object'));
  t.deepEqual(text({ toJSON: () => undefined }), odd('object'));
});

test('callbacks keep their object, and what is none or unknown is told', (t) => {
  const callbacks = {
    own: 5,
    a() {
      return this.own;
    },
    b: 'text',
    c: null,
    z: () => 0,
    note: 'text',
  };
  const [found, ...warnings] = reading(callbacks, (r) => r.functions('x', ['a', 'b', 'c']));
  t.deepEqual(Object.keys(found), ['a']);
  t.is((found['a'] as () => number)(), 5);
  t.deepEqual(warnings, [
    'The option x.b must be a function, got string; its default is used.',
    'Unknown callback x.z is ignored; there are a, b, c.',
  ]);
  t.deepEqual(
    reading(null, (reader) => reader.functions('x', ['a'])),
    [{}],
  );
  const long = 'n'.repeat(90);
  t.deepEqual(
    reading({ [long]: () => 0 }, (reader) => reader.functions('x', ['a'])),
    [{}, `Unknown callback x.${long.slice(0, 80)} is ignored; there are a.`],
  );
});

test('fields that nobody reads are told, at most 80 characters of their names', (t) => {
  const long = 'n'.repeat(90);
  const [, ...warnings] = reading({ a: 1, [long]: 1 }, (reader) =>
    reader.tellOthers('x', reader.raw('x') as object, ['a']),
  );
  t.deepEqual(warnings, [`Unknown option x.${long.slice(0, 80)} is ignored.`]);
});

test('fields of what is no object, or throws, are nothing', (t) => {
  const reader = new OptionReader({});
  t.deepEqual(reader.fields({ a: 1 }, ['a', 'b']), { a: 1, b: undefined });
  for (const none of [null, undefined, 'text', throwing])
    t.deepEqual(reader.fields(none, ['x']), { x: undefined });
  const untold = new Proxy({}, { ownKeys: () => [1] as never });
  reader.tellOthers('x', untold, []);
  t.deepEqual(reader.warnings, []);
});

test('options that nobody asked for are told in the end', (t) => {
  const long = 'n'.repeat(90);
  const reader = new OptionReader({ a: 1, [long]: 2 });
  reader.raw('a');
  reader.warnUnknown();
  t.deepEqual(reader.warnings, [`${PREFIX}Unknown option ${long.slice(0, 80)} is ignored.`]);
});
