// JavaScript runtimes as npm packages, fetched once into .cache/runtimes. Exact versions: a
// runtime's release must not turn a green build red.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf } from '../../lib/run.mjs';
import { root } from '../../lib/stamp.mjs';

const arch = process.arch;
const node = (major, version) => ({
  name: `node ${major}`,
  spec: `node-linux-${arch}@${version}`,
  program: 'node',
  args: [],
});

function deno(name, ...permissions) {
  return {
    name,
    spec: 'deno@2.9.6',
    program: 'deno',
    args: ['run', '--no-lock', '--node-modules-dir=manual', ...permissions],
  };
}

/** Runtimes that run programs; this process's own Node comes first. */
export const runtimes = [
  {
    name: `node ${process.versions.node.split('.')[0]} (this)`,
    spec: null,
    program: process.execPath,
    args: [],
  },
  node(18, '18.20.8'),
  node(22, '22.23.3'),
  node(24, '24.21.0'),
  { name: 'bun', spec: 'bun@1.4.5', program: 'bun', args: [] },
  deno('deno', '-A'),
];

/** Reading an environment variable, a file or the network throws where it is not allowed. */
export const denoWithoutEnvironment = deno(
  'deno without --allow-env',
  '--no-prompt',
  '--allow-read',
  '--allow-net',
  '--allow-ffi',
);
export const denoWithNothing = deno('deno without permissions', '--no-prompt');

export const workerd = {
  name: 'workerd',
  spec: 'workerd@1.20261117.1',
  program: 'workerd',
  args: ['serve', '--experimental'],
};

/**
 * Path of the runtime's program; null when it does not exist for this machine or cannot be fetched.
 */
export function programOf({ spec, program }) {
  if (spec === null) return program;
  if (process.platform !== 'linux' && spec.startsWith('node-linux')) return null;
  const folder = join(root, '.cache/runtimes', spec.replace(/[@/]/g, '-'));
  const path = join(folder, 'node_modules/.bin', program);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  outputOf('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', spec], {
    cwd: folder,
  });
  return existsSync(path) ? path : null;
}
