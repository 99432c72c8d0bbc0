/**
 * The copy of the config specs in the data adapter, kept true by whoever syncs from the network.
 */
import { hasPassed, type Clock } from '../host/clock';
import type { StoredSpecs } from '../storage/stored-specs';
import { plainOf, type SpecBytes } from './packed-specs';
import { decodeText } from './text';

/**
 * What is in force is written again after this long, ms: heals a store that was emptied behind our
 * back.
 */
export const REWRITE_AFTER_MS = 600_000;

interface Copy {
  /** Shared with whoever applied it, so it costs nothing to keep. */
  body: SpecBytes;
  time: number;
  format: 1 | 2;
  writtenAt: number;
}

/**
 * statsig-node writes once, when an update arrives: a write that fails, or a store that loses its
 * content, leaves readers without specs until the next update. Here the write is repeated at the
 * next successful sync, and every ten minutes.
 */
export class SpecCopy {
  private copy: Copy | null = null;

  constructor(
    private readonly store: StoredSpecs,
    private readonly clock: Clock,
    /** Of the specs in force. */
    private readonly format: () => 1 | 2,
  ) {}

  /** These bytes came from the adapter and are in force. */
  found(body: SpecBytes, time: number): void {
    this.copy = { body, time, format: this.format(), writtenAt: this.clock.now() };
  }

  /** Writes an update. Rejects when the adapter does. */
  async write(body: SpecBytes, text: string, time: number): Promise<void> {
    const copy = { body, time, format: this.format(), writtenAt: -Infinity };
    this.copy = copy;
    await this.store.write(copy.format, text, time);
    copy.writtenAt = this.clock.now();
  }

  /**
   * After a sync without an update: writes again what failed or is due. Rejects when the adapter
   * does.
   */
  async refresh(): Promise<void> {
    const { copy } = this;
    if (copy === null || !hasPassed(REWRITE_AFTER_MS, copy.writtenAt, this.clock.now())) return;
    await this.write(copy.body, await decodeText(await plainOf(copy.body)), copy.time);
  }
}
