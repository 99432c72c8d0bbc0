/**
 * Remembered answers: for each user slot and spec the code that `Engine.evaluate` gave, and the window in which its
 * exposure was recorded. Two flat arrays, so that a warm check is two loads and no call into the engine.
 *
 * Bound: `MAX_CELLS` cells of 6 bytes (24 MB); a project with more specs gets fewer slots, never fewer than 64.
 */

const MAX_CELLS = 4 * 1024 * 1024;
const FEWEST_SLOTS = 64;
/** Cells for names that the payload does not know; later unknown names are not remembered. */
const SPARE_CELLS = 64;

/** See the head of this file. A cell holds code + 1, so that 0 means unknown. */
export class Answers {
  /** Cells per user. */
  stride = 0;
  slots = 0;
  codes = new Int32Array(0);
  windows = new Uint16Array(0);

  /** Lays the table out anew for a number of specs. Everything is forgotten. */
  resize(specs: number, capacity: number): void {
    this.stride = specs + SPARE_CELLS;
    const wanted = Math.max(FEWEST_SLOTS, Math.floor(MAX_CELLS / this.stride));
    this.slots = Math.min(capacity, wanted);
    this.codes = new Int32Array(this.slots * this.stride);
    this.windows = new Uint16Array(this.slots * this.stride);
  }

  /** Forgets one user's answers. Cost: 4 bytes per spec. */
  clearRow(row: number): void {
    this.codes.fill(0, row, row + this.stride);
  }
}
