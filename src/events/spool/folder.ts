import { join } from 'node:path';
import type { Clock } from '../../host/clock';
import type { StoredBatch } from '../batch';
import { MAX_FILE_BYTES, type DecodedFile, decodeBatchFile, encodeBatchFile } from './batch-file';
import {
  type BatchName,
  batchFileName,
  isTemporary,
  parseBatchName,
  temporaryName,
} from './file-name';
import { Lease } from './lease';
import type { Owner } from './owner';
import { codeOf } from '../../host/fields';
import type { SpoolFs } from './spool-fs';

const BLOCK_BYTES = 4096;

export interface SpoolFolderOptions {
  directory: string;
  /** Name of the folder in it: one for each secret key. */
  key: string;
  /** Each batch is on the disk, not only in the system's memory, before it counts as written. */
  sync: boolean;
  fs: SpoolFs;
  owner: Owner;
  clock: Clock;
  onError(error: unknown): void;
}

/** A file and what its name says. */
export interface BatchFile extends BatchName {
  name: string;
}

/** What is in the folder, oldest first. */
export interface FolderContent {
  /** Batches that no live owner has. */
  free: BatchFile[];
  /** What all batches take on the disk, bytes. */
  bytes: number;
}

/**
 * The files of one key in one directory. Methods reject as the file system does, unless they say
 * otherwise.
 */
export class SpoolFolder {
  private readonly path: string;
  private readonly lease: Lease;
  private ready: Promise<void> | null = null;
  private isReady = false;
  private isClosed = false;
  private latest = 0;

  constructor(private readonly options: SpoolFolderOptions) {
    this.path = join(options.directory, options.key);
    const { fs, owner, clock, onError } = options;
    this.lease = new Lease({ path: (name) => this.at(name), fs, owner, clock, onError });
  }

  /**
   * A name for a file that does not exist yet; later ones sort behind it, even when the clock goes
   * back.
   */
  newFile({ id, count }: StoredBatch, bytes: number): BatchFile {
    const now = this.options.clock.now();
    this.latest = Math.max(this.latest + 1, Number.isFinite(now) ? now : 0);
    return named({ time: this.latest, id, owner: this.options.owner.token, bytes, events: count });
  }

  /** The content of a batch's file. */
  encode(batch: StoredBatch): Uint8Array {
    return encodeBatchFile(batch, this.options.key);
  }

  /** Writes a file: whole under its name, or not at all. */
  async write(file: BatchFile, content: Uint8Array): Promise<void> {
    try {
      await this.writeOnce(file, content);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || this.isClosed) throw error;
      // Another process removed the empty folder, or somebody the full one.
      this.forgetFolder();
      await this.writeOnce(file, content);
    }
  }

  /** The same without waiting. @throws as the file system does */
  writeNow(file: BatchFile, content: Uint8Array): void {
    try {
      this.writeOnceNow(file, content);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      this.forgetFolder();
      this.writeOnceNow(file, content);
    }
  }

  private writeOnceNow({ name }: BatchFile, content: Uint8Array): void {
    const {
      fs: { now },
      sync,
    } = this.options;
    if (!this.isReady) {
      now.makeFolder(this.path);
      this.lease.takeNow();
      this.isReady = true;
    }
    const temporary = this.at(temporaryName(name, true));
    try {
      now.write(temporary, content, sync);
      now.rename(temporary, this.at(name));
    } catch (error) {
      this.removePathNow(temporary);
      throw error;
    }
    if (sync) now.syncFolder(this.path);
  }

  /** Whether nobody took the file away. */
  isThere({ name }: BatchFile): boolean {
    return this.options.fs.now.isThere(this.at(name));
  }

  async remove({ name }: BatchFile): Promise<void> {
    try {
      await this.options.fs.remove(this.at(name));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }

  /** The same without waiting. Never throws. */
  removeNow({ name }: BatchFile): void {
    this.removePathNow(this.at(name));
    this.removePathNow(this.at(temporaryName(name, false)));
  }

  /** What there is; nothing when there is no folder. */
  async look(): Promise<FolderContent> {
    const names = await this.list();
    const files = names.map(parsed).filter((file) => file !== null);
    const gone = await this.lease.whoIsGone(new Set(files.map(({ owner }) => owner)), names);
    const left = files.filter(({ owner }) => gone.has(owner));
    const sizes = await this.sizesOf(left);
    const free = left.filter((file) => sizes.has(file));
    const held = files.filter((file) => !left.includes(file));
    const complete = new Set(files.filter(({ name }) => !isTemporary(name)).map(({ id }) => id));
    const debris = free.filter(({ id, name }) => isTemporary(name) && complete.has(id));
    for (const file of debris) await this.clear(file);
    return {
      free: free.filter((file) => !debris.includes(file)),
      bytes: [...held, ...free].reduce(
        (sum, file) => sum + sizeOnDisk(sizes.get(file) ?? file.bytes),
        0,
      ),
    };
  }

  /**
   * What files take, of those that are any: a folder, FIFO or link with such a name is somebody
   * else's.
   */
  private async sizesOf(files: BatchFile[]): Promise<Map<BatchFile, number>> {
    const sizes = new Map<BatchFile, number>();
    for (const file of files) {
      const facts = await this.options.fs.facts(this.at(file.name));
      if (facts?.isFile) sizes.set(file, facts.bytes);
    }
    return sizes;
  }

  /**
   * Makes a file this owner's; null when another was faster, or when it is no file. Only one
   * owner's rename finds the file, so whoever gets it is the only one to send or to count it.
   */
  async claim(file: BatchFile): Promise<BatchFile | null> {
    const { fs, owner } = this.options;
    const facts = await fs.facts(this.at(file.name));
    if (facts === null || !facts.isFile || facts.bytes > MAX_FILE_BYTES) return null;
    await this.prepare();
    const mine = named({ ...file, owner: owner.token });
    try {
      await fs.rename(this.at(file.name), this.at(mine.name));
      return mine;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** Reads a file of this owner; null when it is gone. */
  async read({ name, events }: BatchFile): Promise<DecodedFile | null> {
    try {
      const content = await this.options.fs.read(this.at(name), MAX_FILE_BYTES);
      const decoded = content === null ? 'foreign' : decodeBatchFile(content, this.options.key);
      // What is counted by its name must be what is sent.
      return typeof decoded === 'object' && decoded.count !== events ? 'damaged' : decoded;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** What is left is anybody's, and a write under way comes to nothing. */
  close(): void {
    this.isClosed = true;
    this.lease.end();
    try {
      this.options.fs.now.removeFolder(this.path);
    } catch {
      // It is not empty, never was made, or is another's by now.
    }
  }

  /** The same on a disk that does not answer: others have to wait until the lease has run out. */
  abandon(): void {
    this.isClosed = true;
    this.lease.letRunOut();
  }

  private async writeOnce({ name }: BatchFile, content: Uint8Array): Promise<void> {
    const { fs, sync } = this.options;
    await this.prepare();
    const temporary = this.at(temporaryName(name, false));
    try {
      await fs.write(temporary, content, sync);
      if (this.isClosed) throw new Error('The event spool was closed meanwhile');
      await fs.rename(temporary, this.at(name));
    } catch (error) {
      await fs.remove(temporary).catch(() => undefined);
      throw error;
    }
    if (sync) await fs.syncFolder(this.path);
  }

  /**
   * Removes what a write left behind. A stranger's folder or link under such a name stays, and
   * stops nothing.
   */
  private async clear(file: BatchFile): Promise<void> {
    try {
      const facts = await this.options.fs.facts(this.at(file.name));
      if (facts?.isFile === true) await this.remove(file);
    } catch (error) {
      this.options.onError(error);
    }
  }

  private removePathNow(path: string): void {
    try {
      this.options.fs.now.remove(path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') this.options.onError(error);
    }
  }

  private async list(): Promise<string[]> {
    try {
      return await this.options.fs.list(this.path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** The folder and the lease, made once. */
  private prepare(): Promise<void> {
    this.ready ??= this.makeReady().catch((error: unknown) => {
      this.ready = null;
      throw error;
    });
    return this.ready;
  }

  private async makeReady(): Promise<void> {
    await this.options.fs.makeFolder(this.path);
    await this.lease.take();
    this.isReady = true;
  }

  private forgetFolder(): void {
    this.ready = null;
    this.isReady = false;
    this.lease.lost();
  }

  private at(name: string): string {
    return join(this.path, name);
  }
}

function named(name: BatchName): BatchFile {
  return { ...name, name: batchFileName(name) };
}

function parsed(name: string): BatchFile | null {
  const facts = parseBatchName(name);
  return facts === null ? null : { ...facts, name };
}

/** Disks give whole blocks; many tiny batches are bounded by that too. */
export function sizeOnDisk(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}
