import test from 'ava';
import { GateBatch } from '../../src/answers/gate-batch';

const listed = ({ count, specs, positions }: GateBatch) =>
  [...specs.slice(0, count)].map((spec, i) => [spec, positions[i]]);

test('gates are added in order, and the first ones dropped', (t) => {
  const batch = new GateBatch();
  batch.begin(3);
  batch.add(7, 0);
  batch.add(8, 2);
  batch.add(9, 5);
  t.deepEqual(listed(batch), [
    [7, 0],
    [8, 2],
    [9, 5],
  ]);
  batch.drop(2);
  t.deepEqual(listed(batch), [[9, 5]]);
  batch.begin(1);
  t.deepEqual(listed(batch), []);
});

test('it grows to the longest list, and no array shrinks', (t) => {
  const batch = new GateBatch();
  const { specs } = batch;
  batch.begin(256);
  t.is(batch.specs, specs);
  batch.begin(257);
  t.not(batch.specs, specs);
  t.is(batch.specs.length, 257);
  batch.begin(300);
  t.deepEqual(
    [batch.specs, batch.codes, batch.positions].map(({ length }) => length),
    [300, 300, 300],
  );
  batch.begin(2);
  t.is(batch.specs.length, 300);
});
