/** Sets of UTF-16 units. */

/** First and last unit. */
export type Range = readonly [number, number];

const ASCII = 128;

/** A set of units: a table for ASCII, sorted ranges for the rest. */
export class UnitSet {
  /** Sorted, disjoint, not adjacent. */
  readonly ranges: readonly Range[];
  /** Comparisons that a look at a unit beyond ASCII takes, 1 at least. */
  readonly depth: number;
  private readonly ascii = new Uint8Array(ASCII);
  /** Ends of the ranges that go beyond ASCII: first, last, first, last, … */
  private readonly wide: Uint16Array;

  /** All units in the ranges, or with `isInverted` all others. */
  constructor(ranges: readonly Range[], isInverted = false) {
    const merged = merge(ranges);
    this.ranges = isInverted ? complement(merged) : merged;
    for (const [from, to] of this.ranges) this.ascii.fill(1, from, Math.min(to + 1, ASCII));
    const wide = this.ranges.filter(([, to]) => to >= ASCII);
    this.wide = Uint16Array.from(wide.flat());
    this.depth = Math.max(1, 32 - Math.clz32(wide.length));
  }

  has(unit: number): boolean {
    if (unit < ASCII) return this.ascii[unit] === 1;
    const { wide } = this;
    let low = 0;
    let high = wide.length >>> 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (wide[2 * middle + 1]! < unit) low = middle + 1;
      else high = middle;
    }
    return 2 * low < wide.length && wide[2 * low]! <= unit;
  }

  /** Whether no unit is in both. */
  isDisjointFrom(other: UnitSet): boolean {
    let at = 0;
    for (const [from, to] of this.ranges) {
      while (at < other.ranges.length && other.ranges[at]![1] < from) at++;
      if (at < other.ranges.length && other.ranges[at]![0] <= to) return false;
    }
    return true;
  }
}

function merge(ranges: readonly Range[]): Range[] {
  const merged: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged[merged.length - 1];
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** The units in none of the sorted, disjoint ranges. */
function complement(ranges: readonly Range[]): Range[] {
  const out: Range[] = [];
  let next = 0;
  for (const [from, to] of ranges) {
    if (from > next) out.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= 0xffff) out.push([next, 0xffff]);
  return out;
}

const DIGITS: Range[] = [[0x30, 0x39]];
const WORDS: Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const SPACES: Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const LINE_ENDS: Range[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];

/** The ranges of `\d \D \s \S \w \W` by letter; undefined for other letters. */
export function escapedRanges(letter: string): readonly Range[] | undefined {
  switch (letter) {
    case 'd':
      return DIGITS;
    case 'D':
      return complement(DIGITS);
    case 's':
      return SPACES;
    case 'S':
      return complement(SPACES);
    case 'w':
      return WORDS;
    case 'W':
      return complement(WORDS);
    default:
      return undefined;
  }
}

/** What `.` matches. */
export const DOT = new UnitSet(LINE_ENDS, true);

/** What counts as part of a word for `\b`. */
export const WORD = new UnitSet(WORDS);
