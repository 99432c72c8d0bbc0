import type { SafeLogger } from '../observability/logger';
import type { Compress, EncodedBatch, StoredBatch } from './batch';
import type { EventFilter } from './before-log';
import type { Sender } from './sender';
import { isError } from '../observability/thrown';

export interface CollectorOptions {
  /** `gzip`: the body is wanted gzipped; `compress` does it for an engine that gives it plain. */
  takeBatch(maxEvents: number, gzip: boolean): Promise<EncodedBatch>;
  /** The same without waiting; first what `takeBatch` still owes, which then gives nothing. */
  takeBatchNow(maxEvents: number, gzip: boolean): EncodedBatch;
  /** Events waiting in the engine. */
  pending(): number;
  /** Events that went down with an engine, and are counted elsewhere. */
  lost(): number;
  compress: Compress | null;
  /** The same without waiting. */
  compressNow: ((bytes: Uint8Array) => Uint8Array) | null;
  /** False while the payload's sdk_flags.stop_log_event_compression is true. */
  compressionEnabled(): boolean;
  maxBatchEvents: number;
  newId(): string;
  logger: SafeLogger;
  sender: Sender;
  /** The option `beforeLog`. */
  filter: EventFilter | null;
  /** Events that the filter dropped. */
  onFiltered(events: number): void;
  /** Events that the engine did not give. */
  onLost(events: number, error: Error): void;
}

/** A batch that is ready, and how many events were taken for it. */
interface Ready {
  taken: number;
  batch: EncodedBatch;
}

/** Moves events from the engine to the sender, a batch at a time. */
export class Collector {
  private collecting: Promise<void> | null = null;
  /** Events that left the engine and are not with the sender yet. */
  private inHand = 0;
  /** The same once they are written. */
  private written: Ready | null = null;
  private readonly maxEvents: number;
  /** Shown each batch before it is sent. None must throw. */
  readonly watchers = new Set<(body: Uint8Array) => void>();

  constructor(private readonly options: CollectorOptions) {
    this.maxEvents = Math.max(1, Math.floor(options.maxBatchEvents) || 1);
  }

  /** Events that are not with the sender yet. */
  get events(): number {
    return this.options.pending() + this.inHand;
  }

  get isRunning(): boolean {
    return this.collecting !== null;
  }

  /** Collects what is pending now, even if a collection is under way. */
  async collectAll(): Promise<void> {
    if (this.collecting !== null) await this.collecting;
    await this.collect();
  }

  collect(): Promise<void> {
    this.collecting ??= this.collectPending()
      .catch((error: unknown) => {
        const { logger } = this.options;
        logger.once('take-batch', 'error', `statsigSDK> ${logger.describe(error)}`);
      })
      .finally(() => (this.collecting = null));
    return this.collecting;
  }

  /** All that is not with the sender yet, at once; a collection under way ends with nothing. */
  *collectNow(): Generator<StoredBatch, void, void> {
    const { filter, lost, onFiltered, onLost, pending } = this.options;
    let missing = this.events + lost();
    // A hook that logs events about events must not go on forever.
    while (missing > 0) {
      const { batch, taken } = this.nextNow();
      if (taken === 0) break;
      missing -= taken;
      if (batch.count === 0) continue;
      const zipped = batch.isGzipped ? batch.body : this.compressNow(batch.body);
      yield this.stored(batch, zipped);
    }
    if (filter !== null && missing <= 0) onFiltered(pending());
    missing -= lost();
    if (missing > 0) onLost(missing, new Error('The engine did not give all of its events'));
  }

  private nextNow(): Ready {
    const { written } = this;
    this.written = null;
    this.inHand = 0;
    return written ?? this.filtered(this.options.takeBatchNow(this.maxEvents, this.asksForGzip));
  }

  /**
   * Moves the events pending at the start, and then any further full batch. While uploads succeed
   * it waits for room, so that a burst stays in the engine; while they fail it does not wait.
   */
  private async collectPending(): Promise<void> {
    const { pending, sender } = this.options;
    let expected = pending();
    while (expected > 0 || pending() >= this.maxEvents) {
      while (sender.isFull && !sender.isStruggling) await sender.changed();
      if (sender.isStopped) return;
      const count = await this.moveOne();
      if (count === 0) return;
      expected -= count;
    }
  }

  /** How many events were moved. */
  private async moveOne(): Promise<number> {
    const { onLost, sender } = this.options;
    try {
      const { batch, taken } = this.filtered(await this.take());
      if (batch.count === 0) return taken;
      // What the filter dropped is counted.
      const ready = { batch, taken: batch.count };
      this.inHand = batch.count;
      this.written = ready;
      const zipped = batch.isGzipped ? batch.body : await this.compress(batch.body);
      // Given away by `collectNow`?
      if (this.written !== ready) return 0;
      sender.add(this.stored(batch, zipped));
      return taken;
    } catch (error) {
      onLost(this.inHand, isError(error) ? error : new Error('A batch could not be written'));
      throw error;
    } finally {
      this.inHand = 0;
      this.written = null;
    }
  }

  private take(): Promise<EncodedBatch> {
    const { lost, pending, takeBatch } = this.options;
    const before = pending() + lost();
    const taking = takeBatch(this.maxEvents, this.asksForGzip);
    this.inHand = Math.max(0, before - pending() - lost());
    return taking;
  }

  /** What the filter leaves; all, without one. */
  private filtered(batch: EncodedBatch): Ready {
    const left = this.asFiltered(batch);
    if (left.count > 0 && !left.isGzipped) for (const watch of this.watchers) watch(left.body);
    return { taken: batch.count, batch: left };
  }

  private asFiltered(batch: EncodedBatch): EncodedBatch {
    const { filter, onFiltered } = this.options;
    if (filter === null || batch.count === 0) return batch;
    const { batch: left, dropped } = filter.apply(batch);
    if (dropped > 0) onFiltered(dropped);
    return left;
  }

  private stored({ count, body }: EncodedBatch, zipped: Uint8Array | null): StoredBatch {
    return { id: this.options.newId(), count, body: zipped ?? body, isGzipped: zipped !== null };
  }

  /** A filter has to read what the engine gives, and so has whoever watches. */
  private get asksForGzip(): boolean {
    return this.isCompressing && this.options.filter === null && this.watchers.size === 0;
  }

  private get isCompressing(): boolean {
    return this.options.compress !== null && this.options.compressionEnabled();
  }

  private async compress(body: Uint8Array): Promise<Uint8Array | null> {
    const { compress } = this.options;
    if (compress === null || !this.isCompressing) return null;
    try {
      return await compress(body);
    } catch (error) {
      return this.goPlain(error);
    }
  }

  private compressNow(body: Uint8Array): Uint8Array | null {
    const { compressNow } = this.options;
    if (compressNow === null || !this.isCompressing) return null;
    try {
      return compressNow(body);
    } catch (error) {
      return this.goPlain(error);
    }
  }

  private goPlain(error: unknown): null {
    const { logger } = this.options;
    const text = logger.describe(error);
    logger.once('compress', 'debug', `statsigSDK> events go out uncompressed: ${text}`);
    return null;
  }
}
