/** Polls of a data adapter, and a restart during an outage. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { DataAdapterKeyPath } from '../../src/compat/data-adapter';
import { FileDataAdapter } from '../../src/storage/file-adapter';
import { MemoryDataAdapter } from '../../src/storage/memory-adapter';
import { ENGINES, FakeNetwork, ours, payload, type AnyServer } from './support';

const U = { userID: 'u', email: 'a@b.c' };
const BOTH = [DataAdapterKeyPath.V1Rulesets, DataAdapterKeyPath.V1IDLists];

/** Counts the calls of an engine's methods that are costly. */
function countWork(server: AnyServer): { prepareSpecs: number; updateIdList: number } {
  const { engine } = (
    server as unknown as {
      runtime: { engineHost: { engine: Record<string, (...args: unknown[]) => unknown> } };
    }
  ).runtime.engineHost;
  const counts = { prepareSpecs: 0, updateIdList: 0 };
  for (const name of ['prepareSpecs', 'updateIdList'] as const) {
    const original = engine[name]!.bind(engine);
    engine[name] = (...args) => {
      counts[name]++;
      return original(...args);
    };
  }
  return counts;
}

/** A network of one ID list that the gate of `payload` does not use. */
function withList(): FakeNetwork {
  const network = new FakeNetwork();
  network.idLists = {
    l: { name: 'l', url: 'http://lists/l', fileID: 'f', creationTime: 1, size: 3 },
  };
  return network;
}

for (const engine of ENGINES) {
  test(`${engine}: an unchanged copy is not parsed again, a changed one is`, async (t) => {
    const adapter = new MemoryDataAdapter(BOTH);
    const writer = ours(engine, withList(), { dataAdapter: withoutPolls(adapter) });
    await writer.initializeAsync();
    const network = new FakeNetwork();
    const reader = ours(engine, network, { dataAdapter: adapter });
    const work = countWork(reader);
    t.is((await reader.initializeAsync()).source, 'DataAdapter');
    const first = { ...work };
    t.is(first.prepareSpecs, 1);
    for (let poll = 0; poll < 3; poll++) {
      await reader.syncStoreSpecs();
      await reader.syncStoreIdLists();
    }
    t.deepEqual({ ...work }, first);
    t.true(reader.checkGate(U, 'always'));
    t.is(reader.getFeatureGate(U, 'always').evaluationDetails?.reason, 'DataAdapter');
    await adapter.set(
      keyOf(adapter, 'download_config_specs'),
      JSON.stringify(payload({ time: 2000, feature_gates: [] })),
    );
    await reader.syncStoreSpecs();
    t.is(work.prepareSpecs, 2);
    t.false(reader.checkGate(U, 'always'));
    t.deepEqual(
      network.requests.filter((line) => !line.includes('log_event')),
      [],
      'a reader asks no network',
    );
    await Promise.all([writer.shutdownAsync(200), reader.shutdownAsync(200)]);
  });

  test(`${engine}: a restart during an outage serves the last good copy, from files`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'statsig-'));
    t.teardown(() => rmSync(directory, { recursive: true, force: true }));
    const before = ours(engine, new FakeNetwork(), { dataAdapter: new FileDataAdapter(directory) });
    t.is((await before.initializeAsync()).source, 'Network');
    const expected = before.checkGate(U, 'outer');
    await before.shutdownAsync(200);
    const network = new FakeNetwork();
    network.status = 503;
    const after = ours(engine, network, { dataAdapter: new FileDataAdapter(directory) });
    const details = await after.initializeAsync();
    t.deepEqual([details.success, details.source, details.error], [true, 'DataAdapter', undefined]);
    t.is(after.checkGate(U, 'outer'), expected);
    t.true(after.checkGate(U, 'always'));
    await after.syncStoreSpecs();
    t.true(after.checkGate(U, 'always'), 'a failed poll changes nothing');
    network.status = 200;
    network.specs = payload({ time: 2000, feature_gates: [] });
    await after.syncStoreSpecs();
    t.false(after.checkGate(U, 'always'), 'the end of the outage is noticed');
    await after.shutdownAsync(200);
  });
}

/** The same store for an instance that polls the network. */
function withoutPolls(adapter: MemoryDataAdapter) {
  return {
    initialize: () => adapter.initialize(),
    get: (key: string) => adapter.get(key),
    set: (key: string, value: string, time?: number) => adapter.set(key, value, time),
    shutdown: () => adapter.shutdown(),
  };
}

function keyOf(adapter: MemoryDataAdapter, part: string): string {
  const { items } = adapter as unknown as { items: Map<string, unknown> };
  return [...items.keys()].find((key) => key.includes(part)) ?? '';
}
