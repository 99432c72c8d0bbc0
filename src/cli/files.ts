/** Files that commands read and write, and what is said of those that cannot be. */
import { readFile, writeFile } from 'node:fs/promises';

/** @throws Error that says why not */
export const readTextFile = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: unknown) => unreadable(path, error));

/** @throws Error that says why not */
export const writeTextFile = (path: string, text: string): Promise<void> =>
  writeFile(path, text).catch((error: unknown) => {
    throw new Error(`${path} cannot be written: ${whyNot(error, 'there is no such folder')}`);
  });

/** @throws Error, always */
export function unreadable(path: string, error: unknown): never {
  throw new Error(`${path} cannot be read: ${whyNot(error, 'there is no such file')}`);
}

/** In words where they are known, else in Node's. */
function whyNot(error: unknown, absent: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return absent;
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
      return 'a part of its path is no folder';
    case 'EACCES':
    case 'EPERM':
      return 'that is not allowed';
    case 'EROFS':
      return 'its disk is read-only';
    case 'ENOSPC':
      return 'its disk is full';
    case 'ENAMETOOLONG':
      return 'its name is too long';
    default:
      return message;
  }
}
