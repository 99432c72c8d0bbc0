/** Node's file system for the spool. What it makes is this user's only; what it reads is a file. */
import { codeOf } from '../../host/fields';
import { makeFolder, makeFolderNow } from '../../host/make-folder-node';
import * as fs from 'node:fs';
import { type FileHandle, lstat, open, readdir, rename, rm, utimes } from 'node:fs/promises';
import type { SpoolFs } from './spool-fs';

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY, O_WRONLY } = fs.constants;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** No link is followed, and opening a FIFO that nobody writes to does not wait. */
const READ_FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
const WRITE_FLAGS = O_WRONLY | O_CREAT | O_EXCL;

/** See the head of this file. */
export const nodeFs: SpoolFs = {
  async makeFolder(path) {
    await makeFolder(path, FOLDER_MODE);
    const mode = modeToSet(path, await lstat(path));
    if (mode !== null) await fs.promises.chmod(path, mode);
  },
  list: (path) => readdir(path),
  async facts(path) {
    try {
      const facts = await lstat(path);
      return { isFile: facts.isFile(), bytes: facts.size, changedAt: facts.mtimeMs };
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  },
  read: (path, maxBytes) => withFile(path, READ_FLAGS, (file) => readRegular(file, maxBytes)),
  write: (path, content, sync) =>
    withFile(path, WRITE_FLAGS, async (file) => {
      await file.writeFile(content);
      if (sync) await file.sync();
    }),
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path),
  touch: (path, time) => utimes(path, time / 1000, time / 1000),
  async syncFolder(path) {
    // Windows opens no folders, and needs none synced.
    if (process.platform !== 'win32') await withFile(path, O_RDONLY, (folder) => folder.sync());
  },
  now: {
    makeFolder(path) {
      makeFolderNow(path, FOLDER_MODE);
      const mode = modeToSet(path, fs.lstatSync(path));
      if (mode !== null) fs.chmodSync(path, mode);
    },
    write: writeNow,
    isThere(path) {
      try {
        return fs.lstatSync(path).isFile();
      } catch (error) {
        return codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR';
      }
    },
    rename(from, to) {
      fs.renameSync(from, to);
    },
    remove(path) {
      fs.rmSync(path);
    },
    syncFolder: syncFolderNow,
    removeFolder(path) {
      fs.rmdirSync(path);
    },
  },
};

async function withFile<T>(
  path: string,
  flags: number,
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = await open(path, flags, FILE_MODE);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function readRegular(file: FileHandle, maxBytes: number): Promise<Uint8Array | null> {
  const facts = await file.stat();
  if (!facts.isFile() || facts.size > maxBytes) return null;
  // Not `readFile`, which goes on for as long as somebody writes.
  const content = new Uint8Array(facts.size);
  let length = 0;
  for (let more = 1; more > 0 && length < content.length; length += more) {
    more = (await file.read(content, length, content.length - length, length)).bytesRead;
  }
  return content.subarray(0, length);
}

function writeNow(path: string, content: Uint8Array, sync: boolean): void {
  const file = fs.openSync(path, WRITE_FLAGS, FILE_MODE);
  try {
    fs.writeFileSync(file, content);
    if (sync) fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

function syncFolderNow(path: string): void {
  if (process.platform === 'win32') return;
  const folder = fs.openSync(path, O_RDONLY);
  try {
    fs.fsyncSync(folder);
  } finally {
    fs.closeSync(folder);
  }
}

/**
 * The mode a folder lacks; null when it is fine. @throws Error when it is somebody else's, or a
 * link
 */
function modeToSet(path: string, facts: fs.Stats): number | null {
  if (!facts.isDirectory()) throw new Error(`The event spool's folder ${path} is no folder`);
  const user = process.geteuid?.();
  if (user !== undefined && user !== 0 && facts.uid !== user) {
    throw new Error(`The event spool's folder ${path} belongs to another user`);
  }
  return user !== undefined && (facts.mode & 0o777) !== FOLDER_MODE ? FOLDER_MODE : null;
}
