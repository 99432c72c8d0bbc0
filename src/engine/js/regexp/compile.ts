/** Trees to instructions. */

import { UNBOUNDED } from './cursor';
import type { Look, Node, Pattern, Repeat, Single } from './parse';
import { Op, type Program, WIDTH } from './program';
import type { UnitSet } from './unit-set';

/** Longest program that repetitions are written out to. */
const MAX_UNROLLED = 4000;

/**
 * Compiles a pattern. Repetitions become copies and jumps, unless something refers to captures or
 * there would be more than `MAX_UNROLLED` instructions: then they become loops that count, and the
 * program is as long as the pattern.
 */
export function compile(pattern: Pattern): Program {
  return new Compiler(pattern).program();
}

/** Instructions of a node when repetitions are written out, about. */
function unrolledSize(node: Node): number {
  switch (node.kind) {
    case 'sequence':
      return sizeOfAll(node.nodes);
    case 'alternatives':
      return sizeOfAll(node.nodes) + node.nodes.length * 2;
    case 'capture':
      return unrolledSize(node.body);
    case 'look':
      return unrolledSize(node.body) + 2;
    case 'repeat':
      return asSingle(node.body) !== null ? 1 : (unrolledSize(node.body) + 2) * copiesOf(node);
    default:
      return 1;
  }
}

function sizeOfAll(nodes: readonly Node[]): number {
  return nodes.reduce((sum, node) => sum + unrolledSize(node), 0);
}

function copiesOf({ min, max }: Repeat): number {
  return max === UNBOUNDED ? Math.max(min, 1) : max;
}

/** Whether a back reference occurs. */
function refers(node: Node): boolean {
  switch (node.kind) {
    case 'back':
      return true;
    case 'sequence':
    case 'alternatives':
      return node.nodes.some(refers);
    case 'capture':
    case 'look':
    case 'repeat':
      return refers(node.body);
    default:
      return false;
  }
}

/** Whether a match can begin at the start of the text only. */
export function isAnchored(node: Node): boolean {
  switch (node.kind) {
    case 'start':
      return true;
    case 'sequence':
      return node.nodes[0] !== undefined && isAnchored(node.nodes[0]);
    case 'alternatives':
      return node.nodes.every(isAnchored);
    case 'capture':
      return isAnchored(node.body);
    default:
      return false;
  }
}

/** The node when it is a single unit or set. */
function asSingle(node: Node): Single | null {
  return node.kind === 'unit' || node.kind === 'set' ? node : null;
}

class Compiler {
  private readonly code: number[] = [];
  private readonly literals: number[] = [];
  private readonly sets: UnitSet[] = [];
  private registers: number;
  private rows = 0;
  /** Whether anything refers to captures; otherwise they are not recorded. */
  private readonly keepsCaptures: boolean;
  /** Whether repetitions are written out. */
  private readonly unrolls: boolean;

  constructor(private readonly pattern: Pattern) {
    const { root, groups } = pattern;
    this.keepsCaptures = refers(root);
    this.unrolls = !this.keepsCaptures && unrolledSize(root) <= MAX_UNROLLED;
    this.registers = this.keepsCaptures ? groups * 2 : 0;
  }

  program(): Program {
    const { root } = this.pattern;
    this.node(root, 0);
    this.emit(Op.Match);
    const { registers, sets } = this;
    const [code, literals] = [Int32Array.from(this.code), Uint16Array.from(this.literals)];
    return {
      code,
      literals,
      sets,
      registers,
      isAnchored: isAnchored(root),
      rows: this.unrolls ? this.rows : null,
    };
  }

  private node(node: Node, back: number): void {
    switch (node.kind) {
      case 'unit':
      case 'set':
        return void this.emit(Op.One, this.singleOf(node), back);
      case 'start':
        return void this.emit(Op.Start);
      case 'end':
        return void this.emit(Op.End);
      case 'edge':
        return void this.emit(Op.WordEdge, node.isEdge ? 1 : 0);
      case 'sequence':
        return this.sequence(node.nodes, back);
      case 'alternatives':
        return this.alternatives(node.nodes, back);
      case 'capture':
        return this.capture(node.number * 2, node.body, back);
      case 'back':
        return void this.emit(Op.BackReference, node.number * 2, back);
      case 'look':
        return this.look(node);
      case 'repeat':
        return this.repeat(node, back);
    }
  }

  private repeat(node: Repeat, back: number): void {
    const single = asSingle(node.body);
    if (single === null) return this.unrolls ? this.copies(node, back) : this.loop(node, back);
    const op = node.isGreedy ? Op.Many : Op.Few;
    this.emit(op, this.takeRows(1), this.singleOf(single), node.min, node.max, back);
  }

  /** A unit as itself, a set as a negative number. */
  private singleOf(single: Single): number {
    return single.kind === 'unit' ? single.unit : -this.sets.push(single.set);
  }

  private sequence(nodes: readonly Node[], back: number): void {
    const runs = runsOf(nodes);
    if (back !== 0) runs.reverse();
    for (const run of runs) {
      const [first] = run;
      if (run.length === 1 && first !== undefined) this.node(first, back);
      else this.literal(run, back);
    }
  }

  private literal(run: readonly Node[], back: number): void {
    const place = this.literals.length;
    for (const node of run) if (node.kind === 'unit') this.literals.push(node.unit);
    this.emit(Op.Literal, place, run.length, back);
  }

  private capture(register: number, body: Node, back: number): void {
    if (this.keepsCaptures) this.emit(Op.Save, back === 0 ? register : register + 1);
    this.node(body, back);
    if (this.keepsCaptures) this.emit(Op.Save, back === 0 ? register + 1 : register);
  }

  private alternatives(nodes: readonly Node[], back: number): void {
    const ends: number[] = [];
    nodes.forEach((node, i) => {
      if (i + 1 === nodes.length) return this.node(node, back);
      const split = this.emit(Op.Split, this.takeRows(1), this.code.length + WIDTH);
      this.node(node, back);
      ends.push(this.emit(Op.Jump));
      this.code[split + 3] = this.code.length;
    });
    for (const at of ends) this.code[at + 1] = this.code.length;
  }

  private look({ isAhead, isNegative, body }: Look): void {
    const register = this.takeRegisters();
    const row = this.takeRows(2);
    const negative = isNegative ? 1 : 0;
    const look = this.emit(Op.Look, row, register, negative);
    this.node(body, isAhead ? 0 : 1);
    this.emit(Op.LookEnd, row, register, negative, this.rows);
    this.code[look + 4] = this.code.length;
  }

  /** A repetition written out. */
  private copies(node: Repeat, back: number): void {
    const { body, min, max } = node;
    const isEndless = max === UNBOUNDED;
    // The last of the required ones is also the one that is repeated.
    const required = isEndless ? min - 1 : min;
    for (let i = 0; i < required; i++) this.node(body, back);
    if (isEndless && min > 0) {
      const start = this.code.length;
      this.node(body, back);
      const split = this.emit(Op.Split);
      return this.split(split, node, [start, split + WIDTH]);
    }
    const heads: number[] = [];
    for (let i = isEndless ? 0 : min; i < (isEndless ? 1 : max); i++) {
      heads.push(this.emit(Op.Split));
      this.node(body, back);
    }
    if (isEndless) this.emit(Op.Jump, ...heads);
    const end = this.code.length;
    for (const head of heads) this.split(head, node, [head + WIDTH, end]);
  }

  /** Fills in a split that goes into the body of a repetition again, or on. */
  private split(at: number, { isGreedy }: Repeat, [again, on]: [number, number]): void {
    const [first, second] = isGreedy ? [again, on] : [on, again];
    this.code[at + 1] = this.takeRows(1);
    this.code[at + 2] = first;
    this.code[at + 3] = second;
  }

  /** A repetition as a loop that counts. */
  private loop(node: Repeat, back: number): void {
    const { body, min, max, isGreedy, firstCapture, endCapture } = node;
    const register = this.takeRegisters();
    this.emit(Op.LoopInit, register);
    const head = this.emit(Op.Loop, register, min, max, isGreedy ? 1 : 0);
    if (this.keepsCaptures) this.emit(Op.Iterate, register, firstCapture * 2, endCapture * 2);
    else this.emit(Op.Iterate, register);
    this.node(body, back);
    this.emit(Op.Jump, head);
    this.code[head + 5] = this.code.length;
  }

  private takeRows(count: number): number {
    this.rows += count;
    return this.rows - count;
  }

  private takeRegisters(): number {
    this.registers += 2;
    return this.registers - 2;
  }

  /** Where the instruction is. */
  private emit(...numbers: number[]): number {
    const at = this.code.length;
    for (let i = 0; i < WIDTH; i++) this.code.push(numbers[i] ?? 0);
    return at;
  }
}

/** Neighbours that are plain units together, all others alone. */
function runsOf(nodes: readonly Node[]): Node[][] {
  const runs: Node[][] = [];
  let previous: Node | undefined;
  for (const node of nodes) {
    if (node.kind === 'unit' && previous?.kind === 'unit') runs[runs.length - 1]!.push(node);
    else runs.push([node]);
    previous = node;
  }
  return runs;
}
