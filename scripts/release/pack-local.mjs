// Packs this clone as it would be published, the binary of this machine included, into packed/:
//
//   npm run pack:local
//
// `npm pack` alone gives the main package, which answers on wasm: native binaries are packages of
// their own.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packAll } from '../check/packed/project.mjs';
import { mustRun } from '../lib/run.mjs';
import { root } from '../lib/stamp.mjs';

mustRun('node', [join(root, 'scripts/build/all.mjs'), '--if-stale'], { cwd: root });
const folder = join(root, 'packed');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
const { main, native } = packAll(folder);
// What was staged to be packed.
for (const entry of readdirSync(folder))
  if (!entry.endsWith('.tgz')) rmSync(join(folder, entry), { recursive: true });
const [packed, binary] = [main, native].map((path) => path && resolve(path));
console.log(`\nIn an application:\n  npm install ${packed}${binary ? ` ${binary}` : ''}`);
console.log(
  `The same under the old name, so that no code changes:\n  npm install statsig-node@file:${packed}${binary ? ` ${binary}` : ''}`,
);
if (!binary)
  console.log('There is no native binary (cargo is needed for one): wasm answers, or js.');
