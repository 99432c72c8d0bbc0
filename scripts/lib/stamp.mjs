// Tells whether a build step has to run again: a hash over the contents of its inputs, kept in
// .cache/stamps/. Contents rather than modification times, because `git checkout` and `npm pack`
// rewrite the latter.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, absolute. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Every file below `folder`, as paths relative to the root, sorted. Skips what no build reads. */
export function filesBelow(folder) {
  const found = [];
  const visit = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (['node_modules', 'target', '.git', 'generated'].includes(entry.name)) continue;
      const child = join(path, entry.name);
      if (entry.isDirectory()) visit(child);
      else found.push(relative(root, child));
    }
  };
  if (existsSync(join(root, folder))) visit(join(root, folder));
  return found.sort();
}

/**
 * SHA-256 over names and contents of files and folders (relative to the root); absent ones count as
 * absent.
 */
export function hashOf(inputs) {
  const hash = createHash('sha256');
  for (const input of inputs) {
    const path = join(root, input);
    const isFolder = existsSync(path) && statSync(path).isDirectory();
    for (const file of isFolder ? filesBelow(input) : [input]) {
      const absolute = join(root, file);
      hash.update(`${file}\0${existsSync(absolute) ? statSync(absolute).size : 'absent'}\0`);
      if (existsSync(absolute)) hash.update(readFileSync(absolute));
    }
  }
  return hash.digest('hex');
}

const stampPath = (step) => join(root, '.cache', 'stamps', step);

/** True when the step ran with these inputs and all of its outputs still exist. */
export function isFresh(step, inputs, outputs) {
  if (!existsSync(stampPath(step)) || !outputs.every((file) => existsSync(join(root, file))))
    return false;
  return readFileSync(stampPath(step), 'utf8') === hashOf(inputs);
}

/**
 * Remembers that the step ran. `hash` was taken before the step read its inputs, so an edit
 * meanwhile counts.
 */
export function markFresh(step, hash) {
  mkdirSync(dirname(stampPath(step)), { recursive: true });
  writeFileSync(stampPath(step), hash);
}
