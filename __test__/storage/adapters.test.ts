import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { adapterKey } from '../../src/storage/adapter-key';
import { ContainedAdapter } from '../../src/storage/contained-adapter';
import { DataAdapterKeyPath, type IDataAdapter } from '../../src/storage/data-adapter';
import { FileDataAdapter } from '../../src/storage/file-adapter';
import { MemoryDataAdapter } from '../../src/storage/memory-adapter';
import { FakeClock } from '../network/fake-clock';

const RULES = { path: DataAdapterKeyPath.V1Rulesets };
const HASH = '0bYJUpHrgR743BeN47pVThi/ZqmrE/i85QGG2ky71XY=';

test('keys are those of statsig-node', (t) => {
  t.is(
    adapterKey(DataAdapterKeyPath.V1Rulesets, HASH),
    `statsig|/v1/download_config_specs|plain_text|${HASH}`,
  );
  t.is(
    adapterKey(DataAdapterKeyPath.V1IDLists, HASH),
    `statsig|/v1/get_id_lists|plain_text|${HASH}`,
  );
  t.is(
    adapterKey(DataAdapterKeyPath.IDList, HASH, 'list_1'),
    `statsig|id_list::list_1|plain_text|${HASH}`,
  );
});

test('a contained adapter passes keys, values and times on', async (t) => {
  const calls: unknown[][] = [];
  const adapter: IDataAdapter = {
    initialize: () => Promise.resolve(void calls.push(['initialize'])),
    get: (...args) => Promise.resolve((calls.push(['get', ...args]), { result: { a: 1 } })),
    set: (...args) => Promise.resolve(void calls.push(['set', ...args])),
    shutdown: () => Promise.resolve(void calls.push(['shutdown'])),
  };
  const contained = new ContainedAdapter(adapter, { hashedSdkKey: 'H' });
  await contained.initialize();
  t.deepEqual(await contained.get(RULES), { value: { a: 1 }, error: null });
  await contained.set(RULES, 'text', 12);
  await contained.set({ path: DataAdapterKeyPath.IDList, idListName: 'l' }, '+1\n');
  await contained.shutdown();
  t.false(contained.pollsFor(DataAdapterKeyPath.V1Rulesets));
  t.deepEqual(calls, [
    ['initialize'],
    ['get', 'statsig|/v1/download_config_specs|plain_text|H'],
    ['set', 'statsig|/v1/download_config_specs|plain_text|H', 'text', 12],
    ['set', 'statsig|id_list::l|plain_text|H', '+1\n'],
    ['shutdown'],
  ]);
});

test('an adapter that throws or rejects, with anything, is contained', async (t) => {
  const nasty = {
    toString: () => {
      throw new Error('no text');
    },
  };
  for (const thrown of [new Error('x'), 'text', undefined, null, nasty]) {
    const boom = (): never => {
      throw thrown;
    };
    const reject = (): Promise<never> => Promise.reject(thrown);
    for (const fail of [boom, reject]) {
      const adapter = {
        initialize: fail,
        get: fail,
        set: fail,
        shutdown: fail,
        supportsPollingUpdatesFor: boom,
      };
      const contained = new ContainedAdapter(adapter, { hashedSdkKey: 'H' });
      await t.throwsAsync(contained.initialize(), { instanceOf: Error });
      await t.throwsAsync(contained.set(RULES, 'v'), { instanceOf: Error });
      await t.throwsAsync(contained.shutdown(), { instanceOf: Error });
      const { value, error } = await contained.get(RULES);
      t.is(value, null);
      t.true(error instanceof Error);
      t.false(contained.pollsFor(DataAdapterKeyPath.V1Rulesets));
    }
  }
});

test('an adapter without the methods does nothing', async (t) => {
  const contained = new ContainedAdapter({} as IDataAdapter, { hashedSdkKey: 'H' });
  await contained.initialize();
  await contained.set(RULES, 'text');
  await contained.shutdown();
  t.deepEqual(await contained.get(RULES), { value: null, error: null });
  t.false(contained.pollsFor(DataAdapterKeyPath.V1Rulesets));
});

test('garbage from get is an item without value', async (t) => {
  const answers: [unknown, boolean][] = [
    [undefined, true],
    [null, true],
    ['text', true],
    [12, true],
    [{}, false],
    [{ result: 5 }, true],
    [{ result: null }, false],
    [{ result: 'x', error: new Error('e') }, true],
    [{ error: 'e' }, true],
  ];
  for (const [answer, isError] of answers) {
    const adapter = {
      ...new MemoryDataAdapter(),
      get: () => Promise.resolve(answer),
    } as unknown as IDataAdapter;
    const { value, error } = await new ContainedAdapter(adapter, { hashedSdkKey: 'H' }).get(RULES);
    t.is(value, null);
    t.is(error instanceof Error, isError, JSON.stringify(answer));
  }
});

test('bytes are a copy of our own, whoever owns them', async (t) => {
  const shared = Buffer.from('__text__').subarray(2, 6);
  const adapter = {
    ...new MemoryDataAdapter(),
    get: () => Promise.resolve({ result: shared }),
  } as unknown as IDataAdapter;
  const { value } = await new ContainedAdapter(adapter, { hashedSdkKey: 'H' }).get(RULES);
  shared.fill(0);
  t.true(value instanceof Uint8Array);
  t.is(Buffer.from(value as Uint8Array).toString(), 'text');
});

test('an adapter that hangs is given up, and no timer is left', async (t) => {
  const clock = new FakeClock();
  const hang = (): Promise<never> => new Promise(() => undefined);
  const adapter = { initialize: hang, get: hang, set: hang, shutdown: hang };
  const contained = new ContainedAdapter(adapter, { hashedSdkKey: 'H', clock });
  const started = t.throwsAsync(contained.initialize(), { message: /took longer than 10000 ms/ });
  const got = contained.get(RULES);
  await clock.advance(10_000);
  await started;
  t.regex((await got).error?.message ?? '', /get took longer/);
  t.is(clock.pending, 0);
});

test('the memory adapter answers what was set', async (t) => {
  const adapter = new MemoryDataAdapter([DataAdapterKeyPath.V1IDLists]);
  await adapter.initialize();
  t.deepEqual(await adapter.get('k'), {});
  await adapter.set('k', 'v', 3);
  t.deepEqual(await adapter.get('k'), { result: 'v', time: 3 });
  t.true(adapter.supportsPollingUpdatesFor(DataAdapterKeyPath.V1IDLists));
  t.false(adapter.supportsPollingUpdatesFor(DataAdapterKeyPath.V1Rulesets));
});

test('the file adapter keeps items across instances, replaced in one step, private to the owner', async (t) => {
  const root = join(mkdtempSync(join(tmpdir(), 'file-adapter-')), 'a', 'b');
  const adapter = new FileDataAdapter(root);
  await adapter.initialize();
  const key = adapterKey(DataAdapterKeyPath.V1Rulesets, HASH);
  t.deepEqual(await adapter.get(key), {});
  await Promise.all(['1', '2', '3'].map((value) => adapter.set(key, value)));
  await adapter.shutdown();
  t.deepEqual(await new FileDataAdapter(root).get(key), { result: '3' });
  const files = readdirSync(root);
  t.deepEqual(files, [encodeURIComponent(key)]);
  // Windows has no modes.
  const others = process.platform === 'win32' ? 0o066 : 0;
  t.is(statSync(join(root, files[0] ?? '')).mode & 0o077, others);
  if (process.platform !== 'win32') t.is(statSync(root).mode & 0o777, 0o700);
  for (const length of [200, 201]) await adapter.set('x'.repeat(length), '');
  const lengths = readdirSync(root).map((name) => name.length);
  t.deepEqual([lengths.includes(200), lengths.includes(201)], [true, false]);
  const long = adapterKey(DataAdapterKeyPath.IDList, HASH, 'x/'.repeat(500));
  await adapter.set(long, '+1\n');
  t.is((await adapter.get(long)).result, '+1\n');
});

test('a file adapter on an unusable directory rejects, and leaves nothing behind', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'file-adapter-'));
  writeFileSync(join(root, 'file'), '');
  const adapter = new FileDataAdapter(join(root, 'file'));
  await t.throwsAsync(adapter.initialize());
  await t.throwsAsync(adapter.set('k', 'v'));
  // To Windows what is below a file is not there.
  if (process.platform !== 'win32') t.true((await adapter.get('k')).error instanceof Error);
  t.deepEqual(readdirSync(root), ['file']);
});

test('after a call without an answer the next ones fail at once, for as long as the timeout', async (t) => {
  const clock = new FakeClock();
  let calls = 0;
  const silent = {
    initialize: () => (calls++, new Promise<void>(() => undefined)),
    get: () => (calls++, new Promise<never>(() => undefined)),
    set: () => (calls++, Promise.resolve()),
    shutdown: () => Promise.resolve(),
  };
  const adapter = new ContainedAdapter(silent, { hashedSdkKey: 'h', clock, timeoutMs: 500 });
  const item = { path: DataAdapterKeyPath.V1Rulesets };
  const begun = t.throwsAsync(adapter.initialize(), { message: /took longer than 500 ms/ });
  await clock.advance(500);
  await begun;
  t.regex((await adapter.get(item)).error!.message, /was not called/);
  await t.throwsAsync(adapter.set(item, 'x'), { message: /was not called/ });
  t.is(calls, 1);
  await clock.advance(500);
  await adapter.set(item, 'x');
  t.is(calls, 2);
});
