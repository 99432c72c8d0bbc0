import type { StoredBatch } from './batch';

/**
 * Bookkeeping bytes counted per batch beside its body, so that many tiny batches are bounded too.
 */
const BATCH_OVERHEAD_BYTES = 512;

/** A batch waiting in the queue. */
export interface QueuedBatch extends StoredBatch {
  /** Order of arrival; a batch that comes back takes its old place. */
  readonly sequence: number;
  /** How many times delivery was given up. */
  failures: number;
  /** It was read back from the disk. */
  readonly isStored: boolean;
}

/**
 * Undelivered batches, oldest first, bounded by events and bytes: the oldest go when there is no
 * room.
 */
export class BatchQueue {
  /** Ascending by `sequence`. */
  private batches: QueuedBatch[] = [];
  private eventCount = 0;
  private byteCount = 0;
  private nextSequence = 0;

  constructor(
    private readonly maxEvents: number,
    private readonly maxBytes: number,
  ) {}

  get length(): number {
    return this.batches.length;
  }

  get events(): number {
    return this.eventCount;
  }

  get bytes(): number {
    return this.byteCount;
  }

  /**
   * Adds a new batch; returns those dropped to make room (the new one itself when it alone is too
   * big).
   */
  add(batch: StoredBatch, isStored = false): QueuedBatch[] {
    return this.insert({ ...batch, sequence: this.nextSequence++, failures: 0, isStored });
  }

  /** Puts a batch back where it came from; returns those dropped to make room. */
  putBack(batch: QueuedBatch): QueuedBatch[] {
    return this.insert(batch);
  }

  /** Puts parts of a batch where it was; returns those dropped to make room. */
  putInstead(batch: QueuedBatch, parts: readonly StoredBatch[]): QueuedBatch[] {
    const { sequence, failures, isStored } = batch;
    return parts.flatMap((part) => this.insert({ ...part, sequence, failures, isStored }));
  }

  /** Takes the oldest batch. */
  shift(): QueuedBatch | undefined {
    return this.take(0);
  }

  /**
   * Takes the batch that failed least often, the oldest among equals. Probing with it keeps one
   * batch that the server cannot digest from standing in front of all others.
   */
  takeProbe(): QueuedBatch | undefined {
    let best = 0;
    this.batches.forEach((batch, index) => {
      if (batch.failures < (this.batches[best]?.failures ?? 0)) best = index;
    });
    return this.take(best);
  }

  /** Empties the queue. */
  takeAll(): QueuedBatch[] {
    const all = this.batches;
    this.batches = [];
    this.eventCount = 0;
    this.byteCount = 0;
    return all;
  }

  private insert(batch: QueuedBatch): QueuedBatch[] {
    let index = this.batches.length;
    while (index > 0 && (this.batches[index - 1]?.sequence ?? -1) > batch.sequence) index--;
    this.batches.splice(index, 0, batch);
    this.eventCount += batch.count;
    this.byteCount += batch.body.byteLength + BATCH_OVERHEAD_BYTES;
    const dropped: QueuedBatch[] = [];
    const isTooMuch = (): boolean =>
      this.eventCount > this.maxEvents || this.byteCount > this.maxBytes;
    // One from the disk that memory had no room for would be read again and again.
    while (isTooMuch() && !(batch.isStored && this.batches.length === 1)) {
      const oldest = this.take(0);
      if (oldest === undefined) break;
      dropped.push(oldest);
    }
    return dropped;
  }

  private take(index: number): QueuedBatch | undefined {
    const [batch] = this.batches.splice(index, 1);
    if (batch === undefined) return undefined;
    this.eventCount -= batch.count;
    this.byteCount -= batch.body.byteLength + BATCH_OVERHEAD_BYTES;
    return batch;
  }
}
