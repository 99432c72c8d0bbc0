// Builds everything that this machine can build: native binary, WebAssembly module, JavaScript.
//
//   node scripts/build/all.mjs [--if-stale] [--best-effort]
//
// A missing toolchain is no error. A failing build is, except with --best-effort, which goes on
// with the engines that are left as long as the JavaScript compiles.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lib/run.mjs';
import { root } from '../lib/stamp.mjs';

const flags = process.argv.slice(2);
for (const step of ['native', 'wasm', 'ts']) {
  const script = join(root, 'scripts/build', `${step}.mjs`);
  if (!existsSync(script)) continue;
  const code = run(
    process.execPath,
    [script, ...flags.filter((flag) => flag !== '--best-effort')],
    { shell: false },
  );
  if (code === 0) continue;
  if (step === 'ts' || !flags.includes('--best-effort')) process.exit(code);
  console.log(`build/${step}.mjs failed; going on without it`);
}
