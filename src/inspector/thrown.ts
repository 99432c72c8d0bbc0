import { StatsigInvalidArgumentError, StatsigUninitializedError } from '../types/errors';

/** A user without IDs, an instance that is not initialized: texts of our own. */
export const isInvalidCall = (error: unknown): error is Error =>
  error instanceof StatsigInvalidArgumentError || error instanceof StatsigUninitializedError;
