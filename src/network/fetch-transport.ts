import { NetworkError, tooLong } from './network-error';
import type { ByteStream, Transport, TransportRequest } from './transport';

type Fetch = typeof globalThis.fetch;

/**
 * The platform's `fetch`, for edge runtimes. Looked up at each call unless one is given, so that a
 * runtime or a test may install it after import.
 */
export function fetchTransport(customFetch?: Fetch): Transport {
  return async (request) => {
    const send: Fetch | undefined = customFetch ?? globalThis.fetch;
    if (typeof send !== 'function') throw new NetworkError('network', 'This runtime has no fetch');
    const { method, headers, body, signal } = request;
    // The cast: BodyInit excludes views of shared memory, which no caller here has.
    const init = { method, headers, body: body, signal };
    let response = await send(request.url, { ...init, redirect: 'manual' });
    // Browsers do not tell where a redirect leads. Following it would take the key along, if there
    // is one.
    if (response.type === 'opaqueredirect') {
      if (headers['STATSIG-API-KEY'] !== undefined)
        throw new NetworkError('network', 'Redirects are hidden here: not followed');
      response = await send(request.url, { ...init, redirect: 'follow' });
    }
    request.onProgress();
    return {
      status: response.status,
      ok: response.ok,
      header: (name) => response.headers.get(name),
      body: await readAll(response.body, request),
    };
  };
}

/**
 * Reads to the end; rejects when that is farther than `maxBytes`, except for the answer to an
 * upload, which nobody reads.
 */
export async function readAll(
  stream: ByteStream | null,
  request: TransportRequest,
): Promise<Uint8Array> {
  if (stream === null) return new Uint8Array(0);
  const { isUpload, maxBytes } = request;
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || value === undefined) return join(chunks, length);
    request.onProgress();
    length += value.byteLength;
    if (length <= maxBytes) {
      chunks.push(value);
      continue;
    }
    void reader.cancel().catch(() => undefined);
    if (!isUpload) throw tooLong(maxBytes);
    return join(chunks, length - value.byteLength);
  }
}

/** One array from several, without a copy when there is only one. */
function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1 && chunks[0]) return chunks[0];
  const all = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}
