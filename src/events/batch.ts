/**
 * What event delivery carries: encoded batches, never single events.
 */

/** A batch as the engine encodes it. */
export interface EncodedBatch {
  /** Number of events in `body`. */
  count: number;
  /** UTF-8 JSON, gzipped if that is said. */
  body: Uint8Array;
  isGzipped: boolean;
}

/** A batch as it will be sent. The ID stays the same across retries and restarts. */
export interface StoredBatch {
  id: string;
  count: number;
  body: Uint8Array;
  isGzipped: boolean;
}

/** gzip off the event loop: `gzipNode` or `gzipWeb`; the same type turns it back. */
export type Compress = (bytes: Uint8Array) => Promise<Uint8Array>;

/** Undelivered batches kept outside the process: `openSpool` in `spool-node`. No method rejects. */
export interface EventSpool {
  /** Batches left by processes that ended, oldest first; they are this spool's from now on. */
  recover(): Promise<StoredBatch[]>;
  write(batch: StoredBatch): Promise<void>;
  /** The batch was delivered or dropped. */
  remove(batchId: string): Promise<void>;
  /** Waits for writes under way. What was not removed stays for the next start. */
  close(): Promise<void>;
  /** True when the batch is on disk. Settled after `close`. */
  has(batchId: string): boolean;
  /** Events of earlier processes that `recover` could not keep: files cut short or beyond the byte bound. */
  readonly lostEvents: number;
  /** Unreadable files skipped so far. */
  readonly corrupt: number;
  /** Batches not written, or deleted, because of the byte bound or a failing disk. */
  readonly unwritten: number;
}

/** A random UUID (version 4). Not a secret, so weak randomness is enough where `crypto` is missing (Node 18). */
export function newBatchId(random: () => number): string {
  const uuid = globalThis.crypto?.randomUUID?.();
  if (uuid !== undefined) return uuid;
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
}
