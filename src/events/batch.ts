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

/** gzip off the event loop: `gzipNode` or `gzipWeb`; the same type turns it back. `level`: 1 to 9, where that can be chosen. */
export type Compress = (bytes: Uint8Array, level?: number) => Promise<Uint8Array>;

/** A random UUID (version 4). Not a secret, so weak randomness is enough where `crypto` is missing (Node 18). */
export function newBatchId(random: () => number): string {
  const uuid = globalThis.crypto?.randomUUID?.();
  if (uuid !== undefined) return uuid;
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
}
