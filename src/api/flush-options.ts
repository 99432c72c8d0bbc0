/** What `flush` is called with: milliseconds as in statsig-node, or an object. */
import { read } from '../users/user-reader';
import type { FlushLimits } from '../events/delivery';

/** Limits of `flush`. */
export interface FlushOptions {
  /** Longest wait, ms. */
  timeout?: number;
  /** Ends the wait when it aborts. What was not sent yet is sent later. */
  signal?: AbortSignal;
}

/** Reads the argument of a public call: what cannot be used is as if it were not there. */
export function flushLimits(given: unknown): FlushLimits {
  if (typeof given === 'number') return { timeoutMs: given };
  if (typeof given !== 'object' || given === null) return {};
  const timeout = read(given, 'timeout');
  const signal = read(given, 'signal');
  return {
    ...(typeof timeout === 'number' ? { timeoutMs: timeout } : {}),
    ...(isSignal(signal) ? { signal } : {}),
  };
}

/** By its shape: jsdom and other realms have classes of their own. */
function isSignal(value: unknown): value is AbortSignal {
  return (
    typeof value === 'object' &&
    value !== null &&
    read(value, 'aborted') !== undefined &&
    typeof read(value, 'addEventListener') === 'function'
  );
}
