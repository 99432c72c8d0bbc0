/** Answers, with what browsers must not do with them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { acceptsGzip } from '../local-server/exchange';

/** Nothing from elsewhere, no frame, nothing inline but a style of that hash. */
export const policy = (styleHash?: string): string => {
  const style = styleHash === undefined ? "'none'" : `'sha256-${styleHash}'`;
  return (
    `default-src 'none'; style-src ${style}; script-src 'self'; img-src 'self'; ` +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; " +
    "require-trusted-types-for 'script'; frame-ancestors 'none'"
  );
};

const PROTECTION = {
  'cache-control': 'no-store',
  'content-security-policy': policy(),
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/**
 * Of a page that another page opened, which should not hold on to it. Chromium seems to
 * start another process for it, before the first paint; where somebody typed the address there is
 * no opener.
 */
const openers = ({ headers }: IncomingMessage): Record<string, string> =>
  headers['sec-fetch-site'] === 'none' ? {} : { 'cross-origin-opener-policy': 'same-origin' };

/** Shorter texts are not worth compressing. */
const SHORTEST_ZIPPED = 2_000;

export function protect(response: ServerResponse): void {
  for (const [name, value] of Object.entries(PROTECTION)) response.setHeader(name, value);
}

/** Says what is wrong with a request. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface Answer {
  status?: number;
  type?: string;
  headers?: Record<string, string>;
  body: string;
}

/** Sends it, unless the client is gone. */
export function answer(request: IncomingMessage, response: ServerResponse, given: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const { status = 200, type = 'application/json; charset=utf-8', headers = {}, body } = given;
  protect(response);
  const isZipped = body.length >= SHORTEST_ZIPPED && acceptsGzip(request);
  const bytes = isZipped ? gzipSync(body, { level: 4 }) : Buffer.from(body);
  response.writeHead(status, {
    ...openers(request),
    ...headers,
    ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
    vary: 'accept-encoding, sec-fetch-site',
    'content-type': type,
    'content-length': String(bytes.length),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

export function json(value: unknown, status = 200): Answer {
  return { status, body: JSON.stringify(value) ?? 'null' };
}
