/** The instructions that patterns are compiled to. */

import type { UnitSet } from './unit-set';

/**
 * Operations. Operands called `register` number the machine's registers, those called `row` the
 * rows of its notes (see `Notes`), `single` is a unit or a negative number for one of the sets,
 * `to` and the like are places in the code. `back` (1 or 0) reads towards the start of the text, as
 * look-behind does.
 */
export const enum Op {
  /** single, back */
  One,
  /** place in the literals, length, back: several units, in text order */
  Literal,
  /**
   * row, single, min, max, back: a repeated single unit in one instruction, because it is what most
   * patterns consist of
   */
  Many,
  /** The same, as few as possible. */
  Few,
  Start,
  End,
  /** isEdge */
  WordEdge,
  /** register: puts the position into it */
  Save,
  /** register, back: matches what it and the next one delimit; anything if one is unset */
  BackReference,
  /** row, first, second: goes on with the first, later perhaps with the second */
  Split,
  /** to */
  Jump,
  /**
   * row, register, isNegative, after: opens a look-around; its body follows. It and the next
   * register are its own. In the row it is noted where the body matched, in the next one where it
   * did not; behind them come the body's.
   */
  Look,
  /** row, register, isNegative, end: of its `Look`; the row behind the body's */
  LookEnd,
  /** register: zeroes a loop. It counts, the next one holds where the iteration began. */
  LoopInit,
  /**
   * register, min, max, isGreedy, exit: decides on another iteration, which is the next instruction
   */
  Loop,
  /** register, from, to: begins an iteration and unsets the registers of the captures inside */
  Iterate,
  Match,
}

/** Numbers of an instruction: operation and operands. */
export const WIDTH = 6;

/** Instructions of a pattern. */
export interface Program {
  readonly code: Int32Array;
  readonly literals: Uint16Array;
  readonly sets: readonly UnitSet[];
  readonly registers: number;
  /** A match can begin at the start of the text only. */
  readonly isAnchored: boolean;
  /**
   * Rows of notes: what leads on from an instruction depends on the position alone. Null where it
   * depends on captures or on counts, too.
   */
  readonly rows: number | null;
}
