import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

import type { Fault } from './types';

/** Largest request body taken, before and after decompression. */
const bodyLimitBytes = 64 * 1024 * 1024;

/** An answer before faults have had their say. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  /**
   * Whole, or in pieces where it may be longer than one text can be. Faults replace but do not cut
   * pieces.
   */
  body?: string | Buffer | Generator<string>;
}

/**
 * On every answer: nothing here is a script, a frame or part of another page, whatever it holds.
 * The page's own style is a file, so that nothing inline is ever allowed.
 */
const protection = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** A request body that can't be read; `status` is the answer it gets. */
export class BodyError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function json(value: unknown, status = 200): Reply {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers, body: JSON.stringify(value) };
}

/** Reads a body to its end, within `bodyLimitBytes`. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimitBytes)
      throw new BodyError(413, `body of more than ${bodyLimitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/** By content encoding. zstd exists from Node 22.15 on. */
function decompressorOf(encoding: string): Decompress | undefined {
  const { zstdDecompress }: typeof zlib & { zstdDecompress?: typeof zlib.gunzip } = zlib;
  const known = new Map([
    ['gzip', zlib.gunzip],
    ['deflate', zlib.inflate],
    ['br', zlib.brotliDecompress],
    ['zstd', zstdDecompress],
  ]);
  const decompress = known.get(encoding);
  return decompress && promisify(decompress);
}

/** Undoes `content-encoding`. Throws a `BodyError` for unknown encodings and broken bytes. */
export async function decodeBody(bytes: Buffer, encoding: string | undefined): Promise<string> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '' || bytes.length === 0) return bytes.toString('utf8');
  const decompress = decompressorOf(name);
  if (!decompress) throw new BodyError(415, `unknown content-encoding ${name}`);
  try {
    return (await decompress(bytes, { maxOutputLength: bodyLimitBytes })).toString('utf8');
  } catch (error) {
    throw new BodyError(400, `body is not ${name}: ${String(error)}`);
  }
}

/** True when the client takes gzip (`Accept-Encoding`; a weight of 0 means no). */
export function acceptsGzip(request: IncomingMessage): boolean {
  const header = String(request.headers['accept-encoding'] ?? '');
  return header
    .split(',')
    .some((part) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(part));
}

/**
 * Applies a fault to an answer and sends it. Returns the status sent, 0 when the connection was
 * cut.
 */
export function send(response: ServerResponse, reply: Reply, fault?: Fault): number {
  if (fault?.drop) {
    response.destroy();
    return 0;
  }
  for (const [name, value] of Object.entries(protection)) response.setHeader(name, value);
  const replaced = fault?.status !== undefined || fault?.body !== undefined;
  const status = replaced ? (fault.status ?? 200) : reply.status;
  const body = replaced ? (fault.body ?? '') : (reply.body ?? '');
  const headers = { ...(replaced ? {} : reply.headers), ...fault?.headers };
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) {
    response.writeHead(status, headers);
    Readable.from(body)
      .on('error', () => response.destroy())
      .pipe(response);
    return status;
  }
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
  if (fault?.truncateBytes === undefined) {
    response.end(bytes);
    return status;
  }
  response.write(bytes.subarray(0, fault.truncateBytes), () => response.destroy());
  return status;
}
