// Ways in which an installation goes wrong, applied to a project that has the package installed,
// and the engine that has to answer then. Import must work in all of them.
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of whatever platform the project is. */
function nativePackage(project) {
  const modules = join(project, 'node_modules');
  const name = readdirSync(modules).find((entry) => entry.startsWith('statsig-node-native-'));
  return join(modules, name);
}
const nativeFile = (project) => {
  const name = readdirSync(nativePackage(project)).find((file) => file.endsWith('.node'));
  return join(nativePackage(project), name);
};
const wasmFile = (project) =>
  join(project, 'node_modules/statsig-node-native/dist/engine/generated/statsig.wasm');

/** The file's first bytes, as a full disk or a broken download leaves it. */
function truncate(file, bytes) {
  writeFileSync(file, readFileSync(file).subarray(0, bytes));
}

/** The header says another machine: of ELF 183 is aarch64, 62 is x86-64; of Windows these. */
function forAnotherMachine(file) {
  const bytes = readFileSync(file);
  const isX64 = process.arch === 'x64';
  if (bytes.toString('latin1', 0, 2) === 'MZ')
    bytes.writeUInt16LE(isX64 ? 0xaa64 : 0x8664, bytes.readUInt32LE(0x3c) + 4);
  else bytes.writeUInt16LE(isX64 ? 183 : 62, 18);
  writeFileSync(file, bytes);
}

/** The dynamic section asks for musl's library, as the binary of another libc does. */
function forAnotherLibc(file) {
  const bytes = readFileSync(file);
  const name = Buffer.from('libc.so.6\0');
  const at = bytes.indexOf(name);
  if (at < 0) throw new Error('the binary does not name its libc');
  Buffer.from('libc.mu.9\0').copy(bytes, at);
  writeFileSync(file, bytes);
}

function readOnly(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) chmodSync(join(entry.path, entry.name), 0o444);
  }
  chmodSync(folder, 0o555);
}

/**
 * The platform package becomes JavaScript: what a `NativeEngine` of another version, or something
 * else, looks like.
 */
function replaceNative(project, code) {
  rmSync(nativeFile(project));
  writeFileSync(
    join(nativePackage(project), 'package.json'),
    '{"name":"x","version":"1.0.0","main":"index.js"}',
  );
  writeFileSync(join(nativePackage(project), 'index.js'), code);
}

const otherVersion =
  "exports.NativeEngine = class { version() { return '0.0.1' } userCapacity() { return 1 } }";

/** Name, what it does to a project, the engine that answers, and the systems if it is not all. */
const breakages = [
  {
    name: 'the platform package is absent',
    engine: 'wasm',
    apply: (project) => rmSync(nativePackage(project), { recursive: true }),
  },
  {
    name: 'the binary is deleted',
    engine: 'wasm',
    apply: (project) => rmSync(nativeFile(project)),
  },
  {
    name: 'the binary is empty',
    engine: 'wasm',
    apply: (project) => truncate(nativeFile(project), 0),
  },
  {
    name: 'the binary is cut off in its header',
    engine: 'wasm',
    apply: (project) => truncate(nativeFile(project), 1000),
  },
  {
    name: 'the binary is cut off in its middle',
    engine: 'wasm',
    apply: (project) => truncate(nativeFile(project), 400_000),
  },
  {
    // Windows fills up the last section, so there it is whole without it.
    name: 'the binary lacks its last byte',
    engine: 'wasm',
    systems: ['linux', 'darwin'],
    apply: (project) => truncate(nativeFile(project), readFileSync(nativeFile(project)).length - 1),
  },
  {
    name: 'the binary is text',
    engine: 'wasm',
    apply: (project) => writeFileSync(nativeFile(project), '<html>404</html>'.repeat(1000)),
  },
  {
    name: 'the binary is for another machine',
    engine: 'wasm',
    systems: ['linux', 'win32'],
    apply: (project) => forAnotherMachine(nativeFile(project)),
  },
  {
    name: 'the binary is for another libc',
    engine: 'wasm',
    systems: ['linux'],
    apply: (project) => forAnotherLibc(nativeFile(project)),
  },
  {
    name: 'the platform package is another addon',
    engine: 'wasm',
    apply: (project) => replaceNative(project, 'module.exports = {};'),
  },
  {
    name: 'the platform package is of another version',
    engine: 'wasm',
    apply: (project) => replaceNative(project, otherVersion),
  },
  {
    name: 'the disk is read-only',
    engine: 'native',
    apply: (project) => readOnly(join(project, 'node_modules')),
  },
  {
    name: 'binary and wasm are deleted',
    engine: 'js',
    apply: (project) => {
      rmSync(nativeFile(project));
      rmSync(wasmFile(project));
    },
  },
  {
    name: 'binary and wasm are cut off',
    engine: 'js',
    apply: (project) => {
      truncate(nativeFile(project), 1000);
      truncate(wasmFile(project), 5000);
    },
  },
  {
    name: 'the wasm is another module',
    engine: 'js',
    apply: (project) => {
      rmSync(nativeFile(project));
      writeFileSync(wasmFile(project), Buffer.from('0061736d01000000', 'hex'));
    },
  },
];

/** Those of a system, which is a `process.platform`. */
export function breakagesOf(system) {
  return breakages.filter(({ systems }) => systems?.includes(system) ?? true);
}
