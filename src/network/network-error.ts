/**
 * Errors of the network layer. The facade turns those a user sees into its public classes, by `code`.
 */

export type NetworkErrorCode =
  /** localMode: rejected before any I/O. */
  | 'local_mode'
  /** 1000 requests to this URL are in flight. */
  | 'too_many_requests'
  | 'timeout'
  | 'aborted'
  /** No usable response: DNS, connection, TLS, truncated or oversized body, an override that threw. */
  | 'network'
  /** A complete response with a status that means failure; `status` tells which. */
  | 'status';

/** A request that did not succeed. The message holds no secret. */
export class NetworkError extends Error {
  constructor(
    readonly code: NetworkErrorCode,
    message: string,
    /** HTTP status, for code `status`. */
    readonly status: number | null = null,
    /** Wait asked for by `Retry-After` (ms). */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
    this.name = 'NetworkError';
  }

  /** Whether the same request may succeed later: network trouble, timeouts, 408, 429 and 5xx. */
  get isRetryable(): boolean {
    if (this.code === 'status') return this.status === 408 || this.status === 429 || (this.status ?? 0) >= 500;
    return this.code === 'network' || this.code === 'timeout';
  }
}
