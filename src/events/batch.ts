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

/**
 * gzip off the event loop: `gzipNode` or `gzipWeb`; the same type turns it back. `level`: 1 to 9,
 * where that can be chosen.
 */
export type Compress = (bytes: Uint8Array, level?: number) => Promise<Uint8Array>;
