/**
 * What the SDK needs from an HTTP implementation. Three exist: `node-transport` (axios),
 * `fetch-transport` (edge) and `override-transport` (the user's `networkOverrideFunc`).
 */
import type { ContentEncoding } from '../host/bytes';

/**
 * One request. `signal` carries every deadline and abort; `onProgress` is called for each piece of
 * body received.
 */
export interface TransportRequest {
  method: 'GET' | 'POST';
  url: string;
  /** Sent as they are; names keep their spelling. */
  headers: Record<string, string>;
  /** Text goes out as UTF-8. */
  body?: Uint8Array | string;
  /**
   * The request delivers its body: a redirect that would turn it into a GET (301 to 303) is not
   * followed.
   */
  isUpload: boolean;
  /** Whoever reads the body takes it with its content encoding, where that is a known one. */
  keepsEncoding?: boolean;
  /** A longer response body rejects, unless the request is an upload. After decompression. */
  maxBytes: number;
  signal: AbortSignal;
  onProgress: () => void;
  /** The answer may be another thread's, to the same request, that is at most so old. */
  shared?: { key: string; mostMs: number };
}

/** A complete response, whatever its status. */
export interface TransportResponse {
  status: number;
  ok: boolean;
  /** Value of a header by its case-insensitive name; null when absent. */
  header(name: string): string | null;
  /** All headers, lower-cased, of a request that may be shared. */
  headers?: Record<string, unknown>;
  /** True for the answer of an override that brings no `headers`. */
  hasNoHeaders?: boolean;
  /** The decoded body (content encoding removed), unless there is `packed`. */
  body: Uint8Array;
  /** The body has its content encoding still, as the request allowed. */
  packed?: PackedBody;
  /** Where it is from and by which way, as messages may say it. Of downloads of the SDK. */
  from?(): string;
}

/** How to come from a body with a content encoding to what is in it. */
export interface PackedBody {
  encoding: ContentEncoding;
  /** Rejects when the body is none of its encoding, and when it is longer than allowed. */
  plain(): Promise<Uint8Array>;
  /** The same on this thread. @throws Error as `plain` rejects */
  plainNow(): Uint8Array;
}

/**
 * Sends one request; resolves for every status, rejects when there is no complete response.
 * Redirects are answers: `redirects.ts` follows them, save for `override-transport`, whose function
 * does what it likes.
 */
export interface Transport {
  (request: TransportRequest): Promise<TransportResponse>;
  /** Closes every connection that it holds. What is sent afterwards keeps none. */
  close?(): void;
  /** The proxy on the way to a URL, without its user and password; null for none. Never throws. */
  via?(url: string): string | null;
}

/** How connections are made, where that is up to us. */
export interface Connecting {
  /** URL of the proxy, '' for none; null, the default: those that the environment names. */
  proxy?: string | null;
  /** Certificates in PEM that are trusted beside Node's own. */
  ca?: readonly (string | Uint8Array)[];
  /** Agents of the application's, which answer for proxies and certificates. */
  httpAgent?: object | null;
  httpsAgent?: object | null;
  /** Downloads are those of all threads (`sharedUpdates`). */
  sharesDownloads?: boolean;
}

/** A stream of bytes, as far as it is used here. */
export interface ByteStream {
  getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(): Promise<void> };
}

/**
 * The parts of a fetch `Response` that statsig-node's overrides provide (BEHAVIOUR.md 8.6). All may
 * be absent.
 */
export interface OverrideResponse {
  ok?: boolean;
  status?: number;
  headers?: { get?(name: string): string | null | undefined } | null;
  text?(): Promise<string>;
  json?(): Promise<unknown>;
  arrayBuffer?(): Promise<ArrayBuffer>;
  /** A stream of fetch's kind; anything else is not looked at. */
  body?: ByteStream | null;
  bodyUsed?: boolean;
}

/**
 * `options.networkOverrideFunc`. The concrete shape is fetch's, so `(url, init) => fetch(url,
 * init)` fits.
 */
export type NetworkOverride = (url: string, init: OverrideInit) => Promise<OverrideResponse>;

/**
 * Second argument of `networkOverrideFunc`. `body`: text, or a Buffer (Uint8Array on edge) when
 * gzipped.
 */
export interface OverrideInit {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string | Uint8Array;
  signal?: AbortSignal;
}
