/** Marks bytes that nobody changes any more. Engines, which import nothing, know it, too. */
const KEPT = Symbol.for('statsig-node-native.kept-bytes');

/** A copy that nobody changes any more, which may be handed on without further copies. */
export function kept(bytes: Uint8Array): Uint8Array {
  return Object.defineProperty(new Uint8Array(bytes), KEPT, { value: true });
}

/** Whether these are bytes that `kept` gave. */
function isKept(bytes: unknown): bytes is Uint8Array {
  return bytes instanceof Uint8Array && (bytes as { [KEPT]?: boolean })[KEPT] === true;
}

/**
 * The bytes of a Buffer, a typed array, a DataView or an ArrayBuffer, of whatever realm, as a copy
 * (but for what `kept` gave): an engine reads them on another thread while their owner may go on
 * writing. Null for everything else. Never throws.
 */
export function bytesIn(value: unknown): Uint8Array | null {
  try {
    if (isKept(value)) return value;
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
