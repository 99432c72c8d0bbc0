import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import { GrowingBytes } from './growing-bytes';
import { NetworkError } from './network-error';
import type { Transport, TransportRequest, TransportResponse } from './transport';

/** Connections kept per host; more requests queue inside Node. */
const AGENT_OPTIONS: AgentOptions = { keepAlive: true, maxSockets: 64, maxFreeSockets: 8, scheduling: 'lifo' };

type Send = (config: AxiosRequestConfig) => Promise<AxiosResponse<Readable>>;

/**
 * axios with keep-alive agents, for Node, Bun and Deno. Proxy variables of the environment are honoured by axios. Idle
 * connections do not keep the process alive (Node unreferences them). axios is loaded at the first request, so that a
 * process in localMode never pays for it.
 */
export function nodeTransport(): Transport {
  const httpAgent = new HttpAgent(AGENT_OPTIONS);
  const httpsAgent = new HttpsAgent(AGENT_OPTIONS);
  const send: Send = (config) => loadAxios().request({ ...config, httpAgent, httpsAgent });
  return async (request) => {
    try {
      return await attempt(send, request);
    } catch (error) {
      // The server closed an idle connection just as it was taken: says nothing about this request.
      if (request.signal.aborted || !wasStaleConnection(error)) throw plainError(error);
    }
    return attempt(send, request).catch((error: unknown) => Promise.reject(plainError(error)));
  };
}

/**
 * The bundle of axios' adapter for Node's http, from `scripts/build-axios.mjs`. `require`, not `import()`, which jest does
 * not offer to CommonJS.
 */
function loadAxios(): { request: Send } {
  return require('./generated/axios-http') as ReturnType<typeof loadAxios>;
}

/**
 * An upload is sent without axios' machinery for redirects, a quarter of what it costs in JavaScript; the rare answer
 * that asks for the same POST elsewhere makes it go out once more, with it.
 */
async function attempt(send: Send, request: TransportRequest): Promise<TransportResponse> {
  const response = await exchange(send, request, !request.isUpload);
  return request.isUpload && (response.status === 307 || response.status === 308) ? exchange(send, request, true) : response;
}

async function exchange(send: Send, request: TransportRequest, followsRedirects: boolean): Promise<TransportResponse> {
  const response = await send({
    method: request.method,
    url: request.url,
    headers: { Accept: '*/*', ...request.headers },
    data: bodyBuffer(request.body),
    responseType: 'stream',
    decompress: true,
    signal: request.signal,
    validateStatus: () => true,
    maxBodyLength: Infinity,
    ...(followsRedirects ? { beforeRedirect: (options) => keepKeyAtHome(options, request.url) } : { maxRedirects: 0 }),
  });
  request.onProgress();
  const body = await readAll(response.data, request, expectedBytes(response));
  return {
    status: response.status,
    ok: response.status >= 200 && response.status < 300,
    header: (name) => headerText(response.headers[name.toLowerCase()]),
    body,
  };
}

/** What the server announces, unless it is compressed: axios takes the encoding out and leaves the length. */
function expectedBytes({ headers, request }: AxiosResponse<Readable>): number {
  const raw = (request as { res?: { headers?: Record<string, unknown> } } | undefined)?.res?.headers ?? headers;
  return raw['content-encoding'] === undefined ? Number(raw['content-length']) || 0 : 0;
}

function bodyBuffer(body: Uint8Array | string | undefined): Buffer | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** A redirect to another host must not carry the secret key along. */
function keepKeyAtHome(options: Record<string, unknown>, original: string): void {
  const headers = options['headers'] as Record<string, unknown> | undefined;
  if (headers === undefined || options['hostname'] === new URL(original).hostname) return;
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase() === 'statsig-api-key') delete headers[name];
  }
}

/** Reads to the end; rejects on a truncated, oversized or aborted body. `expected`: bytes to come, 0 = not known. */
function readAll(stream: Readable, request: TransportRequest, expected: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const body = new GrowingBytes(Math.min(expected, request.maxBytes));
    const onData = (chunk: Buffer): void => {
      request.onProgress();
      if (body.length + chunk.length > request.maxBytes) fail(tooLong(request.maxBytes));
      else body.add(chunk);
    };
    const onEnd = (): void => {
      letGo();
      resolve(body.bytes());
    };
    const onClose = (): void => fail(new NetworkError('network', 'The connection closed before the response ended'));
    const onAbort = (): void => fail(new NetworkError('aborted', 'The request was aborted'));
    const fail = (error: Error): void => {
      letGo();
      reject(error);
      stream.destroy();
    };
    // A kept connection holds its latest response: with listeners of ours on it, the body would stay, too.
    const letGo = (): void => {
      request.signal.removeEventListener('abort', onAbort);
      stream.off('data', onData).off('end', onEnd).off('close', onClose).off('error', fail).on('error', ignore);
    };
    request.signal.addEventListener('abort', onAbort, { once: true });
    stream.on('data', onData).on('end', onEnd).on('close', onClose).on('error', fail);
  });
}

function ignore(): void {
  // The promise has settled.
}

function tooLong(maxBytes: number): NetworkError {
  return new NetworkError('network', `Response is longer than ${maxBytes} bytes`);
}

function headerText(value: unknown): string | null {
  if (Array.isArray(value)) return value.join(', ');
  return value === undefined || value === null ? null : String(value);
}

interface AxiosLikeError {
  code?: string;
  message?: string;
  request?: { reusedSocket?: boolean; _currentRequest?: { reusedSocket?: boolean } };
}

function wasStaleConnection(error: unknown): boolean {
  const { code, request } = (error ?? {}) as AxiosLikeError;
  if (code !== 'ECONNRESET' && code !== 'EPIPE') return false;
  return (request?.reusedSocket ?? request?._currentRequest?.reusedSocket) === true;
}

/** axios errors carry the whole request, headers and key included; only code and message go on. */
function plainError(error: unknown): Error {
  if (error instanceof NetworkError) return error;
  const { code, message } = (error ?? {}) as AxiosLikeError;
  const text = [code, message].filter((part) => typeof part === 'string' && part !== '').join(': ');
  return new NetworkError('network', text || 'The request failed');
}
