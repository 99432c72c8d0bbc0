// Runs other programs for the scripts in this folder.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './stamp.mjs';

const isWindows = process.platform === 'win32';

/**
 * Runs a program to its end with the terminal attached; returns its exit code (1 when a signal
 * ended it).
 */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: isWindows,
    ...options,
  });
  if (result.error) console.error(`${command}: ${result.error.message}`);
  return result.status ?? 1;
}

/** Like `run`, but ends this process with the same code when the program fails. */
export function mustRun(command, args, options) {
  const code = run(command, args, options);
  if (code !== 0) process.exit(code);
}

/** Runs a program quietly; null when it could not start or failed. */
export function outputOf(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    shell: isWindows,
    ...options,
  });
  return result.status === 0 ? result.stdout : null;
}

/** Path of a program that `npm install` put into node_modules/.bin. */
export function localBin(name) {
  return join(root, 'node_modules', '.bin', isWindows ? `${name}.cmd` : name);
}
