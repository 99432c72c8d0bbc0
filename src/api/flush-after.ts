/** `flushAfter`: a handler whose events are delivered before its host is frozen. */
import type { Invocations } from '../runtime/invocations';
import { onRejection } from '../observability/rejection';

/** Options of `flushAfter`. */
export interface FlushAfterOptions {
  /** Longest wait for the delivery of one invocation's events, ms. Default 2,000. */
  timeout?: number;
  /**
   * Takes the delivery over, so that the answer does not wait for it: `waitUntil` of
   * `@vercel/functions`, for example. By default a method `waitUntil` of one of the handler's
   * arguments, as Workers, Netlify and Vercel's edge give one. Without any the answer waits.
   */
  waitUntil?: (delivery: Promise<unknown>) => void;
}

type WaitUntil = (delivery: Promise<unknown>) => void;

const TIMEOUT_MS = 2_000;

/**
 * Wraps a handler. `instance`: asked at each invocation, because a handler may be what initializes
 * the SDK.
 */
// biome-ignore lint/suspicious/noExplicitAny: handlers of hosts name their arguments' types
export function flushAfter<This, Args extends any[], Result>(
  instance: () => Invocations | null,
  handler: (this: This, ...args: Args) => Result,
  options: FlushAfterOptions = {},
): (this: This, ...args: Args) => Promise<Awaited<Result>> {
  if (typeof handler !== 'function') throw new TypeError('flushAfter needs a function.');
  const timeoutMs = typeof options?.timeout === 'number' ? options.timeout : TIMEOUT_MS;
  return async function (this: This, ...args: Args): Promise<Awaited<Result>> {
    let current = instance();
    current?.begin();
    try {
      return await handler.apply(this, args);
    } finally {
      const last = instance();
      if (last !== current) {
        last?.begin();
        void current?.end({ timeoutMs });
        current = last;
      }
      if (current !== null) await handOver(current.end({ timeoutMs }), waitUntilOf(options, args));
    }
  };
}

/** Resolves at once when the host takes the delivery over, else with it. */
async function handOver(delivery: Promise<unknown>, waitUntil: WaitUntil | null): Promise<void> {
  try {
    if (waitUntil !== null) {
      // What the host makes of it is the host's: the answer does not wait for it, and does not fail
      // with it.
      onRejection(waitUntil(delivery), () => undefined);
      return;
    }
  } catch {
    // A host that cannot wait now (called outside of a request, say) makes the answer wait.
  }
  await delivery;
}

function waitUntilOf(options: FlushAfterOptions, args: unknown[]): WaitUntil | null {
  if (typeof options?.waitUntil === 'function') return options.waitUntil;
  for (const argument of args) {
    const found = methodOf(argument);
    if (found !== null) return found;
  }
  return null;
}

function methodOf(holder: unknown): WaitUntil | null {
  try {
    const { waitUntil }: { waitUntil?: unknown } = holder ?? {};
    return typeof waitUntil === 'function' ? (delivery) => waitUntil.call(holder, delivery) : null;
  } catch {
    return null;
  }
}
