// The `./dist/…` part of package.json's `exports`: the statsig-node paths that resolve, each with
// and without `.js`. Anything else below dist is internal and unreachable.
//
//   node scripts/build/package-exports.mjs    rewrite that part (the rest of `exports` is written by hand)
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deepImports } from './deep-imports.mjs';
import { root } from '../lib/stamp.mjs';

const file = join(root, 'package.json');
const readManifest = () => JSON.parse(readFileSync(file, 'utf8'));

/** statsig-node's main file, and the path that is an alias (see deep-imports.mjs). */
const others = { index: null, Errors: 'types/errors' };

function deepExports() {
  const paths = [
    ...Object.keys(deepImports).map((path) => [path, path]),
    ...Object.entries(others).map(([path, alias]) => [path, alias ?? path]),
  ];
  return Object.fromEntries(
    paths.sort().flatMap(([path, target]) => {
      const entry = { types: `./dist/${target}.d.ts`, default: `./dist/${target}.js` };
      return [
        [`./dist/${path}`, entry],
        [`./dist/${path}.js`, entry],
      ];
    }),
  );
}

const isDeep = (key) => key.startsWith('./dist/');

export function exportProblems() {
  const actual = Object.fromEntries(
    Object.entries(readManifest().exports).filter(([key]) => isDeep(key)),
  );
  return JSON.stringify(actual) === JSON.stringify(deepExports())
    ? []
    : ['package.json: stale exports; run node scripts/build/package-exports.mjs'];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const manifest = readManifest();
  const byHand = Object.entries(manifest.exports).filter(
    ([key]) => !isDeep(key) && key !== './package.json',
  );
  manifest.exports = {
    ...Object.fromEntries(byHand),
    ...deepExports(),
    './package.json': './package.json',
  };
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}
