// The application of soak.mjs: one instance under mixed load, in a process of its own. It says each
// 10 s how it is.
import { createRequire } from 'node:module';
import { user } from '../lib/users.mjs';

const { engine, url, minutes } = JSON.parse(process.argv[2]);
const { StatsigServer } = createRequire(import.meta.url)('../../dist/index.js');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const ABSENT = Symbol('absent');

const quiet = { warn() {}, error() {}, info() {}, debug() {}, logLevel: 'none' };
const sdk = new StatsigServer('secret-soak', {
  engine,
  api: `${url}/v1`,
  logger: quiet,
  disableDiagnostics: true,
  rulesetsSyncIntervalMs: 5000,
  idListsSyncIntervalMs: 5000,
  loggingIntervalMs: 2000,
  postLogsRetryBackoff: 300,
  postLogsRetryLimit: 2,
  requestTimeoutMs: 3000,
});
await sdk.initializeAsync();

/**
 * Events that the instance was given: custom ones, and exposures of users that were never seen
 * before.
 */
const given = { custom: 0, exposures: 0 };
let checks = 0;
let users = 0;

/** A user who comes once: each check is one exposure. */
function newcomer(at) {
  const one =
    at % 10 === 0
      ? { ...user(at), userID: `member-${at % 40_000}`, customIDs: { visit: `${at}` } }
      : user(at);
  const names = Array.from({ length: 8 }, (_, i) => `gate_${10 + ((at + 7 * i) % 150)}`);
  for (const name of new Set(names)) {
    sdk.checkGate(one, name);
    given.exposures++;
  }
  for (const name of ['member_of_steady', 'member_of_passing', 'no_such_gate']) {
    sdk.checkGate(one, name);
    given.exposures++;
  }
  sdk.getConfig(one, `config_${at % 30}`);
  sdk.getExperiment(one, `experiment_${at % 30}`);
  given.exposures += 2;
  const layer = sdk.getLayer(one, `layer_${at % 15}`);
  const [parameter = 'none'] = Object.keys(layer.value ?? {});
  if (layer.get(parameter, ABSENT) !== ABSENT) given.exposures++;
  checks += 14;
}

/** Users who come again, quietly: what is remembered of them must not pile up. */
function regular(at) {
  const one = user(at % 500);
  for (let i = 0; i < 10; i++)
    sdk.checkGate(one, `gate_${10 + i}`, { disableExposureLogging: true });
  checks += 10;
}

function override(at) {
  const value = at % 3 === 0;
  sdk.overrideGate(`gate_${10 + (at % 20)}`, value, `user-of-override-${at % 1000}`);
  sdk.overrideConfig(`config_${at % 30}`, { at }, at % 2 === 0 ? '' : `user-of-override-${at}`);
  if (at % 200 === 199) {
    sdk.clearAllGateOverrides();
    sdk.clearAllConfigOverrides();
  }
}

function turn(number) {
  for (let i = 0; i < 30; i++) newcomer(users++);
  for (let i = 0; i < 10; i++) regular(number * 10 + i);
  for (let i = 0; i < 20; i++) {
    sdk.logEvent(user(number % 1000), 'purchase', i, {
      n: String(given.custom++),
      sku: `sku-${number % 77}`,
    });
  }
  if (number % 2 === 0) override(number);
  // Polling them has a least interval of 30 s.
  if (number % 50 === 49) void sdk.syncStoreIdLists();
  if (number % 5 === 0) sdk.getClientInitializeResponse(user(number), undefined, { hash: 'djb2' });
}

function say() {
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const { events, memory, source, specs, idLists } = sdk.health();
  process.send({
    sample: {
      given,
      checks,
      users,
      rss,
      heapUsed,
      external,
      arrayBuffers,
      events,
      memory,
      source,
      failures: [specs.failures, idLists.failures],
    },
  });
}

const end = Date.now() + minutes * 60_000;
let next = Date.now();
for (let number = 0; Date.now() < end; number++) {
  turn(number);
  if (Date.now() >= next) {
    say();
    next += 10_000;
  }
  await sleep(100);
}
process.send({ loaded: true });
await new Promise((resolve) => process.once('message', resolve));
const report = await sdk.shutdownAsync(20_000);
process.send({
  result: {
    given,
    checks,
    users,
    report,
    stats: sdk.eventStats(),
    engine: sdk.engineInfo().engine,
  },
});
process.disconnect();
