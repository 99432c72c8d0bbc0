/**
 * JSON.parse of a big text in pieces, so that the event loop turns between them. The bytes are
 * walked for brackets and commas only; what a piece holds is left to JSON.parse, and the pieces
 * leave nothing out, so that together they accept what JSON.parse of the whole does. Kept for this:
 * the longest stretch of an update of 5 MB is 15 to 22 ms, and 72 to 80 ms with JSON.parse of the
 * whole (ARCHITECTURE.md, "The js engine's two shortcuts").
 */

import { textDecoder } from '../host';
import { type JsonObject, define } from '../js-semantics';
import type { Steps } from '../turns';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const OPEN_LIST = 0x5b;
const CLOSE_OBJECT = 0x7d;
/** What `[` and `{`, `]` and `}` become with the bit set in which they differ. */
const OPEN = 0x7b;
const CLOSE = 0x7d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * Bytes from which on a piece ends at the next comma that allows it: half a millisecond of parsing,
 * several while nothing is optimised yet.
 */
const PIECE = 64 * 1024;

class NotJson extends Error {}
class TooDeep extends Error {}

/** The root object of a text. Throws an Error that says what is wrong, without quoting the text. */
export function* parseInPieces(
  json: Uint8Array,
  levels: number,
  pieceBytes = PIECE,
): Steps<JsonObject> {
  const reader = new PieceReader(json, levels, pieceBytes);
  try {
    while (reader.advance()) yield;
  } catch (error) {
    const reason =
      error instanceof TooDeep ? `is nested deeper than ${levels} levels` : 'is not a JSON object';
    throw new Error(`the payload ${reason}`);
  }
  return reader.root;
}

class PieceReader {
  readonly root: JsonObject = {};
  private readonly decoder = textDecoder({ ignoreBOM: true });
  private at: number;
  private depth = 0;
  /** Where the member of the root object begins that is being read. */
  private memberStart: number;
  private members = 0;
  /** Where the value of the member opens, when it is a list or an object. */
  private valueStart = 0;
  /** Where the piece of that value begins that is being read. */
  private pieceStart = 0;
  /** What the pieces of the value hold so far; null as long as it is in one piece. */
  private value: unknown[] | JsonObject | null = null;
  private afterValue = 0;

  constructor(
    private readonly json: Uint8Array,
    private readonly levels: number,
    private readonly pieceBytes: number,
  ) {
    this.at = this.memberStart = BYTE_ORDER_MARK.every((byte, i) => json[i] === byte)
      ? BYTE_ORDER_MARK.length
      : 0;
  }

  /** Reads about a piece; false at the end. */
  advance(): boolean {
    const { json } = this;
    const stop = Math.min(json.length, this.at + this.pieceBytes);
    let { at } = this;
    for (; at < stop; at++) {
      const byte = json[at]!;
      if (byte === QUOTE) at = endOfText(json, at);
      else if (byte === COMMA) {
        if (this.depth <= 2) this.comma(at);
      } else if ((byte | 0x20) === OPEN) this.open(at, byte);
      else if ((byte | 0x20) === CLOSE) this.close(at, byte);
    }
    this.at = at;
    if (at < json.length) return true;
    if (this.depth !== 0 || this.members === 0) throw new NotJson();
    this.blank(this.memberStart, json.length);
    return false;
  }

  private open(at: number, byte: number): void {
    if (++this.depth > this.levels) throw new TooDeep();
    if (this.depth === 1) {
      if (byte !== OPEN_OBJECT || this.members > 0) throw new NotJson();
      this.blank(this.memberStart, at);
      this.memberStart = at + 1;
    } else if (this.depth === 2) {
      if (this.value !== null) throw new NotJson();
      this.valueStart = at;
      this.pieceStart = at + 1;
    }
  }

  private close(at: number, byte: number): void {
    const depth = this.depth--;
    if (depth === 2 && this.value !== null) {
      if (byte !== this.json[this.valueStart]! + 2) throw new NotJson();
      this.endPiece(at);
      this.afterValue = at + 1;
    } else if (depth === 1) {
      if (byte !== CLOSE_OBJECT) throw new NotJson();
      this.endMember(at, true);
    } else if (depth < 1) {
      throw new NotJson();
    }
  }

  private comma(at: number): void {
    if (this.depth === 2) {
      if (at - this.pieceStart >= this.pieceBytes) this.endPiece(at);
    } else if (this.depth === 1) {
      this.endMember(at, false);
    } else {
      throw new NotJson();
    }
  }

  /** Adds what stands between the last piece and here to the value. */
  private endPiece(end: number): void {
    const isList = this.json[this.valueStart] === OPEN_LIST;
    const text = this.text(this.pieceStart, end);
    this.pieceStart = end + 1;
    if (isList) {
      const list = parse(`[${text}]`) as unknown[];
      if (list.length === 0) throw new NotJson();
      const whole = (this.value ??= []) as unknown[];
      for (const element of list) whole.push(element);
      return;
    }
    const object = parse(`{${text}}`) as JsonObject;
    if (!copyMembers(object, (this.value ??= {}) as JsonObject)) throw new NotJson();
  }

  private endMember(end: number, isLast: boolean): void {
    const { value, memberStart: start } = this;
    this.memberStart = end + 1;
    this.value = null;
    if (value !== null) {
      // What precedes the value must be a name and a colon: a text in its place makes an object,
      // and nothing else does.
      const [name] = Object.keys(parse(`{${this.text(start, this.valueStart)}""}`) as JsonObject);
      if (name === undefined) throw new NotJson();
      this.blank(this.afterValue, end);
      define(this.root, name, value);
    } else if (!copyMembers(parse(`{${this.text(start, end)}}`) as JsonObject, this.root)) {
      // Only an object without any members may have nothing here.
      if (!isLast || this.members > 0) throw new NotJson();
    }
    this.members++;
  }

  private blank(start: number, end: number): void {
    for (let at = start; at < end; at++) {
      const byte = this.json[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) throw new NotJson();
    }
  }

  private text(start: number, end: number): string {
    return this.decoder.decode(this.json.subarray(start, end));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotJson();
  }
}

/** False when there are none. Of equal names the last value counts, at the place of the first. */
function copyMembers(from: JsonObject, to: JsonObject): boolean {
  const names = Object.keys(from);
  for (const name of names) {
    // What objects inherit may be frozen.
    if (name in to) define(to, name, from[name]);
    else to[name] = from[name];
  }
  return names.length > 0;
}

/** Position of the quote that ends the text which begins at `start`, or the end. */
function endOfText(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}
