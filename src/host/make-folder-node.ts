/**
 * Makes a folder and what is missing above it. Not `mkdir` with `recursive`: where a folder exists
 * and the system says ENOENT to whoever makes one in it (/proc, homes that are mounted when asked
 * for), Node goes up and down for ever, and the process neither answers nor ends.
 */
import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf } from './fields';

/** @throws Error of the system when the folder cannot be made, or is none */
export async function makeFolder(path: string, mode: number): Promise<void> {
  const missing: string[] = [];
  for (const folder of upwardFrom(path)) {
    if (await stat(folder).then(isThere, isThereAfterAll)) break;
    missing.unshift(folder);
  }
  for (const folder of missing) await mkdir(folder, { mode }).catch(ignoreExisting);
  if (!(await stat(path)).isDirectory()) throw notAFolder(path);
}

/** The same on this thread. @throws Error as `makeFolder` rejects */
export function makeFolderNow(path: string, mode: number): void {
  const missing: string[] = [];
  for (const folder of upwardFrom(path)) {
    if (tried(() => statSync(folder), isThereAfterAll) !== false) break;
    missing.unshift(folder);
  }
  for (const folder of missing) tried(() => mkdirSync(folder, { mode }), ignoreExisting);
  if (!statSync(path).isDirectory()) throw notAFolder(path);
}

/** The folder, the one that it is in, and so on; not the root, which nobody makes. */
function* upwardFrom(path: string): Generator<string> {
  for (let at = resolve(path); dirname(at) !== at; at = dirname(at)) yield at;
}

const isThere = (): boolean => true;

/** What cannot be looked at is not missing: making something in it says why. */
const isThereAfterAll = (error: unknown): boolean => codeOf(error) !== 'ENOENT';

/** Somebody else was faster. */
function ignoreExisting(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}

function tried<T, F>(act: () => T, failed: (error: unknown) => F): T | F {
  try {
    return act();
  } catch (error) {
    return failed(error);
  }
}

function notAFolder(path: string): Error {
  return Object.assign(new Error(`ENOTDIR: not a folder, '${path}'`), { code: 'ENOTDIR' });
}
