/**
 * Config specs as they are kept: bytes of their text, or, where the engine inflates, the body of
 * the response with its content encoding, a tenth of the size.
 */
import type { ContentEncoding } from '../host/bytes';
import type { PackedBody } from '../network/transport';
import { isSameBytes } from './text';

/** What an engine made of a body and holds. */
export interface Inflated {
  readonly owner: object;
  readonly length: number;
  release(): void;
}

/** See the head of this file. */
export class PackedSpecs {
  /** What an engine made of it, until it is let go or compiled. */
  private content: Inflated | null = null;
  /** Bytes of the text; those of the body as long as nobody has inflated it. */
  textLength: number;

  constructor(
    readonly bytes: Uint8Array,
    private readonly body: PackedBody,
  ) {
    this.textLength = bytes.byteLength;
  }

  get encoding(): ContentEncoding {
    return this.body.encoding;
  }

  /** Bytes that are kept. */
  get byteLength(): number {
    return this.bytes.byteLength;
  }

  /** The text, inflated by Node. Rejects when the body is none of its encoding, or too long. */
  plain(): Promise<Uint8Array> {
    return this.body.plain();
  }

  /** The same on this thread. @throws Error as `plain` rejects */
  plainNow(): Uint8Array {
    return this.body.plainNow();
  }

  hold(content: Inflated): void {
    this.release();
    this.content = content;
    this.textLength = content.length;
  }

  /** What `owner` has inflated, given away; null when that is nothing. */
  takeInflated(owner: object): Inflated | null {
    const { content } = this;
    if (content?.owner !== owner) return null;
    this.content = null;
    return content;
  }

  /** Nobody will compile what was inflated. */
  release(): void {
    this.content?.release();
    this.content = null;
  }
}

/** Either form. */
export type SpecBytes = Uint8Array | PackedSpecs;

/** The text's bytes. Rejects as `PackedSpecs.plain`. */
export async function plainOf(specs: SpecBytes): Promise<Uint8Array> {
  return specs instanceof PackedSpecs ? specs.plain() : specs;
}

/** The same on this thread. @throws Error as `plainOf` rejects */
export function plainNowOf(specs: SpecBytes): Uint8Array {
  return specs instanceof PackedSpecs ? specs.plainNow() : specs;
}

/** Bytes of the text. */
export function textLengthOf(specs: SpecBytes): number {
  return specs instanceof PackedSpecs ? specs.textLength : specs.byteLength;
}

/** Whether two are alike in the form that they have; the same text in two forms is not told. */
export async function isSameSpecs(one: SpecBytes, other: SpecBytes): Promise<boolean> {
  if (one instanceof PackedSpecs && other instanceof PackedSpecs)
    return one.encoding === other.encoding && isSameBytes(one.bytes, other.bytes);
  if (one instanceof PackedSpecs || other instanceof PackedSpecs) return false;
  return isSameBytes(one, other);
}
