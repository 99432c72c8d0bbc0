/**
 * Records by key, as a Map has them, for keys that come and go. A Map hashes each new text, looks
 * it up in a table that it lays out anew every few hundred changes, and is asked five times for
 * each newcomer: 0.4 of 2.2 µs. Here a key is hashed once, and a record is its own entry.
 */

/** Keys up to this length count whole; of longer ones so many units, evenly spread. */
const MOST_UNITS = 64;

/** An entry. */
export interface Indexed<T> {
  readonly key: string;
  /** `UserIndex.hash` of the key. */
  readonly hash: number;
  /** The next one of its bucket; the index alone sets it. */
  next: T | null;
}

/** See the head of this file. Keys are few: as many as there are slots. */
export class UserIndex<T extends Indexed<T>> {
  private buckets: (T | null)[] = [];
  /** So that nobody can choose keys that share a bucket. */
  private readonly seed = Math.floor(Math.random() * 0x7fffffff);

  /** @param size how many records there will be, about */
  constructor(size: number) {
    this.clear(size);
  }

  /** Forgets every record. */
  clear(size: number): void {
    let length = 2;
    while (length < 2 * size) length *= 2;
    this.buckets = new Array<T | null>(length).fill(null);
  }

  hash(key: string): number {
    const { length } = key;
    const step = length > MOST_UNITS ? length / MOST_UNITS : 1;
    let hash = this.seed ^ length;
    for (let at = 0; at < length; at += step)
      hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
    return hash ^ (hash >>> 15);
  }

  get(key: string, hash: number): T | null {
    const { buckets } = this;
    let record = buckets[hash & (buckets.length - 1)] ?? null;
    while (record !== null && (record.hash !== hash || record.key !== key)) record = record.next;
    return record;
  }

  /** Puts a record in the place of the one that has its key, if any. */
  set(record: T): void {
    this.delete(record);
    const at = record.hash & (this.buckets.length - 1);
    record.next = this.buckets[at] ?? null;
    this.buckets[at] = record;
  }

  /** Takes the record out that has the key of this one. */
  delete({ key, hash }: T): void {
    const { buckets } = this;
    const at = hash & (buckets.length - 1);
    let before: T | null = null;
    for (let record = buckets[at] ?? null; record !== null; record = record.next) {
      if (record.hash === hash && record.key === key) {
        if (before === null) buckets[at] = record.next;
        else before.next = record.next;
        record.next = null;
        return;
      }
      before = record;
    }
  }
}
