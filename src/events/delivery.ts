import type { Clock } from '../network/clock';
import type { SafeLogger } from '../observability/logger';

/** A batch as encoded by the engine. Structurally the engine's `EventBatch`. */
export interface EncodedBatch { count: number; body: Uint8Array }

/** gzip off the event loop: `gzipNode` (events/gzip-node) or `gzipWeb` (events/gzip-web). */
export type Compress = (bytes: Uint8Array) => Promise<Uint8Array>;

/** One POST of one batch; resolves on 2xx, rejects with a NetworkError. `http.postEvents` fits. */
export interface EventUpload { batchId: string; count: number; body: Uint8Array; isGzipped: boolean; signal: AbortSignal }

/** Undelivered batches on disk: `openSpool(directory)` in events/spool-node. */
export interface EventSpool {
  /** Batches left by dead processes, oldest first; they become this spool's. Never rejects. */
  recover(): Promise<StoredBatch[]>;
  write(batch: StoredBatch): Promise<void>;
  remove(batchId: string): Promise<void>;
  close(): Promise<void>;
  /** Corrupt files skipped, and batches dropped at the byte bound. */
  readonly corrupt: number;
  readonly dropped: number;
}

export interface StoredBatch { id: string; count: number; body: Uint8Array; isGzipped: boolean }

export interface EventDeliveryOptions {
  upload(upload: EventUpload): Promise<unknown>;
  takeBatch(maxEvents: number): Promise<EncodedBatch>;
  /** Events waiting in the engine. */
  pending(): number;
  /** Called before each flush, e.g. to turn diagnostics markers into events. */
  beforeFlush?(): void;
  compress: Compress | null;
  /** False while the payload's sdk_flags.stop_log_event_compression is true. */
  compressionEnabled(): boolean;
  /** loggingIntervalMs */
  intervalMs: number;
  /** loggingMaxBufferSize */
  maxBatchEvents: number;
  retryLimit: number;
  retryBackoff: number | ((retriesRemaining: number) => number);
  /** localMode or disableAllLogging: batches are taken and discarded, nothing is sent. */
  silent: boolean;
  logger: SafeLogger;
  clock?: Clock;
  spool?: EventSpool | null;
  /** Events kept while undelivered. Default 250,000. */
  maxQueuedEvents?: number;
  /** Bytes (as they will be sent) kept while undelivered. Default 32 MiB. */
  maxQueuedBytes?: number;
  /** Uploads at a time. Default 4. */
  concurrency?: number;
  /** Told of each batch that was dropped. */
  onDropped?(error: Error, events: number): void;
}

/** What became of the events between the call and its end. */
export interface DeliveryReport { delivered: number; kept: number; dropped: number }

export interface DeliveryCounters {
  /** Events not yet delivered, in the engine, the queue or in flight. */
  queued: number;
  delivered: number;
  /** Retried uploads. */
  retried: number;
  dropped: number;
  lastError: string | null;
}

/** Takes batches from the engine and gets them to the server. No method throws or rejects. */
export class EventDelivery {
  constructor(readonly options: EventDeliveryOptions) {}
  /** Starts the interval timer and the delivery of spooled batches. */
  start(): void {}
  /** The engine said a batch is full. Cheap to call repeatedly. */
  batchReady(): void {}
  flush(_timeoutMs?: number): Promise<DeliveryReport> { throw new Error('shell'); }
  shutdown(_timeoutMs?: number): Promise<DeliveryReport> { throw new Error('shell'); }
  counters(): DeliveryCounters { throw new Error('shell'); }
}
