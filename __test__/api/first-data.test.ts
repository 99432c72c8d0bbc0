/**
 * Where the first specs come from when an adapter or bootstrapValues give something else: read, or
 * passed over with a warning.
 */
import test from 'ava';
import type { IDataAdapter } from '../../src/storage/data-adapter';
import type { StatsigOptions } from '../../src/api/public-types';
import { ENGINES, FakeNetwork, Log, ours, payload } from './support';

const USER = { userID: 'u' };
const SPECS = JSON.stringify(payload());
const bytes = new TextEncoder().encode(SPECS);

const adapter = (get: (key: string) => unknown, more: object = {}): IDataAdapter => ({
  initialize: () => Promise.resolve(),
  set: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
  get: (key) => (key.includes('id_list') ? Promise.resolve({}) : get(key)) as never,
  ...more,
});
const giving = (result: unknown): IDataAdapter =>
  adapter(() => Promise.resolve({ result, time: 1 }));

const READ: [string, unknown][] = [
  ['a text', SPECS],
  ['an object', JSON.parse(SPECS)],
  ['a Buffer', Buffer.from(SPECS)],
  ['a Uint8Array', bytes],
  ['a part of a larger array', new Uint8Array([0, 0, ...bytes, 0]).subarray(2, 2 + bytes.length)],
  ['an ArrayBuffer', bytes.slice().buffer],
  ['a DataView', new DataView(bytes.slice().buffer)],
];

const PASSED_OVER: [string, IDataAdapter][] = [
  ["'{}'", giving('{}')],
  ['an empty object', giving({})],
  ['has_updates: false', giving('{"has_updates":false}')],
  ['junk', giving('junk')],
  ['HTML', giving('<html>')],
  ['null as text', giving('null')],
  ['a list', giving('[]')],
  ['a number as text', giving('5')],
  ['half a payload', giving(SPECS.slice(0, 500))],
  ['a payload without collections', giving('{"has_updates":true,"time":5}')],
  ['empty bytes', giving(Buffer.alloc(0))],
  ['bytes that are no text', giving(Buffer.from([0xff, 0xfe, 0]))],
  ['a number', giving(5)],
  ['true', giving(true)],
  ['a function', giving(() => SPECS)],
  ['a list object', giving([])],
  ['a Map', giving(new Map())],
  [
    'an object without JSON',
    giving({
      toJSON() {
        throw new Error('no JSON');
      },
    }),
  ],
  ['an error', adapter(() => Promise.resolve({ error: new Error('store is down') }))],
  ['a rejection', adapter(() => Promise.reject(new Error('store is down')))],
  [
    'a throw',
    adapter(() => {
      throw new Error('store is down');
    }),
  ],
  ['nothing at all', adapter(() => undefined)],
  ['a bare text', adapter(() => SPECS)],
  [
    'a thenable that throws',
    adapter(() => ({
      then() {
        throw new Error('then');
      },
    })),
  ],
  [
    'a failing start',
    adapter(() => Promise.resolve({ result: SPECS }), {
      initialize: () => Promise.reject(new Error('no start')),
    }),
  ],
];

for (const engine of ENGINES) {
  const start = async (options: StatsigOptions, hasNetwork = true) => {
    const logger = new Log();
    const network = new FakeNetwork();
    if (!hasNetwork) network.status = 500;
    const server = ours(engine, network, {
      logger: { ...logger, logLevel: 'warn' } as never,
      disableAllLogging: true,
      ...options,
    });
    const details = await server.initializeAsync();
    const answer = server.checkGate(USER, 'always');
    await server.shutdownAsync(100);
    // The payload has a condition that nobody knows, which is told as well.
    return {
      details,
      answer,
      warnings: logger.lines.filter((line) => !/which is not supported\.?$/.test(line)),
    };
  };

  test(`${engine}: what an adapter gives is read in every form`, async (t) => {
    for (const [title, result] of READ) {
      const { details, answer, warnings } = await start({ dataAdapter: giving(result) }, false);
      t.deepEqual([details.source, details.success, answer], ['DataAdapter', true, true], title);
      t.deepEqual(
        warnings.filter((line) => line.includes('adapter')),
        [],
        title,
      );
    }
    const plain = { initialize() {}, shutdown() {}, set() {}, get: () => ({ result: SPECS }) };
    t.is(
      (await start({ dataAdapter: plain as never }, false)).details.source,
      'DataAdapter',
      'methods need not promise',
    );
  });

  test(`${engine}: an adapter that gives nothing usable is passed over for the network, with a warning`, async (t) => {
    for (const [title, dataAdapter] of PASSED_OVER) {
      const { details, answer, warnings } = await start({ dataAdapter });
      t.deepEqual([details.source, details.success, answer], ['Network', true, true], title);
      t.is(
        warnings.filter((line) => line.includes('data adapter gave no config specs')).length,
        1,
        `${title}: ${warnings.join('\n')}`,
      );
    }
  });

  test(`${engine}: then bootstrapValues come before the network, and localMode has no network`, async (t) => {
    const options = { dataAdapter: giving('{}'), bootstrapValues: SPECS };
    t.is((await start(options)).details.source, 'Bootstrap');
    const { details, answer } = await start({ ...options, localMode: true });
    t.deepEqual([details.source, answer], ['Bootstrap', true]);
    const alone = await start({ dataAdapter: giving('{}'), localMode: true });
    t.deepEqual([alone.details.success, alone.answer], [false, false]);
  });

  test(`${engine}: an adapter that holds nothing yet is no news`, async (t) => {
    for (const result of [undefined, null, '']) {
      const { details, warnings } = await start({ dataAdapter: giving(result) });
      t.is(details.source, 'Network');
      t.deepEqual(warnings, [], String(result));
    }
  });

  test(`${engine}: bootstrapValues that cannot be used are told in a warning`, async (t) => {
    const unusable: unknown[] = [
      '{"gates":[]}',
      '[]',
      '5',
      'null',
      '"text"',
      '{}',
      'junk',
      '',
      '{"has_updates":false,"time":5}',
      '{"has_updates":true,"time":5}',
      { gates: [] },
      [],
      5,
      true,
      () => SPECS,
      Buffer.from('junk'),
      payload({ time: undefined }),
      payload({ hashed_sdk_key_used: '1' }),
    ];
    for (const bootstrapValues of unusable) {
      for (const localMode of [true, false]) {
        const { details, warnings } = await start({
          bootstrapValues: bootstrapValues as never,
          localMode,
        });
        t.not(details.source, 'Bootstrap');
        const told = warnings.filter((line) => /bootstrapValues/.test(line));
        t.is(
          told.length,
          1,
          `${JSON.stringify(bootstrapValues)?.slice(0, 60)}: ${warnings.join('\n')}`,
        );
      }
    }
    for (const bootstrapValues of [SPECS, payload(), Buffer.from(SPECS), bytes]) {
      const { details, warnings, answer } = await start({ bootstrapValues, localMode: true });
      t.deepEqual([details.source, answer, warnings], ['Bootstrap', true, []]);
    }
  });

  test(`${engine}: methods that an adapter or storage lacks are told once, and it is used without them`, async (t) => {
    const { details, warnings } = await start(
      { dataAdapter: { get: () => Promise.resolve({ result: SPECS }) } as never },
      false,
    );
    t.is(details.source, 'DataAdapter');
    t.deepEqual(
      warnings
        .filter((line) => line.includes('dataAdapter'))
        .map((line) => /methods: ([^.]*)/.exec(line)?.[1]),
      ['initialize, set, shutdown'],
    );
    const empty = await start({
      dataAdapter: {} as never,
      userPersistentStorage: { load: 5 } as never,
    });
    t.is(empty.details.source, 'Network');
    t.is(empty.warnings.length, 2, empty.warnings.join('\n'));
  });
}
