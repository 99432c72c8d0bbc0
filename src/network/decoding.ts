import { type Readable, Transform, type TransformCallback, pipeline } from 'node:stream';
import {
  brotliDecompressSync,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  gunzipSync,
  inflateRawSync,
  inflateSync,
} from 'node:zlib';
import type { ContentEncoding } from '../host/bytes';
import { NetworkError } from './network-error';

/**
 * `Accept-Encoding`: what `decoded` takes out is more. Each other value would be an entry of its
 * own in caches such as Statsig's forward proxy.
 */
export const ASKED_ENCODINGS = 'br, gzip';
/** Encodings laid over each other; servers use one. */
const MOST_LAYERS = 4;

/**
 * A body without its content encoding. One that ends early fails, where axios and fetch give what
 * there is: the beginning of an ID list looks like a whole one. What goes wrong with `body` goes
 * wrong with the result. Names that are no encoding we know (`utf-8`, of servers that mean a
 * charset) leave it as it is, as in statsig-node.
 * @throws NetworkError for more layers than a server lays
 */
export function decoded(body: Readable, encoding: string): Readable {
  const names = encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const layers = names.map(decoderOf).filter((layer) => layer !== null);
  if (layers.length > MOST_LAYERS)
    throw new NetworkError('network', 'The response is encoded too many times');
  return layers.reduceRight<Readable>((inner, layer) => pipeline(inner, layer(), ignore), body);
}

/** The one encoding that a header names; null for none, several, or one that is not known. */
export function encodingOf(header: unknown): ContentEncoding | null {
  switch (typeof header === 'string' ? header.trim().toLowerCase() : '') {
    case 'gzip':
    case 'x-gzip':
      return 'gzip';
    case 'br':
      return 'br';
    case 'deflate':
      return 'deflate';
    default:
      return null;
  }
}

/** A whole body without its encoding, on this thread. @throws Error for one that is none */
export function decodedNow(
  body: Uint8Array,
  encoding: ContentEncoding,
  maxBytes: number,
): Uint8Array {
  const limit = { maxOutputLength: maxBytes };
  switch (encoding) {
    case 'gzip':
      return gunzipSync(body, limit);
    case 'br':
      return brotliDecompressSync(body, limit);
    case 'deflate':
      return hasZlibHead(body) ? inflateSync(body, limit) : inflateRawSync(body, limit);
  }
}

/** Servers send two forms under the name deflate; the first byte tells. */
function hasZlibHead(body: Uint8Array): boolean {
  return ((body[0] ?? 0) & 0x0f) === 8;
}

function decoderOf(name: string): (() => Transform) | null {
  switch (name) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip;
    case 'br':
    // Config specs in protobuf's form (NEWER.md 19).
    case 'statsig-br':
      return createBrotliDecompress;
    case 'deflate':
      return () => new Inflate();
    default:
      return null;
  }
}

/** Zlib's form with its head and the one without. */
class Inflate extends Transform {
  private decoder: Transform | null = null;

  override _transform(piece: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.decoder ??= this.start(hasZlibHead(piece) ? createInflate() : createInflateRaw());
    this.decoder.write(piece, done);
  }

  override _flush(done: TransformCallback): void {
    if (this.decoder === null)
      return done(new NetworkError('network', 'The response ended before it began'));
    this.decoder.once('end', () => done()).end();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.decoder?.destroy();
    done(error);
  }

  private start(decoder: Transform): Transform {
    return decoder
      .on('data', (plain: Buffer) => this.push(plain))
      .on('error', (error) => this.destroy(error));
  }
}

function ignore(): void {
  // Whoever reads the result is told.
}
