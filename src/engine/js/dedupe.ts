/**
 * The set of exposures seen in a window (BEHAVIOUR.md 7.6), as 64-bit hashes: at most 2 MiB instead
 * of 100,000 joined strings that hold user IDs.
 */

import { type Hash64, avalanche } from './hashing';

/** As in statsig-node, the set is emptied when it would exceed this: 262,144 cells are enough. */
export const MAX_SEEN = 100_000;
const SMALLEST = 1024;

export class SeenSet {
  private cells = new Uint32Array(SMALLEST * 2);
  private count = 0;
  private limit = MAX_SEEN;

  /** It is emptied when it would hold more; at most 100,000. */
  setLimit(most: number): void {
    this.limit = Math.min(most, MAX_SEEN);
  }

  /** True the first time a pair comes in this window. */
  add(user: Hash64, what: Hash64): boolean {
    const a = avalanche(user.a ^ Math.imul(what.a, 0x9e3779b1));
    // Zero means free; giving it up costs half a bit of the hash.
    const b = (avalanche(user.b + Math.imul(what.b, 0x85ebca77)) | 1) >>> 0;
    const { cells } = this;
    const mask = (cells.length >> 1) - 1;
    let at = a & mask;
    while (cells[at * 2 + 1] !== 0) {
      if (cells[at * 2 + 1] === b && cells[at * 2] === a >>> 0) return false;
      at = (at + 1) & mask;
    }
    cells[at * 2] = a;
    cells[at * 2 + 1] = b;
    if (++this.count > this.limit) this.clear();
    else if (this.count * 2 > mask) this.grow();
    return true;
  }

  clear(): void {
    this.count = 0;
    this.cells.fill(0);
  }

  private grow(): void {
    const old = this.cells;
    this.cells = new Uint32Array(old.length * 2);
    const mask = (this.cells.length >> 1) - 1;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      let at = old[i]! & mask;
      while (this.cells[at * 2 + 1] !== 0) at = (at + 1) & mask;
      this.cells[at * 2] = old[i]!;
      this.cells[at * 2 + 1] = old[i + 1]!;
    }
  }
}
