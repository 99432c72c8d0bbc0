/** Reading a pattern unit by unit: escapes, group names, interval bounds. */

/** Quantifiers without an upper bound, and counts beyond. */
export const UNBOUNDED = 0x7fff_ffff;

/** Thrown where `new RegExp` throws. */
export class InvalidPattern extends Error {}

/** How often a term is repeated. */
export interface Interval {
  min: number;
  max: number;
}

const CONTROL_ESCAPES: Record<string, number> = { f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09, v: 0x0b };

/** A position in a pattern. Looking ahead is done by going there and back. */
export class Cursor {
  constructor(
    readonly source: string,
    public at = 0,
  ) {}

  get isAtEnd(): boolean {
    return this.at >= this.source.length;
  }

  /** The next unit as text; '' at the end. */
  peek(): string {
    return this.source.charAt(this.at);
  }

  next(): string {
    return this.source.charAt(this.at++);
  }

  /** Steps over a unit if it is next. */
  skip(unit: string): boolean {
    const isNext = this.peek() === unit;
    if (isNext) this.at++;
    return isNext;
  }

  /** Takes a digit of a number system; -1 if there is none. */
  digit(radix: number): number {
    const value = digitOf(this.peek());
    if (value >= radix) return -1;
    this.at++;
    return value;
  }

  /** `{n}`, `{n,}` or `{n,m}`; null, and nothing is taken, if that is not next. */
  interval(): Interval | null {
    const start = this.at;
    const found = this.skip('{') ? this.bounds() : null;
    if (found === null) this.at = start;
    return found;
  }

  private bounds(): Interval | null {
    const min = this.count();
    if (min < 0) return null;
    let max = min;
    if (this.skip(',')) max = this.peek() === '}' ? UNBOUNDED : this.count();
    return max >= 0 && this.skip('}') ? { min, max } : null;
  }

  private count(): number {
    let value = this.digit(10);
    if (value < 0) return -1;
    for (let digit = this.digit(10); digit >= 0; digit = this.digit(10))
      value = Math.min(value * 10 + digit, UNBOUNDED);
    return value;
  }

  /**
   * The unit that an escape stands for; the backslash is behind us and something follows. Escapes
   * that mean nothing stand for themselves.
   */
  characterEscape(isInClass: boolean): number {
    const letter = this.next();
    const control = CONTROL_ESCAPES[letter];
    if (control !== undefined) return control;
    if (letter === 'b' && isInClass) return 0x08;
    if (letter === 'c') return this.controlLetter(isInClass);
    if (letter >= '0' && letter <= '7') return this.octal(digitOf(letter));
    if (letter === 'x' || letter === 'u') {
      const value = this.hex(letter === 'x' ? 2 : 4);
      if (value >= 0) return value;
    }
    return letter.charCodeAt(0);
  }

  private controlLetter(isInClass: boolean): number {
    const letter = this.peek();
    if (/^[A-Za-z]$/.test(letter) || (isInClass && /^[0-9_]$/.test(letter)))
      return this.next().charCodeAt(0) & 0x1f;
    // Then the backslash is text and the c comes next.
    this.at--;
    return 0x5c;
  }

  /** Up to three octal digits with a value below 256. */
  private octal(first: number): number {
    let value = first;
    for (let i = 0; i < 2 && value < 32; i++) {
      const digit = this.digit(8);
      if (digit < 0) break;
      value = value * 8 + digit;
    }
    return value;
  }

  /** Exactly so many hexadecimal digits; -1, and nothing is taken, without them. */
  hex(digits: number): number {
    const start = this.at;
    let value = 0;
    for (let i = 0; i < digits; i++) {
      const digit = this.digit(16);
      if (digit < 0) {
        this.at = start;
        return -1;
      }
      value = value * 16 + digit;
    }
    return value;
  }
}

/** The value of a digit; 99 for anything else. */
function digitOf(unit: string): number {
  if (unit >= '0' && unit <= '9') return unit.charCodeAt(0) - 0x30;
  if (unit >= 'a' && unit <= 'f') return unit.charCodeAt(0) - 0x61 + 10;
  return unit >= 'A' && unit <= 'F' ? unit.charCodeAt(0) - 0x41 + 10 : 99;
}

const NAME_START = /^[\p{Alphabetic}$_]$/u;
const NAME_PART = /^[\p{Alphabetic}\p{N}$_\u200c\u200d]$/u;

/**
 * The name of a group, behind `<` and with its `>`. Letters beyond ASCII are those that the Rust
 * engines take, which differ from ID_Start and ID_Continue in a few rare characters. @throws
 * InvalidPattern if it is no identifier
 */
export function groupName(at: Cursor): string {
  let name = '';
  while (!at.skip('>')) {
    const character = nameCharacter(at);
    if (!(name === '' ? NAME_START : NAME_PART).test(character)) throw new InvalidPattern();
    name += character;
  }
  if (name === '') throw new InvalidPattern();
  return name;
}

function nameCharacter(at: Cursor): string {
  const first = nameUnit(at);
  const isPair = first >= 0xd800 && first <= 0xdbff;
  if (!isPair) return String.fromCodePoint(first);
  return String.fromCharCode(first, nameUnit(at));
}

/** A unit, or the value of `\uXXXX` or `\u{X…}`. */
function nameUnit(at: Cursor): number {
  if (at.isAtEnd) throw new InvalidPattern();
  if (!at.skip('\\')) return at.next().charCodeAt(0);
  const value = !at.skip('u') ? -1 : at.skip('{') ? braced(at) : at.hex(4);
  if (value < 0 || value > 0x10ffff) throw new InvalidPattern();
  return value;
}

function braced(at: Cursor): number {
  let value = at.digit(16);
  if (value < 0) return -1;
  for (let digit = at.digit(16); digit >= 0; digit = at.digit(16))
    value = Math.min(value * 16 + digit, 0x110000);
  return at.skip('}') ? value : -1;
}

/**
 * Number of capturing groups in a pattern, and whether one has a name. What is not a group for
 * certain counts.
 */
export function countCaptures(source: string): { total: number; isNamed: boolean } {
  const at = new Cursor(source);
  let total = 0;
  let isNamed = false;
  while (!at.isAtEnd) {
    const unit = at.next();
    if (unit === '\\') at.next();
    else if (unit === '[') skipClass(at);
    else if (unit === '(' && at.skip('?')) {
      if (!at.skip('<') || at.peek() === '=' || at.peek() === '!') continue;
      isNamed = true;
      total++;
    } else if (unit === '(') total++;
  }
  return { total, isNamed };
}

function skipClass(at: Cursor): void {
  while (!at.isAtEnd) {
    const unit = at.next();
    if (unit === '\\') at.next();
    else if (unit === ']') return;
  }
}
