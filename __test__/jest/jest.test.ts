/** Applications are tested with Jest: nothing stays open, mocks of the package can be made. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { TESTED_ENGINES } from '../engines';

const ROOT = join(__dirname, '../..');
const JEST = join(ROOT, 'node_modules/jest/bin/jest.js');

/** `--detectOpenHandles` only prints; Jest's own exit and its words are what counts. */
function jest(...more: string[]): Promise<{ code: number; output: string }> {
  return jestIn(join(__dirname, 'project'), ...more);
}

function jestIn(project: string, ...more: string[]): Promise<{ code: number; output: string }> {
  const config = join(project, 'jest.config.js');
  const args = [JEST, '--config', config, '--ci', '--runInBand', '--colors=false', ...more];
  return new Promise((resolve) => {
    const env = { ...process.env, STATSIG_TEST_ENGINES: TESTED_ENGINES.join(',') };
    execFile(
      process.execPath,
      args,
      { cwd: ROOT, timeout: 100_000, env },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : 1, output: stdout + stderr });
      },
    );
  });
}

test('no open handle, and Jest ends by itself', async (t) => {
  t.true(existsSync(join(ROOT, 'dist/index.js')), 'npm run build comes first');
  const { code, output } = await jest('--detectOpenHandles');
  t.is(code, 0, output);
  const tests = 4 + TESTED_ENGINES.length;
  t.regex(output, new RegExp(`Tests: +${tests} passed, ${tests} total`));
  t.notRegex(output, /open handle/);
  t.notRegex(output, /did not exit/);
});

test('the check can fail', async (t) => {
  const { output } = await jest('--detectOpenHandles', '--testMatch', '<rootDir>/leaks.js');
  t.regex(output, /1 open handle/);
});

/**
 * A project of its own, because a mapped module has no `__mocks__` and is known by another name.
 */
test('installed as statsig-node: factories, __mocks__, module registries', async (t) => {
  const project = mkdtempSync(join(tmpdir(), 'statsig-jest-'));
  t.teardown(() => rmSync(project, { recursive: true, force: true }));
  cpSync(join(__dirname, 'installed'), project, { recursive: true });
  const installed = join(project, 'node_modules/statsig-node');
  for (const part of ['dist', 'package.json'])
    cpSync(join(ROOT, part), join(installed, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(installed, 'node_modules'));
  const { code, output } = await jestIn(project);
  t.is(code, 0, output);
  t.regex(output, /Tests: +6 passed, 6 total/);
  rmSync(join(project, '__mocks__'), { recursive: true });
  const automock = await jestIn(project, '--testMatch', '<rootDir>/without-mocks/*.js');
  t.is(automock.code, 0, automock.output);
  t.regex(automock.output, /Tests: +1 passed, 1 total/);
});
