/** The nginx example works: one download for three instances, and a start during an outage. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { needs } from '../needs';

const ROOT = join(__dirname, '../..');

needs('nginx')('instances behind nginx', async (t) => {
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    execFile(
      process.execPath,
      ['examples/nginx/run.mjs'],
      { cwd: ROOT, timeout: 90_000 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : 1, output: stdout + (error === null ? '' : stderr) });
      },
    );
  });
  t.is(code, 0, output);
  t.deepEqual(output.trim().split('\n'), [
    'three instances: Network, Network, Network; the service was asked for specs 1 time(s)',
    'started during an outage: Network, a_gate is true',
    'events went through: 1 exposure(s)',
  ]);
});
