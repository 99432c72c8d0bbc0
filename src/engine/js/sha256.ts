/**
 * Synchronous SHA-256 of short strings, as UTF-8 (FIPS 180-4; lone surrogates become U+FFFD).
 *
 * Bucketing hashes one short string per condition, so what counts is the cost per call, not the
 * throughput: text goes straight into the words of a block, and a prefix is packed and compressed
 * once and resumed (`Midstate`). State and block are module-level and reused; not reentrant, which
 * synchronous JavaScript cannot notice.
 */

/** Fractional parts of the cube roots of the first 64 primes; finding them took 5 ms of loading. */
const K = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
/** Fractional parts of the square roots of the first 8 primes. */
const INITIAL: readonly number[] = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
].map((word) => word | 0);

const state = new Int32Array(8);
/** The block being filled. */
const block = new Int32Array(16);
/** Bytes taken in so far. */
let length = 0;
/** Bytes of the word that is not complete yet, the first one highest. */
let partial = 0;

/**
 * Takes the block into the state. Sixteen rounds are written out, so that neither the eight
 * variables move nor the sixteen words of the schedule leave their registers: half the time of one
 * round per turn of a loop.
 */
// biome-ignore format: sixteen rounds one below the other read as a table
function compress(): void {
  const m = block;
  let w0 = m[0]!, w1 = m[1]!, w2 = m[2]!, w3 = m[3]!;
  let w4 = m[4]!, w5 = m[5]!, w6 = m[6]!, w7 = m[7]!;
  let w8 = m[8]!, w9 = m[9]!, w10 = m[10]!, w11 = m[11]!;
  let w12 = m[12]!, w13 = m[13]!, w14 = m[14]!, w15 = m[15]!;
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  // The majority of (a, b, c) is b ^ ((a ^ b) & (b ^ c)), and b ^ c is what a ^ b was a round
  // before.
  let before = b ^ c, now = 0;
  for (let at = 0; ; at += 16) {
    h = (h + w0) + (K[at + 0]! + (g ^ (e & (f ^ g)))) + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) | 0;
    d = d + h | 0; now = a ^ b;
    h = h + ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (b ^ (before & now)) | 0; before = now;
    g = (g + w1) + (K[at + 1]! + (f ^ (d & (e ^ f)))) + ((d >>> 6 | d << 26) ^ (d >>> 11 | d << 21) ^ (d >>> 25 | d << 7)) | 0;
    c = c + g | 0; now = h ^ a;
    g = g + ((h >>> 2 | h << 30) ^ (h >>> 13 | h << 19) ^ (h >>> 22 | h << 10)) + (a ^ (before & now)) | 0; before = now;
    f = (f + w2) + (K[at + 2]! + (e ^ (c & (d ^ e)))) + ((c >>> 6 | c << 26) ^ (c >>> 11 | c << 21) ^ (c >>> 25 | c << 7)) | 0;
    b = b + f | 0; now = g ^ h;
    f = f + ((g >>> 2 | g << 30) ^ (g >>> 13 | g << 19) ^ (g >>> 22 | g << 10)) + (h ^ (before & now)) | 0; before = now;
    e = (e + w3) + (K[at + 3]! + (d ^ (b & (c ^ d)))) + ((b >>> 6 | b << 26) ^ (b >>> 11 | b << 21) ^ (b >>> 25 | b << 7)) | 0;
    a = a + e | 0; now = f ^ g;
    e = e + ((f >>> 2 | f << 30) ^ (f >>> 13 | f << 19) ^ (f >>> 22 | f << 10)) + (g ^ (before & now)) | 0; before = now;
    d = (d + w4) + (K[at + 4]! + (c ^ (a & (b ^ c)))) + ((a >>> 6 | a << 26) ^ (a >>> 11 | a << 21) ^ (a >>> 25 | a << 7)) | 0;
    h = h + d | 0; now = e ^ f;
    d = d + ((e >>> 2 | e << 30) ^ (e >>> 13 | e << 19) ^ (e >>> 22 | e << 10)) + (f ^ (before & now)) | 0; before = now;
    c = (c + w5) + (K[at + 5]! + (b ^ (h & (a ^ b)))) + ((h >>> 6 | h << 26) ^ (h >>> 11 | h << 21) ^ (h >>> 25 | h << 7)) | 0;
    g = g + c | 0; now = d ^ e;
    c = c + ((d >>> 2 | d << 30) ^ (d >>> 13 | d << 19) ^ (d >>> 22 | d << 10)) + (e ^ (before & now)) | 0; before = now;
    b = (b + w6) + (K[at + 6]! + (a ^ (g & (h ^ a)))) + ((g >>> 6 | g << 26) ^ (g >>> 11 | g << 21) ^ (g >>> 25 | g << 7)) | 0;
    f = f + b | 0; now = c ^ d;
    b = b + ((c >>> 2 | c << 30) ^ (c >>> 13 | c << 19) ^ (c >>> 22 | c << 10)) + (d ^ (before & now)) | 0; before = now;
    a = (a + w7) + (K[at + 7]! + (h ^ (f & (g ^ h)))) + ((f >>> 6 | f << 26) ^ (f >>> 11 | f << 21) ^ (f >>> 25 | f << 7)) | 0;
    e = e + a | 0; now = b ^ c;
    a = a + ((b >>> 2 | b << 30) ^ (b >>> 13 | b << 19) ^ (b >>> 22 | b << 10)) + (c ^ (before & now)) | 0; before = now;
    h = (h + w8) + (K[at + 8]! + (g ^ (e & (f ^ g)))) + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) | 0;
    d = d + h | 0; now = a ^ b;
    h = h + ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (b ^ (before & now)) | 0; before = now;
    g = (g + w9) + (K[at + 9]! + (f ^ (d & (e ^ f)))) + ((d >>> 6 | d << 26) ^ (d >>> 11 | d << 21) ^ (d >>> 25 | d << 7)) | 0;
    c = c + g | 0; now = h ^ a;
    g = g + ((h >>> 2 | h << 30) ^ (h >>> 13 | h << 19) ^ (h >>> 22 | h << 10)) + (a ^ (before & now)) | 0; before = now;
    f = (f + w10) + (K[at + 10]! + (e ^ (c & (d ^ e)))) + ((c >>> 6 | c << 26) ^ (c >>> 11 | c << 21) ^ (c >>> 25 | c << 7)) | 0;
    b = b + f | 0; now = g ^ h;
    f = f + ((g >>> 2 | g << 30) ^ (g >>> 13 | g << 19) ^ (g >>> 22 | g << 10)) + (h ^ (before & now)) | 0; before = now;
    e = (e + w11) + (K[at + 11]! + (d ^ (b & (c ^ d)))) + ((b >>> 6 | b << 26) ^ (b >>> 11 | b << 21) ^ (b >>> 25 | b << 7)) | 0;
    a = a + e | 0; now = f ^ g;
    e = e + ((f >>> 2 | f << 30) ^ (f >>> 13 | f << 19) ^ (f >>> 22 | f << 10)) + (g ^ (before & now)) | 0; before = now;
    d = (d + w12) + (K[at + 12]! + (c ^ (a & (b ^ c)))) + ((a >>> 6 | a << 26) ^ (a >>> 11 | a << 21) ^ (a >>> 25 | a << 7)) | 0;
    h = h + d | 0; now = e ^ f;
    d = d + ((e >>> 2 | e << 30) ^ (e >>> 13 | e << 19) ^ (e >>> 22 | e << 10)) + (f ^ (before & now)) | 0; before = now;
    c = (c + w13) + (K[at + 13]! + (b ^ (h & (a ^ b)))) + ((h >>> 6 | h << 26) ^ (h >>> 11 | h << 21) ^ (h >>> 25 | h << 7)) | 0;
    g = g + c | 0; now = d ^ e;
    c = c + ((d >>> 2 | d << 30) ^ (d >>> 13 | d << 19) ^ (d >>> 22 | d << 10)) + (e ^ (before & now)) | 0; before = now;
    b = (b + w14) + (K[at + 14]! + (a ^ (g & (h ^ a)))) + ((g >>> 6 | g << 26) ^ (g >>> 11 | g << 21) ^ (g >>> 25 | g << 7)) | 0;
    f = f + b | 0; now = c ^ d;
    b = b + ((c >>> 2 | c << 30) ^ (c >>> 13 | c << 19) ^ (c >>> 22 | c << 10)) + (d ^ (before & now)) | 0; before = now;
    a = (a + w15) + (K[at + 15]! + (h ^ (f & (g ^ h)))) + ((f >>> 6 | f << 26) ^ (f >>> 11 | f << 21) ^ (f >>> 25 | f << 7)) | 0;
    e = e + a | 0; now = b ^ c;
    a = a + ((b >>> 2 | b << 30) ^ (b >>> 13 | b << 19) ^ (b >>> 22 | b << 10)) + (c ^ (before & now)) | 0; before = now;
    if (at === 48) break;
    w0 = (w0 + w9) + ((w1 >>> 7 | w1 << 25) ^ (w1 >>> 18 | w1 << 14) ^ w1 >>> 3) + ((w14 >>> 17 | w14 << 15) ^ (w14 >>> 19 | w14 << 13) ^ w14 >>> 10) | 0;
    w1 = (w1 + w10) + ((w2 >>> 7 | w2 << 25) ^ (w2 >>> 18 | w2 << 14) ^ w2 >>> 3) + ((w15 >>> 17 | w15 << 15) ^ (w15 >>> 19 | w15 << 13) ^ w15 >>> 10) | 0;
    w2 = (w2 + w11) + ((w3 >>> 7 | w3 << 25) ^ (w3 >>> 18 | w3 << 14) ^ w3 >>> 3) + ((w0 >>> 17 | w0 << 15) ^ (w0 >>> 19 | w0 << 13) ^ w0 >>> 10) | 0;
    w3 = (w3 + w12) + ((w4 >>> 7 | w4 << 25) ^ (w4 >>> 18 | w4 << 14) ^ w4 >>> 3) + ((w1 >>> 17 | w1 << 15) ^ (w1 >>> 19 | w1 << 13) ^ w1 >>> 10) | 0;
    w4 = (w4 + w13) + ((w5 >>> 7 | w5 << 25) ^ (w5 >>> 18 | w5 << 14) ^ w5 >>> 3) + ((w2 >>> 17 | w2 << 15) ^ (w2 >>> 19 | w2 << 13) ^ w2 >>> 10) | 0;
    w5 = (w5 + w14) + ((w6 >>> 7 | w6 << 25) ^ (w6 >>> 18 | w6 << 14) ^ w6 >>> 3) + ((w3 >>> 17 | w3 << 15) ^ (w3 >>> 19 | w3 << 13) ^ w3 >>> 10) | 0;
    w6 = (w6 + w15) + ((w7 >>> 7 | w7 << 25) ^ (w7 >>> 18 | w7 << 14) ^ w7 >>> 3) + ((w4 >>> 17 | w4 << 15) ^ (w4 >>> 19 | w4 << 13) ^ w4 >>> 10) | 0;
    w7 = (w7 + w0) + ((w8 >>> 7 | w8 << 25) ^ (w8 >>> 18 | w8 << 14) ^ w8 >>> 3) + ((w5 >>> 17 | w5 << 15) ^ (w5 >>> 19 | w5 << 13) ^ w5 >>> 10) | 0;
    w8 = (w8 + w1) + ((w9 >>> 7 | w9 << 25) ^ (w9 >>> 18 | w9 << 14) ^ w9 >>> 3) + ((w6 >>> 17 | w6 << 15) ^ (w6 >>> 19 | w6 << 13) ^ w6 >>> 10) | 0;
    w9 = (w9 + w2) + ((w10 >>> 7 | w10 << 25) ^ (w10 >>> 18 | w10 << 14) ^ w10 >>> 3) + ((w7 >>> 17 | w7 << 15) ^ (w7 >>> 19 | w7 << 13) ^ w7 >>> 10) | 0;
    w10 = (w10 + w3) + ((w11 >>> 7 | w11 << 25) ^ (w11 >>> 18 | w11 << 14) ^ w11 >>> 3) + ((w8 >>> 17 | w8 << 15) ^ (w8 >>> 19 | w8 << 13) ^ w8 >>> 10) | 0;
    w11 = (w11 + w4) + ((w12 >>> 7 | w12 << 25) ^ (w12 >>> 18 | w12 << 14) ^ w12 >>> 3) + ((w9 >>> 17 | w9 << 15) ^ (w9 >>> 19 | w9 << 13) ^ w9 >>> 10) | 0;
    w12 = (w12 + w5) + ((w13 >>> 7 | w13 << 25) ^ (w13 >>> 18 | w13 << 14) ^ w13 >>> 3) + ((w10 >>> 17 | w10 << 15) ^ (w10 >>> 19 | w10 << 13) ^ w10 >>> 10) | 0;
    w13 = (w13 + w6) + ((w14 >>> 7 | w14 << 25) ^ (w14 >>> 18 | w14 << 14) ^ w14 >>> 3) + ((w11 >>> 17 | w11 << 15) ^ (w11 >>> 19 | w11 << 13) ^ w11 >>> 10) | 0;
    w14 = (w14 + w7) + ((w15 >>> 7 | w15 << 25) ^ (w15 >>> 18 | w15 << 14) ^ w15 >>> 3) + ((w12 >>> 17 | w12 << 15) ^ (w12 >>> 19 | w12 << 13) ^ w12 >>> 10) | 0;
    w15 = (w15 + w8) + ((w0 >>> 7 | w0 << 25) ^ (w0 >>> 18 | w0 << 14) ^ w0 >>> 3) + ((w13 >>> 17 | w13 << 15) ^ (w13 >>> 19 | w13 << 13) ^ w13 >>> 10) | 0;
  }
  state[0] = state[0]! + a; state[1] = state[1]! + b; state[2] = state[2]! + c; state[3] = state[3]! + d;
  state[4] = state[4]! + e; state[5] = state[5]! + f; state[6] = state[6]! + g; state[7] = state[7]! + h;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Takes in the UTF-8 form of `text`. */
function absorb(text: string): void {
  let n = length;
  let word = partial;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) {
      length = n;
      partial = word;
      absorbWide(text, i);
      n = length;
      word = partial;
      if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) i++;
      continue;
    }
    word |= unit << ((~n & 3) << 3);
    if ((++n & 3) !== 0) continue;
    block[((n - 1) & 63) >> 2] = word;
    word = 0;
    if ((n & 63) === 0) compress();
  }
  length = n;
  partial = word;
}

function absorbWide(text: string, i: number): void {
  let code = text.codePointAt(i) as number;
  if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
  if (code < 0x800) {
    absorbByte(0xc0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      absorbByte(0xe0 | (code >> 12));
    } else {
      absorbByte(0xf0 | (code >> 18));
      absorbByte(0x80 | ((code >> 12) & 63));
    }
    absorbByte(0x80 | ((code >> 6) & 63));
  }
  absorbByte(0x80 | (code & 63));
}

function absorbByte(byte: number): void {
  partial |= byte << ((~length & 3) << 3);
  if ((++length & 3) !== 0) return;
  block[((length - 1) & 63) >> 2] = partial;
  partial = 0;
  if ((length & 63) === 0) compress();
}

/** Pads what was taken in and compresses it. */
function finish(): void {
  let at = (length & 63) >> 2;
  block[at++] = partial | (0x80 << ((~length & 3) << 3));
  if (at > 14) {
    while (at < 16) block[at++] = 0;
    compress();
    at = 0;
  }
  while (at < 14) block[at++] = 0;
  block[14] = Math.floor(length / 0x2000_0000);
  block[15] = length << 3;
  compress();
}

/** SHA-256 of `text`; the eight words are valid until the next call. */
export function sha256Words(text: string): Int32Array {
  return sha256Resume(NOTHING, text);
}

/**
 * A text that is taken in already. Plain arrays: small typed arrays weigh 200 bytes, and big
 * projects have many.
 */
export interface Midstate {
  readonly state: readonly number[];
  /** Whole words of the unfinished block. */
  readonly words: readonly number[];
  readonly partial: number;
  readonly length: number;
}

const NOTHING: Midstate = { state: INITIAL, words: [], partial: 0, length: 0 };

function resume(from: Midstate): void {
  for (let i = 0; i < 8; i++) state[i] = from.state[i]!;
  const { words } = from;
  for (let i = 0; i < words.length; i++) block[i] = words[i]!;
  ({ length, partial } = from);
}

/** Prepares hashing of `prefix + something`. A surrogate pair must not be split between the two. */
export function midstate(prefix: string): Midstate {
  resume(NOTHING);
  absorb(prefix);
  const words = Array.from(block.subarray(0, (length & 63) >> 2));
  return { state: length < 64 ? INITIAL : Array.from(state), words, partial, length };
}

/** SHA-256 of the prefix behind `start` followed by `text`; valid until the next call. */
export function sha256Resume(start: Midstate, text: string): Int32Array {
  resume(start);
  absorb(text);
  finish();
  return state;
}
