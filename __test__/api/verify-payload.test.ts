/** `verifyPayload`: what it refuses is parsed by nobody, wherever it came from. */
import { createHmac } from 'node:crypto';
import test from 'ava';
import type { IDataAdapter } from '../../src/compat/data-adapter';
import { StatsigServer } from '../../src/api/statsig';
import type { StatsigOptions, VerifyPayload } from '../../src/api/public-types';
import { Loopback } from '../network/loopback';
import { ENGINES, FakeNetwork, Log, payload } from './support';

const USER = { userID: 'u' };
const other = (name: string, time = 2000): object => ({
  ...payload({ time }),
  feature_gates: payload().feature_gates.map((gate) =>
    (gate as { name?: string }).name === 'always' ? { ...gate, name } : gate,
  ),
});

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** An adapter that holds a payload and notes what is written. */
function adapterOf(held: object | null): IDataAdapter & { written: string[] } {
  const written: string[] = [];
  return {
    written,
    get: async (key) =>
      key.includes('download_config_specs') && held !== null
        ? { result: JSON.stringify(held), time: 1 }
        : {},
    set: async (key, value) => void (key.includes('download_config_specs') && written.push(value)),
    initialize: async () => undefined,
    shutdown: async () => undefined,
  };
}

for (const engine of ENGINES) {
  const start = async (options: StatsigOptions) => {
    const log = new Log();
    const network = new FakeNetwork();
    const statsig = new StatsigServer('secret-verify', {
      engine,
      networkOverrideFunc: network.override,
      logger: log,
      disableDiagnostics: true,
      disableIdListsSync: true,
      ...options,
    });
    return { statsig, log, network, details: await statsig.initializeAsync() };
  };

  test(`${engine}: it sees the bytes and where they are from; true lets them pass`, async (t) => {
    const seen: [string, number, string | null][] = [];
    const verifyPayload: VerifyPayload = (bytes, headers, source) => {
      seen.push([source, (JSON.parse(text(bytes)) as { time: number }).time, headers.get('x-any')]);
      bytes.fill(0);
      return source !== 'DataAdapter';
    };
    const { statsig, details } = await start({
      verifyPayload,
      dataAdapter: adapterOf(other('adapter')),
      bootstrapValues: JSON.stringify(payload()),
    });
    t.deepEqual(seen, [
      ['DataAdapter', 2000, null],
      ['Bootstrap', 1000, null],
    ]);
    t.is(details.source, 'Bootstrap');
    t.true(statsig.checkGate(USER, 'always'));
    t.false(statsig.checkGate(USER, 'adapter'));
    await statsig.shutdownAsync();
  });

  const refusals: [string, VerifyPayload, RegExp][] = [
    ['false', () => false, /it answered false/],
    ['a promise of false', async () => false, /it answered false/],
    ['nothing', (() => undefined) as never, /it answered undefined/],
    ['something that is not true', (() => 1) as never, /a number instead of true/],
    [
      'a throw',
      () => {
        throw new Error('bad signature of secret-verify');
      },
      /Error: bad signature of \*{6}/,
    ],
    ['a rejection', () => Promise.reject(new Error('bad signature')), /Error: bad signature/],
    [
      'a thenable that throws',
      (() => ({
        get then() {
          throw new Error('then');
        },
      })) as never,
      /Error: then/,
    ],
    [
      'a throw of something odd',
      () => {
        throw Object.create(null);
      },
      /an error that has no text/,
    ],
  ];
  for (const [title, verifyPayload, message] of refusals) {
    test(`${engine}: ${title} refuses; at the start the source has failed`, async (t) => {
      const { statsig, log, details, network } = await start({
        verifyPayload,
        dataAdapter: adapterOf(payload()),
        bootstrapValues: payload(),
      });
      t.false(details.success);
      t.is(details.source, undefined);
      t.regex(String(details.error?.message), message);
      t.deepEqual(network.requests.filter((request) => request.includes('specs')).length, 1);
      t.false(statsig.checkGate(USER, 'always'));
      t.is(statsig.getFeatureGate(USER, 'always').evaluationDetails?.reason, 'Uninitialized');
      for (const source of ['DataAdapter', 'Bootstrap', 'Network']) {
        const told = log.lines.filter(
          (line) => line.includes('they are not used') && line.includes(` from ${source}: `),
        );
        t.is(told.length, 1, source);
        t.regex(told[0] ?? '', message);
      }
      await statsig.shutdownAsync();
    });
  }

  test(`${engine}: what is refused later leaves the specs, the adapter's copy and the callback alone`, async (t) => {
    let isGood = true;
    const updates: string[] = [];
    const adapter = adapterOf(null);
    const { statsig, log, network } = await start({
      verifyPayload: async () => isGood,
      dataAdapter: adapter,
      rulesUpdatedCallback: (json) => void updates.push(json),
    });
    isGood = false;
    network.specs = other('tampered');
    for (let sync = 0; sync < 3; sync += 1) await statsig.syncStoreSpecs();
    t.true(statsig.checkGate(USER, 'always'));
    t.false(statsig.checkGate(USER, 'tampered'));
    t.deepEqual(
      [adapter.written, updates],
      [[JSON.stringify(payload())], [JSON.stringify(payload())]],
    );
    t.is(log.lines.filter((line) => line.includes('they are not used')).length, 3);
    isGood = true;
    await statsig.syncStoreSpecs();
    t.true(statsig.checkGate(USER, 'tampered'));
    await statsig.shutdownAsync();
  });
}

test('a signature in a header, over HTTP, through a proxy that changes the payload', async (t) => {
  const sign = (bytes: Uint8Array | string): string =>
    createHmac('sha256', 'pinned').update(bytes).digest('hex');
  let body = JSON.stringify(payload());
  const signature = sign(body);
  const server = await Loopback.start(({ url }, response) => {
    response.setHeader('X-Signature', signature);
    response.end(url.includes('specs') ? body : '{}');
  });
  t.teardown(() => server.stop());
  const verifyPayload: VerifyPayload = (bytes, headers) =>
    headers.get('x-signature') === sign(bytes) && headers.get('X-Nothing') === null;
  const make = (): StatsigServer =>
    new StatsigServer('secret-verify', {
      api: server.base,
      logger: new Log(),
      verifyPayload,
      disableIdListsSync: true,
    });
  const one = make();
  t.true((await one.initializeAsync()).success);
  body = JSON.stringify(other('tampered'));
  await one.syncStoreSpecs();
  t.false(one.checkGate(USER, 'tampered'));
  t.true(one.checkGate(USER, 'always'));
  const two = make();
  t.false((await two.initializeAsync()).success);
  await one.shutdownAsync();
  await two.shutdownAsync();
});
