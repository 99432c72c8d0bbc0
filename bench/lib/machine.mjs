// What a number is worth depends on where it was measured.
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { existsSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

export function machine() {
  const list = cpus();
  return {
    cpu: list[0]?.model.trim(),
    cores: list.length,
    memoryGB: Math.round(totalmem() / 1e9),
    os: `${platform()} ${release()}`,
    node: process.version,
    v8: process.versions.v8,
    load: loadavg().map((l) => Math.round(l * 100) / 100),
  };
}

/** Versions of all packages that take part, read from their package.json. */
export function versions(packages) {
  const result = {};
  for (const name of packages) {
    const file =
      name === 'statsig-node-native'
        ? new URL('package.json', root)
        : new URL(`node_modules/${name}/package.json`, root);
    if (existsSync(file)) result[name] = JSON.parse(readFileSync(file, 'utf8')).version;
  }
  return result;
}

export function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: fileURLToPath(root),
      encoding: 'utf8',
    }).trim();
  } catch {
    return null;
  }
}

export const isBuilt = () => existsSync(new URL('dist/index.js', root));
