/** What is remembered about one user while its specs are evaluated. */

import { Result } from '../outcome';
import { Store } from '../store';
import { User } from '../user';

/** Generations are stamped into 31-bit cells next to one bit of answer. */
const MAX_GENERATION = 0x3fff_fffe;

/**
 * Memo of condition answers, source values and gate results. A cell counts only when its stamp is the current
 * generation, so changing the user costs one increment, not a pass over the arrays.
 */
export class Scratch {
  user: User | null = null;
  /** Version of the answers (specs, overrides, lists) that the memo belongs to. */
  answers = -1;
  generation = 0;
  /** `generation << 1 | answer` per condition. */
  readonly conditions: Int32Array;
  readonly sourceStamps: Int32Array;
  readonly sourceValues: unknown[];
  readonly textStamps: Int32Array;
  readonly texts: string[];
  readonly lowerStamps: Int32Array;
  readonly lowers: string[];
  readonly gateStamps: Int32Array;
  readonly gateResults: (Result | null)[];
  /** Levels of nesting below the gate. */
  readonly gateHeights: Uint16Array;
  /** 0, or the evaluation that a time-dependent result belongs to. */
  readonly gateSerials: Float64Array;

  constructor(store: Store) {
    const sources = store.sources.length;
    const gates = store.gateRefs.size;
    this.conditions = new Int32Array(store.conditionCount);
    this.sourceStamps = new Int32Array(sources);
    this.sourceValues = new Array<unknown>(sources).fill(undefined);
    this.textStamps = new Int32Array(sources);
    this.texts = new Array<string>(sources).fill('');
    this.lowerStamps = new Int32Array(sources);
    this.lowers = new Array<string>(sources).fill('');
    this.gateStamps = new Int32Array(gates);
    this.gateResults = new Array<Result | null>(gates).fill(null);
    this.gateHeights = new Uint16Array(gates);
    this.gateSerials = new Float64Array(gates);
  }

  /** Forgets everything and belongs to `user` from now on. */
  assign(user: User | null, answers: number): void {
    this.user = user;
    this.answers = answers;
    if (this.generation++ < MAX_GENERATION) return;
    this.generation = 1;
    for (const stamps of [this.conditions, this.sourceStamps, this.textStamps, this.lowerStamps, this.gateStamps]) {
      stamps.fill(0);
    }
  }
}

/** Users whose memo is kept at the same time; more than one because servers interleave requests. */
const POOL = 32;

/** Direct-mapped by slot. */
export class ScratchPool {
  private readonly pool: (Scratch | undefined)[] = new Array<Scratch | undefined>(POOL).fill(undefined);

  constructor(private readonly store: Store) {}

  for(slot: number, user: User, answers: number): Scratch {
    const at = slot & (POOL - 1);
    const scratch = (this.pool[at] ??= new Scratch(this.store));
    if (scratch.user !== user || scratch.answers !== answers) scratch.assign(user, answers);
    return scratch;
  }
}
