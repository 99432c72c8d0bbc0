// Builds crates/wasm and puts statsig.wasm where src/engine/wasm-node.ts and the edge entry look
// for it.
//
//   node scripts/build/wasm.mjs [--if-stale] [--require]
//
// Takes whichever toolchain is there: rustup's wasm32 target, or Debian's rustc-web, which builds
// the standard library from its own sources. Without either it says what to install and succeeds,
// because the package works without the module; `--require` makes that an error.
import { copyFileSync, mkdirSync, statSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import programs from '../lib/programs.cjs';
import { mustRun } from '../lib/run.mjs';
import { toolchainFor } from '../lib/rust-toolchain.mjs';
import { mostKiB, sizeProblem, sizesOf } from '../check/sizes.mjs';
import { hashOf, isFresh, markFresh, root } from '../lib/stamp.mjs';

const TARGET = 'wasm32-unknown-unknown';
const inputs = [
  'crates/evaluator/src',
  'crates/evaluator/Cargo.toml',
  'crates/wasm',
  'Cargo.toml',
  'Cargo.lock',
  'scripts/build/wasm.mjs',
];
const output = 'src/engine/generated/statsig.wasm';
const build = [
  'build',
  '--profile',
  'wasm',
  '--package',
  'statsig-node-wasm',
  '--target',
  TARGET,
  '--target-dir',
  'target/wasm',
];

/**
 * Program, arguments and environment of the toolchain that can build for wasm32; null when there is
 * none.
 */
function toolchain() {
  const found = toolchainFor(TARGET, 'std,panic_abort');
  if (found === null || found.name === 'rustup') return found && { ...found, args: build };
  if (programs.onPath('wasm-ld') === undefined) return null;
  const env = { ...found.env, CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: 'wasm-ld' };
  return { cargo: found.cargo, args: [...build, ...found.args], env };
}

function copyToDist() {
  mkdirSync(join(root, 'dist/engine/generated'), { recursive: true });
  copyFileSync(join(root, output), join(root, 'dist/engine/generated/statsig.wasm'));
}

/** A bigger module fails the build. */
function checkSize() {
  const { raw, gzip, brotli } = sizesOf(join(root, output));
  console.log(
    `wasm engine: built statsig.wasm, ${raw} KiB, gzip ${gzip} KiB, brotli ${brotli} KiB`,
  );
  const problem = sizeProblem(join(root, output), mostKiB['engine/generated/statsig.wasm']);
  if (problem === null) return;
  console.error(`wasm engine: ${problem}`);
  process.exit(1);
}

if (process.argv.includes('--if-stale') && isFresh('wasm', inputs, [output])) {
  copyToDist();
  console.log('wasm engine: statsig.wasm is up to date');
  process.exit(0);
}
const tools = toolchain();
if (tools === null) {
  console.log(
    `wasm engine: not built. No Rust for ${TARGET} was found; \`npm run setup\` installs it.`,
  );
  console.log('             The js engine answers where no binary loads.');
  process.exit(process.argv.includes('--require') ? 1 : 0);
}
const hash = hashOf(inputs);
mustRun(tools.cargo, tools.args, { env: { ...process.env, ...tools.env } });
mkdirSync(join(root, 'src/engine/generated'), { recursive: true });
const built = join(root, 'target/wasm', TARGET, 'wasm/statsig_node_wasm.wasm');
writeFileSync(join(root, output), readFileSync(built));
if (statSync(join(root, output)).size === 0) process.exit(1);
copyToDist();
markFresh('wasm', hash);
checkSize();
