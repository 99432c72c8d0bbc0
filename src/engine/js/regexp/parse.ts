/**
 * Patterns to trees: ECMAScript's grammar without the `u` flag, with the leniency of its Annex B.
 */

import { Cursor, InvalidPattern, UNBOUNDED, countCaptures, groupName } from './cursor';
import { DOT, UnitSet, escapedRanges, type Range } from './unit-set';

/** V8's limit. */
const MAX_CAPTURES = 65_535;
/**
 * Groups nested deeper than this make a pattern invalid. V8's bound depends on its stack and is
 * some thousands.
 */
export const MAX_NESTING = 200;

/** One unit or one of a set. */
export type Single = { kind: 'unit'; unit: number } | { kind: 'set'; set: UnitSet };

export interface Look {
  kind: 'look';
  isAhead: boolean;
  isNegative: boolean;
  body: Node;
}

export interface Repeat {
  kind: 'repeat';
  body: Node;
  min: number;
  max: number;
  isGreedy: boolean;
  /** Numbers of the groups inside: the first, and the one behind the last. */
  firstCapture: number;
  endCapture: number;
}

export interface BackReference {
  kind: 'back';
  /** Of the group; for a name it is known when the whole pattern was read. */
  number: number;
}

/** A part of a pattern. */
export type Node =
  | Single
  | { kind: 'start' }
  | { kind: 'end' }
  | { kind: 'edge'; isEdge: boolean }
  | { kind: 'sequence'; nodes: Node[] }
  | { kind: 'alternatives'; nodes: Node[] }
  | { kind: 'capture'; number: number; body: Node }
  | BackReference
  | Look
  | Repeat;

/** A parsed pattern. */
export interface Pattern {
  root: Node;
  /** Capturing groups plus one. */
  groups: number;
}

type Opening =
  | { kind: 'plain' }
  | { kind: 'capture'; number: number }
  | { kind: 'look'; isAhead: boolean; isNegative: boolean };

/** An unfinished disjunction. */
class Level {
  private readonly alternatives: Node[] = [];
  private terms: Node[] = [];

  /** `capturesBefore`: groups that were opened before this one. */
  constructor(
    readonly opening: Opening,
    readonly capturesBefore: number,
  ) {}

  add(term: Node): void {
    this.terms.push(term);
  }

  endAlternative(): void {
    this.alternatives.push(onlyOr(this.terms, 'sequence'));
    this.terms = [];
  }

  finish(): Node {
    this.endAlternative();
    const body = onlyOr(this.alternatives, 'alternatives');
    return this.opening.kind === 'plain' ? body : { ...this.opening, body };
  }
}

function onlyOr(nodes: Node[], kind: 'sequence' | 'alternatives'): Node {
  const [first] = nodes;
  return nodes.length === 1 && first !== undefined ? first : { kind, nodes };
}

/**
 * The tree of a pattern; null where `new RegExp` throws, and for groups nested deeper than
 * `MAX_NESTING`.
 */
export function parse(source: string): Pattern | null {
  try {
    return new Parser(source).pattern();
  } catch (error) {
    if (error instanceof InvalidPattern) return null;
    throw error;
  }
}

class Parser {
  private readonly at: Cursor;
  /** Groups opened so far. */
  private captures = 0;
  /** Groups in the whole pattern, and whether one has a name. */
  private readonly total: number;
  private readonly isNamed: boolean;
  private readonly names = new Map<string, number>();
  /** References by name, whose groups may come later. */
  private readonly references: { name: string; node: BackReference }[] = [];

  constructor(source: string) {
    this.at = new Cursor(source);
    const { total, isNamed } = countCaptures(source);
    if (total > MAX_CAPTURES) throw new InvalidPattern();
    this.total = total;
    this.isNamed = isNamed;
  }

  pattern(): Pattern {
    const root = this.disjunction();
    for (const { name, node } of this.references) {
      const number = this.names.get(name);
      if (number === undefined) throw new InvalidPattern();
      node.number = number;
    }
    return { root, groups: this.captures + 1 };
  }

  /** The whole pattern. Parentheses are kept on a stack of our own. */
  private disjunction(): Node {
    const outer: Level[] = [];
    let level = new Level({ kind: 'plain' }, 0);
    while (!this.at.isAtEnd) {
      const unit = this.at.next();
      if (unit === '|') level.endAlternative();
      else if (unit === '(') {
        if (outer.length >= MAX_NESTING) throw new InvalidPattern();
        outer.push(level);
        const before = this.captures;
        level = new Level(this.opening(), before);
      } else if (unit === ')') {
        const closed = level;
        level = outer.pop() ?? invalid();
        level.add(this.closed(closed));
      } else level.add(this.term(unit));
    }
    return outer.length === 0 ? level.finish() : invalid();
  }

  private closed(level: Level): Node {
    const { opening } = level;
    const isQuantifiable = opening.kind !== 'look' || opening.isAhead;
    return this.quantified(level.finish(), level.capturesBefore, isQuantifiable);
  }

  /** A term that is no group. */
  private term(unit: string): Node {
    if (unit === '^') return { kind: 'start' };
    if (unit === '$') return { kind: 'end' };
    const atom = this.atom(unit);
    return atom.kind === 'edge' ? atom : this.quantified(atom, this.captures, true);
  }

  private atom(unit: string): Node {
    switch (unit) {
      case '*':
      case '+':
      case '?':
        return invalid();
      case '.':
        return { kind: 'set', set: DOT };
      case '[':
        return this.unitClass();
      case '\\':
        return this.escape();
      case '{':
        this.at.at--;
        if (this.at.interval() !== null) return invalid();
        this.at.at++;
        break;
    }
    return { kind: 'unit', unit: unit.charCodeAt(0) };
  }

  /** What follows `(`. */
  private opening(): Opening {
    const { at } = this;
    if (!at.skip('?')) return { kind: 'capture', number: ++this.captures };
    switch (at.next()) {
      case ':':
        return { kind: 'plain' };
      case '=':
        return { kind: 'look', isAhead: true, isNegative: false };
      case '!':
        return { kind: 'look', isAhead: true, isNegative: true };
      case '<':
        if (at.skip('=')) return { kind: 'look', isAhead: false, isNegative: false };
        if (at.skip('!')) return { kind: 'look', isAhead: false, isNegative: true };
        return this.namedCapture();
      default:
        return invalid();
    }
  }

  private namedCapture(): Opening {
    const name = groupName(this.at);
    if (this.names.has(name)) return invalid();
    this.names.set(name, ++this.captures);
    return { kind: 'capture', number: this.captures };
  }

  /** Applies the quantifier that follows a term, if one does. */
  private quantified(atom: Node, capturesBefore: number, isAllowed: boolean): Node {
    const interval = this.quantifier();
    if (interval === null) return atom;
    const isGreedy = !this.at.skip('?');
    const { min, max } = interval;
    if (min > max || !isAllowed) return invalid();
    // It matches here or it does not, however often.
    if (isZeroWidth(atom)) return min === 0 ? { kind: 'sequence', nodes: [] } : atom;
    const [firstCapture, endCapture] = [capturesBefore + 1, this.captures + 1];
    return { kind: 'repeat', body: atom, min, max, isGreedy, firstCapture, endCapture };
  }

  private quantifier(): { min: number; max: number } | null {
    if (this.at.skip('*')) return { min: 0, max: UNBOUNDED };
    if (this.at.skip('+')) return { min: 1, max: UNBOUNDED };
    return this.at.skip('?') ? { min: 0, max: 1 } : this.at.interval();
  }

  /** What follows a backslash outside of a class. */
  private escape(): Node {
    const { at } = this;
    if (at.isAtEnd) return invalid();
    const letter = at.peek();
    const ranges = escapedRanges(letter);
    if (ranges !== undefined || letter === 'b' || letter === 'B') at.next();
    if (ranges !== undefined) return { kind: 'set', set: new UnitSet(ranges) };
    if (letter === 'b' || letter === 'B') return { kind: 'edge', isEdge: letter === 'b' };
    if (letter === 'k' && this.isNamed) return this.namedReference();
    const reference = letter >= '1' && letter <= '9' ? this.backReference() : null;
    return reference ?? { kind: 'unit', unit: at.characterEscape(false) };
  }

  private namedReference(): Node {
    this.at.next();
    if (!this.at.skip('<')) return invalid();
    const node: BackReference = { kind: 'back', number: 0 };
    this.references.push({ name: groupName(this.at), node });
    return node;
  }

  /** `\N` of a group that exists anywhere in the pattern; otherwise nothing is taken. */
  private backReference(): BackReference | null {
    const start = this.at.at;
    let number = 0;
    for (
      let digit = this.at.digit(10);
      digit >= 0 && number <= MAX_CAPTURES;
      digit = this.at.digit(10)
    )
      number = number * 10 + digit;
    if (number <= this.total) return { kind: 'back', number };
    this.at.at = start;
    return null;
  }

  /** What follows `[`. */
  private unitClass(): Node {
    const { at } = this;
    const isInverted = at.skip('^');
    const ranges: Range[] = [];
    for (let first = this.classAtom(); first !== null; first = this.classAtom()) {
      const isRange =
        at.peek() === '-' && at.at + 1 < at.source.length && at.source[at.at + 1] !== ']';
      if (isRange) at.next();
      ranges.push(...(isRange ? between(first, this.classAtom() ?? invalid()) : first.ranges));
    }
    return { kind: 'set', set: new UnitSet(ranges, isInverted) };
  }

  /** One member of a class; null at the end of the class. */
  private classAtom(): ClassAtom | null {
    const { at } = this;
    if (at.isAtEnd) return invalid();
    const unit = at.next();
    if (unit === ']') return null;
    if (unit !== '\\') return ofUnit(unit.charCodeAt(0));
    if (at.isAtEnd) return invalid();
    const ranges = escapedRanges(at.peek());
    if (ranges !== undefined) at.next();
    else if (this.isNamed && at.peek() === 'k') return invalid();
    return ranges === undefined ? ofUnit(at.characterEscape(true)) : { ranges, isUnit: false };
  }
}

function invalid(): never {
  throw new InvalidPattern();
}

/** A unit, or what an escape like `\d` stands for. */
interface ClassAtom {
  ranges: readonly Range[];
  isUnit: boolean;
}

function ofUnit(unit: number): ClassAtom {
  return { ranges: [[unit, unit]], isUnit: true };
}

/** `first-second` in a class. Next to a set a hyphen is text. */
function between(first: ClassAtom, second: ClassAtom): readonly Range[] {
  if (!first.isUnit || !second.isUnit) return [...first.ranges, ...second.ranges, [0x2d, 0x2d]];
  const [from, to] = [first.ranges[0]![0], second.ranges[0]![0]];
  return from > to ? invalid() : [[from, to]];
}

/** Whether a node can match the empty text only, by its form. */
function isZeroWidth(node: Node): boolean {
  switch (node.kind) {
    case 'start':
    case 'end':
    case 'edge':
    case 'look':
      return true;
    case 'sequence':
    case 'alternatives':
      return node.nodes.every(isZeroWidth);
    case 'capture':
      return isZeroWidth(node.body);
    case 'repeat':
      return node.max === 0 || isZeroWidth(node.body);
    default:
      return false;
  }
}
