/**
 * Errors of the network layer. The facade turns those a user sees into its public classes, by
 * `code`.
 */
import { fieldsOf } from '../host/fields';

export type NetworkErrorCode =
  /** localMode: rejected before any I/O. */
  | 'local_mode'
  /** 1000 requests to this URL are in flight. */
  | 'too_many_requests'
  | 'timeout'
  | 'aborted'
  /** No usable response: DNS, connection, TLS, truncated body, an override that threw. */
  | 'network'
  /** The body is longer than was asked for. */
  | 'too_long'
  /** A complete response with a status that means failure; `status` tells which. */
  | 'status';

/** What diagnostics say of an error that was thrown. */
export interface ThrownError {
  code?: string | number;
  name?: string;
  message?: string;
}

/** A request that did not succeed. The message holds no secret. */
export class NetworkError extends Error {
  /**
   * The error behind this one; its message may hold secrets. Null when what was thrown is no
   * object.
   */
  thrown: ThrownError | null = null;
  /** Value of `x-statsig-region`, for code `status`; undefined when the answer has no headers. */
  region: string | null | undefined;

  constructor(
    readonly code: NetworkErrorCode,
    message: string,
    /** HTTP status, for code `status`. */
    readonly status: number | null = null,
    /** Wait asked for by `Retry-After` (ms). */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
    // Not assigned: Error.prototype may be frozen.
    Object.defineProperty(this, 'name', {
      value: 'NetworkError',
      writable: true,
      configurable: true,
    });
  }

  /** Of something thrown by others, what diagnostics say. Never throws. */
  static accountOf(thrown: unknown): ThrownError | null {
    if (typeof thrown !== 'object' || thrown === null) return null;
    const field = (name: string, ...types: string[]): Record<string, unknown> => {
      try {
        const value = fieldsOf(thrown)[name];
        return types.includes(typeof value) ? { [name]: value } : {};
      } catch {
        return {};
      }
    };
    return {
      ...field('code', 'string', 'number'),
      ...field('name', 'string'),
      ...field('message', 'string'),
    };
  }

  /** Whether the same request may succeed later: network trouble, timeouts, 408, 429 and 5xx. */
  get isRetryable(): boolean {
    if (this.code === 'status')
      return this.status === 408 || this.status === 429 || (this.status ?? 0) >= 500;
    return this.code === 'network' || this.code === 'timeout';
  }
}

/** A body of more than `maxBytes`. */
export function tooLong(maxBytes: number): NetworkError {
  return new NetworkError('too_long', `Response is longer than ${maxBytes} bytes`);
}

/**
 * Least wait before a failed download is worth a retry, ms: what the server asks for, or 0. Null
 * for what the same request will not mend.
 */
export function retryAfter(error: unknown): number | null {
  return error instanceof NetworkError && error.isRetryable ? (error.retryAfterMs ?? 0) : null;
}
