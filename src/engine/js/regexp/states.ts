/** What a machine remembers: registers, and frames that say what to do when a way leads nowhere. */

/** Most frames; a test that needs more answers false. */
const MAX_FRAMES = 1 << 20;

/** A register that holds no position. */
export const UNSET = -1;

/** The first of a frame's four numbers. The others are named here. */
export const enum Frame {
  /** inst, at: go on there */
  Branch,
  /** register, value: undo a change of a register, then take the next frame */
  Restore,
  /** register, count, at: the same for the two registers of a loop */
  RestoreLoop,
  /**
   * inst, at, end: give one unit back, going on from the position next to `at` in the direction of
   * `end`
   */
  Shrink,
  /** inst, at, left: take one unit more, `left` times at most */
  Grow,
  /** inst, at: the body of the look-around there failed; a negative one goes on behind it */
  LookFailed,
}
const WIDTH = 4;

/** Frames that are kept between tests, which don't nest; a stack that had to grow is given back. */
const kept = new Int32Array(256 * WIDTH);

/** See the head of this file. Calls that push answer false when there is no room. */
export class States {
  readonly registers: Int32Array;
  private frames = kept;
  /** Behind the last frame. */
  private top = 0;

  constructor(registers: number) {
    this.registers = new Int32Array(registers);
  }

  /** Number of frames. */
  get depth(): number {
    return this.top / WIDTH;
  }

  reset(): void {
    this.registers.fill(UNSET);
    this.top = 0;
  }

  push(kind: Frame, a: number, b: number, c: number): boolean {
    const { top } = this;
    if (top >= MAX_FRAMES * WIDTH) return false;
    if (top === this.frames.length) this.grow();
    const { frames } = this;
    frames[top] = kind;
    frames[top + 1] = a;
    frames[top + 2] = b;
    frames[top + 3] = c;
    this.top = top + WIDTH;
    return true;
  }

  /**
   * Takes the latest frame but those that restore registers, which it does. Where `field` looks;
   * false if there is none.
   */
  pop(): boolean {
    while (this.top > 0) {
      this.top -= WIDTH;
      if (!this.restore(this.top)) return true;
    }
    return false;
  }

  /** A number of the frame that was popped. */
  field(index: number): number {
    return this.number(this.top + index);
  }

  /** What a register holds; a pattern names none but its own. */
  get(register: number): number {
    return this.registers[register]!;
  }

  /** What a frame below the top holds at a place. */
  private number(place: number): number {
    return this.frames[place]!;
  }

  /** Changes a register in a way that backtracking undoes. */
  set(register: number, value: number): boolean {
    const hasRoom = this.push(Frame.Restore, register, this.get(register), 0);
    this.registers[register] = value;
    return hasRoom;
  }

  setLoop(register: number, count: number, at: number): boolean {
    const { registers } = this;
    const hasRoom = this.push(
      Frame.RestoreLoop,
      register,
      this.get(register),
      this.get(register + 1),
    );
    registers[register] = count;
    registers[register + 1] = at;
    return hasRoom;
  }

  /** Forgets the frames from `depth` on and undoes what they say. */
  undoTo(depth: number): void {
    for (const end = depth * WIDTH; this.top > end; ) this.restore((this.top -= WIDTH));
  }

  /** Forgets the frames from `depth` on but for those that restore, with the frame below them. */
  keepRestores(depth: number): void {
    const { frames } = this;
    let to = Math.max(0, depth - 1) * WIDTH;
    for (let from = depth * WIDTH; from < this.top; from += WIDTH) {
      if (frames[from] !== Frame.Restore && frames[from] !== Frame.RestoreLoop) continue;
      frames.copyWithin(to, from, from + WIDTH);
      to += WIDTH;
    }
    this.top = to;
  }

  /** False for a frame that restores nothing. */
  private restore(place: number): boolean {
    const { frames, registers } = this;
    const kind = frames[place];
    if (kind !== Frame.Restore && kind !== Frame.RestoreLoop) return false;
    const register = this.number(place + 1);
    registers[register] = this.number(place + 2);
    if (kind === Frame.RestoreLoop) registers[register + 1] = this.number(place + 3);
    return true;
  }

  private grow(): void {
    const larger = new Int32Array(this.frames.length * 2);
    larger.set(this.frames);
    this.frames = larger;
  }
}
