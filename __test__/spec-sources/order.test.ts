/** The option `specSources`: every order, and sources that fail, hang, lie or come too late. */
import test, { type ExecutionContext } from 'ava';
import { StatsigServer } from '../../src/api/statsig';
import type { StatsigOptions } from '../../src/api/public-types';
import { DataAdapterKeyPath, type IDataAdapter } from '../../src/storage/data-adapter';
import type { CustomSpecSource, SpecSourceEntry } from '../../src/updates/spec-order';
import type { SpecStreamSink } from '../../src/updates/spec-stream';
import { ENGINES, FakeNetwork, KEY, Log, payload, spec } from '../api/support';
import { FakeClock, settle, until } from '../network/fake-clock';

type Engine = (typeof ENGINES)[number];

/** The project at a time; the config `from` says who gave it. */
const project = (time: number, from: string) =>
  payload({
    time,
    dynamic_configs: [
      spec({ name: 'from', type: 'dynamic_config', defaultValue: { from }, rules: [] }),
    ],
  });
const textOf = (time: number, from: string): string => JSON.stringify(project(time, from));

/** A store that says who asked. */
class Store implements IDataAdapter {
  value = '';
  reads = 0;
  writes: string[] = [];
  constructor(private readonly isFed = false) {}
  starts = 0;
  initialize = async (): Promise<void> => void this.starts++;
  shutdown = async (): Promise<void> => undefined;
  supportsPollingUpdatesFor = (path: DataAdapterKeyPath): boolean =>
    this.isFed && path === DataAdapterKeyPath.V1Rulesets;
  async get(key: string): Promise<{ result?: string }> {
    if (!key.includes('/v1/download_config_specs')) return {};
    this.reads++;
    return this.value === '' ? {} : { result: this.value };
  }
  async set(key: string, value: string): Promise<void> {
    if (key.includes('config_specs')) this.writes.push(value);
  }
}

async function started(engine: Engine, options: StatsigOptions, network = new FakeNetwork()) {
  const [clock, log] = [new FakeClock(), new Log()];
  const server = new StatsigServer(
    KEY,
    {
      engine,
      logger: log,
      networkOverrideFunc: network.override,
      disableIdListsSync: true,
      ...options,
    },
    { clock },
  );
  const starting = server.initializeAsync();
  const downloads = (): number =>
    network.requests.filter((line) => line.includes('download_config_specs')).length;
  const from = (): unknown => server.getConfig({ userID: 'u' }, 'from').get('from', 'nobody');
  return { server, clock, log, network, starting, downloads, from };
}

/** Starts and hands over; the clock moves on until the start is over. */
async function running(engine: Engine, options: StatsigOptions, network?: FakeNetwork) {
  const parts = await started(engine, options, network);
  let details: Awaited<typeof parts.starting> | null = null;
  void parts.starting.then((value) => (details = value));
  for (let round = 0; round < 15 && details === null; round++) {
    await settle();
    if (details === null) await parts.clock.advance(1_000);
  }
  return { ...parts, details: await parts.starting };
}

function orders<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) =>
    orders([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]),
  );
}

const REASONS = {
  store: 'DataAdapter',
  bootstrap: 'Bootstrap',
  network: 'Network',
  mine: 'DataAdapter',
};

for (const engine of ENGINES) {
  test(`${engine}: in every order the first that has specs serves, and polls keep to it`, async (t) => {
    // All 24, or on the other engines one for each that may be first.
    const all = orders(['store', 'bootstrap', 'network', 'mine'] as const);
    for (const order of engine === ENGINES.at(-1) ? all : all.filter((_, at) => at % 7 === 0)) {
      const title = order.join(', ');
      const [network, store] = [new FakeNetwork(), new Store()];
      network.specs = project(1000, 'network');
      store.value = textOf(1000, 'store');
      let asked = 0;
      const mine: CustomSpecSource = {
        name: 'mine',
        get: () => {
          asked++;
          return textOf(1000, 'mine');
        },
      };
      const { server, clock, details, downloads, from } = await running(
        engine,
        {
          dataAdapter: store,
          bootstrapValues: textOf(1000, 'bootstrap'),
          specSources: order.map((one) => (one === 'mine' ? mine : one)),
        },
        network,
      );
      const [first] = order;
      const called = (one: string, times: number): number => (first === one ? times : 0);
      t.is(from(), first, title);
      t.like(details, { success: true, source: REASONS[first!], error: undefined }, title);
      t.is(server.health().source, first === 'mine' ? 'mine' : REASONS[first!], title);
      const { reason } = server.getConfig({ userID: 'u' }, 'from').getEvaluationDetails() ?? {};
      t.is(String(reason), REASONS[first!], title);
      t.deepEqual(
        [asked, downloads(), store.reads],
        [called('mine', 1), called('network', 1), called('store', 1)],
        title,
      );
      // A poll asks the network or the custom source, whichever stands first; bootstrap never again,
      // and the store, which nobody else feeds, only when others fail.
      await clock.advance(11_000);
      const polled = order.find((one) => one === 'mine' || one === 'network');
      const then = (one: string): number => called(one, 1) + (polled === one ? 1 : 0);
      t.deepEqual(
        [asked, downloads(), store.reads],
        [then('mine'), then('network'), called('store', 1)],
        title,
      );
      await server.shutdownAsync(500);
    }
  });

  test(`${engine}: the network first, a file as the last resort, and back`, async (t) => {
    const network = new FakeNetwork();
    network.status = 500;
    const file = { name: 'file', get: () => Buffer.from(textOf(500, 'file')) };
    const { server, clock, details, from } = await running(
      engine,
      { specSources: ['network', file] },
      network,
    );
    t.like(details, { success: true, source: 'DataAdapter' });
    t.regex(String(details.error), /500/);
    t.is(from(), 'file');
    t.is(server.health().source, 'file');
    network.status = 200;
    network.specs = project(2000, 'network');
    await clock.advance(11_000);
    t.is(from(), 'network');
    t.is(server.health().source, 'Network');
    // The file is older than what is in force: the failure stays one, and the specs stay.
    network.status = 503;
    await clock.advance(11_000);
    t.is(from(), 'network');
    t.is(server.health().source, 'Network');
    t.true(server.health().specs.failures > 0);
    t.is(server.getConfig({ userID: 'u' }, 'from').getEvaluationDetails()?.reason, 'Network');
    await server.shutdownAsync(500);
  });

  test(`${engine}: a stream first; what is behind it is asked while it is away`, async (t) => {
    let sink: SpecStreamSink | null = null;
    const network = new FakeNetwork();
    const store = new Store();
    network.specs = project(900, 'network');
    const { server, clock, from, details, downloads } = await running(
      engine,
      {
        dataAdapter: store,
        specStream: {
          start: (given) => {
            sink = given;
            void given.push(textOf(1000, 'stream'));
            return () => undefined;
          },
        },
        specSources: ['stream', 'store', 'network', { name: 'file', get: () => textOf(1, 'file') }],
      },
      network,
    );
    const { push, lost } = sink!;
    t.is(from(), 'stream');
    t.like(details, { success: true, source: 'Network', error: undefined });
    await clock.advance(60_000);
    t.is(downloads(), 0, 'polling rests');
    t.true(await push(textOf(2000, 'stream again')));
    t.is(from(), 'stream again');
    t.is(store.writes.length, 2);
    lost(new Error('gone'));
    network.specs = project(3000, 'network');
    await clock.advance(11_000);
    t.is(from(), 'network');
    t.true(await push(textOf(4000, 'back')));
    const before = downloads();
    await clock.advance(60_000);
    t.is(downloads(), before);
    t.is(from(), 'back');
    await server.shutdownAsync(500);
  });
}

const never = new Promise<never>(() => undefined);
/** What goes wrong with a source; the network behind it has to serve. */
const FAULTS: Record<string, CustomSpecSource> = {
  throws: {
    get: () => {
      throw new Error('no');
    },
  },
  'throws nothing': {
    get: () => {
      throw undefined;
    },
  },
  rejects: { get: () => Promise.reject(new Error('no')) },
  'never answers': { get: () => never },
  'has nothing': { get: () => null },
  'gives junk': { get: () => 'junk' },
  'gives a number': { get: () => 1e9 },
  'gives half a payload': { get: () => textOf(5000, 'half').slice(0, 300) },
  'gives a payload without specs': { get: () => '{"has_updates":false}' },
  'gives a payload without a time': { get: () => ({ ...project(0, 'timeless'), time: undefined }) },
  'gives a payload of another key': {
    get: () => ({ ...project(5000, 'other'), hashed_sdk_key_used: '1' }),
  },
  'gives an object that cannot be read': {
    get: () => ({
      get a() {
        throw new Error('no');
      },
    }),
  },
  'gives a circle': {
    get: () => {
      const circle: object[] = [];
      circle.push(circle);
      return circle;
    },
  },
  'has a then that throws': {
    get: () => ({
      get then() {
        throw new Error('no');
      },
    }),
  },
  'has getters that throw': {
    get name(): string {
      throw new Error('no');
    },
    get: () => null,
  },
  'cannot start': {
    start: () => {
      throw new Error('no');
    },
  },
  'starts with a rejection': {
    start: (async () => {
      throw new Error('no');
    }) as never,
  },
  'returns no end': { start: (() => undefined) as never },
  'pushes nothing': { start: () => () => undefined },
  'pushes junk': {
    start: ({ push }) => {
      void push('junk');
      return () => undefined;
    },
  },
  'pushes a number': {
    start: ({ push }) => {
      void push(1e9 as never);
      return () => undefined;
    },
  },
  'pushes nothing but signs of life': {
    start: ({ push }) => {
      void push('{"has_updates":false}');
      return () => undefined;
    },
  },
  'pushes junk, then throws': {
    start: ({ push }) => {
      void push('junk');
      throw new Error('no');
    },
  },
  'is lost at once': {
    start: ({ lost }) => {
      lost(new Error('no'));
      return () => {
        throw new Error('no');
      };
    },
  },
};

/** What an engine has to do with. */
const PARSED = /gives junk|half|without|another key|signs/;

for (const engine of ENGINES)
  for (const [fault, source] of Object.entries(FAULTS)) {
    if (engine !== ENGINES.at(-1) && !PARSED.test(fault)) continue;
    test(`${engine}: a source that ${fault} costs its turn, at the start and at polls`, async (t) => {
      const network = new FakeNetwork();
      network.specs = project(1000, 'network');
      const { server, clock, details, from } = await running(
        engine,
        { specSources: [source, 'network'] },
        network,
      );
      t.is(from(), 'network');
      t.like(details, { success: true, source: 'Network' });
      t.is(server.health().source, 'Network');
      network.specs = project(2000, 'newer');
      await clock.advance(25_000);
      t.is(from(), 'newer');
      t.is(server.health().source, 'Network');
      await server.shutdownAsync(500);
      t.is(clock.pending, 0, 'no timer is left');
    });
  }

test('old specs, pushes after the end, pushes while polling runs', async (t) => {
  let sink: SpecStreamSink | null = null;
  let ends = 0;
  const network = new FakeNetwork();
  network.specs = project(5000, 'network');
  const pushing: CustomSpecSource = {
    name: 'pushing',
    start: async (given: SpecStreamSink) => {
      sink = given;
      return () => void ends++;
    },
  };
  const { server, clock, from, downloads } = await running(
    'js',
    { specSources: [pushing, 'network'] },
    network,
  );
  const { push, lost } = sink!;
  t.is(from(), 'network');
  t.true(await push(textOf(4000, 'older')));
  t.is(from(), 'network');
  const before = downloads();
  await clock.advance(11_000);
  t.is(downloads(), before + 1, 'who is behind does not keep polling at rest');
  const [one, two] = [push(textOf(6000, 'one')), push(textOf(7000, 'two'))];
  t.deepEqual(await Promise.all([one, two]), [true, true]);
  t.is(from(), 'two');
  t.is(server.health().source, 'pushing');
  t.false(await push(textOf(8000, 'cut').slice(0, 200)));
  t.is(from(), 'two', 'what was good stays');
  await server.shutdownAsync(500);
  t.false(await push(textOf(9000, 'late')));
  lost(new Error('late'));
  await settle();
  t.is(ends, 1);
  t.is(clock.pending, 0);
});

test('shutdown while a source is awaited', async (t) => {
  const { server, starting, clock } = await started('js', {
    specSources: [{ get: () => never }, { start: () => () => undefined }, 'network'],
  });
  await settle();
  const stopping = server.shutdownAsync(100);
  await clock.advance(11_000);
  await stopping;
  await starting;
  t.is(clock.pending, 0);
  t.is(server.health().state, 'shutdown');
});

test('a store that others feed is polled in its place, and the network helps out', async (t) => {
  const [network, store] = [new FakeNetwork(), new Store(true)];
  network.specs = project(1000, 'network');
  store.value = textOf(1000, 'store');
  const options: StatsigOptions = { dataAdapter: store, specSources: ['store', 'network'] };
  const { server, clock, from, downloads } = await running('js', options, network);
  store.value = textOf(2000, 'store');
  await clock.advance(11_000);
  t.deepEqual([from(), downloads()], ['store', 0]);
  store.value = 'junk';
  network.specs = project(3000, 'network');
  await clock.advance(11_000);
  t.deepEqual([from(), downloads()], ['network', 1]);
  t.is(store.starts, 1, 'before its first turn, and never again');
  await server.shutdownAsync(500);
});

test('verifyPayload is asked about every source', async (t) => {
  const asked: string[] = [];
  let push: SpecStreamSink['push'] = async () => false;
  const { server, from } = await running('js', {
    specSources: [
      { name: 'bad', get: () => textOf(9000, 'bad') },
      { name: 'good', get: () => textOf(1000, 'good') },
      {
        start: (sink) => {
          push = sink.push;
          return () => undefined;
        },
      },
    ],
    verifyPayload: (bytes, _, source) => {
      asked.push(source);
      return !Buffer.from(bytes).includes('bad');
    },
  });
  t.is(from(), 'good');
  t.deepEqual(asked, ['DataAdapter', 'DataAdapter']);
  t.false(await push(textOf(9999, 'bad')));
  t.true(await push(textOf(9999, 'pushed')));
  t.deepEqual(asked.slice(2), ['Network', 'Network']);
  t.is(from(), 'pushed');
  await server.shutdownAsync(500);
});

const WRONG: [string, unknown, SpecSourceEntry[] | null][] = [
  ['no list', 'network', ['network']],
  ['nothing', [], null],
  ['a name that is none', ['net', 'network'], ['network']],
  ['a name without its option', ['store', 'stream', 'bootstrap', 'network'], ['network']],
  ['nothing that can be used', [null, 5, {}], null],
  ['a name twice', ['network', 'network'], ['network']],
];

for (const [title, given, becomes] of WRONG)
  test(`specSources with ${title}`, async (t: ExecutionContext) => {
    const { server, details, log } = await running('js', { specSources: given as never });
    t.like(details, { success: true, source: 'Network' });
    const warnings = log.lines.filter((line) => line.includes('specSources'));
    t.is(warnings.length, title === 'nothing' || title === 'no list' ? 0 : 1);
    t.is(becomes === null || becomes.includes('network'), true);
    await server.shutdownAsync(500);
  });

test('without the option nothing of it is loaded', async (t) => {
  const { server } = await running('js', {});
  await until(() => server.health().isReady);
  t.is(server.health().source, 'Network');
  await server.shutdownAsync(500);
});
