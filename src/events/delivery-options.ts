/** What event delivery is given, and what it tells. */
import type { Clock } from '../host/clock';
import type { SafeLogger } from '../observability/logger';
import type { Compress, EncodedBatch } from './batch';
import type { EventFilter } from './before-log';
import type { DroppedByReason, DroppedEvents } from './dropped';
import type { RetryBackoff } from './retry-policy';
import type { EventUpload } from './sender';
import type { EventSpool } from './spool/event-spool';

export interface EventDeliveryOptions {
  /** Resolves on 2xx, rejects with a `NetworkError`. `http.postEvents` fits. */
  upload(upload: EventUpload): Promise<unknown>;
  /** A UUID for each batch. */
  newId(): string;
  /** `gzip`: the body is wanted gzipped; `compress` does it for an engine that gives it plain. */
  takeBatch(maxEvents: number, gzip: boolean): Promise<EncodedBatch>;
  /** The same without waiting; first what `takeBatch` still owes, which then gives nothing. */
  takeBatchNow(maxEvents: number, gzip: boolean): EncodedBatch;
  /** Events waiting in the engine. */
  pending(): number;
  /** Events that the engine had no room for, and that went down with one, ever. */
  engineDropped?(): { limit: number; engine: number };
  /** Events of the SDK itself, ever: the log does not mention them when they alone are lost. */
  ownEvents?(): number;
  /** Called before each flush, e.g. to turn diagnostics markers into events. */
  beforeFlush?(): void;
  compress: Compress | null;
  /** The same without waiting. */
  compressNow?: ((bytes: Uint8Array) => Uint8Array) | null;
  /**
   * Turns `compress` back; without it a gzipped batch that is too long (413) is dropped, not split.
   */
  decompress?: Compress | null;
  /** The option `beforeLog`; the bodies that `takeBatch` gives are plain then. */
  filter?: EventFilter | null;
  /** False while the payload's sdk_flags.stop_log_event_compression is true. */
  compressionEnabled(): boolean;
  /** loggingIntervalMs */
  intervalMs: number;
  /** loggingMaxBufferSize */
  maxBatchEvents: number;
  /** postLogsRetryLimit */
  retryLimit: number;
  /** postLogsRetryBackoff */
  retryBackoff: RetryBackoff;
  /** localMode or disableAllLogging: nothing is taken and nothing is sent. */
  silent: boolean;
  logger: SafeLogger;
  clock?: Clock;
  spool?: EventSpool | null;
  /** Events kept while undelivered. Default 250,000. */
  maxQueuedEvents?: number;
  /** Bytes (as they will be sent, plus 512 a batch) kept while undelivered. Default 32 MiB. */
  maxQueuedBytes?: number;
  /** Uploads at a time. Default 4. */
  concurrency?: number;
  /** Told of events that were dropped. Contained. */
  onDropped?(dropped: DroppedEvents, error: Error): void;
}

/**
 * What became of the events between the call and its end, those that the spool brought back
 * included. `kept`: undelivered; they are tried again later, by this process or, from the spool, by
 * another one.
 */
export interface DeliveryReport {
  /** Events that the service took. */
  delivered: number;
  /** Events that wait for another attempt, in memory or on disk. */
  kept: number;
  /** Events that were lost; `eventStats()` says why. */
  dropped: number;
}

/** What became of events. */
export interface DeliveryCounters {
  /** Events not yet delivered: in the engine, in the queue, in flight, or on disk only. */
  queued: number;
  /** Events that the service took. */
  delivered: number;
  /** Uploads that repeated an earlier one. */
  retried: number;
  /** All of `droppedByReason`. */
  dropped: number;
  /** Events that were lost, by reason. */
  droppedByReason: DroppedByReason;
  /** Left in the spool at shutdown, for the next start. */
  kept: number;
  /** Masked text of the latest failure. */
  lastError: string | null;
}

/** When a flush ends although not everything was tried. */
export interface FlushLimits {
  timeoutMs?: number;
  signal?: AbortSignal;
}
