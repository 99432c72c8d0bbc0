// What is allocated by a public call in JavaScript. One process per engine: node --expose-gc …
// scenarios.mjs <module> Nothing here does I/O: specs come from bootstrapValues, requests are
// answered by a function.
import { createRequire } from 'node:module';
import { user } from '../lib/users.mjs';
import { names, text } from '../payloads/index.mjs';

const require = createRequire(import.meta.url);
const PROJECT = 'gates150';
const ROUNDS = 30;

const answer = {
  ok: true,
  status: 200,
  text: async () => '{"has_updates":false}',
  json: async () => ({}),
  headers: { get: () => null },
};

async function start(module) {
  const Statsig = require(module);
  const never = 3_600_000;
  await Statsig.initialize('secret-guard', {
    bootstrapValues: text(PROJECT, 1),
    networkOverrideFunc: async () => answer,
    disableDiagnostics: true,
    disableRulesetsSync: true,
    disableIdListsSync: true,
    initStrategyForIDLists: 'none',
    initStrategyForIP3Country: 'await',
    loggingIntervalMs: never,
    rulesetsSyncIntervalMs: never,
    idListsSyncIntervalMs: never,
  });
  return Statsig;
}

/** name → {operations per run, prepare() → run()}; `run` is what is counted. */
function scenarios(Statsig) {
  const { gates, configs, experiments, layers } = names(PROJECT);
  const person = user(1);
  let next = 1000;
  const each = (list, call) => ({
    operations: list.length,
    prepare: () => () => {
      for (let i = 0; i < list.length; i++) call(list[i]);
    },
  });
  const all = {
    'warm check': each(gates, (name) => Statsig.checkGateSync(person, name)),
    'warm check, exposures off': each(gates, (name) =>
      Statsig.checkGateWithExposureLoggingDisabledSync(person, name),
    ),
    'warm config get': each(configs, ({ name, key }) =>
      Statsig.getConfigSync(person, name).get(key, null),
    ),
    'warm experiment get': each(experiments, ({ name, key }) =>
      Statsig.getExperimentSync(person, name).get(key, null),
    ),
    'warm layer get': each(layers, ({ name, key }) =>
      Statsig.getLayerSync(person, name).get(key, null),
    ),
    'new user, every gate': {
      operations: gates.length,
      prepare: () => {
        const fresh = user(next++);
        return () => {
          for (let i = 0; i < gates.length; i++) Statsig.checkGateSync(fresh, gates[i]);
        };
      },
    },
    logEvent: each(Array.from({ length: 50 }), () =>
      Statsig.logEvent(person, 'purchase', 9.99, { sku: 'sku-1' }),
    ),
  };
  if (Statsig.forUser) {
    const scope = Statsig.forUser(person);
    all['checkGates, warm'] = {
      operations: gates.length,
      prepare: () => () => Statsig.checkGates(person, gates),
    };
    all['forUser check'] = each(gates, (name) => scope.checkGate(name));
  }
  return all;
}

/**
 * Bytes on the V8 heap per operation: the smallest of several runs, each in a fresh young
 * generation, after warm-up.
 */
async function bytesPerOperation({ operations, prepare }, Statsig) {
  for (let i = 0; i < 150; i++) prepare()();
  const seen = [];
  for (let round = 0; round < ROUNDS; round++) {
    await Statsig.flush();
    await new Promise((resolve) => setImmediate(resolve));
    const run = prepare();
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    run();
    seen.push((process.memoryUsage().heapUsed - before) / operations);
  }
  return Math.round(Math.min(...seen.filter((bytes) => bytes >= 0)) * 10) / 10;
}

const Statsig = await start(process.argv[2]);
const result = {};
for (const [name, scenario] of Object.entries(scenarios(Statsig)))
  result[name] = await bytesPerOperation(scenario, Statsig);
console.log(JSON.stringify(result));
process.exit(0);
