/** The fleet example works: a change arrives by the stream, and by Redis when the proxy is dead. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { find } from '../../scripts/lib/programs.cjs';
import { needs } from '../needs';

const ROOT = join(__dirname, '../..');

const missing = ['nginx', 'redis-server'].find((program) => find(program) === undefined);

needs(missing ?? 'nginx')('a small fleet: the proxy is killed, no check is lost', async (t) => {
  const args = ['examples/fleet/run.mjs', '--quick', '--instances', '4', '--processes', '2'];
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, timeout: 90_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` }),
    );
  });
  t.is(code, 0, output);
  t.regex(output, /\| all is up \| 4 \| \d+ \| \d+ \|/);
  t.regex(output, /\| the proxy is killed: Redis \| 4 \|/);
  t.regex(output, /checks: \d{3,}, lost: 0; events dropped: 0/);
});
