/** Protobuf's wire format, as far as config specs need it (NEWER.md 19). */
import { textOf } from '../../host/host';

/** Whole numbers beyond 2^53 lose their last digits, as in JSON. */
export interface Field {
  readonly number: number;
  /** Varints and fixed ones as 64 bits; 0n for bytes. */
  readonly bits: bigint;
  /** Null for numbers. */
  readonly bytes: Uint8Array | null;
}

const EMPTY = new Uint8Array(0);

/** @throws RangeError where the message is cut off or has a type that is no longer in use */
export function fieldsOf(message: Uint8Array): Field[] {
  const reader = new WireReader(message);
  const fields: Field[] = [];
  while (!reader.isAtEnd) fields.push(reader.field());
  return fields;
}

/** Reads one after the other. */
export class WireReader {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  field(): Field {
    const tag = Number(this.varint());
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        return { number, bits: this.varint(), bytes: null };
      case 1:
        return { number, bits: this.view.getBigUint64(this.skip(8), true), bytes: null };
      case 2:
        return { number, bits: 0n, bytes: this.block() };
      case 5:
        return { number, bits: BigInt(this.view.getUint32(this.skip(4), true)), bytes: null };
      default:
        throw new RangeError('A field of an unknown wire type');
    }
  }

  /** What a length announces. */
  block(): Uint8Array {
    const length = Number(this.varint());
    const start = this.skip(length);
    return this.bytes.subarray(start, start + length);
  }

  private varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.view.getUint8(this.skip(1));
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError('A number that does not end');
  }

  private skip(length: number): number {
    const start = this.at;
    if (start + length > this.bytes.length) throw new RangeError('A message that ends early');
    this.at += length;
    return start;
  }
}

/** Fields by number, the last of each as protobuf wants it; `all` for those that repeat. */
export class Message {
  private readonly fields: Field[];

  constructor(bytes: Uint8Array | null) {
    this.fields = fieldsOf(bytes ?? EMPTY);
  }

  has(number: number): boolean {
    return this.last(number) !== undefined;
  }

  bool(number: number): boolean {
    return this.bits(number) !== 0n;
  }

  /** Unsigned. */
  int(number: number): number {
    return Number(this.bits(number));
  }

  bits(number: number): bigint {
    return this.last(number)?.bits ?? 0n;
  }

  float(number: number): number {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, this.int(number));
    return view.getFloat32(0);
  }

  double(number: number): number {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, this.bits(number));
    return view.getFloat64(0);
  }

  bytes(number: number): Uint8Array {
    return this.last(number)?.bytes ?? EMPTY;
  }

  text(number: number): string {
    return textOf(this.bytes(number));
  }

  message(number: number): Message {
    return new Message(this.bytes(number));
  }

  all(number: number): Uint8Array[] {
    return this.fields
      .filter((field) => field.number === number)
      .map(({ bytes }) => bytes ?? EMPTY);
  }

  texts(number: number): string[] {
    return this.all(number).map(textOf);
  }

  private last(number: number): Field | undefined {
    for (let at = this.fields.length - 1; at >= 0; at--)
      if (this.fields[at]?.number === number) return this.fields[at];
    return undefined;
  }
}
