// The stream of Statsig's forward proxy, over a stand-in that speaks its protocol
// (examples/fleet/forward-proxy.mjs), against the built package:
//
//   node bench/stream.mjs [--part change|reconnect|lies|core] [--instances 100] [--changes 50]
//                         [--project specs150] [--reconnects 1000] [--lies 300]
//
// change: from the proxy's push to a check that sees it, for each of many instances in one process.
// reconnect: what is left of connections that broke: sockets, timers, memory. lies: what a proxy may
// send that is none: no exception, and what was good serves. core: statsig-node-core over the same.
import { createRequire } from 'node:module';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ForwardProxy, message } from '../examples/fleet/forward-proxy.mjs';
import { seeded } from './lib/random.mjs';
import { v1 } from './payloads/index.mjs';
import { mixedProject, toV2 } from './payloads/statsig.mjs';

const require = createRequire(import.meta.url);
const key = 'secret-stream';
const { values: given } = parseArgs({
  options: {
    part: { type: 'string', multiple: true, default: ['change', 'reconnect', 'lies', 'core'] },
    instances: { type: 'string', default: '100' },
    changes: { type: 'string', default: '50' },
    project: { type: 'string', default: 'specs150' },
    reconnects: { type: 'string', default: '1000' },
    lies: { type: 'string', default: '300' },
    // Of the process with the instances.
    url: { type: 'string' },
  },
});
const [instances, changes, reconnects, lies] = ['instances', 'changes', 'reconnects', 'lies'].map(
  (name) => Number(given[name]),
);

const small = () => mixedProject({ gates: 8, configs: 3, experiments: 3, layers: 1 });

/** The project at a release, which the config `release` tells. */
function specs(release, version = 1) {
  const base = given.project === 'specs15' ? small() : v1(given.project);
  const [like] = base.dynamic_configs.filter(({ entity }) => entity === 'dynamic_config');
  const marker = { ...like, name: 'release', defaultValue: { number: release }, rules: [] };
  const project = {
    ...base,
    time: base.time + release,
    dynamic_configs: [...base.dynamic_configs, marker],
  };
  return JSON.stringify(version === 1 ? project : toV2(project));
}

const quantile = (sorted, part) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const shown = (times) => {
  const sorted = [...times].sort((a, b) => a - b);
  return [0.5, 0.99, 1].map((part) => quantile(sorted, part).toFixed(1)).join(' / ');
};

async function until(condition, limitMs = 60_000) {
  const limit = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > limit) throw new Error(`not in time: ${condition}`);
    await sleep(1);
  }
}

/** Instances of ours in this process; the network gives nothing, so that all comes by the stream. */
function ours(url, more = {}, clock = undefined) {
  const { StatsigServer } = require('../dist/index.js');
  const { ForwardProxyStream } = require('../dist/forward-proxy/index.js');
  const stream = new ForwardProxyStream({ url, ...(clock ? { clock } : {}) });
  return new StatsigServer(key, {
    specSources: [stream, 'network'],
    networkOverrideFunc: async () => new Response('{"has_updates":false}'),
    disableIdListsSync: true,
    disableAllLogging: true,
    logger: { warn() {}, error() {}, logLevel: 'none' },
    ...more,
  });
}

const releaseOf = (server) => server.getConfig({ userID: 'u' }, 'release').get('number', 0);
/** The same clock for both processes. */
const now = () => performance.timeOrigin + performance.now();

/** In a process of its own, as instances are. */
async function serveInstances(url) {
  const servers = Array.from({ length: instances }, () => ours(url));
  await Promise.all(servers.map((server) => server.initializeAsync()));
  // Each checks once in a millisecond. No listener of `update`: to name what changed costs more.
  const seen = servers.map(releaseOf);
  const look = () =>
    servers.forEach((server, at) => {
      const release = releaseOf(server);
      if (release !== seen[at]) process.send({ release, at: now() });
      seen[at] = release;
    });
  setInterval(look, 1);
  const begun = process.cpuUsage();
  process.on('message', async () => {
    const { user, system } = process.cpuUsage(begun);
    process.send({ cpuMs: (user + system) / 1000 });
    await Promise.all(servers.map((server) => server.shutdownAsync(1000)));
    process.exit();
  });
  process.send({ engine: servers[0].engineInfo().engine });
}

async function change() {
  const proxy = await new ForwardProxy({ key }).listen();
  proxy.publish(specs(1));
  const args = ['--instances', given.instances, '--url', proxy.streamUrl];
  const child = fork(fileURLToPath(import.meta.url), args);
  const at = new Map();
  let [engine, cpuMs] = [null, null];
  child.on('message', (told) => {
    if (told.cpuMs !== undefined) cpuMs = told.cpuMs;
    else if (told.engine !== undefined) engine = told.engine;
    else at.set(told.release, [...(at.get(told.release) ?? []), told.at]);
  });
  await until(() => engine !== null && proxy.streams.size > 0);
  const times = [];
  for (let release = 2; release < changes + 2; release++) {
    const text = specs(release);
    const sent = now();
    proxy.publish(text);
    await until(() => at.get(release)?.length === instances);
    times.push(...at.get(release).map((heard) => heard - sent));
    await sleep(50);
  }
  child.send('end');
  await until(() => cpuMs !== null);
  const bytes = Buffer.byteLength(specs(1));
  console.log(
    `change: ${instances} instances (${engine}, one process), ${changes} changes of ${bytes} bytes; ` +
      `p50 / p99 / most: ${shown(times)} ms; ` +
      `CPU per instance and change ${(cpuMs / times.length).toFixed(2)} ms`,
  );
  await new Promise((resolve) => child.once('exit', resolve));
  await proxy.close();
}

/** A clock on which a wait of a minute takes some ms; deadlines keep their length. */
const hasty = () => {
  const timers = new Set();
  const setTimer = (task, ms, kind) => {
    const run = () => {
      timers.delete(timer);
      task();
    };
    const timer = setTimeout(run, kind === 'limit' ? ms : Math.min(ms / 2000, 20));
    timers.add(timer);
    return timer;
  };
  const clearTimer = (timer) => {
    timers.delete(timer);
    clearTimeout(timer);
  };
  return {
    now: Date.now,
    isReplaced: () => false,
    random: Math.random,
    setTimer,
    clearTimer,
    timers,
  };
};

async function reconnect() {
  const { gc } = globalThis;
  const proxy = await new ForwardProxy({ key }).listen();
  proxy.publish(specs(1));
  const clock = hasty();
  const server = ours(proxy.streamUrl, {}, clock);
  await server.initializeAsync();
  const held = async () => {
    await sleep(100);
    for (let round = 0; round < 4; round++) gc?.();
    const sockets = process.getActiveResourcesInfo().filter((name) => /TCP|Pipe.*Wrap/.test(name));
    const { heapUsed, external } = process.memoryUsage();
    return {
      sockets: sockets.length,
      timers: clock.timers.size,
      kib: (heapUsed + external) / 1024,
    };
  };
  const breakOne = async () => {
    const { connections } = proxy;
    proxy.drop();
    await until(() => proxy.connections > connections && proxy.streams.size === 1);
  };
  for (let round = 0; round < 100; round++) await breakOne();
  const before = await held();
  for (let round = 0; round < reconnects; round++) await breakOne();
  const after = await held();
  console.log(
    `reconnect: ${reconnects} times; sockets ${before.sockets} → ${after.sockets}, ` +
      `timers ${before.timers} → ${after.timers}, ` +
      `memory ${before.kib.toFixed(0)} → ${after.kib.toFixed(0)} KiB` +
      `${gc ? '' : ' (run with --expose-gc)'}`,
  );
  await server.shutdownAsync(1000);
  await until(() => proxy.sessions.size === 0);
  await proxy.close();
}

/** One thing that a proxy may do. `whole`: a message that would be good. */
function lie(random, whole, stream) {
  const bytes = Buffer.from(whole);
  const at = Math.floor(random() * bytes.length);
  const kinds = [
    () => bytes.fill(Math.floor(random() * 256), at, at + 4),
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, at), bytes]),
    () => (bytes.writeUInt32BE(Math.floor(random() * 2 ** 32), 1), bytes),
    () => ((bytes[0] = 1), bytes),
    () => Buffer.from(Array.from({ length: at % 300 }, () => Math.floor(random() * 256))),
    () => message('{"has_updates":true}'),
    () => message(whole.toString('latin1')),
    () => message(specs(0)),
    () => (stream.end(), Buffer.alloc(0)),
    () => (stream.destroy(), Buffer.alloc(0)),
    () => (stream.session?.destroy(), Buffer.alloc(0)),
  ];
  const sent = kinds[Math.floor(random() * kinds.length)]();
  if (!stream.destroyed && !stream.writableEnded && sent.length > 0) stream.write(sent);
}

async function tellLies() {
  const thrown = [];
  const note = (error) => thrown.push(error);
  process.on('uncaughtException', note).on('unhandledRejection', note);
  const random = seeded(5);
  const proxy = await new ForwardProxy({ key }).listen();
  proxy.publish(specs(1));
  const server = ours(proxy.streamUrl, {}, hasty());
  await server.initializeAsync();
  let [wrong, recovered] = [0, 0];
  for (let round = 0; round < lies; round++) {
    await until(() => proxy.streams.size > 0);
    const release = releaseOf(server);
    for (const stream of proxy.streams.keys()) lie(random, message(specs(release + 1)), stream);
    await sleep(5);
    // A lie may happen to be true: a flipped bit within a name.
    if (![release, release + 1].includes(releaseOf(server))) wrong++;
    // The next truth arrives, over this connection or another.
    const truth = releaseOf(server) + 1;
    proxy.publish(specs(truth));
    for (let tries = 0; tries < 400 && releaseOf(server) !== truth; tries++) {
      await sleep(5);
      // One that waits for the rest of a lie is silent for us; a proxy would be restarted.
      if (tries === 40) proxy.drop();
    }
    if (releaseOf(server) === truth) recovered++;
  }
  process.off('uncaughtException', note).off('unhandledRejection', note);
  console.log(
    `lies: ${lies}; wrong answers ${wrong}, exceptions ${thrown.length}, ` +
      `truths that arrived afterwards ${recovered} of ${lies}`,
  );
  if (wrong + thrown.length > 0 || recovered < lies) process.exitCode = 1;
  await server.shutdownAsync(1000);
  await proxy.close();
}

async function core() {
  const { Statsig, StatsigUser } = require('@statsig/statsig-node-core');
  const { version } = require('@statsig/statsig-node-core/package.json');
  const proxy = await new ForwardProxy({ key }).listen();
  proxy.publish(specs(1, 2), 2);
  const statsig = new Statsig(key, {
    specAdaptersConfig: [
      { adapterType: 'network_grpc_websocket', specsUrl: proxy.streamUrl, initTimeoutMs: 5000 },
    ],
    disableAllLogging: true,
    outputLogLevel: 'none',
  });
  await statsig.initialize();
  const user = new StatsigUser({ userID: 'u' });
  const release = () => statsig.getDynamicConfig(user, 'release').get('number', 0);
  const times = [];
  let missed = 0;
  for (let wanted = release() + 1, end = wanted + changes; wanted < end; wanted++) {
    const text = specs(wanted, 2);
    const sent = performance.now();
    proxy.publish(text, 2);
    await until(() => release() === wanted, 5_000).then(
      () => times.push(performance.now() - sent),
      () => missed++,
    );
  }
  console.log(
    `core: statsig-node-core ${version}, one instance, ${changes} changes, ${missed} missed` +
      (times.length === 0 ? '' : `; p50 / p99 / most: ${shown(times)} ms`),
  );
  await statsig.shutdown(1000);
  await proxy.close();
}

if (given.url !== undefined) await serveInstances(given.url);
else {
  const parts = { change, reconnect, lies: tellLies, core };
  for (const part of new Set(given.part)) await parts[part]();
  // Core keeps the process alive.
  process.exit();
}
