/** Copies of ID lists in an adapter: written when changed or due, parsed when changed. */
import test from 'ava';
import { ContainedAdapter } from '../../src/storage/contained-adapter';
import type { IDataAdapter } from '../../src/storage/data-adapter';
import { IdListCopies, MAX_KEPT_TEXT } from '../../src/updates/id-list-copies';
import { REWRITE_AFTER_MS } from '../../src/updates/spec-copy';
import { FakeClock } from '../network/fake-clock';

const LIST = (name: string): string => `statsig|id_list::${name}|plain_text|H`;
const INDEX = 'statsig|/v1/get_id_lists|plain_text|H';

function setup() {
  const writes: string[] = [];
  const failing = { now: false };
  const raw: IDataAdapter = {
    initialize: () => Promise.resolve(),
    get: () => Promise.resolve({}),
    set: (key) =>
      failing.now ? Promise.reject(new Error('full')) : Promise.resolve(void writes.push(key)),
    shutdown: () => Promise.resolve(),
  };
  const clock = new FakeClock();
  const lists: Record<string, string> = { a: '+1\n', b: '+2\n' };
  const copies = new IdListCopies(clock, (name) =>
    name in lists ? Buffer.from(lists[name] ?? '') : null,
  );
  const adapter = new ContainedAdapter(raw, { hashedSdkKey: 'H', clock });
  const store = (index = '{}'): Promise<void> =>
    copies.store(adapter, Object.keys(lists), Buffer.from(index));
  return { writes, failing, clock, lists, copies, store };
}

test('the first time everything is written, later what changed', async (t) => {
  const { writes, copies, store } = setup();
  await store();
  t.deepEqual(writes.splice(0), [LIST('a'), LIST('b'), INDEX]);
  await store();
  t.deepEqual(writes.splice(0), []);
  copies.markChanged('b');
  await store();
  t.deepEqual(writes.splice(0), [LIST('b')]);
  await store('{"a":{},"b":{}}');
  t.deepEqual(writes.splice(0), [INDEX]);
});

test('everything is written again after a failure, and when it is due', async (t) => {
  const { writes, failing, clock, copies, store } = setup();
  await store();
  writes.splice(0);
  failing.now = true;
  copies.markChanged('a');
  await t.throwsAsync(store(), { message: 'full' });
  failing.now = false;
  await store();
  t.deepEqual(writes.splice(0), [LIST('a'), LIST('b'), INDEX]);
  clock.time += REWRITE_AFTER_MS - 1;
  await store();
  t.deepEqual(writes.splice(0), []);
  clock.time += 1;
  await store();
  t.deepEqual(writes.splice(0), [LIST('a'), LIST('b'), INDEX]);
  clock.time -= 1e11;
  await store();
  t.deepEqual(writes.splice(0), [LIST('a'), LIST('b'), INDEX]);
  await store();
  t.deepEqual(writes.splice(0), []);
});

test('an index that is no JSON rejects, and the next time everything is written', async (t) => {
  const { writes, store } = setup();
  await t.throwsAsync(store('junk'));
  writes.splice(0);
  await store();
  t.deepEqual(writes, [LIST('a'), LIST('b'), INDEX]);
});

test('a text is recognised until the list changes; texts beyond the bound are not kept', (t) => {
  const { copies } = setup();
  copies.loaded('a', '+1\n');
  t.true(copies.isLoadedFrom('a', '+1\n'));
  t.false(copies.isLoadedFrom('a', '+2\n'));
  t.false(copies.isLoadedFrom('b', '+1\n'));
  copies.markChanged('a');
  t.false(copies.isLoadedFrom('a', '+1\n'));
  const half = '+'.repeat(MAX_KEPT_TEXT / 2);
  copies.loaded('a', half);
  copies.loaded('b', half);
  copies.loaded('c', '+');
  t.deepEqual(
    [copies.isLoadedFrom('a', half), copies.isLoadedFrom('b', half), copies.isLoadedFrom('c', '+')],
    [true, true, false],
  );
  copies.forget('b');
  copies.loaded('c', '+');
  t.true(copies.isLoadedFrom('c', '+'));
});
