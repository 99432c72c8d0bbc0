import type { Clock } from '../../host/clock';
import type { StoredBatch } from '../batch';
import { Chain } from './chain';
import type { EventSpool } from './event-spool';
import { type BatchFile, type SpoolFolder, sizeOnDisk } from './folder';

/** A disk that takes longer than this for one file is not waited for at the end, ms. */
const HANGING_AFTER_MS = 2_000;

export interface DiskSpoolOptions {
  folder: SpoolFolder;
  /** `Owner.token` */
  owner: string;
  /** Bytes of all batches in the folder; newer ones stay in memory only. */
  maxBytes: number;
  clock: Clock;
  /** Told of each failure of the disk. */
  onError(error: unknown): void;
}

/** Undelivered batches on disk. See `EventSpool`, and docs/events.md for the states of a batch. */
export class DiskSpool implements EventSpool {
  /** Batches to be written, by batch ID. */
  private readonly toWrite = new Map<string, StoredBatch>();
  /** The file that is being written. */
  private writing: BatchFile | null = null;
  /** Files of batches that memory keeps, by batch ID. */
  private readonly held = new Map<string, BatchFile>();
  /** What `next` tries, oldest first: parked batches, and those without an owner. */
  private waiting: BatchFile[] = [];
  /** What it is trying. */
  private trying: BatchFile | null = null;
  /** What it tried in vain; tried again after the next look. */
  private stuck: BatchFile[] = [];
  /** Files to be removed, by name; one that stays is tried again with each look. */
  private readonly spent = new Map<string, BatchFile>();
  private readonly chain: Chain;
  private damaged = 0;
  private bytes = 0;
  private looking: Promise<void> | null = null;

  constructor(private readonly options: DiskSpoolOptions) {
    this.chain = new Chain(options.clock, options.onError);
  }

  get hasNext(): boolean {
    return this.waiting.length > 0;
  }

  get backlog(): number {
    const count = (files: BatchFile[]): number =>
      files.reduce((sum, { events }) => sum + events, 0);
    return count(this.waiting) + count(this.stuck) + (this.trying?.events ?? 0);
  }

  get isHanging(): boolean {
    return this.chain.busyMs > HANGING_AFTER_MS;
  }

  has(id: string): boolean {
    return this.held.has(id);
  }

  write(batch: StoredBatch): Promise<void> {
    this.toWrite.set(batch.id, batch);
    return this.chain.run(async () => {
      // Delivered, or written at once, before its turn came.
      if (!this.toWrite.delete(batch.id)) return;
      const { file, content } = this.prepare(batch);
      this.writing = file;
      try {
        await this.options.folder.write(file, content);
        this.held.set(batch.id, file);
      } catch (error) {
        this.giveRoom(file);
        throw error;
      } finally {
        this.writing = null;
      }
    });
  }

  writeNow(batch: StoredBatch): void {
    const held = this.held.get(batch.id);
    if (held !== undefined && this.options.folder.isThere(held)) return;
    // Somebody cleaned up; memory has it still.
    this.held.delete(batch.id);
    this.toWrite.delete(batch.id);
    try {
      const { file, content } = this.prepare(batch);
      this.options.folder.writeNow(file, content);
      this.held.set(batch.id, file);
    } catch (error) {
      this.options.onError(error);
    }
  }

  async remove(id: string): Promise<void> {
    if (this.toWrite.delete(id)) return;
    const file = this.held.get(id) ?? (this.writing?.id === id ? this.writing : undefined);
    if (file === undefined) return;
    this.spent.set(file.name, file);
    this.held.delete(id);
    await this.chain.run(async () => {
      // What was being written at the time is held since.
      this.held.delete(id);
      await this.discard(file);
    });
  }

  park(id: string): void {
    const file = this.held.get(id);
    if (file === undefined) return;
    this.held.delete(id);
    this.waiting = [...this.waiting, file].sort(byAge);
  }

  look(): Promise<void> {
    this.looking ??= this.lookNow()
      .catch((error: unknown) => this.options.onError(error))
      .finally(() => (this.looking = null));
    return this.looking;
  }

  async next(): Promise<StoredBatch | null> {
    await this.looking;
    for (let file = this.waiting.shift(); file !== undefined; file = this.waiting.shift()) {
      const batch = await this.take(file);
      if (batch !== null) return batch;
    }
    return null;
  }

  takeDamaged(): number {
    const { damaged } = this;
    this.damaged = 0;
    return damaged;
  }

  settled(): Promise<void> {
    return this.chain.done;
  }

  close(): void {
    const { folder } = this.options;
    if (this.isHanging) return folder.abandon();
    for (const file of this.spent.values()) folder.removeNow(file);
    folder.close();
  }

  private async lookNow(): Promise<void> {
    for (const file of [...this.spent.values()]) await this.discard(file);
    const { free, bytes } = await this.options.folder.look();
    const { owner } = this.options;
    const own = [...this.waiting, ...this.stuck].filter((file) => file.owner === owner);
    this.waiting = [...own, ...free].sort(byAge);
    this.stuck = [];
    this.bytes = bytes;
  }

  /** Null when there is nothing to be had from this file now. */
  private async take(file: BatchFile): Promise<StoredBatch | null> {
    const { folder, owner, onError } = this.options;
    this.trying = file;
    try {
      if (file.owner !== owner) this.trying = await folder.claim(file);
      return this.trying === null ? null : await this.open(this.trying);
    } catch (error) {
      if (this.trying !== null) this.stuck.push(this.trying);
      onError(error);
      return null;
    } finally {
      this.trying = null;
    }
  }

  private async open(file: BatchFile): Promise<StoredBatch | null> {
    const batch = await this.options.folder.read(file);
    if (batch === null) return null;
    if (batch === 'damaged') {
      this.damaged += file.events;
      await this.discard(file);
      return null;
    }
    if (batch === 'foreign' || batch.id !== file.id) {
      this.options.onError(
        new Error(`${file.name} in the event spool is not what it says, and stays`),
      );
      return null;
    }
    this.held.set(batch.id, file);
    return batch;
  }

  private async discard(file: BatchFile): Promise<void> {
    this.spent.set(file.name, file);
    try {
      await this.options.folder.remove(file);
      this.spent.delete(file.name);
      this.giveRoom(file);
    } catch (error) {
      this.options.onError(error);
    }
  }

  /** @throws Error when there is no room for it */
  private prepare(batch: StoredBatch): { file: BatchFile; content: Uint8Array } {
    const { folder, maxBytes } = this.options;
    const content = folder.encode(batch);
    // The same name, so that an older write which is still under way leaves no second file.
    if (this.writing?.id === batch.id) return { file: this.writing, content };
    const size = sizeOnDisk(content.length);
    if (this.bytes + size > maxBytes) throw new Error('The event spool is full');
    this.bytes += size;
    return { file: folder.newFile(batch, content.length), content };
  }

  private giveRoom({ bytes }: BatchFile): void {
    this.bytes = Math.max(0, this.bytes - sizeOnDisk(bytes));
  }
}

function byAge(a: BatchFile, b: BatchFile): number {
  return a.name < b.name ? -1 : 1;
}
