import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

const DECODERS: Record<string, (bytes: Uint8Array, limit: object) => Promise<Uint8Array>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** What stands in the way of more bytes than this. */
export function checkLength(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new Error(`They are longer than maxSpecsBytes (${maxBytes})`);
}

/**
 * The text in bytes, by a content encoding or, gzip being the only one that says so, by how they
 * begin. Rejects for more than `maxBytes`.
 */
export async function unpacked(
  bytes: Uint8Array,
  maxBytes: number,
  encoding?: string,
): Promise<Uint8Array> {
  let plain = bytes;
  if (encoding !== undefined && encoding !== 'identity') {
    const decode = DECODERS[encoding];
    if (decode === undefined) throw new Error(`The content encoding ${encoding} is not known`);
    plain = await decode(plain, { maxOutputLength: maxBytes });
  }
  // A `.gz` as it lies in a folder or a bucket.
  if (plain[0] === 0x1f && plain[1] === 0x8b)
    plain = await DECODERS['gzip']!(plain, { maxOutputLength: maxBytes });
  checkLength(plain.byteLength, maxBytes);
  return plain;
}
