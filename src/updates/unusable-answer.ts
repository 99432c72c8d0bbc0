/**
 * An answer that is none of the service's, told by what it is and where it came from: the login
 * page of a network, a proxy's or firewall's own words, an address that is another server's.
 */
import type { TransportResponse } from '../network/transport';

/** Bytes that may come before a page begins: blanks, line ends, the mark of UTF-8. */
const BEFORE = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);
const LESS_THAN = 0x3c;
/** Farther than that nobody looks for a page's beginning. */
const LONGEST_MARGIN = 1024;

/** HTML or XML: neither JSON, a list nor a message of protobuf begins with `<`. */
function isPage(body: Uint8Array): boolean {
  const end = Math.min(body.byteLength, LONGEST_MARGIN);
  let place = 0;
  while (place < end && BEFORE.has(body[place]!)) place++;
  return body[place] === LESS_THAN;
}

/** Of a page what it is; of anything else `error`, as statsig-node says it. */
export function unusable(
  what: string,
  body: Uint8Array,
  { header, from }: TransportResponse,
  error?: Error,
): Error | undefined {
  if (!isPage(body)) return error;
  const type = typeOf(header('content-type')) || 'text/html';
  return new Error(
    `answered with a page (${type}) instead of ${what}, from ${from?.() ?? 'the network'}`,
  );
}

/** The type without its parameters; what is none is not repeated. */
const typeOf = (header: string | null): string =>
  /^\s*([\w.+-]{1,40}\/[\w.+-]{1,60})\s*(?:;|$)/.exec(header ?? '')?.[1] ?? '';
