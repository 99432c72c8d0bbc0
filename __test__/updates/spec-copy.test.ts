/** The copy of the specs that a data adapter keeps. */
import test from 'ava';
import { SpecCopy } from '../../src/updates/spec-copy';
import type { StoredSpecs } from '../../src/storage/stored-specs';
import { FakeClock } from '../network/fake-clock';

const body = new TextEncoder().encode('{"a":1}');

function copyOf() {
  const clock = new FakeClock();
  const written: unknown[] = [];
  const state = { fails: false, format: 1 as 1 | 2 };
  const store = {
    write: (...args: unknown[]) => {
      written.push(args);
      return state.fails ? Promise.reject(new Error('full')) : Promise.resolve();
    },
  } as unknown as StoredSpecs;
  return { clock, written, state, copy: new SpecCopy(store, clock, () => state.format) };
}

test('what was written is written again after ten minutes', async (t) => {
  const { clock, written, copy, state } = copyOf();
  await copy.refresh();
  t.deepEqual(written, [], 'nothing is there to write');
  await copy.write(body, 'text', 5);
  t.deepEqual(written.splice(0), [[1, 'text', 5]]);
  await clock.advance(599_999);
  await copy.refresh();
  t.deepEqual(written, []);
  await clock.advance(1);
  state.format = 2;
  await copy.refresh();
  t.deepEqual(written.splice(0), [[2, '{"a":1}', 5]]);
  await copy.refresh();
  t.deepEqual(written, []);
});

test('a write that failed is tried again at the next sync', async (t) => {
  const { written, copy, state } = copyOf();
  state.fails = true;
  await t.throwsAsync(copy.write(body, 'text', 5), { message: 'full' });
  await t.throwsAsync(copy.refresh(), { message: 'full' });
  state.fails = false;
  await copy.refresh();
  await copy.refresh();
  t.is(written.length, 3);
});

test('what came from the adapter counts as written when it came', async (t) => {
  const { clock, written, copy } = copyOf();
  copy.found(body, 7);
  await clock.advance(599_999);
  await copy.refresh();
  t.deepEqual(written, []);
  await clock.advance(1);
  await copy.refresh();
  t.deepEqual(written, [[1, '{"a":1}', 7]]);
});
