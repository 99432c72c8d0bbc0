import { type Readable, Transform, type TransformCallback, pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { NetworkError } from './network-error';

/** What `decoded` takes out, for `Accept-Encoding`. */
export const DECODED_ENCODINGS = 'gzip, deflate, br';
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

/**
 * Servers send two forms under the name deflate: with zlib's head and without. The first byte
 * tells.
 */
class Inflate extends Transform {
  private decoder: Transform | null = null;

  override _transform(piece: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.decoder ??= this.start(
      ((piece[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw(),
    );
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
