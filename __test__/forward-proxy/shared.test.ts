/** One stream for instances that want the same, and none for those that do not. */
import test from 'ava';
import { StatsigServer } from '../../src/api/statsig';
import { ForwardProxyStream, type ForwardProxyOptions } from '../../src/forward-proxy';
import type { SpecStreamSink } from '../../src/updates/spec-stream';
import { ENGINES, FakeNetwork, Log, payload, rule, spec } from '../api/support';
import { FakeClock, settle, until } from '../network/fake-clock';
import { StandIn, message } from './stand-in';

const HEARTBEAT = message({ has_updates: false });
const specs = (time: number): string =>
  JSON.stringify({ has_updates: true, time, padding: 'x'.repeat(99) });

/** An instance as a stream sees it. */
class Sink implements SpecStreamSink {
  readonly format: 1 | 2 = 1;
  readonly maxBytes: number = 1_000_000;
  readonly taken: Uint8Array[] = [];
  readonly losses: unknown[] = [];
  at = 0;
  isRefusing = false;
  /** What is pushed waits for this. */
  gate: Promise<unknown> = Promise.resolve();

  constructor(readonly secretKey = 'secret-a') {}

  time = (): number => this.at;

  push = async (given: Uint8Array | string): Promise<boolean> => {
    await this.gate;
    if (this.isRefusing) return false;
    this.taken.push(given as Uint8Array);
    const { time = this.at } = JSON.parse(Buffer.from(given as Uint8Array).toString());
    this.at = Math.max(this.at, time);
    return true;
  };

  lost = (reason: unknown): void => void this.losses.push(reason);
}

async function setUp() {
  const proxy = await StandIn.start();
  const clock = new FakeClock();
  const stops: (() => void)[] = [];
  const start = (sink: SpecStreamSink, more: Partial<ForwardProxyOptions> = {}): (() => void) => {
    const stop = new ForwardProxyStream({ url: proxy.url, clock, ...more }).start(sink);
    stops.push(stop);
    return stop;
  };
  const end = async (): Promise<void> => {
    for (const stop of stops) stop();
    await until(() => proxy.sessions.size === 0);
    await proxy.close();
  };
  return { proxy, clock, start, end };
}

test('those who want the same have one stream, and the last to stop closes it', async (t) => {
  const { proxy, start, end } = await setUp();
  proxy.first = message(specs(1));
  const [one, two, three] = [new Sink(), new Sink(), new Sink()];
  const stop = [one, two, three].map((sink) => start(sink));
  await until(() => [one, two, three].every((sink) => sink.at === 1));
  t.is(proxy.requests.length, 1);
  t.is(one.taken[0], two.taken[0], 'the bytes are the same ones');
  stop[0]!();
  proxy.send(message(specs(2)));
  await until(() => two.at === 2 && three.at === 2);
  t.is(one.at, 1);
  stop[1]!();
  stop[1]!();
  t.is(proxy.sessions.size, 1);
  stop[2]!();
  await until(() => proxy.sessions.size === 0);
  t.deepEqual(
    [one, two, three].flatMap(({ losses }) => losses),
    [],
  );
  await end();
});

test('who comes later gets what came last, and who has more than was asked for waits', async (t) => {
  const { proxy, start, end } = await setUp();
  proxy.first = message(specs(5));
  const [first, late, current] = [new Sink(), new Sink(), new Sink()];
  start(first);
  await until(() => first.at === 5);
  start(late);
  await until(() => late.at === 5);
  current.at = 5;
  start(current);
  proxy.send(HEARTBEAT);
  await until(() => [first, late, current].every((sink) => sink.taken.length > 1));
  t.is(proxy.requests.length, 1);
  await end();
});

test('who lacks what the stream never brought has its own', async (t) => {
  const { proxy, start, end } = await setUp();
  const [has, lacks] = [new Sink(), new Sink()];
  has.at = 7;
  proxy.first = HEARTBEAT;
  start(has);
  await until(() => has.taken.length === 1);
  proxy.first = message(specs(7));
  start(lacks);
  await until(() => lacks.at === 7);
  t.is(proxy.requests.length, 2);
  await end();
});

test('other keys, certificates, formats and bounds are never shared', async (t) => {
  const { proxy, clock, start, end } = await setUp();
  class Other extends Sink {
    override readonly format = 2;
  }
  class Small extends Sink {
    override readonly maxBytes = 1_000;
  }
  const tls = { ca: 'mine' };
  start(new Sink());
  start(new Sink('secret-b'));
  start(new Other());
  start(new Small());
  start(new Sink(), { tls });
  start(new Sink(), { tls: { ...tls } });
  start(new Sink(), { silenceMs: 5_000 });
  start(new Sink(), { clock: new FakeClock() });
  await until(() => proxy.streams.size === 8);
  start(new Sink(), { tls });
  await settle();
  await clock.advance(10);
  t.is(proxy.streams.size, 8);
  await end();
});

test('the end of a stream is told to each, and the next one is one again', async (t) => {
  const { proxy, clock, start, end } = await setUp();
  proxy.first = message(specs(1));
  const [one, two] = [new Sink(), new Sink()];
  start(one);
  start(two);
  await until(() => one.at === 1 && two.at === 1);
  proxy.drop();
  await until(() => one.losses.length === 1 && two.losses.length === 1);
  proxy.first = message(specs(2));
  await clock.advance(60_000);
  await until(() => one.at === 2 && two.at === 2);
  t.is(proxy.requests.length, 2);
  // One who begins while the others wait for the next try does not.
  proxy.drop();
  await until(() => one.losses.length === 2 && two.losses.length === 2);
  proxy.first = message(specs(3));
  start(new Sink());
  await until(() => one.at === 3 && two.at === 3);
  t.is(proxy.requests.length, 3);
  await end();
});

test('who refuses, and who is slow, leaves the others alone', async (t) => {
  const { proxy, start, end } = await setUp();
  const [good, picky, slow] = [new Sink(), new Sink(), new Sink()];
  picky.isRefusing = true;
  let goOn = (): void => undefined;
  slow.gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  for (const sink of [good, picky, slow]) start(sink);
  await until(() => proxy.streams.size === 1);
  for (const time of [1, 2, 3]) {
    proxy.send(message(specs(time)));
    await until(() => good.at === time);
  }
  t.is(picky.losses.length, 3);
  t.deepEqual([good.losses, slow.losses, slow.taken], [[], [], []]);
  goOn();
  await until(() => slow.at === 3);
  t.is(slow.taken.length, 2, 'the one that it was at, and the newest');
  picky.isRefusing = false;
  proxy.send(message(specs(4)));
  await until(() => picky.at === 4);
  t.is(proxy.requests.length, 1);
  await end();
});

test('what nobody can use ends the stream, and everybody hears of it once', async (t) => {
  const { proxy, start, end } = await setUp();
  const [one, two] = [new Sink(), new Sink()];
  one.isRefusing = two.isRefusing = true;
  start(one);
  start(two);
  await until(() => proxy.streams.size === 1);
  proxy.send(message(specs(1)));
  await until(() => proxy.sessions.size === 0);
  await settle();
  t.deepEqual([one.losses.length, two.losses.length], [1, 1]);
  await end();
});

test('who comes while the first payload is being taken gets it, too', async (t) => {
  const { proxy, start, end } = await setUp();
  proxy.first = message(specs(1));
  const [first, late] = [new Sink(), new Sink()];
  let goOn = (): void => undefined;
  const isAsked = new Promise<void>((asked) => {
    const push = first.push;
    first.push = (given) => {
      asked();
      return push(given);
    };
  });
  first.gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  start(first);
  await isAsked;
  start(late);
  await until(() => late.at === 1);
  goOn();
  await until(() => first.at === 1);
  t.deepEqual([proxy.requests.length, first.taken.length, late.taken.length], [1, 1, 1]);
  await end();
});

test('one that never answers keeps nothing from those who refused what it was at', async (t) => {
  const { proxy, start, end } = await setUp();
  const [hung, good] = [new Sink(), new Sink()];
  hung.gate = new Promise(() => undefined);
  good.isRefusing = true;
  start(hung);
  const stop = start(good);
  await until(() => proxy.streams.size === 1);
  proxy.send(message(specs(1)));
  await settle();
  good.isRefusing = false;
  proxy.send(message(specs(2)));
  await until(() => good.at === 2);
  stop();
  t.deepEqual([hung.losses, good.losses], [[], []]);
  await end();
});

test('what a sink throws is a refusal, and costs the others nothing', async (t) => {
  const { proxy, start, end } = await setUp();
  const [bad, good] = [new Sink(), new Sink()];
  const fail = (): never => {
    throw new Error('mine');
  };
  bad.push = bad.lost = fail;
  start(bad);
  start(good);
  await until(() => proxy.streams.size === 1);
  for (const time of [1, 2]) {
    proxy.send(message(specs(time)));
    await until(() => good.at === time);
  }
  bad.time = fail;
  proxy.drop();
  await until(() => good.losses.length === 1);
  t.is(proxy.requests.length, 1);
  await end();
});

test('who joins a broken stream makes nobody wait longer, and is not told that it broke', async (t) => {
  const { proxy, clock, start, end } = await setUp();
  proxy.isRefusing = true;
  const sinks = Array.from({ length: 10 }, () => new Sink());
  for (const sink of sinks) {
    start(sink);
    await until(() => sink.losses.length > 0);
  }
  const joiner = new Sink();
  const [first] = sinks;
  const { lost } = first!;
  first!.lost = () => {
    first!.lost = lost;
    proxy.isRefusing = false;
    proxy.first = message(specs(1));
    start(joiner);
  };
  await clock.advance(2_000);
  await until(() => [...sinks, joiner].every(({ at }) => at === 1));
  t.deepEqual(joiner.losses, []);
  await end();
});

test('who stops while the connection is being made leaves nothing, and nothing throws', async (t) => {
  const { proxy, start, end } = await setUp();
  const sink = new Sink();
  start(sink)();
  // The session is gone by then, but Node tells of its connection all the same.
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.is(proxy.sessions.size, 0);
  start(sink);
  await until(() => proxy.streams.size === 1);
  t.deepEqual(sink.losses, []);
  await end();
});

for (const engine of ENGINES) {
  test(`${engine}: many instances of one stream see each change, one shutdown apart`, async (t) => {
    const { proxy, clock, end } = await setUp();
    const network = new FakeNetwork();
    const project = (time: number, on: boolean) =>
      payload({
        time,
        feature_gates: [spec({ name: 'pushed', rules: on ? [rule({ conditions: [] })] : [] })],
      });
    network.specs = project(1000, false);
    const servers = Array.from(
      { length: 10 },
      () =>
        new StatsigServer(`secret-${engine}`, {
          engine,
          logger: new Log(),
          networkOverrideFunc: network.override,
          disableIdListsSync: true,
          specStream: new ForwardProxyStream({ url: proxy.url, clock }),
        }),
    );
    await Promise.all(servers.map((server) => server.initializeAsync()));
    await until(() => proxy.streams.size === 1);
    const [gone, ...others] = servers;
    const isOn = (server: StatsigServer): boolean => server.checkGate({ userID: 'u' }, 'pushed');
    for (const time of [2000, 3000, 4000]) {
      const on = time % 2000 === 0;
      proxy.send(message(project(time, on)));
      await until(() => others.every((server) => isOn(server) === on));
      if (time === 2000) await gone!.shutdownAsync(500);
      t.is(
        others[0]!.getFeatureGate({ userID: 'v' }, 'pushed').evaluationDetails?.configSyncTime,
        time,
      );
    }
    t.is(proxy.requests.length, 1);
    await Promise.all(others.map((server) => server.shutdownAsync(500)));
    await end();
  });
}
