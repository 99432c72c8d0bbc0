// What this package reads and writes, on a drive and in folders with spaces: a store, a spool that
// outlives a dead server, and the binary or module that answers.
//
//   node.exe paths.cjs <engine that has to answer>
const { strict: assert } = require('node:assert');
const { mkdtempSync, readdirSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const { StatsigServer } = require('statsig-node-native');
const { FileDataAdapter } = require('statsig-node-native/file-adapter');
const { createLocalServer } = require('statsig-node-native/local-server');

const specsFile = join(__dirname, 'sample-project.json');
const folder = mkdtempSync(join(__dirname, 'two words '));
const quiet = () => {};
const logger = { logLevel: 'none', debug: quiet, info: quiet, warn: quiet, error: quiet };
const user = { userID: 'ada', email: 'ada@pedal.example' };

/** What the life of an instance came to. */
async function live(options) {
  const statsig = new StatsigServer('secret-paths', { logger, ...options });
  const { source } = await statsig.initializeAsync();
  assert.equal(statsig.engineInfo().engine, process.argv[2]);
  const isOn = statsig.checkGate(user, 'new_checkout');
  await statsig.shutdownAsync();
  return { source, isOn, ...statsig.eventStats() };
}

async function main() {
  assert.match(folder, /^C:\\.* .*\\/);
  const server = await createLocalServer({ specsFile });
  const options = { dataAdapter: new FileDataAdapter(join(folder, 'a store')) };
  options.eventSpool = join(folder, 'a spool');
  const first = await live({ ...options, api: server.api });
  assert.deepEqual([first.source, first.isOn, first.kept], ['Network', true, 0]);
  await server.close();

  const second = await live({ ...options, api: server.api });
  assert.deepEqual([second.source, second.isOn, second.dropped], ['DataAdapter', true, 0]);
  assert.ok(second.kept > 0);

  const back = await createLocalServer({ specsFile });
  const third = await live({ ...options, api: back.api });
  const names = back.events().map(({ eventName }) => eventName);
  assert.deepEqual([third.kept, third.dropped], [0, 0]);
  assert.ok(names.filter((name) => name === 'statsig::gate_exposure').length >= 2, names.join());
  await back.close();
  console.log(`ok ${readdirSync(folder).sort().join()}`);
}

main().finally(() => rmSync(folder, { recursive: true }));
