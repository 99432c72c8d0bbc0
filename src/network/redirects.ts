import { host } from '../host/host';
import { NetworkError } from './network-error';
import type { Transport, TransportRequest, TransportResponse } from './transport';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 20;

/**
 * A request on its way. `atHome`: no redirect has led away from the origin that it was made for.
 */
interface Hop {
  request: TransportRequest;
  atHome: boolean;
}

/**
 * Follows redirects for transports that do not. The secret key is for the origin (scheme, host and
 * port) that the application configured: a hop to any other goes without it, and so do all that
 * come after, even back home. One that would carry it in its path or body is refused, and so is
 * every hop from https to http. `ownHeaders`, by their names, are kept as the key is.
 */
export function followRedirects(
  send: Transport,
  secret: string | null,
  ownHeaders: readonly string[] = [],
): Transport {
  const personal = ['statsig-api-key', ...ownHeaders.map((name) => name.toLowerCase())];
  const follow: Transport = async (request) => {
    let hop: Hop = { request, atHome: true };
    for (let left = MAX_REDIRECTS; ; left -= 1) {
      const response = await send(hop.request);
      const target = targetOf(response, hop.request);
      if (target === null) return response;
      if (left === 0) throw refused(`of more than ${MAX_REDIRECTS} steps`);
      hop = hopTo(target, response.status, hop, personal);
      if (!hop.atHome && carries(hop.request, secret)) {
        throw refused(
          `to ${target.origin} would carry the secret key; ` +
            'if that is the service, give it as `api`',
        );
      }
    }
  };
  return Object.assign(follow, { close: send.close, via: send.via });
}

/**
 * Where an answer leads; null for one that is final, also because an upload as a GET would deliver
 * nothing.
 */
function targetOf(response: TransportResponse, { url, isUpload }: TransportRequest): URL | null {
  const location = response.header('location');
  if (location === null || !REDIRECTS.has(response.status)) return null;
  if (isUpload && response.status < 307) return null;
  const target = parsed(location, url);
  if (target === null) throw refused('to an invalid address');
  if (
    target.protocol === 'https:' ||
    (target.protocol === 'http:' && new host.URL(url).protocol === 'http:')
  )
    return target;
  throw refused(`from ${new host.URL(url).protocol} to ${target.protocol}`);
}

function parsed(location: string, base: string): URL | null {
  try {
    return new host.URL(location, base);
  } catch {
    return null;
  }
}

function hopTo(
  target: URL,
  status: number,
  { request, atHome }: Hop,
  personal: readonly string[],
): Hop {
  const from = new host.URL(request.url);
  const isSameOrigin = target.origin === from.origin;
  // What a proxy or service asks for in its address stays with it; nobody else gets it, or chooses
  // it.
  target.username = isSameOrigin ? from.username : '';
  target.password = isSameOrigin ? from.password : '';
  const becomesGet = request.method === 'POST' && status < 307;
  const stays = atHome && isSameOrigin;
  const dropped = [
    ...(stays ? [] : personal),
    ...(becomesGet ? ['content-type', 'content-encoding'] : []),
  ];
  const headers = Object.entries(request.headers).filter(
    ([name]) => !dropped.includes(name.toLowerCase()),
  );
  const next: TransportRequest = {
    ...request,
    url: target.href,
    headers: Object.fromEntries(headers),
  };
  return {
    request: becomesGet ? { ...next, method: 'GET', body: undefined } : next,
    atHome: stays,
  };
}

/**
 * True when a request holds the key, however it is escaped. Compressed bodies are the SDK's own and
 * never hold it.
 */
function carries({ url, headers, body }: TransportRequest, secret: string | null): boolean {
  if (secret === null || secret === '') return false;
  const texts = [url, ...Object.values(headers), typeof body === 'string' ? body : ''];
  return texts.some((text) => mentions(text, secret.toLowerCase()));
}

function mentions(text: string, secret: string): boolean {
  let plain = text;
  // A path that was escaped again on the way.
  for (let round = 0; round < 4; round += 1) {
    if (plain.toLowerCase().includes(secret)) return true;
    plain = plain.replace(/%[0-9a-f]{2}/gi, (code) =>
      String.fromCharCode(parseInt(code.slice(1), 16)),
    );
  }
  return false;
}

function refused(why: string): NetworkError {
  return new NetworkError('network', `Redirect ${why}: not followed`);
}
