/** Numbers that look random, the same on every engine for the same seed (mulberry32). */
export class Random {
  constructor(private state: number) {}

  /** Draws the same from here on. */
  copy(): Random {
    return new Random(this.state);
  }

  /** A draw in [0, 1). */
  draw(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
}
