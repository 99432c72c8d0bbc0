/** The recipes of docs/testing.md, as they stand there, run by the runners that they are for. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';

const ROOT = join(__dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
const modules = join(ROOT, 'node_modules');

/** Writes each block that begins with a file name; the package is there as built. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), 'statsig-recipes-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/statsig-node-native'));
  symlinkSync(join(modules, 'ava'), join(folder, 'node_modules/ava'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "recipes", "version": "1.0.0" }');
  for (const [, text = '', file = ''] of page.matchAll(/```js\n(\/\/ (\S+)\n[\s\S]*?)```/g))
    writeFileSync(join(folder, file), text);
  return folder;
}

/** Output of a runner that was content. Rejects with it otherwise. */
function run(folder: string, ...args: string[]): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...process.env, FORCE_COLOR: '0', NODE_OPTIONS: '' };
  // Set for children of a test run: node --test would not run files then.
  delete env['NODE_TEST_CONTEXT'];
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      args,
      { cwd: folder, env, timeout: 100_000 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout + stderr);
        else reject(new Error(stdout + stderr));
      },
    );
  });
}

const folder = project();
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

test('node:test', async (t) => {
  const output = await run(folder, '--test', '--test-reporter=tap', 'checkout.test.js');
  t.regex(output, /# pass 2\n/);
  t.notRegex(output, /statsigSDK>/);
});

test('jest, and nothing stays open', async (t) => {
  const args = [
    '--ci',
    '--runInBand',
    '--colors=false',
    '--detectOpenHandles',
    '--testMatch',
    '**/*.spec.js',
  ];
  const output = await run(folder, join(modules, 'jest/bin/jest.js'), ...args);
  t.regex(output, /Tests: +2 passed, 2 total/);
  t.notRegex(output, /open handle|did not exit|statsigSDK>/);
});

test('ava', async (t) => {
  const output = await run(folder, join(modules, 'ava/entrypoints/cli.mjs'), 'checkout.ava.js');
  t.regex(output, /2 tests passed/);
  t.notRegex(output, /statsigSDK>/);
});
