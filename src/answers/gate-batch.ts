/**
 * The gates of one call that the engine must be asked, and its answers. Grows to the longest list,
 * never shrinks.
 */

/** Gates of one call that need no growing. */
const USUAL = 256;

/** See the head of this file. */
export class GateBatch {
  count = 0;
  specs = new Int32Array(USUAL);
  codes = new Int32Array(USUAL);
  /** Where in the caller's list each one stands. */
  positions = new Int32Array(USUAL);

  /** Empties it and makes room. */
  begin(room: number): void {
    this.count = 0;
    if (room <= this.specs.length) return;
    this.specs = new Int32Array(room);
    this.codes = new Int32Array(room);
    this.positions = new Int32Array(room);
  }

  add(spec: number, position: number): void {
    this.specs[this.count] = spec;
    this.positions[this.count++] = position;
  }

  /** Forgets the first `done`. */
  drop(done: number): void {
    this.specs.copyWithin(0, done, this.count);
    this.positions.copyWithin(0, done, this.count);
    this.count -= done;
  }
}
