import test from 'ava';
import { cloneJson } from '../../src/answers/clone-json';

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
