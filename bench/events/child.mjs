// One SDK in a process of its own. The task says which, and what to do; results go to the parent
// over IPC.
import { appendFileSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

const require = createRequire(import.meta.url);
const task = JSON.parse(process.argv[2]);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (message) => new Promise((resolve) => process.send(message, resolve));
const mb = () => Math.round(process.memoryUsage().rss / 1e5) / 10;

async function startLegacy(Constructor, extra) {
  const sdk = new Constructor('secret-events', {
    api: `${task.url}/v1`,
    disableDiagnostics: true,
    disableRulesetsSync: true,
    disableIdListsSync: true,
    initStrategyForIP3Country: 'none',
    logger: { warn() {}, error() {}, info() {}, debug() {}, logLevel: 'none' },
    ...extra,
    ...task.options,
  });
  await sdk.initializeAsync();
  return {
    log: (n) =>
      sdk.logEvent({ userID: `user-${n % 100}` }, 'purchase', n, {
        n: String(n),
        sku: 'sku-1',
        page: '/checkout',
      }),
    check: (user, gate) => sdk.checkGate(user, gate),
    flush: (ms) => sdk.flush(ms),
    shutdown: (ms) => sdk.shutdownAsync(ms),
    stats: () => (sdk.eventStats ? sdk.eventStats() : null),
    engine: () => (sdk.engineInfo ? sdk.engineInfo().engine : null),
    wrap: (handler) => (sdk.flushAfter ? sdk.flushAfter(handler) : handler),
  };
}

async function startCore() {
  const { Statsig, StatsigUser } = require('@statsig/statsig-node-core');
  const sdk = new Statsig('secret-events', {
    specsUrl: `${task.url}/v2/download_config_specs`,
    logEventUrl: `${task.url}/v1/log_event`,
    enableIdLists: false,
    specsSyncIntervalMs: 3_600_000,
    outputLogLevel: 'none',
    disableCountryLookup: true,
  });
  await sdk.initialize();
  return {
    log: (n) =>
      sdk.logEvent(new StatsigUser({ userID: `user-${n % 100}` }), 'purchase', n, {
        n: String(n),
        sku: 'sku-1',
        page: '/checkout',
      }),
    check: (user, gate) => sdk.checkGate(new StatsigUser(user), gate),
    flush: () => sdk.flushEvents(),
    shutdown: (ms) => sdk.shutdown(ms),
    stats: () => null,
    engine: () => null,
    wrap: (handler) => handler,
  };
}

function start() {
  if (task.sdk === 'core') return startCore();
  if (task.sdk === 'statsig-node') {
    require('statsig-node/dist/OutputLogger').default.setLogger(
      { warn() {}, error() {}, logLevel: 'none' },
      null,
    );
    return startLegacy(require('statsig-node').StatsigServer, {});
  }
  const { StatsigServer } = require(
    task.fromSources ? '../../src/index.ts' : '../../dist/index.js',
  );
  const counting = task.countFile
    ? { onEventsDropped: ({ count }) => appendFileSync(task.countFile, `${count}\n`) }
    : {};
  return startLegacy(StatsigServer, {
    ...(task.engine ? { engine: task.engine } : {}),
    ...counting,
  });
}

/** Logs `events` spread over `overMs`, lets `waitMs` pass, then shuts down within `shutdownMs`. */
async function deliver(sdk) {
  const { events, overMs = 0, waitMs = 0, shutdownMs } = task;
  const steps = overMs === 0 ? 1 : Math.ceil(overMs / 100);
  for (let step = 0, n = 0; step < steps; step++) {
    for (const end = Math.round(((step + 1) * events) / steps); n < end; n++) sdk.log(n);
    if (overMs > 0) await sleep(overMs / steps);
  }
  await say({ logged: true });
  await sleep(waitMs);
  const from = performance.now();
  const report = await sdk.shutdown(shutdownMs);
  return {
    report: report ?? null,
    stats: sdk.stats(),
    shutdownMs: Math.round(performance.now() - from),
    engine: sdk.engine(),
  };
}

/** Logs and waits to be killed. */
async function logOnly(sdk) {
  for (let n = 0; n < task.events; n++) sdk.log(n);
  void sdk.flush();
  await sleep(task.waitMs);
  await say({ logged: true });
  await sleep(600_000);
}

/** Logs, and ends as the task says, or waits for what the parent does. */
async function endBy(sdk) {
  // The SDK's own diagnostics are not among those that are counted.
  if (task.sdk === 'ours') await sdk.flush();
  await say({ started: true });
  await new Promise((resolve) => process.once('message', resolve));
  const log = async () => {
    for (let n = 0; n < task.events; n++) sdk.log(n);
  };
  await (task.inHandler ? sdk.wrap(log) : log)();
  if (task.flushes) await sdk.flush(500);
  await say({ logged: true });
  if (task.end === 'shutdown') {
    await new Promise((resolve) => process.once('message', resolve));
    await sdk.shutdown(5000);
  }
  if (task.end === 'exit') process.exit(0);
  if (task.end === 'exception')
    setImmediate(() => {
      throw new Error('uncaught');
    });
  // The channel to the parent would keep the process alive.
  if (task.end === 'wait') setInterval(() => undefined, 1000);
  else process.disconnect();
}

/** Starts, waits, shuts down: what an earlier process left goes out. */
async function onlyStart(sdk) {
  await sleep(task.waitMs);
  return { report: await sdk.shutdown(5000), stats: sdk.stats() };
}

/** `checks` checks by `users` users; says RSS on the way. */
async function memory(sdk) {
  const { checks, users, reportEvery } = task;
  const perUser = checks / users;
  await say({ rss: { checks: 0, mb: mb() } });
  for (let at = 0; at < checks; at++) {
    const user = Math.floor(at / perUser);
    sdk.check(
      {
        userID: `user-${user}`,
        email: `user-${user}@example.com`,
        country: 'US',
        custom: { plan: 'pro', seats: user % 50 },
      },
      `gate_${at % perUser}`,
    );
    if (at % 2000 === 1999) await sleep(task.pauseMs ?? 1);
    if ((at + 1) % reportEvery === 0)
      await say({ rss: { checks: at + 1, mb: mb(), stats: sdk.stats() } });
  }
  for (let second = 0; second < (task.afterSeconds ?? 0); second += 5) {
    await sleep(5000);
    await say({ rss: { checks, mb: mb(), idleSeconds: second + 5, stats: sdk.stats() } });
  }
  return {
    rss: mb(),
    peakMb: Math.round(process.resourceUsage().maxRSS / 102.4) / 10,
    stats: sdk.stats(),
    engine: sdk.engine(),
  };
}

/**
 * CPU time of each turn of the event loop, in ms, while `work` runs: what this thread does between
 * two chances to serve a request, without what other processes of a busy machine do meanwhile.
 * Linux only.
 */
async function turns(work) {
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  const bytes = Buffer.alloc(64);
  const now = () =>
    Number(bytes.toString('latin1', 0, readSync(file, bytes, 0, 64, 0)).split(' ')[0]) / 1e6;
  const lengths = [];
  let isOver = false;
  let last = now();
  const tick = () => {
    const at = now();
    lengths.push(at - last);
    last = at;
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  isOver = true;
  lengths.sort((a, b) => a - b);
  return {
    turns: lengths.length,
    p999: lengths[Math.floor(lengths.length * 0.999)] ?? 0,
    max: lengths.at(-1) ?? 0,
    over5: lengths.filter((ms) => ms >= 5).length,
  };
}

/**
 * 100,000 exposures recorded first; then the event loop is watched while they are flushed, and
 * while nothing is.
 */
async function delay(sdk) {
  const percentiles = (h) => ({
    p50: h.percentile(50) / 1e6,
    p99: h.percentile(99) / 1e6,
    'p99.9': h.percentile(99.9) / 1e6,
    max: h.max / 1e6,
  });
  const watch = async (work) => {
    const histogram = monitorEventLoopDelay({ resolution: 1 });
    const from = performance.now();
    histogram.enable();
    await work();
    histogram.disable();
    return { ms: Math.round(performance.now() - from), ...percentiles(histogram) };
  };
  const record = () => {
    for (let at = 0; at < task.events; at++)
      sdk.check(
        {
          userID: `user-${Math.floor(at / 20)}-${task.round ?? 0}`,
          email: 'someone@example.com',
          custom: { plan: 'pro' },
        },
        `gate_${at % 20}`,
      );
  };
  sdk.check({ userID: 'warm' }, 'gate_0');
  await sdk.flush();
  const idle = await watch(() => sleep(task.idleMs));
  record();
  const cpu = process.cpuUsage();
  const flushed = await watch(() => sdk.flush());
  const { user, system } = process.cpuUsage(cpu);
  // Other users: the first 100,000 exposures count as seen.
  task.round = `${task.round ?? 0}-again`;
  record();
  const cpuTurns = process.platform === 'linux' ? await turns(() => sdk.flush()) : null;
  const stats = sdk.stats();
  await sdk.shutdown(2000);
  return {
    idle,
    cpuTurns,
    flushed,
    stats,
    cpuMsPer1000: (user + system) / task.events,
    engine: sdk.engine(),
  };
}

const sdk = await start();
if (task.what === 'endBy') {
  await endBy(sdk);
} else {
  const result = await { deliver, logOnly, onlyStart, memory, delay }[task.what](sdk);
  await say({ result });
  process.exit(0);
}
