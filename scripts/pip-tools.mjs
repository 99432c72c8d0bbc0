// cargo-zigbuild and zig at the versions of .ci/release-tools.txt, in an environment of their own below .cache.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { outputOf } from './run.mjs';
import { root } from './stamp.mjs';

/** PATH with the tools in it, which are installed when they are not there yet. @throws Error without python3 or pip */
export function pathWithReleaseTools() {
  const list = join(root, '.ci/release-tools.txt');
  const hash = createHash('sha256').update(readFileSync(list)).digest('hex').slice(0, 12);
  const folder = join(root, '.cache', `release-tools-${hash}`);
  const bin = join(folder, 'bin');
  if (!existsSync(join(bin, 'cargo-zigbuild'))) {
    const steps = [['python3', ['-m', 'venv', folder]], [join(bin, 'python3'), ['-m', 'pip', 'install', '--quiet', '--requirement', list]]];
    for (const [command, args] of steps) {
      if (outputOf(command, args) === null) throw new Error(`failed: ${command} ${args.join(' ')} (Debian: apt-get install python3-venv)`);
    }
  }
  return `${bin}${delimiter}${process.env.PATH}`;
}
