/** Positions of a word of the Rust engines' notes, in which the work on notes is counted. */
const WORD_POSITIONS = 64;

/**
 * What was tried where: for each row of the program and position of the text. What was tried once
 * need not be tried again, which makes an exponential search a quadratic one, and ends loops that
 * match nothing.
 */
export class Notes {
  private marks: Uint8Array | null = null;

  constructor(private readonly length: number) {}

  get isOpen(): boolean {
    return this.marks !== null;
  }

  /** What that costs. Nothing is noted before. */
  open(rows: number): number {
    this.marks = new Uint8Array(rows * (this.length + 1));
    return rows * this.wordsOfRow;
  }

  has(row: number, at: number): boolean {
    return this.marks !== null && this.marks[row * (this.length + 1) + at] === 1;
  }

  /** Whether it is new. */
  add(row: number, at: number): boolean {
    const { marks } = this;
    if (marks === null) return true;
    const place = row * (this.length + 1) + at;
    const isNew = marks[place] === 0;
    marks[place] = 1;
    return isNew;
  }

  /** Empties rows; what that costs. */
  clear(from: number, to: number): number {
    if (this.marks === null) return 0;
    this.marks.fill(0, from * (this.length + 1), to * (this.length + 1));
    return (to - from) * this.wordsOfRow;
  }

  private get wordsOfRow(): number {
    return Math.floor(this.length / WORD_POSITIONS) + 1;
  }
}
