import { Readable } from 'node:stream';
import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import { makeAgents, type Agents, type ProxyFor } from './agents';
import type { ContentEncoding } from '../host/bytes';
import { ASKED_ENCODINGS, decoded, decodedNow, encodingOf } from './decoding';
import { GrowingBytes } from './growing-bytes';
import { NetworkError, tooLong } from './network-error';
import { proxyName } from './proxy';
import type {
  Connecting,
  PackedBody,
  Transport,
  TransportRequest,
  TransportResponse,
} from './transport';

type Send = (config: AxiosRequestConfig) => Promise<AxiosResponse<Readable>>;

/**
 * axios over connections of our own, for Node, Bun and Deno. axios is loaded at the first request,
 * so that a process in localMode never pays for it.
 */
export function nodeTransport(connecting: Connecting = {}): Transport {
  const { proxy = null, ca = [] } = connecting;
  const proxyFor: ProxyFor = proxy === null ? environmentProxy : () => proxy;
  const agents = makeAgents(proxyFor, ca);
  const own = agentsOf(agents, connecting);
  const send: Send = (config) => loadAxios().request({ ...config, ...own });
  const transport: Transport = async (request) => {
    try {
      return await exchange(send, request);
    } catch (error) {
      // The server closed an idle connection just as it was taken: says nothing about this request.
      if (request.signal.aborted || !wasStaleConnection(error)) throw plainError(error);
    }
    return exchange(send, request).catch((error: unknown) => Promise.reject(plainError(error)));
  };
  const via = (url: string): string | null => {
    const given = url.startsWith('https:') ? connecting.httpsAgent : connecting.httpAgent;
    return given == null ? proxyName(proxyFor(url)) : null;
  };
  return Object.assign(transport, { close: agents.close, via });
}

/** `proxy: false`: the agents know. */
function agentsOf(agents: Agents, given: Connecting): AxiosRequestConfig {
  return {
    httpAgent: given.httpAgent ?? agents.httpAgent,
    httpsAgent: given.httpsAgent ?? agents.httpsAgent,
    proxy: false,
  };
}

/** A runtime that does not let us read the environment (Deno) names no proxy. */
const environmentProxy: ProxyFor = (url) => {
  try {
    return loadAxios().proxyFor(url);
  } catch {
    return '';
  }
};

/**
 * The bundle of axios' adapter for Node's http, from `scripts/build/axios.mjs`. `require`, not
 * `import()`, which jest does not offer to CommonJS.
 */
function loadAxios(): { request: Send; proxyFor: ProxyFor } {
  return require('./generated/axios-http');
}

async function exchange(send: Send, request: TransportRequest): Promise<TransportResponse> {
  const response = await send({
    method: request.method,
    url: request.url,
    headers: { Accept: '*/*', 'Accept-Encoding': ASKED_ENCODINGS, ...request.headers },
    data: bodyBuffer(request.body),
    responseType: 'stream',
    decompress: false,
    signal: request.signal,
    validateStatus: () => true,
    maxBodyLength: Infinity,
    maxRedirects: 0,
  });
  request.onProgress();
  const { status } = response;
  const header = (name: string): string | null => headerText(response.headers[name.toLowerCase()]);
  // A copy, before the body's encoding is taken from them.
  const headers = request.shared === undefined ? undefined : { ...response.headers };
  const answer = { status, ok: isSuccess(status), header, headers };
  const encoding = keptEncoding(response, request);
  if (encoding !== null) {
    const body = await readAll(response.data, request, expectedBytes(response));
    return { ...answer, body, packed: packedBody(body, encoding, request.maxBytes) };
  }
  const body = await readAll(plainBody(response, request), request, expectedBytes(response));
  return { ...answer, body };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** The encoding with which the body is handed on; null where it is decoded here, if it has any. */
function keptEncoding(
  { status, headers }: AxiosResponse<Readable>,
  { keepsEncoding }: TransportRequest,
): ContentEncoding | null {
  if (keepsEncoding !== true || !isSuccess(status) || status === 204) return null;
  return encodingOf(headers['content-encoding']);
}

/** Made here, where nothing of the connection is in sight: it may be kept for days. */
export function packedBody(
  body: Uint8Array,
  encoding: ContentEncoding,
  maxBytes: number,
): PackedBody {
  return {
    encoding,
    plain: () => inflated(body, encoding, maxBytes),
    plainNow: () => decodedNow(body, encoding, maxBytes),
  };
}

async function inflated(
  body: Uint8Array,
  encoding: ContentEncoding,
  maxBytes: number,
): Promise<Uint8Array> {
  const { signal } = new AbortController();
  const whole = { isUpload: false, maxBytes, signal, onProgress: ignore };
  try {
    return await readAll(decoded(Readable.from([body]), encoding), whole, 0);
  } catch (error) {
    throw plainError(error);
  }
}

/**
 * Decoded where somebody reads it. Of a failure, and of the answer to an upload, the status is all
 * that counts: what is wrong with its body must not hide it, nor send events twice.
 */
function plainBody(
  { status, headers, data }: AxiosResponse<Readable>,
  { isUpload }: TransportRequest,
): Readable {
  const encoding = headers['content-encoding'];
  if (typeof encoding !== 'string' || isUpload || !isSuccess(status) || status === 204) return data;
  const body = decodedOrClosed(data, encoding);
  delete headers['content-encoding'];
  delete headers['content-length'];
  return body;
}

/** A body that nobody reads would hold its connection. */
function decodedOrClosed(data: Readable, encoding: string): Readable {
  try {
    return decoded(data, encoding);
  } catch (error) {
    data.on('error', ignore).destroy();
    throw error;
  }
}

/** What the server announces; of a compressed body it says nothing about what comes out. */
function expectedBytes({ headers }: AxiosResponse<Readable>): number {
  return Number(headers['content-length']) || 0;
}

function bodyBuffer(body: Uint8Array | string | undefined): Buffer | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/**
 * Reads to the end; rejects on a truncated, oversized or aborted body. The answer to an upload may
 * be longer, but is not read on. `expected`: bytes to come, 0 = not known.
 */
function readAll(
  stream: Readable,
  request: Pick<TransportRequest, 'isUpload' | 'maxBytes' | 'signal' | 'onProgress'>,
  expected: number,
): Promise<Uint8Array> {
  const { isUpload, maxBytes } = request;
  return new Promise((resolve, reject) => {
    const body = new GrowingBytes(Math.min(expected, maxBytes));
    const onData = (chunk: Buffer): void => {
      request.onProgress();
      if (body.length + chunk.length <= maxBytes) return body.add(chunk);
      if (!isUpload) return fail(tooLong(maxBytes));
      onEnd();
      stream.destroy();
    };
    const onEnd = (): void => {
      letGo();
      resolve(body.bytes());
    };
    const onClose = (): void =>
      fail(new NetworkError('network', 'The connection closed before the response ended'));
    const onAbort = (): void => fail(new NetworkError('aborted', 'The request was aborted'));
    const fail = (error: Error): void => {
      letGo();
      reject(error);
      stream.destroy();
    };
    // A kept connection holds its latest response: with listeners of ours on it, the body would
    // stay, too.
    const letGo = (): void => {
      request.signal.removeEventListener('abort', onAbort);
      stream
        .off('data', onData)
        .off('end', onEnd)
        .off('close', onClose)
        .off('error', fail)
        .on('error', ignore);
    };
    request.signal.addEventListener('abort', onAbort, { once: true });
    if (expected > maxBytes && !isUpload) return fail(tooLong(maxBytes));
    stream.on('data', onData).on('end', onEnd).on('close', onClose).on('error', fail);
  });
}

function ignore(): void {
  // The promise has settled.
}

function headerText(value: unknown): string | null {
  if (Array.isArray(value)) return value.join(', ');
  return value === undefined || value === null ? null : String(value);
}

interface AxiosLikeError {
  code?: string;
  message?: string;
  request?: { reusedSocket?: boolean };
}

function wasStaleConnection(error: unknown): boolean {
  const { code, request }: AxiosLikeError = error ?? {};
  if (code !== 'ECONNRESET' && code !== 'EPIPE') return false;
  return request?.reusedSocket === true;
}

/** axios errors carry the whole request, headers and key included; only code and message go on. */
function plainError(error: unknown): Error {
  if (error instanceof NetworkError) return error;
  const { code, message }: AxiosLikeError = error ?? {};
  const text = [code, message].filter((part) => typeof part === 'string' && part !== '').join(': ');
  const plain = new NetworkError('network', text || 'The request failed');
  plain.thrown = NetworkError.accountOf(error);
  return plain;
}
