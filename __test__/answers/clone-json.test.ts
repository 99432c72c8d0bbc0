import test from 'ava';
import { cloneJson, copierOf } from '../../src/answers/clone-json';

test('copies are deep, equal and independent', (t) => {
  const value = JSON.parse('{"a":[1,{"b":null}],"__proto__":{"x":1},"c":{"d":{}}}') as Record<
    string,
    unknown
  >;
  const copy = cloneJson(value);
  t.is(JSON.stringify(copy), JSON.stringify(value));
  t.is(Object.getPrototypeOf(copy), Object.prototype);
  ((copy['a'] as unknown[])[1] as { b: unknown }).b = 1;
  (copy['c'] as { d: Record<string, unknown> }).d['e'] = 1;
  t.deepEqual((value['a'] as unknown[])[1], { b: null });
  t.deepEqual(value['c'], { d: {} });
  const proto = Object.getOwnPropertyDescriptor(copy, '__proto__')!.value as Record<
    string,
    unknown
  >;
  proto['x'] = 2;
  t.is((Object.getOwnPropertyDescriptor(value, '__proto__')!.value as { x: number }).x, 1);
});

test('a field named __proto__ is copied as any other, and can be changed as any other', (t) => {
  const copy = cloneJson(JSON.parse('{"__proto__":{},"a":{}}')) as object;
  for (const name of ['__proto__', 'a'])
    t.like(Object.getOwnPropertyDescriptor(copy, name), {
      writable: true,
      enumerable: true,
      configurable: true,
    });
  t.is(Object.getPrototypeOf(copy), Object.prototype);
});

test('inherited fields are none', (t) => {
  Object.defineProperty(Object.prototype, 'ours', {
    value: {},
    enumerable: true,
    configurable: true,
  });
  t.teardown(() => delete (Object.prototype as { ours?: object }).ours);
  t.deepEqual(Object.keys(cloneJson({ a: 1 })), ['a']);
});

test('a copier copies deeply what has objects inside, and the rest at once', (t) => {
  const texts = [
    '5',
    '"x"',
    'null',
    '{}',
    '[]',
    '{"a":1,"b":null}',
    '[1,null]',
    '[[1]]',
    '{"a":{}}',
  ];
  for (const text of texts) {
    const value: unknown = JSON.parse(text);
    const copy = copierOf(value);
    t.deepEqual(copy(), value, text);
    if (typeof value === 'object' && value !== null) {
      t.not(copy(), value);
      t.not(copy(), copy());
    }
  }
  const nested = { deep: [1] };
  t.not((copierOf(nested)() as typeof nested).deep, nested.deep);
});
