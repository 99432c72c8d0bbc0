import type { StoredBatch } from '../batch';

/** Default of `eventSpoolMaxBytes`. */
export const MAX_SPOOL_BYTES = 64 * 1024 * 1024;

/**
 * Undelivered batches kept outside the process, until they arrive: `openSpool` in `open.ts`. No
 * method throws or rejects. The states of a batch are those of docs/events.md.
 */
export interface EventSpool {
  /** Writes a batch that memory keeps as well. Settles when that is done or failed: `has` tells. */
  write(batch: StoredBatch): Promise<void>;
  /** The same without waiting, for the end of a process. */
  writeNow(batch: StoredBatch): void;
  /** True when a batch that memory keeps is on disk as well. */
  has(id: string): boolean;
  /** The batch was delivered or dropped. */
  remove(id: string): Promise<void>;
  /** Memory has no room for the batch: from now on it is on disk only, and comes back by `next`. */
  park(id: string): void;
  /** Looks for batches whose owners are gone. */
  look(): Promise<void>;
  /** The oldest batch that was parked or has no owner, this spool's from now on; null: none. */
  next(): Promise<StoredBatch | null>;
  /** `next` has something to try. */
  readonly hasNext: boolean;
  /** Events on disk that memory does not keep and that are not another live owner's. */
  readonly backlog: number;
  /** Events that turned out damaged since this was called last; their files are gone. */
  takeDamaged(): number;
  /** Resolves when no write or removal is under way. */
  settled(): Promise<void>;
  /** The disk does not answer: whoever would wait for it, waits in vain. */
  readonly isHanging: boolean;
  /** Lets go of everything at once; the next start may have it, be it in this very process. */
  close(): void;
}
