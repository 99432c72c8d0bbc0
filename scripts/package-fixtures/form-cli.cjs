// The command of the package: serves, answers, says how it was used wrong.
const { strict: assert } = require('node:assert');
const { spawn, spawnSync } = require('node:child_process');
const { join } = require('node:path');
const cli = join(__dirname, 'node_modules', 'statsig-node-native', 'dist', 'cli.js');
assert.equal(spawnSync(process.execPath, [cli, 'serve']).status, 2);
assert.equal(
  spawnSync(process.execPath, [cli, 'serve', '--specs', 'absent.json', '--port', '0']).status,
  1,
);
const child = spawn(process.execPath, [
  cli,
  'serve',
  '--specs',
  join(__dirname, 'sample-project.json'),
  '--port',
  '0',
]);
let text = '';
child.stdout.on('data', async (chunk) => {
  const before = /_events as JSON/.test(text);
  text += chunk;
  if (before || !/_events as JSON/.test(text)) return;
  const url = /on (http:\/\/127\.0\.0\.1:\d+)/.exec(text)[1];
  const response = await fetch(`${url}/v1/download_config_specs/secret-x.json`);
  assert.equal((await response.json()).has_updates, true);
  child.kill('SIGTERM');
});
child.on('exit', (code) => {
  process.exitCode = process.platform === 'win32' || code === 0 ? 0 : 1;
});
