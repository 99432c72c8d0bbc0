/**
 * What OpenFeature's types say, as far as a provider needs them. Texts take the place of its enums.
 */

/** Whom a flag is evaluated for. */
export type EvaluationContext = {
  /** The user's ID. */
  targetingKey?: string;
} & Record<string, unknown>;

/** Facts about an evaluation. */
export type FlagMetadata = Record<string, string | number | boolean>;

/** A value and how it came about. */
export interface Resolution<T> {
  /** The value. */
  value: T;
  /** Name of the group, or the rule ID. */
  variant?: string;
  /** Why, in the words of the specification. */
  reason: string;
  /** More about it; docs/openfeature.md lists the keys. */
  flagMetadata: FlagMetadata;
}

/** What `track` is given beside the event's name. */
export type TrackingDetails = {
  /** The event's value. */
  value?: number;
} & Record<string, unknown>;

/** Events that a provider emits. */
export type ProviderEvent =
  | 'PROVIDER_READY'
  | 'PROVIDER_ERROR'
  | 'PROVIDER_STALE'
  | 'PROVIDER_CONFIGURATION_CHANGED';

/** Error codes of the specification that are used here. */
export type ErrorCode =
  | 'PROVIDER_NOT_READY'
  | 'PROVIDER_FATAL'
  | 'FLAG_NOT_FOUND'
  | 'PARSE_ERROR'
  | 'TYPE_MISMATCH'
  | 'TARGETING_KEY_MISSING'
  | 'INVALID_CONTEXT'
  | 'GENERAL';

/** OpenFeature's SDK looks for `code`, and gives the default. */
export class ProviderError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'ProviderError';
  }
}
