/**
 * ID lists (BEHAVIOUR.md 3.8, 8.8): sets of the first 8 base64 characters of SHA-256. Such an entry
 * is 48 bits, kept as two 24-bit numbers in insertion order behind an open-addressing index: about
 * 20 bytes each instead of a JavaScript string and a property. Entries of any other form are kept
 * as strings.
 */

import { avalanche, idListKey } from './hashing';
import { textDecoder, textEncoder } from './host';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const KEY_LENGTH = 8;
const INVALID = 255;
const REMOVED = 0xffff_ffff;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const PLUS = 0x2b;
const MINUS = 0x2d;

const SIX_BITS = new Uint8Array(256).fill(INVALID);
for (let i = 0; i < 64; i++) SIX_BITS[ALPHABET.charCodeAt(i)] = i;

export class IdList {
  /** Pairs of 24-bit numbers; the first is REMOVED where an entry was taken out. */
  private pairs = new Uint32Array(32);
  private used = 0;
  private live = 0;
  /** Position + 1 of an entry, 0 = free. A power of two, at most half full. */
  private index = new Uint32Array(64);
  /** In insertion order, each with the number of pairs that stood before it. */
  private readonly others = new Map<string, number>();
  private otherBytes = 0;

  get bytes(): number {
    return this.pairs.byteLength + this.index.byteLength + this.otherBytes;
  }

  /** Whether the list holds the hash of a value. */
  hasHashOf(value: string): boolean {
    const { high, low } = idListKey(value);
    return this.index[this.find(high, low)] !== 0;
  }

  has(entry: string): boolean {
    const key = packed(entry);
    return key === null ? this.others.has(entry) : this.index[this.find(key.high, key.low)] !== 0;
  }

  private find(high: number, low: number): number {
    const mask = this.index.length - 1;
    let at = avalanche(high ^ (low << 8)) & mask;
    for (let entry = this.index[at]!; entry !== 0; entry = this.index[at]!) {
      const pair = (entry - 1) * 2;
      if (this.pairs[pair] === high && this.pairs[pair + 1] === low) return at;
      at = (at + 1) & mask;
    }
    return at;
  }

  private add(entry: string): void {
    const key = packed(entry);
    if (key !== null) {
      this.addPacked(key.high, key.low);
    } else if (!this.others.has(entry)) {
      this.others.set(entry, this.used);
      this.otherBytes += 64 + entry.length * 2;
    }
  }

  private addPacked(high: number, low: number): void {
    let at = this.find(high, low);
    if (this.index[at] !== 0) return;
    if (this.used * 2 >= this.pairs.length || this.used * 2 >= this.index.length) {
      this.rebuild();
      at = this.find(high, low);
    }
    this.pairs[this.used * 2] = high;
    this.pairs[this.used * 2 + 1] = low;
    this.index[at] = ++this.used;
    this.live++;
  }

  private remove(entry: string): void {
    const key = packed(entry);
    if (key === null) {
      if (this.others.delete(entry)) this.otherBytes -= 64 + entry.length * 2;
      return;
    }
    const position = this.index[this.find(key.high, key.low)]!;
    if (position === 0) return;
    // The index keeps pointing at the dead pair, which matches nothing and keeps probe chains
    // whole.
    this.pairs[(position - 1) * 2] = REMOVED;
    this.live--;
  }

  /** Drops removed entries and makes room for as many again. */
  private rebuild(): void {
    this.moveOthers();
    const old = this.pairs;
    const oldUsed = this.used;
    let capacity = 16;
    while (capacity < this.live * 2) capacity *= 2;
    this.pairs = new Uint32Array(capacity * 2);
    this.index = new Uint32Array(capacity * 4);
    this.used = 0;
    for (let i = 0; i < oldUsed; i++) {
      const high = old[i * 2]!;
      if (high === REMOVED) continue;
      const low = old[i * 2 + 1]!;
      this.pairs[this.used * 2] = high;
      this.pairs[this.used * 2 + 1] = low;
      this.index[this.find(high, low)] = ++this.used;
    }
  }

  /** Counts the pairs before each other entry anew, without those that were removed. */
  private moveOthers(): void {
    let at = 0;
    let live = 0;
    for (const [entry, before] of this.others) {
      for (; at < before; at++) live += this.pairs[at * 2] === REMOVED ? 0 : 1;
      this.others.set(entry, live);
    }
  }

  /** An independent copy, for changes that readers must not see half done. */
  clone(): IdList {
    const copy = new IdList();
    copy.pairs = this.pairs.slice();
    copy.index = this.index.slice();
    copy.used = this.used;
    copy.live = this.live;
    copy.otherBytes = this.otherBytes;
    for (const [entry, before] of this.others) copy.others.set(entry, before);
    return copy;
  }

  /** Applies lines of `+id` and `-id`; other lines are skipped. */
  apply(lines: Uint8Array): void {
    const decoder = textDecoder();
    let start = 0;
    while (start < lines.length) {
      let end = lines.indexOf(NEWLINE, start);
      const isTerminated = end >= 0;
      if (!isTerminated) end = lines.length;
      const stop = isTerminated && end > start && lines[end - 1] === RETURN ? end - 1 : end;
      if (!this.applyPacked(lines, start, stop))
        this.applyLine(decoder.decode(lines.subarray(start, stop)));
      start = end + 1;
    }
  }

  /** The common line, `+` and 8 base64 characters, without making a string. */
  private applyPacked(lines: Uint8Array, start: number, stop: number): boolean {
    if (stop - start !== KEY_LENGTH + 1 || lines[start] !== PLUS) return false;
    let high = 0;
    let low = 0;
    for (let i = 1; i <= KEY_LENGTH; i++) {
      const bits = SIX_BITS[lines[start + i]!]!;
      if (bits === INVALID) return false;
      if (i <= 4) high = (high << 6) | bits;
      else low = (low << 6) | bits;
    }
    this.addPacked(high, low);
    return true;
  }

  private applyLine(line: string): void {
    if (line.length <= 1) return;
    const entry = line.slice(1).trim();
    if (line[0] === '+') this.add(entry);
    else if (line[0] === '-') this.remove(entry);
  }

  /** The list as `+id` lines, in the order in which the entries came. */
  export(): Uint8Array {
    let text = '';
    let at = 0;
    const addPairs = (end: number): void => {
      for (; at < end; at++) {
        if (this.pairs[at * 2] !== REMOVED)
          text += `+${unpacked(this.pairs[at * 2]!, this.pairs[at * 2 + 1]!)}\n`;
      }
    };
    for (const [entry, before] of this.others) {
      addPairs(before);
      text += `+${entry}\n`;
    }
    addPairs(this.used);
    return textEncoder().encode(text);
  }
}

/** Whether a body is one of lines at all. */
export function looksLikeIdList(lines: Uint8Array): boolean {
  return lines[0] === PLUS || lines[0] === MINUS;
}

function packed(entry: string): { high: number; low: number } | null {
  if (entry.length !== KEY_LENGTH) return null;
  let high = 0;
  let low = 0;
  for (let i = 0; i < KEY_LENGTH; i++) {
    const unit = entry.charCodeAt(i);
    const bits = unit < 256 ? SIX_BITS[unit]! : INVALID;
    if (bits === INVALID) return null;
    if (i < 4) high = (high << 6) | bits;
    else low = (low << 6) | bits;
  }
  return { high, low };
}

function unpacked(high: number, low: number): string {
  let text = '';
  for (const half of [high, low]) {
    for (let shift = 18; shift >= 0; shift -= 6) text += ALPHABET[(half >> shift) & 63];
  }
  return text;
}
