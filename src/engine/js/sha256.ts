/**
 * Synchronous SHA-256 of short strings, as UTF-8 (FIPS 180-4; lone surrogates become U+FFFD).
 *
 * Bucketing hashes one short string per condition, so what counts is the cost per call, not the throughput: state and
 * message buffers are module-level and reused, ASCII is copied without an encoder, and a prefix of whole blocks can be
 * compressed once and resumed (`Midstate`). Not reentrant, which synchronous JavaScript cannot notice.
 */

/** Fractional parts of the cube roots of the first 64 primes. */
const K = roundConstants();
/** Fractional parts of the square roots of the first 8 primes. */
const INITIAL = new Int32Array([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

const state = new Int32Array(8);
const schedule = new Int32Array(64);
let buffer = new Uint8Array(1024);

function roundConstants(): Int32Array {
  const constants = new Int32Array(64);
  let found = 0;
  for (let n = 2; found < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (prime) constants[found++] = cubeRootFraction(n);
  }
  return constants;
}

/** First 32 bits of the fraction of the cube root, exactly: doubles alone round the last bit wrongly for some primes. */
function cubeRootFraction(n: number): number {
  const scaled = BigInt(n) << 96n;
  let low = 0n;
  let high = 1n << 36n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle * middle * middle <= scaled) low = middle;
    else high = middle;
  }
  return Number(BigInt.asIntN(32, low));
}

function compress(bytes: Uint8Array, offset: number): void {
  const w = schedule;
  for (let i = 0, p = offset; i < 16; i++, p += 4) {
    w[i] = (bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!;
  }
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15]!;
    const b = w[i - 2]!;
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + (g ^ (e & (f ^ g))) + K[i]! + w[i]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0;
    d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] = state[0]! + a; state[1] = state[1]! + b; state[2] = state[2]! + c; state[3] = state[3]! + d;
  state[4] = state[4]! + e; state[5] = state[5]! + f; state[6] = state[6]! + g; state[7] = state[7]! + h;
}

function reserve(bytes: number): void {
  if (buffer.length >= bytes) return;
  const grown = new Uint8Array(Math.max(bytes, buffer.length * 2));
  grown.set(buffer);
  buffer = grown;
}

/** Appends the UTF-8 form of `text` to the buffer at `at`; returns the new length. */
function append(text: string, at: number): number {
  reserve(at + text.length * 3 + 72);
  const out = buffer;
  let n = at;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      out[n++] = unit;
    } else {
      n = appendWide(text, i, n);
      if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) i++;
    }
  }
  return n;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function appendWide(text: string, i: number, at: number): number {
  let code = text.codePointAt(i) as number;
  if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
  let n = at;
  if (code < 0x800) {
    buffer[n++] = 0xc0 | (code >> 6);
  } else {
    if (code < 0x10000) {
      buffer[n++] = 0xe0 | (code >> 12);
    } else {
      buffer[n++] = 0xf0 | (code >> 18);
      buffer[n++] = 0x80 | ((code >> 12) & 63);
    }
    buffer[n++] = 0x80 | ((code >> 6) & 63);
  }
  buffer[n++] = 0x80 | (code & 63);
  return n;
}

/** Pads and compresses `length` buffered bytes; `total` is the length of the whole message. */
function finish(length: number, total: number): void {
  const out = buffer;
  const end = ((length + 72) >> 6) << 6;
  out[length] = 0x80;
  out.fill(0, length + 1, end);
  const high = Math.floor(total / 0x20000000);
  const low = (total << 3) >>> 0;
  for (let i = 0; i < 4; i++) {
    out[end - 8 + i] = high >>> (24 - 8 * i);
    out[end - 4 + i] = low >>> (24 - 8 * i);
  }
  for (let offset = 0; offset < end; offset += 64) compress(out, offset);
  if (buffer.length > 65_536) buffer = new Uint8Array(1024);
}

/** SHA-256 of `text`; the eight words are valid until the next call. */
export function sha256Words(text: string): Int32Array {
  state.set(INITIAL);
  const length = append(text, 0);
  finish(length, length);
  return state;
}

/** A text whose leading whole blocks are compressed already. Worth it from 64 bytes on. */
export interface Midstate {
  readonly words: Int32Array | null;
  readonly rest: string;
  readonly compressedBytes: number;
}

/** Prepares hashing of `prefix + something`. Only ASCII prefixes are cut; others are kept whole. */
export function midstate(prefix: string): Midstate {
  const whole = Math.floor(prefix.length / 64) * 64;
  // eslint-disable-next-line no-control-regex
  if (whole === 0 || !/^[\x00-\x7f]*$/.test(prefix)) return { words: null, rest: prefix, compressedBytes: 0 };
  state.set(INITIAL);
  append(prefix, 0);
  for (let offset = 0; offset < whole; offset += 64) compress(buffer, offset);
  return { words: state.slice(), rest: prefix.slice(whole), compressedBytes: whole };
}

/** SHA-256 of the prefix behind `start` followed by `text`; valid until the next call. */
export function sha256Resume(start: Midstate, text: string): Int32Array {
  state.set(start.words ?? INITIAL);
  const length = append(text, append(start.rest, 0));
  finish(length, start.compressedBytes + length);
  return state;
}
