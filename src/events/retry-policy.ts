import { NetworkError } from '../network/network-error';
import { onRejection } from '../observability/rejection';

/** `postLogsRetryBackoff`: ms before the first retry, or a function asked before each. */
export type RetryBackoff = number | ((retriesRemaining: number) => number);

/** Cap of the doubling delay, ms; a larger configured backoff is its own cap. */
const MAX_BACKOFF_MS = 60_000;
/** A longer `Retry-After` ends the chain: the batch returns to the queue until then. */
export const MAX_WAITED_RETRY_AFTER_MS = 60_000;
/** A longer `Retry-After` is not believed, ms. */
const MAX_RETRY_AFTER_MS = 3_600_000;
const MAX_CALLBACK_DELAY_MS = 600_000;
const DEFAULT_BACKOFF_MS = 1_000;
const MAX_RETRIES = 100;

/** `postLogsRetryLimit` as a whole number from 0 to 100. */
export function clampRetryLimit(limit: number): number {
  return Number.isNaN(limit) ? 0 : Math.min(Math.max(Math.floor(limit), 0), MAX_RETRIES);
}

/**
 * Delay before the retry number `attempt` (from 0), ms. A number doubles with each attempt up to
 * the cap and is spread by ±25 %; a function decides each delay itself, given how many retries
 * remain, this one included. A function that throws or returns nonsense counts as 1,000.
 */
export function retryDelay(
  backoff: RetryBackoff,
  attempt: number,
  limit: number,
  draw: number,
): number {
  if (typeof backoff === 'function') return askedDelay(backoff, limit - attempt);
  const base = isDelay(backoff) ? backoff : DEFAULT_BACKOFF_MS;
  const delay = Math.min(base * 2 ** attempt, Math.max(MAX_BACKOFF_MS, base));
  return delay * (0.75 + draw / 2);
}

function askedDelay(backoff: (retriesRemaining: number) => number, remaining: number): number {
  try {
    const delay: unknown = backoff(remaining);
    onRejection(delay, () => undefined);
    return isDelay(delay) ? Math.min(delay, MAX_CALLBACK_DELAY_MS) : DEFAULT_BACKOFF_MS;
  } catch {
    return DEFAULT_BACKOFF_MS;
  }
}

function isDelay(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/**
 * What a failed upload means: 'retry' (network trouble, timeouts, 408, 429, 5xx, too many requests
 * in flight), 'stop' (aborted by us) or 'reject' (the server does not want this batch).
 */
export function judgeFailure(error: unknown): 'retry' | 'stop' | 'reject' {
  if (!(error instanceof NetworkError)) return 'retry';
  if (error.code === 'aborted') return 'stop';
  return error.isRetryable || error.code === 'too_many_requests' ? 'retry' : 'reject';
}

/** The server finds the batch too long (413): halves of it may pass. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof NetworkError && error.status === 413;
}

/** Wait the server asked for, ms; 0 when it did not. */
export function askedWait(error: unknown): number {
  return error instanceof NetworkError ? Math.min(error.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS) : 0;
}
