// Builds crates/node for this machine and puts the binary where src/engine/native.ts looks for it:
// src/engine/generated/ (tests run from the sources) and dist/engine/generated/ (the package runs
// from dist).
//
//   node scripts/build/native.mjs [--if-stale] [--target <triple>] [--cross napi|zig] [--require]
//
// Without cargo it says what is missing and succeeds, because the package works without a binary;
// `--require` (used by CI and the release) makes that an error.
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { platforms, thisPlatform } from '../lib/platforms.mjs';
import programs from '../lib/programs.cjs';
import { localBin, mustRun } from '../lib/run.mjs';
import { hashOf, isFresh, markFresh, root } from '../lib/stamp.mjs';

const inputs = [
  'crates/evaluator/src',
  'crates/evaluator/Cargo.toml',
  'crates/node/src',
  'crates/node/Cargo.toml',
  'crates/node/build.rs',
  'src/users/uap-core.json',
  'Cargo.toml',
  'Cargo.lock',
  'scripts/build/native.mjs',
];
const generated = 'src/engine/generated';
/** napi writes here, because it overwrites in place what it finds. */
const fresh = 'target/napi';
const { values: given } = parseArgs({
  options: {
    'if-stale': { type: 'boolean' },
    target: { type: 'string' },
    cross: { type: 'string' },
    require: { type: 'boolean' },
  },
});

function stopWithoutBinary(why) {
  console.log(`native engine: not built. ${why}`);
  console.log('               The package still works: the wasm or the js engine answers instead.');
  process.exit(given.require ? 1 : 0);
}

/**
 * Puts a file in place by renaming: a process that has the old one mapped keeps the old one and
 * goes on.
 */
function install(from, to) {
  const target = join(root, to);
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}.new`;
  copyFileSync(join(root, from), temporary);
  renameSync(temporary, target);
}

function copyToDist(file) {
  install(`${generated}/${file}`, `dist/engine/generated/${file}`);
}

const { target } = given;
const platform = target ? platforms.find((p) => p.target === target) : thisPlatform();
if (!platform)
  stopWithoutBinary(
    `No native package exists for ${target ?? `${process.platform}-${process.arch}`}.`,
  );

const step = `native-${platform.name}`;
const binary = `${generated}/${platform.file}`;
if (given['if-stale'] && isFresh(step, inputs, [binary])) {
  copyToDist(platform.file);
  console.log(`native engine: ${platform.file} is up to date`);
  process.exit(0);
}
for (const program of process.platform === 'win32' ? ['cargo'] : ['cargo', 'cc']) {
  if (programs.find(program) === undefined)
    stopWithoutBinary(`${program} was not found; \`npm run setup\` installs it.`);
}

const hash = hashOf(inputs);
mustRun(localBin('napi'), [
  'build',
  '--platform',
  '--release',
  '--no-js',
  '--manifest-path',
  'crates/node/Cargo.toml',
  '--package-json-path',
  'package.json',
  '--output-dir',
  fresh,
  '--dts',
  'binding.d.ts',
  ...(target ? ['--target', target] : []),
  // Release builds: napi's toolchain links against glibc 2.17, zig's against musl.
  ...({ napi: ['--use-napi-cross'], zig: ['--cross-compile'] }[given.cross] ?? []),
]);
if (!existsSync(join(root, fresh, platform.file))) {
  console.error(`native engine: the build succeeded but ${fresh}/${platform.file} is missing`);
  process.exit(1);
}
for (const file of ['binding.d.ts', platform.file])
  install(`${fresh}/${file}`, `${generated}/${file}`);
copyToDist(platform.file);
markFresh(step, hash);
console.log(`native engine: built ${platform.file}`);
