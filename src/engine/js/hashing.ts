/** Hashes of BEHAVIOUR.md 3.4 and 3.12, and the 64-bit mixing used by bounded tables. */

import { type Midstate, sha256Resume, sha256Words } from './sha256';

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** djb2 over UTF-16 units, as the decimal text of an unsigned 32-bit number. */
export function djb2(text: string): string {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return String(hash >>> 0);
}

/** Base64, padded, of SHA-256. */
export function sha256Base64(text: string): string {
  const words = sha256Words(text);
  let out = '';
  for (let bit = 0; bit < 256; bit += 6) out += BASE64[sixBits(words, bit)];
  return out + '=';
}

/** Bits `bit … bit+5` of a 256-bit big-endian number; zeros past its end. */
function sixBits(words: Int32Array, bit: number): number {
  const at = bit >> 5;
  const shift = 26 - (bit & 31);
  if (shift >= 0) return (words[at]! >>> shift) & 63;
  const next = at + 1 < words.length ? words[at + 1]! >>> (32 + shift) : 0;
  return ((words[at]! << -shift) | next) & 63;
}

/**
 * Two 24-bit numbers that stand for the first 8 base64 characters of SHA-256: the key of an ID
 * list.
 */
export function idListKey(text: string): { high: number; low: number } {
  const words = sha256Words(text);
  return { high: words[0]! >>> 8, low: ((words[0]! & 0xff) << 16) | (words[1]! >>> 16) };
}

/** First 64 bits of SHA-256(prefix + text), modulo `modulus` (at most 2^20). */
export function bucket(prefix: Midstate, text: string, modulus: number): number {
  const words = sha256Resume(prefix, text);
  const high = (words[0]! >>> 0) % modulus;
  return (high * (0x1_0000_0000 % modulus) + ((words[1]! >>> 0) % modulus)) % modulus;
}

/** First 64 bits of SHA-256 as a signed number: the sampling hash. */
export function signedSha64(text: string): bigint {
  const words = sha256Words(text);
  return (BigInt(words[0]!) << 32n) | BigInt(words[1]! >>> 0);
}

/**
 * Two independent 32-bit hashes of a text: keys of bounded tables (collisions about 2^-64 per
 * pair).
 */
export interface Hash64 {
  readonly a: number;
  readonly b: number;
}

export function hash64(text: string): Hash64 {
  let a = 0xdeadbeef | 0;
  let b = 0x41c6ce57 | 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
    a ^= a >>> 15;
    b ^= b >>> 13;
  }
  return { a: avalanche(a ^ (b >>> 7)), b: avalanche((b + Math.imul(a, 5)) | 0) };
}

/** Finaliser of MurmurHash3's 32-bit form: every input bit reaches every output bit. */
export function avalanche(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

export type HashName = (text: string) => string;

/** The name hash that a client asks for; anything but djb2 and sha256 leaves names plain. */
export function hashAlgorithm(name: string): HashName {
  if (name === 'djb2') return djb2;
  if (name === 'sha256') return sha256Base64;
  return (text) => text;
}
