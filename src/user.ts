/** The user as callers describe it, and what makes one acceptable (BEHAVIOUR.md 1.5, 3.5). */

type Attribute = string | number | boolean | string[] | undefined;

/** Where the process runs; `tier` is the part that Statsig's console knows. */
export type StatsigEnvironment = { tier?: 'production' | 'staging' | 'development' | string; [key: string]: string | undefined };

/** At least one of `userID` and `customIDs` identifies the user. Nothing else is enforced at run time. */
export type StatsigUser = ({ userID: string; customIDs?: Record<string, string> } | { userID?: string; customIDs: Record<string, string> }) & {
  email?: string;
  ip?: string;
  userAgent?: string;
  country?: string;
  locale?: string;
  appVersion?: string;
  custom?: Record<string, Attribute>;
  /** Used for evaluation, never logged. */
  privateAttributes?: Record<string, Attribute> | null;
  /** Overwritten by `options.environment` and by the payload's `default_environment`. */
  statsigEnvironment?: StatsigEnvironment;
};

/**
 * True when the user has a string or number `userID` (even an empty one) or at least one custom ID; also when it does not let
 * itself be looked at, which is no mistake of the caller's: such a user has no ID.
 */
export function isIdentifiable(user: unknown): user is StatsigUser {
  if (typeof user !== 'object' || user === null) return false;
  try {
    const { userID } = user as { userID?: unknown };
    if (typeof userID === 'string' || typeof userID === 'number') return true;
    const { customIDs } = user as { customIDs?: unknown };
    return typeof customIDs === 'object' && customIDs !== null && Object.keys(customIDs).length > 0;
  } catch {
    return true;
  }
}
