/** The user as callers describe it, and what makes one acceptable (BEHAVIOUR.md 1.5, 3.5). */

/**
 * What conditions compare. Numbers of any size, lists of texts and numbers; null is "not there".
 */
export type UserAttribute =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly (string | number | boolean | null)[];

/** Where the process runs. */
export type StatsigEnvironment = {
  /** The part that Statsig's console knows. */
  tier?: 'production' | 'staging' | 'development' | string | undefined;
  [key: string]: string | undefined;
};

/**
 * What a user may have beside IDs. Fields of `custom` are found by conditions as if they stood
 * here.
 */
export type StatsigUserFields = {
  /** What conditions on email look at. Logged with events. */
  email?: string | null | undefined;
  /** IPv4 or IPv6 address; conditions on the country look it up where `country` is not given. */
  ip?: string | null | undefined;
  /** The header `User-Agent`; conditions on browser and operating system read it. */
  userAgent?: string | null | undefined;
  /** Two letters, for example `NZ`. Default: looked up by `ip`. */
  country?: string | null | undefined;
  /** For example `en_US`. */
  locale?: string | null | undefined;
  /** For example `1.2.3`; compared part by part. */
  appVersion?: string | null | undefined;
  /**
   * Attributes of your own, for example `{ plan: 'free', seats: 5, teams: ['a', 'b'] }`. Logged
   * with events.
   */
  custom?: Record<string, UserAttribute> | null | undefined;
  /** Attributes that conditions see and that are never logged nor sent to clients. */
  privateAttributes?: Record<string, UserAttribute> | null | undefined;
  /** Overwritten by `options.environment` and by the payload's `default_environment`. */
  statsigEnvironment?: StatsigEnvironment | undefined;
};

/** IDs of a user who has a `userID`. */
export type UserWithID = {
  /** The user's ID in your system; decides in which part of a rollout the user is. */
  userID: string;
  /** Other units of rollouts and experiments, for example `{ companyID: 'c' }`. */
  customIDs?: Record<string, string> | undefined;
};

/** IDs of a user who has another one. */
export type UserWithCustomIDs = {
  /** The user's ID in your system, if there is one. */
  userID?: string | undefined;
  /** Units of rollouts and experiments, for example `{ companyID: 'c' }`. */
  customIDs: Record<string, string>;
};

/**
 * Whom a check is about. At least one of `userID` and `customIDs` identifies the user; nothing else
 * is enforced at run time.
 * @example { userID: 'a-user', email: 'a@example.com', custom: { plan: 'free' } }
 */
export type StatsigUser = (UserWithID | UserWithCustomIDs) & StatsigUserFields;
