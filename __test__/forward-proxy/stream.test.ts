/** Config specs from a forward proxy: what arrives, what breaks, and what is left behind. */
import test from 'ava';
import { StatsigServer } from '../../src/api/statsig';
import { ForwardProxyStream } from '../../src/forward-proxy';
import { Frames, requestFrame, specsIn } from '../../src/forward-proxy/messages';
import type { SpecStream, SpecStreamSink } from '../../src/updates/spec-stream';
import { ENGINES, FakeNetwork, KEY, Log, payload, rule, spec } from '../api/support';
import { FakeClock, settle, until } from '../network/fake-clock';
import { StandIn, message } from './stand-in';

const U = { userID: 'u' };
const HEARTBEAT = message({ has_updates: false });

/** The project at a time, with the gate `pushed` on or off. */
const project = (time: number, on: boolean) =>
  payload({
    time,
    feature_gates: [spec({ name: 'pushed', rules: on ? [rule({ conditions: [] })] : [] })],
  });

/** An instance that streams from a stand-in; nothing but the clock makes it poll. */
async function streaming(
  engine: (typeof ENGINES)[number],
  proxy: StandIn,
  clock = new FakeClock(),
) {
  const network = new FakeNetwork();
  network.specs = project(1000, false);
  const log = new Log();
  const server = new StatsigServer(
    KEY,
    {
      engine,
      logger: log,
      networkOverrideFunc: network.override,
      disableIdListsSync: true,
      specStream: new ForwardProxyStream({ url: proxy.url, clock }),
    },
    { clock },
  );
  await server.initializeAsync();
  const downloads = (): number =>
    network.requests.filter((line) => line.includes('download_config_specs')).length;
  return { server, clock, log, network, downloads };
}

for (const engine of ENGINES) {
  test(`${engine}: a change arrives, and polling rests until the stream breaks`, async (t) => {
    const proxy = await StandIn.start();
    proxy.first = message(project(2000, true));
    const { server, clock, log, downloads } = await streaming(engine, proxy);
    t.false(server.checkGate(U, 'pushed'));
    await until(() => server.checkGate(U, 'pushed'));
    t.deepEqual(proxy.requests[0], requestFrame(KEY, 1, 1000));
    proxy.send(message(project(3000, false)));
    await until(() => !server.checkGate(U, 'pushed'));
    // An older one and a sign of life change nothing.
    proxy.send(message(project(500, true)));
    proxy.send(HEARTBEAT);
    await settle();
    t.false(server.checkGate(U, 'pushed'));
    await clock.advance(60_000);
    t.is(downloads(), 1);
    proxy.isRefusing = true;
    proxy.drop();
    await until(() => log.lines.some((line) => line.includes('stream of config specs broke')));
    await clock.advance(11_000);
    t.is(downloads(), 2);
    await server.shutdownAsync(500);
    await until(() => proxy.sessions.size === 0);
    t.is(server.health().state, 'shutdown');
    await proxy.close();
  });
}

const LIES: Record<string, (proxy: StandIn) => void> = {
  rubbish: (proxy) => proxy.send(Buffer.from('HTTP/1.1 200 OK\r\n\r\nhello, this is no frame')),
  'a message that is no protobuf': (proxy) =>
    proxy.send(Buffer.from([0, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff])),
  'no specs': (proxy) => proxy.send(message('{"has_updates":true,"feature_gates":5')),
  'a length beyond all bounds': (proxy) => proxy.send(Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1])),
  'a compressed frame': (proxy) => proxy.send(Buffer.from([1, 0, 0, 0, 1, 0])),
  'half a payload, and the end': (proxy) => {
    const whole = message(project(9000, true));
    for (const stream of proxy.streams) stream.end(whole.subarray(0, whole.length / 2));
  },
  'half a payload, and silence': (proxy) => {
    const whole = message(project(9000, true));
    proxy.send(whole.subarray(0, whole.length / 2));
  },
};

for (const [name, lie] of Object.entries(LIES)) {
  test(`a proxy that sends ${name} costs a fallback`, async (t) => {
    const proxy = await StandIn.start();
    proxy.first = message(project(2000, true));
    const { server, clock, network, downloads } = await streaming('js', proxy);
    await until(() => server.checkGate(U, 'pushed'));
    network.specs = project(4000, false);
    const before = downloads();
    proxy.first = null;
    proxy.isRefusing = true;
    lie(proxy);
    await new Promise((resolve) => setTimeout(resolve, 50));
    t.true(server.checkGate(U, 'pushed'), 'what was good serves');
    for (let round = 0; round < 12 && downloads() === before; round++) {
      await clock.advance(10_000);
      await settle();
    }
    t.is(downloads(), before + 1);
    t.false(server.checkGate(U, 'pushed'));
    await server.shutdownAsync(500);
    await proxy.close();
  });
}

test('reconnects leave no session, timer or memory, and are spread', async (t) => {
  const proxy = await StandIn.start();
  proxy.first = HEARTBEAT;
  const { server, clock } = await streaming('js', proxy);
  await until(() => proxy.streams.size === 1);
  const timers = clock.pending;
  clock.delays.length = 0;
  for (let round = 0; round < 100; round++) {
    clock.draw = (round % 10) / 10;
    const asked = proxy.requests.length;
    proxy.drop();
    await until(() => proxy.sessions.size === 0);
    await settle();
    await clock.advance(60_000);
    await until(() => proxy.requests.length > asked && proxy.streams.size === 1);
  }
  t.is(proxy.sessions.size, 1);
  t.true(clock.pending <= timers + 1, `${clock.pending} timers, ${timers} before`);
  const waits = clock.delays.filter((ms) => ms > 20_000 && ms < 60_000);
  t.true(new Set(waits.map(Math.round)).size > 3, 'waits are spread');
  await server.shutdownAsync(500);
  await until(() => proxy.sessions.size === 0);
  await proxy.close();
});

test('a proxy that is not there costs nothing', async (t) => {
  const proxy = await StandIn.start();
  await proxy.close();
  const { server, clock, downloads } = await streaming('js', proxy);
  await settle();
  await clock.advance(25_000);
  t.true(downloads() >= 2);
  t.false(server.checkGate(U, 'pushed'));
  await server.shutdownAsync(500);
});

test('a stream of an application, and one that throws', async (t) => {
  const log = new Log();
  const options = { engine: 'js', logger: log, disableIdListsSync: true } as const;
  const network = new FakeNetwork();
  let push: (payload: Uint8Array) => Promise<boolean> = async () => false;
  let stops = 0;
  const server = new StatsigServer(KEY, {
    ...options,
    networkOverrideFunc: network.override,
    specStream: {
      start: (sink) => {
        push = sink.push;
        return () => stops++;
      },
    },
  });
  await server.initializeAsync();
  const specs = (time: number) => Buffer.from(JSON.stringify(project(time, true)));
  t.true(await push(specs(2000)));
  t.true(server.checkGate(U, 'pushed'));
  t.false(await push(Buffer.from('rubbish')));
  await server.shutdownAsync(500);
  t.is(stops, 1);
  t.false(await push(specs(3000)), 'after the end');

  const thrower = new StatsigServer(KEY, {
    ...options,
    networkOverrideFunc: network.override,
    specStream: {
      start: () => {
        throw new Error('no');
      },
    },
  });
  await thrower.initializeAsync();
  t.true(thrower.checkGate(U, 'always'));
  t.true(log.lines.some((line) => line.includes('specStream cannot start')));
  await thrower.shutdownAsync(500);
  t.throws(() => new ForwardProxyStream({ url: 'grpc://host' }), { instanceOf: TypeError });
});

test('what broke while a payload was applied does not keep polling at rest', async (t) => {
  const [network, clock] = [new FakeNetwork(), new FakeClock()];
  network.specs = project(1000, false);
  let sink: SpecStreamSink | null = null;
  const specStream: SpecStream = {
    start: (given) => {
      sink = given;
      return () => undefined;
    },
  };
  const networkOverrideFunc = network.override;
  const server = new StatsigServer(
    KEY,
    { engine: 'js', logger: new Log(), disableIdListsSync: true, networkOverrideFunc, specStream },
    { clock },
  );
  await server.initializeAsync();
  const { push, lost } = sink!;
  const specs = (time: number) => Buffer.from(JSON.stringify(project(time, true)));
  const pushed = push(specs(2000));
  lost(new Error('gone'));
  t.true(await pushed);
  t.true(server.checkGate(U, 'pushed'));
  network.specs = project(3000, false);
  await clock.advance(11_000);
  await until(() => !server.checkGate(U, 'pushed'));
  t.true(await push(specs(4000)));
  t.true(server.checkGate(U, 'pushed'));
  const before = network.requests.length;
  await clock.advance(25_000);
  t.is(network.requests.length, before, 'polling rests');
  await server.shutdownAsync(500);
});

test('frames: any cut gives the same messages', (t) => {
  const all = Buffer.concat([message('{"a":1}'), message(''), message('x'.repeat(300), 2 ** 31)]);
  for (let size = 1; size < 40; size++) {
    const frames = new Frames(1000);
    const messages: string[] = [];
    for (let at = 0; at < all.length; at += size)
      for (const one of frames.add(all.subarray(at, at + size)))
        messages.push(specsIn(one)?.toString() ?? 'none');
    t.deepEqual(messages, ['{"a":1}', '', 'x'.repeat(300)], `pieces of ${size}`);
  }
  t.is(specsIn(Buffer.from([0x10, 5])), null);
});
