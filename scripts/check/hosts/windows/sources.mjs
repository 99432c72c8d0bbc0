// TypeScript below folders of the tree.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../lib/stamp.mjs';

/** Paths of the `.ts` files below `folders`, declarations left out. */
export function sourcesUnder(folders) {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .map((file) => join(root, folder, file)),
  );
}
