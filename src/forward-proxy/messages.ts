/**
 * What the forward proxy's streaming service is asked and answers (NEWER.md 19): gRPC's frames
 * around two protobuf messages. So little of both that a library would be more to trust.
 */

const HEADER = 5;
/** Beside the specs a message has two small fields. */
const AROUND_SPECS = 1024;

/** A request for a stream, in its frame. */
export function requestFrame(sdkKey: string, version: 1 | 2, sinceTime: number): Buffer {
  const key = Buffer.from(sdkKey, 'utf8');
  const since = sinceTime > 0 ? [Buffer.from([12 << 3]), varint(sinceTime)] : [];
  const fields = [Buffer.from([0x0a]), varint(key.length), key, Buffer.from([0x18, version])];
  const message = Buffer.concat([...fields, ...since]);
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

/** Puts chunks together to messages. */
export class Frames {
  private chunks: Buffer[] = [];
  private length = 0;

  constructor(private readonly maxBytes: number) {}

  /** Messages that are complete by this chunk. @throws Error for what is no frame, or too long */
  add(chunk: Buffer): Buffer[] {
    this.chunks.push(chunk);
    this.length += chunk.length;
    const messages: Buffer[] = [];
    for (;;) {
      const size = this.nextSize();
      if (size === null || this.length < HEADER + size) return messages;
      const bytes = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
      messages.push(bytes.subarray(HEADER, HEADER + size));
      const rest = bytes.subarray(HEADER + size);
      this.chunks = rest.length === 0 ? [] : [rest];
      this.length = rest.length;
    }
  }

  /** Of the message that begins here; null before its header is complete. */
  private nextSize(): number | null {
    if (this.length < HEADER) return null;
    if (this.chunks[0]!.length < HEADER) this.chunks = [Buffer.concat(this.chunks)];
    const header = this.chunks[0]!;
    if (header[0] !== 0) throw new Error('A message is compressed, which was not asked for');
    const size = header.readUInt32BE(1);
    if (size > this.maxBytes + AROUND_SPECS) throw new Error('A message is too long');
    return size;
  }
}

/** The specs in a message; null for one without. @throws Error for what is no such message */
export function specsIn(message: Buffer): Buffer | null {
  let specs: Buffer | null = null;
  for (let at = 0; at < message.length; ) {
    const tag = readVarint(message, at);
    const value = readVarint(message, tag.end);
    at = value.end;
    const wire = tag.value % 8;
    if (wire === 0) continue;
    if (wire !== 2 || at + value.value > message.length) throw new Error('A message is broken');
    if (Math.floor(tag.value / 8) === 1) specs = message.subarray(at, at + value.value);
    at += value.value;
  }
  return specs;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** Numbers beyond 2^53 are not exact, and not looked at. */
function readVarint(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start, scale = 1; at < bytes.length && at < start + 10; at++, scale *= 128) {
    const byte = bytes[at]!;
    value += (byte % 128) * scale;
    if (byte < 128) return { value, end: at + 1 };
  }
  throw new Error('A message is broken');
}
