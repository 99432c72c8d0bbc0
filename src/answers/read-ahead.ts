/**
 * Which specs to evaluate together with one that has to be evaluated: a request checks the same
 * gates in the same order as the request before it, and a crossing into the engine costs a quarter
 * of an evaluation.
 *
 * Learns which spec was asked after which for the same user. A user starts with nothing read ahead;
 * each time what was read ahead was asked for, twice as much is read next (1, 3, 7, 15), and
 * nothing again as soon as it was not. So at most about half of all evaluations are for nothing,
 * and never more than `MOST_AHEAD` for one user. What was read ahead is a remembered answer: its
 * exposure is recorded when it is asked for, never before.
 */
import type { Answers } from './answers';
import type { UserRecord } from '../users/user-table';

/** Most specs read ahead in one crossing. */
export const MOST_AHEAD = 15;
/** Links followed in search of them. */
const MOST_STEPS = 64;

/** See the head of this file. */
export class ReadAhead {
  /** What to evaluate: the spec that was asked for, then those ahead. */
  readonly specs = new Int32Array(1 + MOST_AHEAD);
  readonly codes = new Int32Array(1 + MOST_AHEAD);
  count = 0;
  /** By spec index, the one asked after it + 1; 0 = not known. */
  private successors = new Int32Array(0);
  /** 1 for specs whose answers may not be remembered. */
  private isRefused = new Uint8Array(0);
  private user: UserRecord | null = null;

  /** Forgets everything; makes room for `specs` indexes. */
  reset(specs: number): void {
    this.successors = new Int32Array(specs);
    this.isRefused = new Uint8Array(specs);
    this.user = null;
    this.count = 0;
  }

  /**
   * Plans an evaluation for a user with a valid row of answers: `specs[0]` is `index` if there are
   * more than one. How many there are.
   */
  plan(answers: Answers, record: UserRecord, index: number): number {
    if (this.isRefused[index] === 1) return 1;
    if (record === this.user) this.learn(answers, record, index);
    this.user = record;
    this.specs[0] = index;
    this.count = 1;
    const most = Math.min(1 + record.ahead, this.specs.length);
    for (let next = index, steps = 0; this.count < most && steps < MOST_STEPS; steps++) {
      next = (this.successors[next] ?? 0) - 1;
      if (next < 0 || next === index) break;
      if (this.isRefused[next] === 0 && !answers.isKnown(record, next) && !this.isPlanned(next))
        this.specs[this.count++] = next;
    }
    return this.count;
  }

  /** Remembers the codes of what was read ahead, of which `written` came. */
  keep(answers: Answers, record: UserRecord, written: number): void {
    let kept = 1;
    for (let i = 1; i < written; i++) {
      const spec = this.specs[i]!;
      const code = this.codes[i]!;
      if (answers.keepAhead(record, spec, code)) this.specs[kept++] = spec;
      else if (code >= 0) this.refuse(spec);
    }
    this.count = kept;
  }

  /**
   * Never reads a spec ahead again: its answer depends on the time, so it would be evaluated for
   * nothing.
   */
  refuse(spec: number): void {
    this.isRefused[spec] = 1;
  }

  /**
   * Links the last spec of the plan before that was asked for to the one asked now, and judges how
   * far to read.
   */
  private learn(answers: Answers, record: UserRecord, index: number): void {
    let last = this.count - 1;
    while (last > 0 && !answers.wasAsked(record, this.specs[last]!)) last--;
    if (last === this.count - 1) record.ahead = Math.min(MOST_AHEAD, 2 * record.ahead + 1);
    else record.ahead = 0;
    const from = this.specs[last]!;
    if (from !== index) this.successors[from] = index + 1;
  }

  private isPlanned(spec: number): boolean {
    for (let i = 1; i < this.count; i++) if (this.specs[i] === spec) return true;
    return false;
  }
}
