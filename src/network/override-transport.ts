import { asBuffer } from '../host/bytes';
import { textOf, utf8 } from '../host/host';
import { onRejection } from '../observability/rejection';
import { readAll } from './fetch-transport';
import { NetworkError, tooLong } from './network-error';
import type {
  NetworkOverride,
  OverrideInit,
  OverrideResponse,
  Transport,
  TransportRequest,
} from './transport';

/**
 * Requests through `options.networkOverrideFunc` (BEHAVIOUR.md 8.6). Overrides written for
 * statsig-node are often partial fakes: every part of what they return may be missing.
 */
export function overrideTransport(override: NetworkOverride): Transport {
  return async (request) => {
    const init: OverrideInit = {
      method: request.method,
      headers: request.headers,
      body: overrideBody(request),
      signal: request.signal,
    };
    const response = await override(request.url, init);
    if (typeof response !== 'object' || response === null) {
      throw new NetworkError('network', 'networkOverrideFunc returned no response');
    }
    return {
      status: statusOf(response, request),
      ok: isOk(response),
      header: (name) => headerOf(response, name),
      hasNoHeaders: response.headers === undefined || response.headers === null,
      body: await bodyOf(response, request),
    };
  };
}

/** Plain bodies are text, as statsig-node's are; only gzipped ones are bytes, a Buffer on Node. */
function overrideBody({ body, headers }: TransportRequest): string | Uint8Array | undefined {
  if (body === undefined || typeof body === 'string') return body;
  if (headers['Content-Encoding'] !== undefined) return asBuffer(body);
  return textOf(body);
}

function isOk(response: OverrideResponse): boolean {
  if (typeof response.ok === 'boolean') return response.ok;
  return typeof response.status === 'number' && response.status >= 200 && response.status < 300;
}

/**
 * A fake without a status means success as asked: statsig-node never looked at the status of list
 * contents.
 */
function statusOf(response: OverrideResponse, request: TransportRequest): number {
  if (typeof response.status === 'number') return response.status;
  if (!isOk(response)) return 0;
  return request.headers['Range'] === undefined ? 200 : 206;
}

function headerOf(response: OverrideResponse, name: string): string | null {
  try {
    const value: unknown = response.headers?.get?.(name);
    onRejection(value, () => undefined);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

/**
 * A body that streams, as that of fetch does, is counted while it is inflated. Always a copy: the
 * native engine reads the bytes on another thread, and a fake may keep and change its own.
 */
async function bodyOf(response: OverrideResponse, request: TransportRequest): Promise<Uint8Array> {
  const { body, bodyUsed } = response;
  if (bodyUsed === false && typeof body?.getReader === 'function')
    return (await readAll(body, request)).slice();
  if (typeof response.arrayBuffer === 'function')
    return within(request, new Uint8Array(await response.arrayBuffer())).slice();
  const text = await bodyText(response);
  // UTF-8 has no fewer bytes than the text has units.
  if (text.length > request.maxBytes && !request.isUpload) throw tooLong(request.maxBytes);
  return within(request, utf8(text));
}

function within({ isUpload, maxBytes }: TransportRequest, bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength > maxBytes && !isUpload) throw tooLong(maxBytes);
  return bytes;
}

async function bodyText(response: OverrideResponse): Promise<string> {
  if (typeof response.text === 'function') return String((await response.text()) ?? '');
  return typeof response.json === 'function' ? (JSON.stringify(await response.json()) ?? '') : '';
}
