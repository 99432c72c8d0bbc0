/**
 * Exposures on their way into the engine, so that one crossing carries many: a crossing costs more
 * than recording.
 *
 * Kept in the order of the calls. Whoever is about to make an order or a number visible (another
 * event, a batch, a count of pending events), to change what recorded exposures say (specs, source,
 * options, window), or to put another user into a slot that is named here, hands them over first:
 * `Checks.settle`. Bound: `MOST` exposures, and never more than the engine's batch still has room
 * for, so that a batch is found full when it is.
 */
import type { Engine } from '../engine/engine';

/** Most exposures kept. */
export const MOST_BUFFERED = 256;

/** See the head of this file. */
export class ExposureBuffer {
  count = 0;
  /** Exposures that a dead engine did not take. */
  lost = 0;
  /** Triples `slot, outcome, nowMs`, as `Engine.exposeMany` takes them. */
  private readonly entries = new Float64Array(3 * MOST_BUFFERED);
  /** 1 for slots that `entries` names. */
  private named = new Uint8Array(0);
  private batchLimit = MOST_BUFFERED;
  /**
   * How many may be kept until the engine's batch is full, about: other events count only when
   * exposures are handed over.
   */
  private room = MOST_BUFFERED;

  /** Makes it fit an engine's slots. Nothing may be kept. */
  resize(slots: number): void {
    if (this.named.length !== slots) this.named = new Uint8Array(slots);
  }

  /** Events that make a batch full. */
  setBatchLimit(batchLimit: number): void {
    this.batchLimit = batchLimit;
    this.measure(0);
  }

  /** True when the slot's user is the user of an exposure kept here. */
  names(slot: number): boolean {
    return this.named[slot] === 1;
  }

  /** Adds an exposure. True = hand over now. */
  add(slot: number, outcome: number, nowMs: number): boolean {
    if (this.count === MOST_BUFFERED) {
      this.lost++;
      return true;
    }
    const at = 3 * this.count++;
    this.entries[at] = slot;
    this.entries[at + 1] = outcome;
    this.entries[at + 2] = nowMs;
    this.named[slot] = 1;
    return this.count >= this.room;
  }

  /** Takes the last one back. */
  retract(): void {
    if (this.count > 0) this.count--;
  }

  /** Hands all over. True = batch full. */
  handOver(engine: Engine): boolean {
    const { count } = this;
    const answer = this.take(engine);
    this.measure(Math.max(0, answer >> 1));
    if (answer >= 0) return (answer & 1) === 1;
    this.lost += count;
    return false;
  }

  /**
   * Hands all over to a dead engine, whose pending events may still be saved; counts what it does
   * not take.
   */
  rescue(dead: Engine): void {
    const { count } = this;
    const before = dead.pendingEvents();
    const answer = this.take(dead);
    this.lost += Math.max(0, count - Math.max(0, (answer >> 1) - before));
    this.measure(0);
  }

  private take(engine: Engine): number {
    const { count } = this;
    this.count = 0;
    for (let i = 0; i < 3 * count; i += 3) this.named[this.entries[i]!] = 0;
    return count === 0 ? 0 : engine.exposeMany(this.entries, count);
  }

  private measure(pending: number): void {
    const room = this.batchLimit - pending;
    // Of a batch that is full already the others were told.
    this.room = room > 0 ? Math.min(MOST_BUFFERED, room) : MOST_BUFFERED;
  }
}
