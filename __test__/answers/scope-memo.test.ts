/** Gate values of a scope: given while nothing has changed, whatever the order. */
import test from 'ava';
import { ScopeMemo } from '../../src/answers/scope-memo';

function setup() {
  const stamp = { version: 1, window: 1 };
  const watch = { isPlain: true, looks: 0, recoverNowAndThen: () => void watch.looks++ };
  return { stamp, watch, memo: new ScopeMemo(stamp, watch) };
}

test('values are given as they were added, in any order', (t) => {
  const { memo, watch } = setup();
  t.is(memo.get('a'), undefined);
  memo.add('a', true);
  memo.add('b', false);
  memo.add('c', true);
  const values = { a: true, b: false, c: true };
  for (const order of ['abc', 'abc', 'cba', 'acb', 'acb', 'aabb', 'bca'])
    for (const name of order) t.is(memo.get(name), values[name as 'a'], `${name} of ${order}`);
  t.is(memo.get('d'), undefined);
  t.is(watch.looks, 24, 'each check looks at what may make it void');
});

test('a value that is added again replaces the one before', (t) => {
  const { memo } = setup();
  memo.add('a', true);
  memo.add('b', true);
  memo.add('a', false);
  t.deepEqual([memo.get('a'), memo.get('b')], [false, true]);
});

test('other answers, or another window, make all of it void', (t) => {
  for (const what of ['version', 'window'] as const) {
    const { memo, stamp } = setup();
    memo.add('a', true);
    memo.add('b', true);
    stamp[what]++;
    t.is(memo.get('a'), undefined);
    memo.add('b', false);
    t.deepEqual([memo.get('a'), memo.get('b')], [undefined, false]);
  }
});

test('while somebody is told about each call nothing is given', (t) => {
  const { memo, watch } = setup();
  memo.add('a', true);
  watch.isPlain = false;
  t.is(memo.get('a'), undefined);
  watch.isPlain = true;
  t.true(memo.get('a'));
});
