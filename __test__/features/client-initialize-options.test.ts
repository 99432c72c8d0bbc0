/**
 * Options of client-initialize calls in any type: used, or told once by name; nothing is hidden
 * without a word.
 */
import test from 'ava';
import type { ClientInitializeResponse } from '../../src/types/client-initialize';
import { ENGINES, FakeNetwork, Log, ours, type AnyServer } from '../api/support';

const USER = { userID: 'u', email: 'a@b.c' };

async function start(
  engine: (typeof ENGINES)[number],
): Promise<{ server: AnyServer; told(): string[] }> {
  const logger = new Log();
  const server = ours(engine, new FakeNetwork(), { logger });
  await server.initializeAsync();
  return {
    server,
    told: () =>
      logger.lines.splice(0).filter((line) => line.includes('getClientInitializeResponse')),
  };
}

/** option, value, gates of the response when they are not all */
const UNUSABLE: [string, unknown, string[] | null][] = [
  ['featureGateFilter', 'always', ['always']],
  ['featureGateFilter', 5, null],
  ['featureGateFilter', true, null],
  ['featureGateFilter', { always: true }, null],
  ['featureGateFilter', [5, null], null],
  ['featureGateFilter', ['always', 5], ['always']],
  ['featureGateFilter', new Map([['always', 1]]), null],
  ['featureGateFilter', new Set(['never']), ['never']],
  ['experimentFilter', 'experiment', null],
  ['dynamicConfigFilter', 1, null],
  ['layerFilter', {}, null],
  ['paramStoreFilter', () => [], null],
  ['hash', 'SHA-256', null],
  ['hash', 5, null],
  ['responseFormat', 'v3', null],
  ['responseFormat', 2, null],
  ['overrides', 'all', null],
  ['overrides', 5, null],
  ['overrides', { gates: {} }, null],
  ['overrides', { featureGates: 'always' }, null],
  ['overrides', { layers: [] }, null],
  ['overrides', [], null],
  ['includeLocalOverrides', 'yes', null],
  ['removeIdType', 1, null],
  ['removeDefaultValueGates', 0, null],
  ['previousResponseHash', 12, null],
  ['htmlSafe', 'no', null],
  ['featureGatesFilter', ['always'], null],
  ['clientSDKKey', 'client-x', null],
];

for (const engine of ENGINES) {
  test(`${engine}: options are read by property, wherever they come from`, async (t) => {
    const { server, told } = await start(engine);
    t.teardown(() => server.shutdownAsync(200));
    const plain = { hash: 'none', featureGateFilter: ['always'] };
    class Getters {
      get hash(): string {
        return 'none';
      }
      get featureGateFilter(): string[] {
        return ['always'];
      }
    }
    const hidden = Object.defineProperties(
      {},
      { hash: { value: 'none' }, featureGateFilter: { value: ['always'] } },
    );
    const reading = new Proxy({}, { get: (_, name) => plain[name as keyof typeof plain] });
    for (const options of [plain, new Getters(), hidden, reading, Object.create(plain) as object]) {
      t.deepEqual(
        Object.keys(
          server.getClientInitializeResponse(USER, undefined, options as never)!.feature_gates,
        ),
        ['always'],
      );
    }
    const failing = {
      hash: 'none' as const,
      get featureGateFilter(): never {
        throw new Error('no filter');
      },
    };
    t.true(
      Object.keys(server.getClientInitializeResponse(USER, undefined, failing)!.feature_gates)
        .length > 4,
    );
    t.deepEqual(told(), []);
    server.getClientInitializeResponse(USER, undefined, [] as never);
    t.regex(told().join(), /must be an object, got array/);
  });

  test(`${engine}: what cannot be used is told once, by name, and hides nothing`, async (t) => {
    const { server, told } = await start(engine);
    t.teardown(() => server.shutdownAsync(200));
    const gatesOf = (response: ClientInitializeResponse | null): string[] =>
      Object.keys(response?.feature_gates ?? {}).sort();
    const all = gatesOf(server.getClientInitializeResponse(USER, undefined, { hash: 'none' }));
    t.true(all.length > 4);
    t.deepEqual(told(), []);
    for (const [name, value, gates] of UNUSABLE) {
      const { server: fresh, told: toldFresh } = await start(engine);
      const options = { hash: 'none', [name]: value } as never;
      const title = `${name} ${JSON.stringify(value)}`;
      t.deepEqual(
        gatesOf(fresh.getClientInitializeResponse(USER, undefined, options)),
        gates ?? all,
        title,
      );
      t.not(fresh.getClientInitializeResponseString(USER, undefined, options), null, title);
      const lines = toldFresh();
      t.is(lines.length, value instanceof Set ? 0 : 1, `${title}: ${lines.join('\n')}`);
      t.true(
        lines.every((line) => line.includes(name)),
        title,
      );
      await fresh.shutdownAsync(200);
    }
  });

  test(`${engine}: options that are none, and options in place of the key`, async (t) => {
    for (const args of [
      [undefined, 'djb2'],
      [undefined, 5],
      [undefined, () => null],
      [{ hash: 'none' }, undefined],
      [5, undefined],
    ]) {
      const { server, told } = await start(engine);
      const response = server.getClientInitializeResponse(USER, ...(args as [never, never]));
      t.is(response?.hash_used, 'djb2');
      t.is(told().length, 1, String(args));
      await server.shutdownAsync(200);
    }
  });

  test(`${engine}: everything that the documentation names is taken without a word`, async (t) => {
    const { server, told } = await start(engine);
    t.teardown(() => server.shutdownAsync(200));
    const names = function* (): Generator<string> {
      yield 'always';
    };
    const options = {
      hash: 'sha256',
      includeLocalOverrides: true,
      responseFormat: 'v1',
      removeIdType: true,
      removeDefaultValueGates: true,
      previousResponseHash: '',
      htmlSafe: true,
      featureGateFilter: names(),
      experimentFilter: [],
      dynamicConfigFilter: new Set<string>(),
      layerFilter: null,
      paramStoreFilter: undefined,
      overrides: { featureGates: { always: false }, dynamicConfigs: {}, layers: undefined },
    } as const;
    t.true(
      server
        .getClientInitializeResponseString(USER, null as never, options as never)
        ?.includes('feature_gates'),
    );
    t.deepEqual(told(), []);
  });

  test(`${engine}: bytes are a Buffer, and the text that the string form gives`, async (t) => {
    const { server } = await start(engine);
    t.teardown(() => server.shutdownAsync(200));
    for (const options of [{ hash: 'none' }, { hash: 'none', htmlSafe: true }] as const) {
      const bytes = server.getClientInitializeResponseBuffer(USER, undefined, options);
      t.true(Buffer.isBuffer(bytes));
      t.is(
        bytes?.toString() ?? null,
        server.getClientInitializeResponseString(USER, undefined, options),
      );
    }
    t.is(server.getClientInitializeResponseBuffer(null as never), null);
  });
}
