// Builds crates/node for this machine and puts the binary where src/engine/native.ts looks for it:
// src/engine/generated/ (tests run from the sources) and dist/engine/generated/ (the package runs from dist).
//
//   node scripts/build-native.mjs [--if-stale] [--target <triple>] [--cross napi|zig] [--require]
//
// Without cargo it says what is missing and succeeds, because the package works without a binary; `--require` (used by
// CI and the release) makes that an error.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { platforms, thisPlatform } from './platforms.mjs';
import { localBin, mustRun, outputOf } from './run.mjs';
import { hashOf, isFresh, markFresh, root } from './stamp.mjs';

const inputs = [
  'crates/evaluator/src', 'crates/evaluator/Cargo.toml', 'crates/node/src', 'crates/node/Cargo.toml', 'crates/node/build.rs',
  'Cargo.toml', 'Cargo.lock', 'scripts/build-native.mjs',
];
const generated = 'src/engine/generated';

function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

function stopWithoutBinary(why) {
  console.log(`native engine: not built. ${why}`);
  console.log('               The package still works: the wasm or the js engine answers instead.');
  process.exit(process.argv.includes('--require') ? 1 : 0);
}

function copyToDist(file) {
  const to = join(root, 'dist/engine/generated', file);
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(join(root, generated, file), to);
}

const target = option('--target');
const platform = target ? platforms.find((p) => p.target === target) : thisPlatform();
if (!platform) stopWithoutBinary(`No native package exists for ${target ?? `${process.platform}-${process.arch}`}.`);

const step = `native-${platform.name}`;
const binary = `${generated}/${platform.file}`;
if (process.argv.includes('--if-stale') && isFresh(step, inputs, [binary])) {
  copyToDist(platform.file);
  console.log(`native engine: ${platform.file} is up to date`);
  process.exit(0);
}
if (outputOf('cargo', ['--version']) === null) {
  stopWithoutBinary('cargo was not found; install Rust from https://rustup.rs and run `npm run build:native`.');
}

const hash = hashOf(inputs);
mustRun(localBin('napi'), [
  'build', '--platform', '--release', '--no-js',
  '--manifest-path', 'crates/node/Cargo.toml',
  '--package-json-path', 'package.json',
  '--output-dir', generated,
  '--dts', 'binding.d.ts',
  ...(target ? ['--target', target] : []),
  // Release builds: napi's toolchain links against glibc 2.17, zig's against musl.
  ...({ napi: ['--use-napi-cross'], zig: ['--cross-compile'] }[option('--cross')] ?? []),
]);
if (!existsSync(join(root, binary))) {
  console.error(`native engine: the build succeeded but ${binary} is missing`);
  process.exit(1);
}
copyToDist(platform.file);
markFresh(step, hash);
console.log(`native engine: built ${platform.file}`);
