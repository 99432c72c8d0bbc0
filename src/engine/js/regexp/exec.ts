/**
 * Running instructions on a text, with backtracking on an explicit stack. Steps are counted as the
 * Rust engines count.
 */

import { UNBOUNDED } from './cursor';
import { Notes } from './notes';
import { Op, type Program, WIDTH } from './program';
import { Frame, States, UNSET } from './states';
import { WORD } from './unit-set';

/**
 * Most instructions run per test, all starting points together; a test that needs more answers
 * false.
 */
export const MAX_STEPS = 2_000_000;
/**
 * Units, registers or frames that cost one step where a single instruction looks at many: a power
 * of two.
 */
const PER_STEP_BITS = 3;
/** Steps until notes are taken: most tests are over by then. */
const NOTES_AFTER = 500;

/** What an instruction led to. */
const enum Way {
  None,
  On,
  Matches,
  Stopped,
}

/** The text under test, for tests don't nest. Conditions look at texts of less than 1,000 units. */
const keptUnits = new Uint16Array(1000);

/** What a test answered, and after how many steps. */
export interface Outcome {
  matches: boolean;
  steps: number;
}

/** Whether the pattern matches anywhere in the text. */
export function run(program: Program, text: string): Outcome {
  const units = text.length <= keptUnits.length ? keptUnits : new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  const machine = new Machine(program, units, text.length);
  return { matches: machine.search(), steps: machine.steps };
}

class Machine {
  steps = 0;
  private readonly code: Int32Array;
  private readonly registers: Int32Array;
  private readonly states: States;
  private readonly notes: Notes;
  private at = 0;
  /** The next instruction. */
  private inst = 0;

  constructor(
    private readonly program: Program,
    private readonly units: Uint16Array,
    private readonly length: number,
  ) {
    this.code = program.code;
    this.states = new States(program.registers);
    this.registers = this.states.registers;
    this.notes = new Notes(length);
  }

  search(): boolean {
    const last = this.program.isAnchored ? 0 : this.length;
    for (let start = 0; start <= last; start++) {
      if (!this.canStartAt(start)) continue;
      const way = this.matchesAt(start);
      if (way !== Way.None) return way === Way.Matches;
    }
    return false;
  }

  /** A number of an instruction: there are `WIDTH` of each. */
  private operand(inst: number, index: number): number {
    return this.code[inst + index]!;
  }

  /** By the first instruction alone. */
  private canStartAt(start: number): boolean {
    const { code, units } = this;
    if (code[0] === Op.One && code[2] === 0)
      return start < this.length && this.isOneOf(this.operand(0, 1), units[start]!);
    if (code[0] === Op.Literal && code[3] === 0)
      return start < this.length && units[start] === this.program.literals[this.operand(0, 1)];
    return true;
  }

  private matchesAt(start: number): Way {
    // What was noted for other starts holds: none of them led to a match.
    this.charge(this.registers.length);
    this.states.reset();
    this.at = start;
    this.inst = 0;
    for (;;) {
      if (++this.steps > MAX_STEPS) return Way.Stopped;
      const way = this.step();
      if (way > Way.On) return way;
      if (way === Way.None && !this.backtrack()) return Way.None;
    }
  }

  /** Runs an instruction. */
  private step(): Way {
    const { code, inst } = this;
    this.inst = inst + WIDTH;
    switch (code[inst]) {
      case Op.One:
        return this.one(this.operand(inst, 1), this.operand(inst, 2)) ? Way.On : Way.None;
      case Op.Literal:
        return this.literal(inst);
      case Op.Many:
        return this.isRepeated(this.operand(inst, 1)) ? Way.None : this.many(inst);
      case Op.Few:
        return this.isRepeated(this.operand(inst, 1)) ? Way.None : this.few(inst);
      case Op.Start:
        return this.at === 0 ? Way.On : Way.None;
      case Op.End:
        return this.at === this.length ? Way.On : Way.None;
      case Op.WordEdge:
        return this.isWordEdge() === (code[inst + 1] === 1) ? Way.On : Way.None;
      case Op.Save:
        return this.states.set(this.operand(inst, 1), this.at) ? Way.On : Way.Stopped;
      case Op.BackReference:
        return this.backReference(this.operand(inst, 1), this.operand(inst, 2));
      case Op.Split:
        return this.isRepeated(this.operand(inst, 1))
          ? Way.None
          : this.branch(this.operand(inst, 2), this.operand(inst, 3));
      case Op.Jump:
        return this.goTo(this.operand(inst, 1));
      case Op.Look:
        return this.look(inst);
      case Op.LookEnd:
        return this.lookEnd(inst);
      case Op.LoopInit:
        return this.states.setLoop(this.operand(inst, 1), 0, UNSET) ? Way.On : Way.Stopped;
      case Op.Loop:
        return this.loop(inst);
      case Op.Iterate:
        return this.iterate(inst);
      default:
        return Way.Matches;
    }
  }

  /** Goes back to the latest frame that leads on; false when there is none. */
  private backtrack(): boolean {
    const { states } = this;
    while (states.pop()) {
      const inst = states.field(1);
      const at = states.field(2);
      switch (states.field(0)) {
        case Frame.Branch:
          this.inst = inst;
          this.at = at;
          return true;
        case Frame.Shrink:
          if (this.shrink(inst, at, states.field(3))) return true;
          break;
        case Frame.Grow:
          if (this.grow(inst, at, states.field(3))) return true;
          break;
        default:
          if (this.lookFailed(inst, at)) return true;
      }
    }
    return false;
  }

  /** Gives units back until what follows can begin there, where that is a plain unit. */
  private shrink(inst: number, from: number, end: number): boolean {
    const next = this.plainUnitAt(inst);
    const step = from > end ? -1 : 1;
    for (let at = from; at !== end; ) {
      at += step;
      if (next >= 0 && (at >= this.length || this.units[at] !== next)) {
        this.steps++;
        continue;
      }
      // There is room: a frame was taken a moment ago.
      if (at !== end) this.states.push(Frame.Shrink, inst, at, end);
      this.inst = inst;
      this.at = at;
      return true;
    }
    return false;
  }

  /** The unit that an instruction begins with; -1 when it is not one unit. */
  private plainUnitAt(inst: number): number {
    const { code } = this;
    if (code[inst] === Op.One && code[inst + 2] === 0) return this.operand(inst, 1);
    return code[inst] === Op.Literal && code[inst + 3] === 0
      ? this.program.literals[this.operand(inst, 1)]!
      : -1;
  }

  private isOneOf(single: number, unit: number): boolean {
    return single >= 0 ? unit === single : this.program.sets[-single - 1]!.has(unit);
  }

  private one(single: number, back: number): boolean {
    const at = this.at - back;
    if (at < 0 || at >= this.length || !this.isOneOf(single, this.units[at]!)) return false;
    this.at = back === 0 ? at + 1 : at;
    return true;
  }

  private literal(inst: number): Way {
    const {
      code,
      program: { literals },
      units,
    } = this;
    const place = this.operand(inst, 1);
    const length = this.operand(inst, 2);
    const back = code[inst + 3];
    const start = back === 0 ? this.at : this.at - length;
    if (start < 0) return Way.None;
    let same = 0;
    while (
      same < length &&
      start + same < this.length &&
      units[start + same] === literals[place + same]
    )
      same++;
    this.charge(same);
    if (same < length) return Way.None;
    this.at = back === 0 ? start + length : start;
    return Way.On;
  }

  /** A greedy repetition of a single unit. */
  private many(inst: number): Way {
    const { at: start } = this;
    const single = this.operand(inst, 2);
    const min = this.operand(inst, 3);
    const max = this.operand(inst, 4);
    const back = this.operand(inst, 5);
    let count = 0;
    while (count < max && this.one(single, back)) count++;
    this.charge(count * (single >= 0 ? 1 : this.program.sets[-single - 1]!.depth));
    if (count < min) return Way.None;
    const end = back === 0 ? start + min : start - min;
    return count > min ? this.push(Frame.Shrink, inst + WIDTH, this.at, end) : Way.On;
  }

  /** A lazy repetition of a single unit. */
  private few(inst: number): Way {
    const min = this.operand(inst, 3);
    const max = this.operand(inst, 4);
    for (let i = 0; i < min; i++) {
      if (!this.one(this.operand(inst, 2), this.operand(inst, 5))) return Way.None;
      this.steps++;
    }
    return max > min ? this.push(Frame.Grow, inst, this.at, max - min) : Way.On;
  }

  private grow(inst: number, at: number, left: number): boolean {
    this.at = at;
    if (!this.one(this.operand(inst, 2), this.operand(inst, 5))) return false;
    // There is room: a frame was taken a moment ago.
    if (left > 1) this.states.push(Frame.Grow, inst, this.at, left >= UNBOUNDED ? left : left - 1);
    this.inst = inst + WIDTH;
    return true;
  }

  private isWordEdge(): boolean {
    const { at, length, units } = this;
    return (at > 0 && WORD.has(units[at - 1]!)) !== (at < length && WORD.has(units[at]!));
  }

  private backReference(register: number, back: number): Way {
    const { units } = this;
    const from = this.states.get(register);
    const to = this.states.get(register + 1);
    if (from === UNSET || to === UNSET) return Way.On;
    const length = to - from;
    const start = back === 0 ? this.at : this.at - length;
    if (start < 0) return Way.None;
    this.steps += length;
    for (let i = 0; i < length; i++) {
      if (start + i >= this.length || units[start + i] !== units[from + i]) return Way.None;
    }
    this.at = back === 0 ? start + length : start;
    return Way.On;
  }

  /** Whether what begins here was tried at this position; from now on it was. */
  private isRepeated(row: number): boolean {
    if (this.steps < NOTES_AFTER || this.program.rows === null) return false;
    const { notes } = this;
    if (!notes.isOpen) this.charge(notes.open(this.program.rows));
    return !notes.add(row, this.at);
  }

  private goTo(inst: number): Way {
    this.inst = inst;
    return Way.On;
  }

  private branch(first: number, second: number): Way {
    this.inst = first;
    return this.push(Frame.Branch, second, this.at, 0);
  }

  private look(inst: number): Way {
    const { code, notes } = this;
    const row = this.operand(inst, 1);
    const matched = notes.has(row, this.at);
    if (matched || notes.has(row + 1, this.at)) {
      this.inst = this.operand(inst, 4);
      return matched !== (code[inst + 3] === 1) ? Way.On : Way.None;
    }
    const way = this.push(Frame.LookFailed, inst, this.at, 0);
    // No look-around is entered while it is under way, so nothing needs to be restored.
    this.registers[this.operand(inst, 2)] = this.states.depth;
    this.registers[this.operand(inst, 2) + 1] = this.at;
    return way;
  }

  private lookFailed(inst: number, at: number): boolean {
    this.notes.add(this.operand(inst, 1) + 1, at);
    this.inst = this.operand(inst, 4);
    this.at = at;
    return this.code[inst + 3] === 1;
  }

  /**
   * The body matched. Its other ways are forgotten; what it captured is kept if the look-around is
   * positive.
   */
  private lookEnd(inst: number): Way {
    const { code, notes, states } = this;
    const row = this.operand(inst, 1);
    const register = this.operand(inst, 2);
    const start = this.states.get(register + 1);
    const depth = this.states.get(register);
    // Some of what was tried in the body led to its end, and some was not tried to its end.
    const cleared = notes.clear(row + 2, this.operand(inst, 4));
    notes.add(row, start);
    this.charge(cleared + states.depth - depth);
    if (code[inst + 3] === 1) {
      // With the look-around's own frame.
      states.undoTo(depth - 1);
      return Way.None;
    }
    states.keepRestores(depth);
    this.at = start;
    return Way.On;
  }

  private loop(inst: number): Way {
    const { code } = this;
    const register = this.operand(inst, 1);
    const count = this.states.get(register);
    const min = this.operand(inst, 2);
    // Beyond the required iterations one that matched nothing is none.
    if (count > min && this.registers[register + 1] === this.at) return Way.None;
    if (count < min) return Way.On;
    const exit = this.operand(inst, 5);
    if (count >= this.operand(inst, 3)) return this.goTo(exit);
    const iterate = inst + WIDTH;
    return code[inst + 4] === 1 ? this.branch(iterate, exit) : this.branch(exit, iterate);
  }

  private iterate(inst: number): Way {
    const { states } = this;
    const register = this.operand(inst, 1);
    const to = this.operand(inst, 3);
    let hasRoom = states.setLoop(register, this.states.get(register) + 1, this.at);
    this.charge(to - this.operand(inst, 2));
    for (let captured = this.operand(inst, 2); hasRoom && captured < to; captured++) {
      if (states.get(captured) !== UNSET) hasRoom = states.set(captured, UNSET);
    }
    return hasRoom ? Way.On : Way.Stopped;
  }

  /** Counts work that one instruction does on many things. */
  private charge(things: number): void {
    this.steps += things >> PER_STEP_BITS;
  }

  private push(kind: Frame, a: number, b: number, c: number): Way {
    return this.states.push(kind, a, b, c) ? Way.On : Way.Stopped;
  }
}
