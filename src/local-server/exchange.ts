import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

import type { Fault } from './types';

/** Largest request body taken, before and after decompression. */
export const bodyLimitBytes = 64 * 1024 * 1024;

/** An answer before faults have had their say. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

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
    if (size > bodyLimitBytes) throw new BodyError(413, `body of more than ${bodyLimitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/** By content encoding. zstd exists from Node 22.15 on. */
function decompressors(): Record<string, Decompress | undefined> {
  const withZstd = zlib as typeof zlib & { zstdDecompress?: typeof zlib.gunzip };
  return {
    gzip: promisify(zlib.gunzip) as Decompress,
    deflate: promisify(zlib.inflate) as Decompress,
    br: promisify(zlib.brotliDecompress) as Decompress,
    zstd: withZstd.zstdDecompress && (promisify(withZstd.zstdDecompress) as Decompress),
  };
}

/** Undoes `content-encoding`. Throws a `BodyError` for unknown encodings and broken bytes. */
export async function decodeBody(bytes: Buffer, encoding: string | undefined): Promise<string> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '' || bytes.length === 0) return bytes.toString('utf8');
  const decompress = decompressors()[name];
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
  return header.split(',').some((part) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(part));
}

/** Applies a fault to an answer and sends it. Returns the status sent, 0 when the connection was cut. */
export function send(response: ServerResponse, reply: Reply, fault?: Fault): number {
  if (fault?.drop) {
    response.destroy();
    return 0;
  }
  const replaced = fault?.status !== undefined || fault?.body !== undefined;
  const status = replaced ? (fault.status ?? 200) : reply.status;
  const body = Buffer.from(replaced ? (fault.body ?? '') : (reply.body ?? ''));
  const headers = { ...(replaced ? {} : reply.headers), ...fault?.headers, 'content-length': String(body.length) };
  response.writeHead(status, headers);
  if (fault?.truncateBytes === undefined) {
    response.end(body);
    return status;
  }
  response.write(body.subarray(0, fault.truncateBytes), () => response.destroy());
  return status;
}
