import { codeOf } from '../host/fields';
import { makeFolder } from '../host/make-folder-node';
import { createHash, randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdapterResponse, DataAdapterKeyPath, IDataAdapter } from './data-adapter';

const MAX_NAME_LENGTH = 200;

/** Options of `FileDataAdapter`. */
export interface FileDataAdapterOptions {
  /** Paths polled from the files instead of the network. Default none. */
  pollsFor?: readonly DataAdapterKeyPath[];
}

/**
 * One file per item in a directory: a last-known-good copy that survives restarts. A file is
 * replaced in one step (written beside, synced, renamed), so that a reader or a crash sees the old
 * or the new copy, never half of one. Files are readable by their owner only. Node only.
 */
export class FileDataAdapter implements IDataAdapter {
  /** Writes happen one after the other, so that the latest `set` wins. */
  private writes: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly directory: string,
    private readonly options: FileDataAdapterOptions = {},
  ) {}

  /** Rejects when the directory cannot be made. */
  async initialize(): Promise<void> {
    await makeFolder(this.directory, 0o700);
  }

  /** No file is an answer without result; a file that cannot be read is an error. */
  async get(key: string): Promise<AdapterResponse> {
    try {
      return { result: await readFile(this.path(key), 'utf8') };
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return {};
      return { error: error as Error };
    }
  }

  set(key: string, value: string): Promise<void> {
    const written = this.writes.then(() => replaceFile(this.path(key), value));
    this.writes = written.catch(() => undefined);
    return written;
  }

  /** Resolves when writes under way are done. */
  async shutdown(): Promise<void> {
    await this.writes;
  }

  supportsPollingUpdatesFor(path: DataAdapterKeyPath): boolean {
    return this.options.pollsFor?.includes(path) ?? false;
  }

  private path(key: string): string {
    const name = encodeURIComponent(key);
    const isShort = name.length <= MAX_NAME_LENGTH;
    return join(this.directory, isShort ? name : createHash('sha256').update(key).digest('hex'));
  }
}

async function replaceFile(path: string, value: string): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(value);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside).catch(() => undefined);
    throw error;
  }
}
