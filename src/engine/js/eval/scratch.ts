/** What is remembered about one user while its specs are evaluated. */

import type { Found } from '../outcome';
import type { User } from '../user';

/** Generations are stamped into 31-bit cells next to one bit of answer. */
const MAX_GENERATION = 0x3fff_fffe;
const NO_CELLS = new Int32Array(0);
const FEWEST_CELLS = 64;

/**
 * Memo of condition answers, operand values and found gates. A cell counts only when its stamp is
 * the current generation, so changing the user costs one increment, not a pass over the arrays. The
 * arrays grow by need: conditions are numbered when they are compiled, which is when they are first
 * evaluated.
 */
export class Scratch {
  user: User | null = null;
  /** Version of the answers (specs, overrides, lists) that the memo belongs to. */
  answers = -1;
  generation = 0;
  /** `generation << 1 | answer` per condition. */
  conditions: Int32Array = NO_CELLS;
  operandStamps: Int32Array = NO_CELLS;
  readonly operandValues: unknown[] = [];
  textStamps: Int32Array = NO_CELLS;
  readonly texts: string[] = [];
  lowerStamps: Int32Array = NO_CELLS;
  readonly lowers: string[] = [];
  gateStamps: Int32Array = NO_CELLS;
  readonly gatesFound: (Found | null)[] = [];
  /** Levels of nesting below the gate. */
  readonly gateHeights: number[] = [];
  /** 0, or the evaluation that a time-dependent gate belongs to. */
  readonly gateSerials: number[] = [];

  /** Makes room for a condition. */
  reachCondition(id: number): void {
    if (id >= this.conditions.length) this.conditions = grown(this.conditions, id);
  }

  reachOperand(id: number): void {
    if (id < this.operandStamps.length) return;
    this.operandStamps = grown(this.operandStamps, id);
    this.textStamps = grown(this.textStamps, id);
    this.lowerStamps = grown(this.lowerStamps, id);
  }

  reachGate(id: number): void {
    if (id < this.gateStamps.length) return;
    this.gateStamps = grown(this.gateStamps, id);
    // Element by element: an array written far beyond its end becomes a hash table.
    while (this.gatesFound.length < this.gateStamps.length) {
      this.gatesFound.push(null);
      this.gateHeights.push(0);
      this.gateSerials.push(0);
    }
  }

  /** Forgets everything and belongs to `user` from now on. */
  assign(user: User | null, answers: number): void {
    this.user = user;
    this.answers = answers;
    if (this.generation++ < MAX_GENERATION) return;
    this.generation = 1;
    for (const stamps of [
      this.conditions,
      this.operandStamps,
      this.textStamps,
      this.lowerStamps,
      this.gateStamps,
    ]) {
      stamps.fill(0);
    }
  }
}

/** Users whose memo is kept at the same time; more than one because servers interleave requests. */
const POOL = 32;

/** Direct-mapped by slot. */
export class ScratchPool {
  private readonly pool: (Scratch | undefined)[] = new Array<Scratch | undefined>(POOL).fill(
    undefined,
  );

  for(slot: number, user: User, answers: number): Scratch {
    const at = slot & (POOL - 1);
    const scratch = (this.pool[at] ??= new Scratch());
    if (scratch.user !== user || scratch.answers !== answers) scratch.assign(user, answers);
    return scratch;
  }
}

/** A copy with room for cell `id`. */
function grown(cells: Int32Array, id: number): Int32Array {
  let length = Math.max(FEWEST_CELLS, cells.length);
  while (length <= id) length *= 2;
  const larger = new Int32Array(length);
  larger.set(cells);
  return larger;
}
