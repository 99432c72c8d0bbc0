/** A portion of bench/stream.mjs, so that it goes on to work; its numbers are no numbers here. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import test from 'ava';

const ROOT = join(__dirname, '../..');
const PARTS = ['change', 'reconnect', 'lies', 'core'].flatMap((part) => ['--part', part]);
const FEW = ['--instances', '3', '--changes', '3', '--reconnects', '20', '--lies', '20'];

test('changes, reconnects, lies, and the newer SDK over the stand-in', async (t) => {
  const args = ['--expose-gc', 'bench/stream.mjs', ...PARTS, ...FEW];
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, timeout: 90_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` }),
    );
  });
  t.is(code, 0, output);
  t.regex(output, /^change: 3 instances .* p50/m);
  const [, before, after] = /sockets (\d+) → (\d+)/.exec(output) ?? [];
  t.truthy(before, output);
  t.true(Number(after) <= Number(before), output);
  t.regex(output, /lies: 20; wrong answers 0, exceptions 0, truths that arrived afterwards 20 of/);
  t.regex(output, /core: statsig-node-core .* 0 missed/);
});
