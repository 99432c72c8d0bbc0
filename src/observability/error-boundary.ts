/** What happens to an exception inside a public call (BEHAVIOUR.md 1.3). */
import {
  StatsigInvalidArgumentError,
  StatsigLocalModeNetworkError,
  StatsigTooManyRequestsError,
  StatsigUninitializedError,
} from '../types/errors';
import type { ExceptionContext, ExceptionReporter } from './exception-report';
import type { SafeLogger } from './logger';
import { onRejection } from './rejection';

/**
 * Rethrows the documented errors; anything else is logged and reported, and the caller goes on with
 * its default.
 */
export function recover(
  thrown: unknown,
  exceptions: ExceptionReporter,
  context: ExceptionContext,
): void {
  if (
    thrown instanceof StatsigUninitializedError ||
    thrown instanceof StatsigInvalidArgumentError ||
    thrown instanceof StatsigTooManyRequestsError
  ) {
    throw thrown;
  }
  if (!(thrown instanceof StatsigLocalModeNetworkError)) {
    exceptions.report(thrown, context);
  }
}

/** Runs a call that must not throw anything but the documented errors. */
export function guarded<T>(
  exceptions: ExceptionReporter,
  tag: string,
  fallback: T,
  call: () => T,
): T {
  try {
    return call();
  } catch (error) {
    recover(error, exceptions, { tag });
    return fallback;
  }
}

/**
 * Calls user code. What it throws, now or as a promise, is logged once per name and goes no further
 * (Q5).
 */
export function contained(logger: SafeLogger, name: string, call: () => unknown): void {
  const complain = (error: unknown): void =>
    logger.once(
      `callback:${name}`,
      'error',
      `statsigSDK> ${name} threw and is ignored: ${logger.describe(error)}`,
    );
  try {
    onRejection(call(), complain);
  } catch (error) {
    complain(error);
  }
}
