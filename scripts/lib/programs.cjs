// The one list of what building and testing wants besides Node and npm, and how each is installed.
// `npm run setup` installs it, tests and builds ask it what is there. CommonJS, so that the tests
// can require it.
'use strict';

const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { delimiter, isAbsolute, join } = require('node:path');

const isWindows = process.platform === 'win32';

/** The folders of PATH; after each `bin` the `sbin` beside it, where Debian has its daemons. */
function folders() {
  const path = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [
    ...new Set([
      ...path,
      ...path
        .filter((folder) => /[\\/]bin$/.test(folder))
        .map((folder) => folder.replace(/bin$/, 'sbin')),
    ]),
  ];
}

/** Every program of that name on PATH, in its order. */
function allOnPath(name) {
  if (isAbsolute(name)) return existsSync(name) ? [name] : [];
  const endings = isWindows ? ['.exe', '.cmd', '.bat'] : [''];
  return folders()
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .filter((file) => existsSync(file));
}

/** Path of the first of `names` that is on PATH, or undefined. */
function onPath(...names) {
  return names.flatMap(allOnPath)[0];
}

function succeeds(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore', shell: isWindows }).status === 0;
}

/**
 * The Rust toolchain that can build for `target`, null when none here can: rustup's with the
 * target's standard library, or Debian's compiler (`rustc-web cargo-web rust-web-src`), which
 * builds the library from its own sources. `cargo` and `rustc` are their paths; `buildsStd` says
 * which of the two it is.
 */
function rustFor(target) {
  for (const [at, rustc] of allOnPath('rustc').entries()) {
    const print = (...args) =>
      spawnSync(rustc, ['--print', ...args], { encoding: 'utf8' }).stdout?.trim() ?? '';
    const cargo = join(rustc, '..', isWindows ? 'cargo.exe' : 'cargo');
    if (!existsSync(cargo)) continue;
    // Only the first rustc is the one that plain `cargo` calls.
    const libraries = print('target-libdir', '--target', target);
    if (at === 0 && libraries !== '' && existsSync(libraries))
      return { cargo, rustc, buildsStd: false };
    if (existsSync(join(print('sysroot'), 'lib/rustlib/src/rust/library/std')))
      return { cargo, rustc, buildsStd: true };
  }
  return null;
}

const debianRust = ['rustc-web', 'cargo-web', 'rust-web-src', 'lld'];

/** What can build `target`: rustup's own linker is enough, Debian's compiler needs lld. */
const hasRustFor = (target) => {
  const found = rustFor(target);
  return (
    found !== null &&
    (!found.buildsStd || target !== 'wasm32-unknown-unknown' || onPath('wasm-ld') !== undefined)
  );
};

const chromePlaces = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * What `find` gives is the program's path, or anything else that is not undefined where there is
 * more to it than a path.
 */
const onPathRow = (name, use, packages, names = [name]) => ({
  name,
  use,
  ...packages,
  find: () => onPath(...names),
});

/**
 * `use` ends the sentence "without it …"; `apt` and `brew` are packages, `rustup` a target,
 * `elsewhere` what else to do.
 */
const forTests = [
  onPathRow('cargo', 'there is no native engine and no Rust test', {
    apt: debianRust,
    brew: ['rust'],
    elsewhere: 'https://rustup.rs',
  }),
  onPathRow('cc', 'Rust cannot link', {
    apt: ['gcc', 'libc6-dev'],
    elsewhere: 'a C compiler; on macOS: xcode-select --install',
  }),
  {
    name: 'wasm32-unknown-unknown',
    use: 'there is no wasm engine',
    apt: debianRust,
    rustup: 'wasm32-unknown-unknown',
    elsewhere: 'rustup target add wasm32-unknown-unknown',
    find: () => hasRustFor('wasm32-unknown-unknown') || undefined,
  },
  onPathRow('git', 'a release cannot be tried', { apt: ['git'], brew: ['git'] }),
  onPathRow('redis-server', 'the Redis adapter is not tried', {
    apt: ['redis-server'],
    brew: ['redis'],
  }),
  {
    ...onPathRow('chromium', 'the client SDK is not booted in a browser', {
      apt: ['chromium'],
      cask: ['google-chrome'],
    }),
    find: () => onPath(...(process.env.CHROMIUM ? [process.env.CHROMIUM] : []), ...chromePlaces),
    elsewhere: 'Chromium or Chrome; CHROMIUM may say where it is',
  },
  onPathRow('nginx', 'the nginx example is not run', { apt: ['nginx-light'], brew: ['nginx'] }),
  onPathRow('openssl', 'TLS to a forward proxy is not tried', {
    apt: ['openssl'],
    brew: ['openssl'],
  }),
];

const file = (path, use, apt) => ({
  name: path,
  use,
  apt: [apt],
  find: () => (existsSync(path) ? path : undefined),
});
const releaseTargets = [
  'x86_64-unknown-linux-musl',
  'aarch64-unknown-linux-gnu',
  'aarch64-unknown-linux-musl',
  'x86_64-pc-windows-gnu',
];

/** What only `.ci/run` wants, on Linux. */
const forChecks = [
  onPathRow('valgrind', 'bench/guard cannot count instructions', { apt: ['valgrind'] }),
  onPathRow('readelf', 'binaries cannot be inspected', { apt: ['binutils'] }),
  ...['qemu-aarch64', 'qemu-x86_64', 'qemu-s390x'].map((name) =>
    onPathRow(name, 'Node of another platform cannot be run', { apt: ['qemu-user'] }),
  ),
  file('/usr/aarch64-linux-gnu/lib/libc.so.6', 'arm64 has no glibc', 'libc6-arm64-cross'),
  file(
    '/usr/aarch64-linux-gnu/lib/libstdc++.so.6',
    'arm64 has no libstdc++',
    'libstdc++6-arm64-cross',
  ),
  file('/usr/s390x-linux-gnu/lib/libc.so.6', 's390x has no glibc', 'libc6-s390x-cross'),
  file(
    '/usr/s390x-linux-gnu/lib/libstdc++.so.6',
    's390x has no libstdc++',
    'libstdc++6-s390x-cross',
  ),
  {
    name: 'python3 with pip',
    use: 'zig cannot be installed',
    apt: ['python3-venv', 'python3-pip'],
    find: () => succeeds('python3', '-c', 'import ensurepip, pip') || undefined,
  },
  file('/usr/bin/x86_64-w64-mingw32-gcc', 'nothing links for Windows', 'gcc-mingw-w64-x86-64'),
  file('/usr/lib/wine/wine64', "Windows' Node cannot be run", 'wine64'),
  ...releaseTargets.map((target) => ({
    name: target,
    use: 'its binary cannot be built',
    apt: debianRust,
    rustup: target,
    find: () => hasRustFor(target) || undefined,
  })),
];

/** Where a program of `forTests` is; undefined when it is missing. */
function find(name) {
  const row = forTests.find((entry) => entry.name === name);
  if (row === undefined) throw new Error(`${name} is not in scripts/lib/programs.cjs`);
  return row.find();
}

module.exports = { find, forChecks, forTests, onPath, rustFor };
