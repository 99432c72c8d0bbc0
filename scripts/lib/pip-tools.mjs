// Programs that PyPI has as wheels, at the versions of a list in .ci, each list in an environment
// of its own below .cache.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { outputOf } from './run.mjs';
import { root } from './stamp.mjs';

/**
 * PATH with the programs of `.ci/<list>.txt`, which are installed when they are not there yet.
 * @throws Error without python3 or pip
 */
export function pathWithTools(list) {
  const file = join(root, '.ci', `${list}.txt`);
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
  const folder = join(root, '.cache', `${list}-${hash}`);
  const bin = join(folder, 'bin');
  if (!existsSync(join(folder, '.complete'))) {
    const steps = [
      ['python3', ['-m', 'venv', folder]],
      [join(bin, 'python3'), ['-m', 'pip', 'install', '--quiet', '--requirement', file]],
    ];
    for (const [command, args] of steps) {
      if (outputOf(command, args) === null)
        throw new Error(`failed: ${command} ${args.join(' ')} (npm run setup -- --all)`);
    }
    writeFileSync(join(folder, '.complete'), '');
  }
  return `${bin}${delimiter}${process.env.PATH}`;
}
