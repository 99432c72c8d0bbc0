import type { IncomingMessage } from 'node:http';

/** Whom the server answers. */
export interface AccessRules {
  /** Address that the server listens on. */
  host: string;
  /** Further names that clients may call it by. */
  allowedHosts: readonly string[];
}

/** HOST or HOST:PORT, nothing else. */
const hostHeader = /^(\[[0-9a-f:.]+\]|[^\s/?#@\\:[\]]+)(:\d{1,5})?$/i;
const anyAddress = new Set(['', '::', '0.0.0.0']);

/**
 * Why a request is not answered, or null. A page of any website can send requests to this machine;
 * what it must not do is read users and payloads here, or plant events:
 * - by a name of its own that it lets resolve to this address (DNS rebinding): the name is not one
 *   of ours;
 * - by a post, or any fetch, from another origin: browsers tell the origin.
 */
export function refusal(
  request: IncomingMessage,
  targetHost: string,
  rules: AccessRules,
): string | null {
  const hosts = headerValues(request, 'host');
  const host = hosts[0] ?? '';
  if (hosts.length !== 1) return 'the request needs one Host header';
  if (!isOurs(host, rules) || (targetHost !== '' && !isOurs(targetHost, rules))) {
    return 'this server does not answer to that Host; add it with --allow-host or allowedHosts';
  }
  const { origin } = request.headers;
  if (origin !== undefined && !isSameOrigin(String(origin), host))
    return 'requests from other origins are refused';
  return isFromElsewhere(request) ? 'requests from pages of other sites are refused' : null;
}

function headerValues({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}

/**
 * Any port counts: it may be forwarded. Numbers cannot be rebound, but are only right where we
 * listen to them.
 */
function isOurs(host: string, rules: AccessRules): boolean {
  const name = hostHeader.test(host) ? hostName(`http://${host}`) : null;
  if (name === null) return false;
  const isNumber = name.startsWith('[') || /^\d+(\.\d+){3}$/.test(name);
  if (name === 'localhost' || name === '[::1]' || (isNumber && name.startsWith('127.')))
    return true;
  if (isNumber && anyAddress.has(rules.host)) return true;
  return [rules.host, ...rules.allowedHosts].some(
    (own) => own !== '' && hostName(urlOf(own)) === name,
  );
}

/** `http://` and a host that may be a bare IPv6 address. */
export function urlOf(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `http://[${host}]` : `http://${host}`;
}

function hostName(url: string): string | null {
  try {
    return new URL(url).hostname;
  } catch {
    return null;
  }
}

function isSameOrigin(origin: string, host: string): boolean {
  try {
    const { protocol, host: from } = new URL(origin);
    return /^https?:$/.test(protocol) && from === new URL(`${protocol}//${host}`).host;
  } catch {
    return false; // `null` among others: a sandboxed frame, a file
  }
}

/** Fetch metadata (sent by browsers): only following a link may lead here from another site. */
function isFromElsewhere({ headers, method }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return (
    method !== 'GET' ||
    headers['sec-fetch-mode'] !== 'navigate' ||
    headers['sec-fetch-dest'] !== 'document'
  );
}
