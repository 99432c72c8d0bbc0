import test from 'ava';
import type { OverrideInit, OverrideResponse } from '../../src/network/transport';
import { ContainedAdapter } from '../../src/storage/contained-adapter';
import { DataAdapterKeyPath, type IDataAdapter } from '../../src/storage/data-adapter';
import { MemoryDataAdapter } from '../../src/storage/memory-adapter';
import { IdListSync, type IdListSyncOptions } from '../../src/updates/id-list-sync';
import { FakeClock, settle } from '../network/fake-clock';
import { answer, parts } from './parts';

interface FakeList {
  fileID: string;
  creationTime: number;
  text: string;
  status?: number;
  size?: number;
}

/** A server of lists by name, and a store that holds sets of IDs. */
function setup(more: Partial<IdListSyncOptions> = {}, index?: () => OverrideResponse) {
  const server: Record<string, FakeList> = {};
  const store = new Map<string, Set<string>>();
  const asked: string[] = [];
  const override = (url: string, init: OverrideInit): Promise<OverrideResponse> => {
    if (url.endsWith('/get_id_lists'))
      return Promise.resolve(index?.() ?? answer(JSON.stringify(indexOf(server))));
    const name = url.replace('http://lists/', '');
    const range = init.headers['Range'] ?? '';
    asked.push(`${name} ${range}`);
    const list = server[name] as FakeList;
    const offset = Number(/\d+/.exec(range)?.[0]);
    const status = list.status ?? 206;
    const bytes = Buffer.from(list.text).subarray(status === 200 ? 0 : offset);
    return Promise.resolve(answer(bytes.toString(), { ok: status < 300, status }));
  };
  const clock = new FakeClock();
  const base = parts(clock, override, { localMode: more.localMode ?? false });
  const sync = new IdListSync({
    ...base,
    adapter: null,
    intervalMs: 60_000,
    pollingDisabled: false,
    localMode: false,
    store: {
      update: (name, replace, lines) =>
        Promise.resolve(update(store, name, replace, Buffer.from(lines).toString())),
      remove: (name) => void store.delete(name),
      export: (name) => Buffer.from([...(store.get(name) ?? [])].map((id) => `+${id}\n`).join('')),
    },
    ...more,
  });
  const ids = (name: string): string | undefined =>
    store.has(name) ? [...(store.get(name) ?? [])].join() : undefined;
  return { server, sync, asked, ids, clock, lines: base.lines };
}

function indexOf(server: Record<string, FakeList>): object {
  const entries = Object.entries(server).map(([name, { fileID, creationTime, text, size }]) => [
    name,
    {
      name,
      url: `http://lists/${name}`,
      fileID,
      creationTime,
      size: size ?? Buffer.byteLength(text),
    },
  ]);
  return Object.fromEntries(entries);
}

function update(
  store: Map<string, Set<string>>,
  name: string,
  replace: boolean,
  text: string,
): boolean {
  if (!/^[+-]/.test(text)) return false;
  const ids = replace ? new Set<string>() : new Set(store.get(name));
  for (const line of text.split('\n')) {
    if (line.startsWith('+')) ids.add(line.slice(1));
    if (line.startsWith('-')) ids.delete(line.slice(1));
  }
  store.set(name, ids);
  return true;
}

test('lists grow by byte range, multi-byte IDs included, and unchanged ones are not asked for', async (t) => {
  const { server, sync, asked, ids } = setup();
  server['a'] = { fileID: 'f', creationTime: 1, text: '+é\n+2\n' };
  t.deepEqual(await sync.initialize(), { success: true });
  await sync.sync();
  server['a'].text += '-2\n+3\n';
  await sync.sync();
  t.is(ids('a'), 'é,3');
  t.deepEqual(asked, ['a bytes=0-', 'a bytes=7-']);
});

test('a new file replaces the list; until it is complete the old one serves (Q23)', async (t) => {
  const { server, sync, asked, ids } = setup();
  server['a'] = { fileID: 'f1', creationTime: 1, text: '+1\n' };
  await sync.sync();
  server['a'] = { fileID: 'f2', creationTime: 2, text: '+9\n', status: 500 };
  await sync.sync();
  t.is(ids('a'), '1');
  server['a'].status = 206;
  await sync.sync();
  t.is(ids('a'), '9');
  t.deepEqual(asked, ['a bytes=0-', 'a bytes=0-', 'a bytes=0-']);
});

test('an older file is ignored, an empty new file empties the list', async (t) => {
  const { server, sync, ids } = setup();
  server['a'] = { fileID: 'f2', creationTime: 2, text: '+1\n' };
  await sync.sync();
  server['a'] = { fileID: 'f1', creationTime: 1, text: '+old\n' };
  await sync.sync();
  t.is(ids('a'), '1');
  server['a'] = { fileID: 'f3', creationTime: 3, text: '' };
  await sync.sync();
  t.is(ids('a'), undefined);
});

test('200 to a range is the whole list', async (t) => {
  const { server, sync, ids, asked } = setup();
  server['a'] = { fileID: 'f', creationTime: 1, text: '+1\n+2\n' };
  await sync.sync();
  server['a'] = { fileID: 'f', creationTime: 1, text: '+3\n+4\n+5\n', status: 200 };
  await sync.sync();
  t.is(ids('a'), '3,4,5');
  server['a'] = { fileID: 'f', creationTime: 1, text: '+3\n+4\n+5\n+6\n' };
  await sync.sync();
  t.is(ids('a'), '3,4,5,6');
  t.is(asked[2], 'a bytes=9-');
});

test('error pages and garbage change nothing; after garbage the list is asked for from its start', async (t) => {
  const { server, sync, ids, asked } = setup();
  server['a'] = { fileID: 'f', creationTime: 1, text: '+1\n' };
  await sync.sync();
  for (const status of [404, 416, 503]) {
    server['a'] = { fileID: 'f', creationTime: 1, text: '+1\n<html>', status };
    await sync.sync();
  }
  t.is(ids('a'), '1');
  server['a'] = { fileID: 'f', creationTime: 1, text: '+1\n<html>' };
  await sync.sync();
  t.is(ids('a'), '1');
  server['a'] = { fileID: 'f', creationTime: 1, text: '+1\n+2\n' };
  await sync.sync();
  t.is(ids('a'), '1,2');
  t.is(asked.at(-2), 'a bytes=3-');
  t.is(asked.at(-1), 'a bytes=0-');
});

test('lists that leave the index are removed (Q22)', async (t) => {
  const { server, sync, ids } = setup();
  server['a'] = { fileID: 'f', creationTime: 1, text: '+1\n' };
  server['b'] = { fileID: 'f', creationTime: 1, text: '+2\n' };
  await sync.sync();
  delete server['a'];
  await sync.sync();
  t.is(ids('a'), undefined);
  t.is(ids('b'), '2');
});

test('an index that is none fails the sync and removes nothing; bad entries are skipped', async (t) => {
  let text =
    '{"a":{"url":"http://lists/a","fileID":"f","creationTime":1,"size":3},"b":null,"c":{"url":5},"d":7}';
  const { server, sync, ids } = setup({}, () => answer(text));
  server['a'] = { fileID: 'f', creationTime: 1, text: '+1\n' };
  t.true((await sync.sync()).success);
  for (text of ['null', '[]', '"x"', 'junk', '']) t.false((await sync.sync()).success);
  t.is(ids('a'), '1');
});

test('the adapter serves lists without any request; junk there falls back to the network', async (t) => {
  const memory = new MemoryDataAdapter([DataAdapterKeyPath.V1IDLists]);
  const adapter = new ContainedAdapter(memory, { hashedSdkKey: 'H' });
  const { server, sync, ids, asked } = setup({ adapter });
  server['n'] = { fileID: 'f', creationTime: 1, text: '+net\n' };
  await memory.set('statsig|/v1/get_id_lists|plain_text|H', '["a","b"]');
  await memory.set('statsig|id_list::a|plain_text|H', '+1\n+2\n');
  t.deepEqual(await sync.initialize(), { success: true });
  t.is(ids('a'), '1,2');
  t.is(asked.length, 0);
  await memory.set('statsig|/v1/get_id_lists|plain_text|H', 'junk');
  t.true((await sync.sync()).success);
  t.is(ids('n'), 'net');
  t.is(ids('a'), undefined);
});

test('a stored index is believed without its lists; an account of an error is not, and removes nothing', async (t) => {
  const memory = new MemoryDataAdapter([DataAdapterKeyPath.V1IDLists]);
  const { server, sync, ids, asked, lines } = setup({
    adapter: new ContainedAdapter(memory, { hashedSdkKey: 'H' }),
  });
  const stored = (index: string): Promise<void> =>
    memory.set('statsig|/v1/get_id_lists|plain_text|H', index);
  server['n'] = { fileID: 'f', creationTime: 1, text: '+net\n' };
  await stored('{"gone":{"url":"http://lists/gone","fileID":"f"}}');
  await sync.initialize();
  t.deepEqual([ids('n'), asked.length], [undefined, 0]);
  await stored('{"success":false,"error":"down"}');
  await sync.sync();
  t.deepEqual(
    [ids('n'), lines.filter((line) => line.includes('gave no ID lists')).length],
    ['net', 1],
  );
  // A reader of statsig-node's takes any object by its names.
  await stored('{"named":true}');
  await memory.set('statsig|id_list::named|plain_text|H', '+1\n');
  await sync.sync();
  t.deepEqual([ids('named'), ids('n')], ['1', undefined]);
});

test('a stored list without members empties the list; one that is missing changes nothing', async (t) => {
  const memory = new MemoryDataAdapter([DataAdapterKeyPath.V1IDLists]);
  const { sync, ids } = setup({ adapter: new ContainedAdapter(memory, { hashedSdkKey: 'H' }) });
  await memory.set('statsig|/v1/get_id_lists|plain_text|H', '["a","b"]');
  await memory.set('statsig|id_list::a|plain_text|H', '+1\n');
  await sync.initialize();
  t.deepEqual([ids('a'), ids('b')], ['1', undefined]);
  await memory.set('statsig|id_list::a|plain_text|H', '');
  t.true((await sync.sync()).success);
  t.is(ids('a'), undefined);
});

test('after each network sync lists and then the index are stored', async (t) => {
  const calls: string[][] = [];
  const adapter: IDataAdapter = {
    initialize: () => Promise.resolve(),
    get: () => Promise.resolve({}),
    set: (key, value) => Promise.resolve(void calls.push([key, value])),
    shutdown: () => Promise.resolve(),
  };
  const { server, sync } = setup({ adapter: new ContainedAdapter(adapter, { hashedSdkKey: 'H' }) });
  server['a'] = { fileID: 'f', creationTime: 1, text: '+1\n-1\n+2\n' };
  await sync.initialize();
  t.deepEqual(calls, [
    ['statsig|id_list::a|plain_text|H', '+2\n'],
    ['statsig|/v1/get_id_lists|plain_text|H', JSON.stringify(indexOf(server))],
  ]);
  const failing = { ...adapter, set: () => Promise.reject(new Error('full')) };
  const other = setup({ adapter: new ContainedAdapter(failing, { hashedSdkKey: 'H' }) });
  t.deepEqual(await other.sync.sync(), { success: true });
  t.is(other.lines.length, 1);
});

test('syncs are serialised, and at most 8 downloads run at a time', async (t) => {
  let running = 0;
  let most = 0;
  const held: (() => void)[] = [];
  const update = async (): Promise<boolean> => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => held.push(resolve));
    running--;
    return true;
  };
  const { server, sync, asked } = setup({
    store: { update, remove: () => undefined, export: () => null },
  });
  for (let i = 0; i < 20; i++) server[`l${i}`] = { fileID: 'f', creationTime: 1, text: '+1\n' };
  const both = Promise.all([sync.sync(), sync.sync()]);
  let isDone = false;
  void both.then(() => (isDone = true));
  while (!isDone) {
    for (const release of held.splice(0)) release();
    await settle();
  }
  t.is(asked.length, 20);
  t.is(most, 8);
});

test('a store that throws is contained, and localMode asks nobody', async (t) => {
  const boom = (): Promise<never> => Promise.reject(new Error('engine'));
  const { server, sync } = setup({
    store: { update: boom, remove: () => undefined, export: () => null },
  });
  server['a'] = { fileID: 'f', creationTime: 1, text: '+1\n' };
  t.true((await sync.sync()).success);
  const local = setup({ localMode: true });
  local.server['a'] = { fileID: 'f', creationTime: 1, text: '+1\n' };
  t.true((await local.sync.initialize()).success);
  t.is(local.asked.length, 0);
});

test('who asks during a sync gets the lists as they are afterwards', async (t) => {
  const { server, sync, ids } = setup();
  server['a'] = { fileID: 'f', creationTime: 1, text: '+1\n' };
  const polled = sync.sync();
  await Promise.resolve();
  server['a'].text += '+2\n';
  server['b'] = { fileID: 'g', creationTime: 1, text: '+3\n' };
  t.deepEqual(await sync.sync(), { success: true });
  t.deepEqual([ids('a'), ids('b')], ['1,2', '3']);
  t.deepEqual(await polled, { success: true });
});

test('long lists come one after the other, and one that is too long keeps its members', async (t) => {
  const { server, sync, asked, ids, lines } = setup({ maxBytes: 80, maxDownloads: 4 });
  server['long'] = { fileID: 'f', creationTime: 1, text: '+12345678\n'.repeat(4) };
  server['short'] = { fileID: 'f', creationTime: 1, text: '+1\n' };
  // Says that it is short, and is not.
  server['liar'] = { fileID: 'f', creationTime: 1, text: '+12345678\n'.repeat(3), size: 5 };
  server['huge'] = { fileID: 'f', creationTime: 1, text: '+12345678\n'.repeat(9) };
  await sync.initialize();
  t.deepEqual(asked, ['short bytes=0-', 'liar bytes=0-', 'long bytes=0-', 'liar bytes=0-']);
  t.deepEqual(['long', 'short', 'liar', 'huge'].map(ids), ['12345678', '1', '12345678', undefined]);
  // It grows beyond the bound without the index telling, then with it.
  server['long'] = { fileID: 'f', creationTime: 1, text: '+12345678\n'.repeat(12), size: 50 };
  await sync.sync();
  await sync.sync();
  t.is(ids('long'), '12345678');
  t.is(
    asked.filter((one) => one.startsWith('long')).length,
    3,
    'in the common phase and alone, then no more',
  );
  server['long'].text = '+1\n';
  server['long'].fileID = 'g';
  server['long'].creationTime = 2;
  delete server['long'].size;
  await sync.sync();
  t.is(ids('long'), '1');
  t.is(lines.filter((line) => line.includes('maxIdListBytes')).length, 1);
});

test('stored lists that are too long are not loaded', async (t) => {
  const adapter = new MemoryDataAdapter();
  const contained = new ContainedAdapter(adapter, { hashedSdkKey: 'H' });
  await contained.set({ path: DataAdapterKeyPath.V1IDLists }, '["a","b"]');
  await contained.set({ path: DataAdapterKeyPath.IDList, idListName: 'a' }, '+1\n');
  await contained.set({ path: DataAdapterKeyPath.IDList, idListName: 'b' }, '+12345678\n');
  const { sync, ids, lines } = setup({ adapter: contained, maxBytes: 5 });
  await sync.initialize();
  t.deepEqual(['a', 'b'].map(ids), ['1', undefined]);
  t.is(lines.filter((line) => line.includes('maxIdListBytes')).length, 1);
});
