// Builds everything that this machine can build: native binary, WebAssembly module, JavaScript.
//
//   node scripts/build.mjs [--if-stale]
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './run.mjs';
import { root } from './stamp.mjs';

for (const step of ['build-native', 'build-wasm', 'build-ts']) {
  const script = join(root, 'scripts', `${step}.mjs`);
  if (existsSync(script)) mustRun(process.execPath, [script, ...process.argv.slice(2)], { shell: false });
}
