/** Seeded random draws: the same seed gives the same case on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = (Math.imul(seed | 0, 0x2545f491) ^ 0x6b43a9b5) | 0;
    if (this.state === 0) this.state = 1;
    for (let i = 0; i < 8; i++) this.next();
  }

  /** A 32-bit unsigned integer (xorshift). */
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x | 0;
    return Math.imul(x, 0x9e3779b1) >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    return this.next() / 4294967296;
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  /** An integer in [low, high]. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** Up to `most` items, repeats possible. */
  some<T>(items: readonly T[], most: number): T[] {
    return Array.from({ length: this.below(most + 1) }, () => this.pick(items));
  }

  word(letters = 6): string {
    return Array.from({ length: letters }, () => 'abcdefghijklmnopqrstuvwxyz'[this.below(26)]).join(
      '',
    );
  }
}
