/**
 * The bytes of a Buffer, a typed array, a DataView or an ArrayBuffer, of whatever realm, as a copy:
 * an engine reads them on another thread while their owner may go on writing. Null for everything
 * else. Never throws.
 */
export function bytesIn(value: unknown): Uint8Array | null {
  try {
    if (ArrayBuffer.isView(value))
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
    const tag = Object.prototype.toString.call(value);
    const isBuffer = tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]';
    return isBuffer ? new Uint8Array(value as ArrayBuffer).slice() : null;
  } catch {
    return null;
  }
}

/**
 * The same bytes as a Buffer where there is one: what Node's own APIs and web frameworks take for
 * bytes. No copy.
 */
export function asBuffer(bytes: Uint8Array): Uint8Array {
  if (typeof Buffer === 'undefined' || Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Content encodings of HTTP that are known. */
export type ContentEncoding = 'gzip' | 'deflate' | 'br';
