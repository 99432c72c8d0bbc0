// Builds everything that this machine can build: native binary, WebAssembly module, JavaScript.
//
//   node scripts/build.mjs [--if-stale] [--best-effort]
//
// A missing toolchain is no error. A failing build is, except with --best-effort, which goes on
// with the engines that are left as long as the JavaScript compiles.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';
import { root } from './stamp.mjs';

const flags = process.argv.slice(2);
for (const step of ['build-native', 'build-wasm', 'build-ts']) {
  const script = join(root, 'scripts', `${step}.mjs`);
  if (!existsSync(script)) continue;
  const code = run(
    process.execPath,
    [script, ...flags.filter((flag) => flag !== '--best-effort')],
    { shell: false },
  );
  if (code === 0) continue;
  if (step === 'build-ts' || !flags.includes('--best-effort')) process.exit(code);
  console.log(`${step} failed; going on without it`);
}
