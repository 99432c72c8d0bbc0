/**
 * Remembered answers: for each user slot and spec the code that `Engine.evaluate` gave, and the
 * window in which its exposure was recorded. Two flat arrays, so that a warm check is two loads and
 * no call into the engine.
 *
 * An answer that depends on the time is remembered until the first time at which one of them may
 * change; then all answers are forgotten. Only these cost a look at the clock. All are forgotten,
 * too, when the clock is found to have gone back: what had come to hold for good may not have come
 * yet.
 *
 * Bound: `MAX_CELLS` cells of 6 bytes (24 MB); a project with more specs gets fewer slots, never
 * fewer than 64.
 */
import {
  EXPERIMENT_KIND,
  EvalBits,
  EvalMode,
  SpecKind,
  type Engine,
  type LookupKind,
} from '../engine/engine';
import type { UserRecord } from '../users/user-table';

const MAX_CELLS = 4 * 1024 * 1024;
const FEWEST_SLOTS = 64;
/** Cells for names that the payload does not know; later unknown names are not remembered. */
const SPARE_CELLS = 64;
/** Answers of `volatile`; one more and they are forgotten. */
const MOST_VOLATILE = 4096;
/** No remembered answer. */
export const UNKNOWN = -1;
/** In place of a window: evaluated ahead, and not asked for since. */
const AHEAD = 0xffff;

/**
 * Names of one kind. Remembers which name was asked for after which: a name that comes in the order
 * of the time before is found by comparing it, 4 ns, instead of looking it up, 20.
 */
class NameIndex {
  /** Name → place in the arrays. */
  private places = new Map<string, number>();
  private names: string[] = [];
  private indexes: number[] = [];
  /** Place of the name asked for next, the last time. */
  private next: number[] = [];
  private last = 0;

  /** Index of a known name. */
  get(name: string): number | undefined {
    const guess = this.next[this.last];
    if (guess !== undefined && this.names[guess] === name) {
      this.last = guess;
      return this.indexes[guess];
    }
    const place = this.places.get(name);
    if (place === undefined) return undefined;
    this.next[this.last] = place;
    this.last = place;
    return this.indexes[place];
  }

  add(name: string, index: number): void {
    this.places.set(name, this.names.length);
    this.names.push(name);
    this.indexes.push(index);
    this.next.push(0);
  }

  clear(): void {
    this.places = new Map();
    this.names = [];
    this.indexes = [];
    this.next = [];
    this.last = 0;
  }
}

/**
 * Name → spec index, per kind, asked of the engine once per epoch. Bound: the specs plus the
 * engine's 4,096 unknown names.
 */
class SpecNames {
  readonly gates = new NameIndex();
  private readonly configs = new NameIndex();
  private readonly experiments = new NameIndex();
  private readonly layers = new NameIndex();
  /** The engine numbers unknown names after the specs. */
  private specs = 0;

  constructor(private readonly onUnknown: (kind: LookupKind, name: string) => void) {}

  /** Index of a name, or the engine's negative code when its table of unknown names is full. */
  resolve(engine: Engine, kind: LookupKind, name: string): number {
    const names = this.of(kind);
    const known = names.get(name);
    if (known !== undefined) return known;
    const index = engine.specIndex(kind, name);
    if (index >= this.specs) this.onUnknown(kind, name);
    if (index >= 0) names.add(name, index);
    return index;
  }

  clear(specs: number): void {
    this.specs = specs;
    this.gates.clear();
    this.configs.clear();
    this.experiments.clear();
    this.layers.clear();
  }

  private of(kind: LookupKind): NameIndex {
    if (kind === EXPERIMENT_KIND) return this.experiments;
    return kind === SpecKind.Gate
      ? this.gates
      : kind === SpecKind.Config
        ? this.configs
        : this.layers;
  }
}

/** Whether an answer depends on the time. */
export function isVolatile(code: number): boolean {
  return code >= 0 && (code & EvalBits.Volatile) !== 0;
}

/** See the head of this file. A cell holds code + 1, so that 0 means unknown. */
export class Answers {
  readonly names: SpecNames;
  /** Cells per user. */
  stride = 0;
  slots = 0;
  codes = new Int32Array(0);
  windows = new Uint16Array(0);
  /**
   * Version of the remembered answers; rows of older versions are cleared when their user is seen.
   */
  version = 0;
  /** Until when the remembered answers hold that depend on the time, ms. */
  private heldUntil = Infinity;
  /** What the clock showed last, ms. */
  private latest = -Infinity;
  /** By cell, the latest answer that depends on the time and was exposed in this window. */
  private readonly volatile = new Map<number, number>();
  /** Current window, 1 … 65534; 0 in a cell means never. */
  window = 1;

  /** @param now wall clock, ms */
  constructor(
    private readonly now: () => number,
    onUnknown: (kind: LookupKind, name: string) => void = () => undefined,
  ) {
    this.names = new SpecNames(onUnknown);
  }

  /** Lays the table out anew for a number of specs. Everything is forgotten. */
  resize(specs: number, capacity: number): void {
    this.forget();
    this.names.clear(specs);
    this.stride = specs + SPARE_CELLS;
    const wanted = Math.max(FEWEST_SLOTS, Math.floor(MAX_CELLS / this.stride));
    this.slots = Math.min(capacity, wanted);
    // Rows of older versions are cleared when their user is seen, so the table serves again: it is
    // megabytes, and an update usually needs as many.
    const cells = this.slots * this.stride;
    if (cells <= this.codes.length && cells > this.codes.length / 2) return;
    this.codes = new Int32Array(cells);
    this.windows = new Uint16Array(cells);
  }

  /** Gives a user a row of answers, none remembered. Cost: 4 bytes per spec. */
  renew(record: UserRecord): void {
    record.row = record.slot * this.stride;
    if (this.volatile.size > 0) this.volatile.clear();
    this.codes.fill(0, record.row, record.row + this.stride);
    record.parameters = null;
    record.version = this.version;
  }

  /** The remembered code whose exposure needs no recording, or UNKNOWN. */
  free(record: UserRecord, index: number, mode: number): number {
    if (record.version !== this.version || index >= this.stride) return UNKNOWN;
    const cell = record.row + index;
    const code = this.codes[cell]! - 1;
    if (code < 0 || ((code & EvalBits.Volatile) !== 0 && !this.isHeld())) return UNKNOWN;
    if (mode === EvalMode.Quiet) {
      if (this.windows[cell] === AHEAD) this.windows[cell] = 0;
      return code;
    }
    return mode === EvalMode.Expose && this.windows[cell] === this.window ? code : UNKNOWN;
  }

  /**
   * The remembered code, whether its exposure was recorded or not, or UNKNOWN. To be asked when
   * `free` had no answer, of a valid row.
   */
  known(record: UserRecord, index: number, mode: number): number {
    return index < this.stride && mode <= EvalMode.Expose
      ? this.codes[record.row + index]! - 1
      : UNKNOWN;
  }

  /** True when nothing is gained by evaluating the spec. The record must have a valid row. */
  isKnown(record: UserRecord, index: number): boolean {
    return index >= this.stride || this.codes[record.row + index] !== 0;
  }

  /**
   * Remembers a code that nobody asked for yet. False when it must not be remembered. The record
   * must have a valid row.
   */
  keepAhead(record: UserRecord, index: number, code: number): boolean {
    this.keep(record, index, EvalMode.Quiet, code);
    if (!this.isKnown(record, index)) return false;
    this.windows[record.row + index] = AHEAD;
    return true;
  }

  /** False for what `keepAhead` kept until it is asked for. */
  wasAsked(record: UserRecord, index: number): boolean {
    return index >= this.stride || this.windows[record.row + index] !== AHEAD;
  }

  /** Remembers a code that the engine gave. The record must have a valid row. */
  keep(record: UserRecord, index: number, mode: number, code: number): void {
    if (
      index >= this.stride ||
      mode > EvalMode.Expose ||
      code < 0 ||
      (code & EvalBits.Volatile) !== 0
    )
      return;
    const cell = record.row + index;
    this.codes[cell] = (code & ~EvalBits.BatchFull) + 1;
    this.windows[cell] = mode === EvalMode.Expose ? this.window : 0;
  }

  /**
   * Remembers a code that depends on the time for as long as it holds. The record must have a valid
   * row.
   */
  hold(record: UserRecord, index: number, code: number, until: number): void {
    if (index >= this.stride || !(this.time() < until)) return;
    const cell = record.row + index;
    this.codes[cell] = (code & ~EvalBits.BatchFull) + 1;
    this.windows[cell] = 0;
    if (until < this.heldUntil) this.heldUntil = until;
  }

  /** The time, ms. When the clock went back, or tells no time, all answers are forgotten. */
  time(): number {
    const now = this.now();
    if (!(now >= this.latest)) this.forget();
    this.latest = now;
    return now;
  }

  /** Whether remembered answers that depend on the time still hold. If not, all are forgotten. */
  private isHeld(): boolean {
    const { version } = this;
    if (this.time() >= this.heldUntil) this.forget();
    return version === this.version;
  }

  /** Something that answers depend on has changed. */
  forget(): void {
    this.heldUntil = Infinity;
    this.version++;
  }

  /**
   * Remembers that the exposure of an answer was recorded. False when it was known: nothing is to
   * be recorded.
   */
  expose(record: UserRecord, index: number, code: number): boolean {
    if (index >= this.stride) return true;
    const cell = record.row + index;
    this.windows[cell] = this.window;
    if ((code & EvalBits.Volatile) === 0) return true;
    // Such an answer is evaluated each time; without this it would also be exposed each time, for
    // the engine to drop.
    if (this.volatile.get(cell) === code) return false;
    if (this.volatile.size >= MOST_VOLATILE) this.volatile.clear();
    this.volatile.set(cell, code);
    return true;
  }

  /** Exposures count again. */
  rotateWindow(): void {
    this.volatile.clear();
    this.window = this.window === AHEAD - 1 ? 1 : this.window + 1;
    if (this.window === 1) this.windows.fill(0);
  }
}
