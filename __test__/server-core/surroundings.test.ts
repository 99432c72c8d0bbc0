/**
 * The console, loggers, proxies, user agents and garbage around `./server-core`; what the newer SDK
 * does as well is asserted of both.
 */
import { createServer, request as requestOf } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import * as core from '@statsig/statsig-node-core';
import * as ours from '../../src/server-core/index';
import { TESTED_ENGINES } from '../engines';
import { Service, type Logged } from './project';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

type Sdk = typeof ours;
const SDKS: Record<string, { sdk: Sdk; engine?: string }> = {
  core: { sdk: core as unknown as Sdk },
};
for (const engine of TESTED_ENGINES) SDKS[`ours on ${engine}`] = { sdk: ours, engine };

const linesOf = (events: Logged[]) =>
  events.filter(({ eventName }) => eventName === 'statsig::log_line');

/** Runs while nothing is printed. */
async function silently(work: () => unknown): Promise<void> {
  const { warn, error, log } = console;
  const nothing = (): void => undefined;
  Object.assign(console, { warn: nothing, error: nothing, log: nothing });
  try {
    await work();
  } finally {
    Object.assign(console, { warn, error, log });
  }
}

for (const [name, { sdk, engine }] of Object.entries(SDKS)) {
  const { Statsig, StatsigUser } = sdk;
  let keys = 0;
  const make = async (options: ours.StatsigOptions = {}) => {
    const service = await Service.start();
    if (engine !== undefined) process.env['STATSIG_ENGINE'] = engine;
    // The newer SDK captures the console once per key and process.
    const statsig = new Statsig(`secret-${keys++}`, { ...service.options, ...options });
    delete process.env['STATSIG_ENGINE'];
    return { service, statsig };
  };

  test.serial(`${name}: a user's own environment comes first`, async (t) => {
    const { service, statsig } = await make({ environment: 'staging' });
    await statsig.initialize();
    statsig.checkGate(
      new StatsigUser({ userID: 'e', statsigEnvironment: { tier: 'production' } }),
      'on',
    );
    await statsig.shutdown();
    t.deepEqual(service.events()[0]?.user['statsigEnvironment'], { tier: 'production' });
    await service.server.stop();
  });

  for (const enableDcsDeltas of [true, false]) {
    test.serial(`${name}: what changed is asked for: ${enableDcsDeltas}`, async (t) => {
      const { service, statsig } = await make({ enableDcsDeltas });
      await statsig.initialize();
      await statsig.shutdown();
      const asked = service.server.seen.find(({ url }) => url.includes('download_config_specs'));
      const query = new URL(asked!.url, service.server.base).searchParams;
      t.is(query.get('accept_deltas') === 'true', enableDcsDeltas);
      await service.server.stop();
    });
  }

  test.serial(`${name}: setters take numbers and booleans, getters give texts`, (t) => {
    const user = new StatsigUser({ userID: 'a' });
    user.email = 5;
    user.country = true;
    t.deepEqual([user.email, user.country], ['5', 'true']);
    user.userID = 7;
    t.is(user.userID, '7');
  });

  test.serial(`${name}: the other reader of user agents`, async (t) => {
    const userAgent = 'Mozilla/5.0 (Windows NT 10.0; rv:120.0) Gecko/20100101 Firefox/120.0';
    for (const useThirdPartyUaParser of [false, true]) {
      const { service, statsig } = await make({
        useThirdPartyUaParser,
        waitForUserAgentInit: true,
      });
      await statsig.initialize();
      const parts = statsig.getParsedUserAgentValueForUser(
        new StatsigUser({ userID: 'a', userAgent }),
      );
      t.like(parts, { os_name: 'Windows', browser_name: 'Firefox' });
      t.is(parts?.['browser_version'], useThirdPartyUaParser ? '120.0.0' : '120.0');
      await statsig.shutdown();
      await service.server.stop();
    }
  });

  test.serial(`${name}: new specs are told with where they are from`, async (t) => {
    const { service, statsig } = await make();
    const seen: { data: { source: string; source_api: string } }[] = [];
    statsig.subscribe('specs_updated', (event) => seen.push(event as never));
    await statsig.initialize();
    await statsig.shutdown();
    const { source, source_api } = seen.at(-1)!.data;
    t.deepEqual(
      { source, source_api },
      { source: 'Network', source_api: `${service.server.base}/v2` },
    );
    await service.server.stop();
  });

  // With a logger theirs keeps the process alive, even after shutdown.
  if (engine !== undefined)
    test.serial(`${name}: a logger has a life`, async (t) => {
      const calls: string[] = [];
      const { service, statsig } = await make({
        outputLogLevel: 'debug',
        outputLoggerProvider: {
          initialize: () => void calls.push('initialize'),
          debug: () => void calls.push('debug'),
          shutdown: () => void calls.push('shutdown'),
        },
      });
      await statsig.initialize();
      await statsig.shutdown();
      t.is(calls[0], 'initialize');
      t.true(calls.includes('debug') && calls.includes('shutdown'));
      await service.server.stop();
    });

  test.serial(`${name}: the console is captured until shutdown`, async (t) => {
    await silently(async () => {
      const user = new StatsigUser({ userID: 'writer' });
      const { service, statsig } = await make({
        consoleCaptureOptions: { enabled: true, logLevels: ['log', 'warn'], user },
      });
      await statsig.initialize();
      console.log('first', { a: [1] }, 2);
      console.warn('second');
      console.error('no');
      await statsig.shutdown();
      console.log('third');
      const lines = linesOf(service.events());
      t.deepEqual(
        lines.map(({ value, metadata }) => [value, metadata?.['log_level'], metadata?.['status']]),
        [
          ['first {"a":[1]} 2', 'Log', 'info'],
          ['second', 'Warn', 'warn'],
        ],
      );
      t.is(typeof lines[0]?.metadata?.['trace'], 'string');
      t.is(lines[0]?.user['userID'], 'writer');
      await service.server.stop();
    });
  });
}

test.serial('what cannot be told of a line is left out, and the console goes on', async (t) => {
  const { log, trace } = console;
  const printed: unknown[][] = [];
  console.log = (...parts) => void printed.push(parts);
  console.trace = (...parts) => void printed.push(parts);
  const service = await Service.start();
  const statsig = new ours.Statsig('secret-odd', {
    ...service.options,
    consoleCaptureOptions: { enabled: true, logLevels: ['log', 'trace'], maxKeys: 2, maxLength: 9 },
  });
  await statsig.initialize();
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const trap = Object.defineProperty({}, 'x', { enumerable: true, get: () => JSON.parse('{') });
  const parts = [circle, trap, { a: 1, b: 2, c: 3 }, 'a long text', Symbol('s'), null];
  console.log(...parts);
  console.log('[Statsig] our own');
  console.trace('where');
  const wrapper = console.log;
  console.log = (...more) => wrapper(...more);
  const foreign = console.log;
  statsig.stopConsoleCapture();
  console.log('after');
  t.is(console.log, foreign);
  await statsig.shutdown();
  Object.assign(console, { log, trace });
  t.deepEqual(printed, [parts, ['[Statsig] our own'], ['where'], ['after']]);
  const [odd, where, ...others] = linesOf(service.events()).map(({ value }) => String(value));
  t.is(odd, '[object O... [unreadab... [object O... a long te... Symbol(s) null');
  t.regex(where ?? '', /^Trace: where\n.*surroundings\.test/s);
  t.deepEqual(others, []);
  await service.server.stop();
});

test.serial('requests go through the proxy of the options', async (t) => {
  const service = await Service.start();
  const asked: [string | undefined, string | undefined][] = [];
  const proxy = createServer((incoming, outgoing) => {
    asked.push([incoming.url, incoming.headers['proxy-authorization']]);
    const { method, headers } = incoming;
    const onward = requestOf(String(incoming.url), { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const statsig = new ours.Statsig('secret-proxied', {
    ...service.options,
    proxyConfig: {
      proxyHost: '127.0.0.1',
      proxyPort: (proxy.address() as AddressInfo).port,
      proxyAuth: 'me:p@ss:word',
      proxyProtocol: 'http',
    },
  });
  t.deepEqual(await statsig.initialize(), { isSuccess: true });
  statsig.checkGate(new ours.StatsigUser({ userID: 'a' }), 'on');
  t.deepEqual(await statsig.shutdown(), { isSuccess: true });
  const authorization = `Basic ${Buffer.from('me:p@ss:word').toString('base64')}`;
  t.deepEqual([...new Set(asked.map(([, secret]) => secret))], [authorization]);
  t.true(asked.some(([url]) => url?.includes('/v1/log_event')));
  proxy.closeAllConnections();
  proxy.close();
  await service.server.stop();
});

test.serial('an instance that is let go of is collected, and its events arrive', async (t) => {
  await silently(async () => {
    const service = await Service.start();
    const reference = await (async () => {
      const statsig = new ours.Statsig('secret-let-go', {
        ...service.options,
        consoleCaptureOptions: { enabled: true },
        observabilityClient: { dist: () => undefined },
      });
      statsig.subscribe('*', () => undefined);
      statsig.overrideExperimentByGroupName('experiment', 'A');
      await statsig.initialize();
      statsig.getExperiment(new ours.StatsigUser({ userID: 'a' }), 'experiment');
      statsig.logEvent(new ours.StatsigUser({ userID: 'a' }), 'bye');
      return new WeakRef(statsig);
    })();
    const isDone = () => {
      collect();
      return (
        reference.deref() === undefined &&
        service.events().some(({ eventName }) => eventName === 'bye')
      );
    };
    for (let turns = 0; !isDone() && turns < 1_000; turns++)
      await new Promise((resolve) => setImmediate(resolve));
    t.is(reference.deref(), undefined);
    t.true(service.events().some(({ eventName }) => eventName === 'bye'));
    console.warn('nobody listens');
    await service.server.stop();
  });
});
