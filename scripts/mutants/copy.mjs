// A copy of the tree, so that a fault is never left in the tree itself.
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { outputOf } from '../lib/run.mjs';
import { root } from '../lib/stamp.mjs';

/** What is only read. */
const SHARED = ['node_modules', 'dist', 'testdata'];
/** What the build makes in a folder of the sources. */
const BUILT = ['src/engine/generated', 'src/network/generated'];

/** Copies what is tracked, and what was built, to a folder; answers with its path. */
export function copyTree(name) {
  const folder = join(root, 'target', name);
  rmSync(folder, { recursive: true, force: true });
  const tracked = outputOf('git', ['ls-files', '--cached', '--others', '--exclude-standard']);
  const files = tracked.split('\n').filter((file) => file !== '' && !isShared(file));
  for (const file of files) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  for (const built of BUILT) cpSync(join(root, built), join(folder, built), { recursive: true });
  for (const shared of SHARED) symlinkSync(join(root, shared), join(folder, shared), 'junction');
  return folder;
}

const isShared = (file) => SHARED.some((shared) => file.startsWith(`${shared}/`));
