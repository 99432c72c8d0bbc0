/** Applications are tested with Jest: nothing stays open, mocks of the package can be made. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';

const ROOT = join(__dirname, '../..');
const JEST = join(ROOT, 'node_modules/jest/bin/jest.js');

/** `--detectOpenHandles` only prints; Jest's own exit and its words are what counts. */
function jest(...more: string[]): Promise<{ code: number; output: string }> {
  const config = join(__dirname, 'project/jest.config.js');
  const args = [JEST, '--config', config, '--ci', '--runInBand', '--colors=false', ...more];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, timeout: 100_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, output: stdout + stderr });
    });
  });
}

test('no open handle, and Jest ends by itself', async (t) => {
  t.true(existsSync(join(ROOT, 'dist/index.js')), 'npm run build comes first');
  const { code, output } = await jest('--detectOpenHandles');
  t.is(code, 0, output);
  t.regex(output, /Tests: +7 passed, 7 total/);
  t.notRegex(output, /open handle/);
  t.notRegex(output, /did not exit/);
});

test('the check can fail', async (t) => {
  const { output } = await jest('--detectOpenHandles', '--testMatch', '<rootDir>/leaks.js');
  t.regex(output, /1 open handle/);
});
