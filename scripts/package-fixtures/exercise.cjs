// What every import form must be able to do: initialize against the local server, check, log, shut
// down, exit.
const { strict: assert } = require('node:assert');
const { join } = require('node:path');
const { createLocalServer } = require('statsig-node-native/local-server');

exports.exercise = async function exercise(statsig) {
  const server = await createLocalServer({ specsFile: join(__dirname, 'sample-project.json') });
  try {
    const details = await statsig.initialize('secret-package', { api: server.api });
    assert.equal(details.success, true, String(details.error));
    assert.equal(statsig.engineInfo().engine, process.env.EXPECTED_ENGINE);
    const user = { userID: 'u', email: 'u@pedal.example' };
    assert.equal(statsig.checkGate(user, 'new_checkout'), true);
    assert.equal(statsig.checkGate(user, 'unknown'), false);
    assert.equal(statsig.getConfig(user, 'tariff').get('currency', ''), 'EUR');
    statsig.logEvent(user, 'bought', 1, { from: 'package' });
    await statsig.shutdownAsync();
    const names = server.events().map((event) => event.eventName);
    assert.ok(names.includes('statsig::gate_exposure') && names.includes('bought'), names.join());
  } finally {
    await server.close();
  }
};
