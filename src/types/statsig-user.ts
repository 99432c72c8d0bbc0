import type { StatsigEnvironment } from './statsig-options';

/** Values of `custom` and `privateAttributes`. */
export type UserAttribute = string | number | boolean | Array<string> | undefined;

/**
 * The user that something is evaluated for. At least one of `userID` and `customIDs` is needed. The object is never
 * modified; changes made to it between calls count.
 */
export type StatsigUser = ({ userID: string } | { customIDs: Record<string, string> }) & {
  userID?: string;
  /** Other unit IDs, such as `companyID`. */
  customIDs?: Record<string, string>;
  email?: string;
  ip?: string;
  userAgent?: string;
  country?: string;
  locale?: string;
  appVersion?: string;
  custom?: Record<string, UserAttribute>;
  /** Used by evaluation, never sent anywhere. */
  privateAttributes?: Record<string, UserAttribute> | null;
  statsigEnvironment?: StatsigEnvironment;
};
