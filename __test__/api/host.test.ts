/** What an instance asks of its host: time, tables, engines. */
import test from 'ava';
import type { Clock } from '../../src/host/clock';
import type { Platform } from '../../src/platform/platform';
import { nodePlatform } from '../../src/platform/platform-node';
import { StatsigServer } from '../../src/api/statsig';
import type { StatsigOptions } from '../../src/api/public-types';
import { ENGINES, FakeNetwork, KEY, Log, payload } from './support';

const U = { userID: 'u', ip: '8.8.8.8' };

/** Time that stands still until `pass` is called. */
class FakeClock implements Clock {
  private time = 1_700_000_000_000;
  private timers: { at: number; task: () => void }[] = [];
  now = (): number => this.time;
  isReplaced = (): boolean => true;
  random = (): number => 0.5;

  setTimer(task: () => void, ms: number): unknown {
    const timer = { at: this.time + ms, task };
    this.timers.push(timer);
    return timer;
  }

  clearTimer(handle: unknown): void {
    this.timers = this.timers.filter((timer) => timer !== handle);
  }

  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.clearTimer(due);
      this.time = Math.max(this.time, due.at);
      due.task();
    }
    this.time = end;
  }

  get pending(): number {
    return this.timers.length;
  }
}

const withIpCondition = () => {
  const base = payload();
  const condition = {
    type: 'ip_based',
    operator: 'any',
    field: 'country',
    targetValue: ['US'],
    additionalValues: {},
    idType: 'userID',
  };
  const gate = {
    name: 'us',
    type: 'feature_gate',
    salt: 's',
    enabled: true,
    defaultValue: false,
    idType: 'userID',
    entity: 'feature_gate',
    rules: [
      {
        name: 'r',
        id: 'us',
        salt: 's',
        passPercentage: 100,
        returnValue: true,
        idType: 'userID',
        conditions: [condition],
      },
    ],
  };
  return { ...base, feature_gates: [...base.feature_gates, gate] };
};

for (const engine of ENGINES) {
  const make = (
    network: FakeNetwork,
    platform: Partial<Platform>,
    options: StatsigOptions = {},
    clock?: Clock,
  ) =>
    new StatsigServer(
      KEY,
      {
        networkOverrideFunc: network.override,
        logger: new Log(),
        disableIdListsSync: true,
        disableRulesetsSync: true,
        engine,
        ...options,
      },
      { platform: { ...nodePlatform, ...platform }, ...(clock && { clock }) },
    );

  test(`${engine}: exposures count again in a new window`, async (t) => {
    const [network, clock] = [new FakeNetwork(), new FakeClock()];
    const server = make(network, {}, {}, clock);
    await server.initializeAsync();
    const look = (): void => {
      server.checkGate(U, 'always');
      server.checkGate(U, 'always');
    };
    look();
    clock.pass(59_000);
    look();
    await server.flush();
    t.is(network.comparable().length, 1);
    clock.pass(2_000);
    look();
    await server.flush();
    t.is(network.comparable().length, 2);
    await server.shutdownAsync();
    t.is(clock.pending, 0, 'shutdown leaves no timer');
  });

  for (const [strategy, reads, country] of [
    ['await', 1, true],
    ['lazy', 1, true],
    ['none', 0, false],
  ] as const) {
    test(`${engine}: the IP table with strategy ${strategy}`, async (t) => {
      let read = 0;
      const readIpTable = (): Uint8Array | null => {
        read++;
        return nodePlatform.readIpTable();
      };
      const [network, clock] = [new FakeNetwork(), new FakeClock()];
      network.specs = withIpCondition();
      const server = make(network, { readIpTable }, { initStrategyForIP3Country: strategy }, clock);
      await server.initializeAsync();
      clock.pass(1);
      t.is(read, reads);
      t.is(server.checkGate(U, 'us'), country);
      await server.syncStoreSpecs();
      t.is(read, reads, 'read once');
      await server.shutdownAsync();
    });
  }

  test(`${engine}: the IP table is not read when no condition needs it, and may be missing`, async (t) => {
    let read = 0;
    const readIpTable = (): never => {
      read++;
      throw new Error('not installed');
    };
    const network = new FakeNetwork();
    const server = make(network, { readIpTable });
    await server.initializeAsync();
    t.is(read, 0);
    network.specs = { ...withIpCondition(), time: 2000 };
    await server.syncStoreSpecs();
    t.is(read, 1);
    t.false(server.checkGate(U, 'us'));
    await server.shutdownAsync();
  });

  test(`${engine}: lazy ID lists come after initialize, 'none' never`, async (t) => {
    for (const [initStrategyForIDLists, atOnce, later] of [
      ['await', 1, 1],
      ['lazy', 0, 1],
      ['none', 0, 0],
    ] as const) {
      const [network, clock] = [new FakeNetwork(), new FakeClock()];
      const asked = (): number =>
        network.requests.filter((line) => line.endsWith('/get_id_lists')).length;
      const server = make(network, {}, { initStrategyForIDLists }, clock);
      await server.initializeAsync();
      t.is(asked(), atOnce);
      clock.pass(1);
      await new Promise((resolve) => setImmediate(resolve));
      t.is(asked(), later);
      await server.syncStoreIdLists();
      t.is(asked() > 0, initStrategyForIDLists !== 'none');
      await server.shutdownAsync();
    }
  });

  test(`${engine}: a forced engine that cannot load is an error at once`, (t) => {
    const selectEngine = (): never => {
      throw new Error('The wasm engine was asked for and cannot load: no');
    };
    t.throws(() => make(new FakeNetwork(), { selectEngine }), { message: /cannot load/ });
  });

  test(`${engine}: where nothing runs between requests, no timer is started`, async (t) => {
    const [network, clock] = [new FakeNetwork(), new FakeClock()];
    const server = make(
      network,
      { hasBackground: false },
      { disableRulesetsSync: false, disableIdListsSync: false },
      clock,
    );
    await server.initializeAsync();
    t.is(clock.pending, 0);
    server.checkGate(U, 'always');
    await server.flush();
    t.is(network.comparable().length, 1);
    await server.shutdownAsync();
  });

  test(`${engine}: there, windows of exposures turn by the clock, also when it goes back by years`, async (t) => {
    const [network, clock] = [new FakeNetwork(), new FakeClock()];
    const server = make(network, { hasBackground: false }, {}, clock);
    await server.initializeAsync();
    const exposed = async (): Promise<number> => {
      for (let i = 0; i < 20; i++) server.checkGate(U, 'always');
      await server.flush();
      return network.comparable().length;
    };
    t.is(await exposed(), 1);
    clock.pass(59_999);
    t.is(await exposed(), 1);
    clock.pass(1);
    t.is(await exposed(), 2);
    clock.pass(-1e11);
    t.is(await exposed(), 3);
    t.is(await exposed(), 3);
    clock.pass(60_000);
    t.is(await exposed(), 4);
    await server.shutdownAsync();
  });

  test(`${engine}: engines that were passed over are named at info`, async (t) => {
    const log = new Log();
    const { engine: chosen } = nodePlatform.selectEngine(engine);
    const selectEngine = () => ({
      engine: chosen,
      rejected: [{ kind: 'wasm' as const, reason: 'no file' }],
    });
    const server = make(new FakeNetwork(), { selectEngine }, { logger: log });
    t.true(log.lines.some((line) => line.includes('wasm') && line.includes('no file')));
    t.deepEqual(server.engineInfo().rejected, [{ kind: 'wasm', reason: 'no file' }]);
  });
}
