/**
 * The functions that statsig-node's `dist/utils/core` offers, for applications that import them
 * from there.
 */
import { COMPATIBLE_VERSION } from '../options/options';
import { isIdentifiable } from '../users/user-table';
import type { StatsigUser } from '../types/user';

/** What is sent with events about the SDK. */
export type StatsigMetadata = {
  /** The SDK's type on the wire. */
  sdkType: string;
  /** The SDK's version on the wire. */
  sdkVersion: string;
  /** Node's version, without `v`. */
  languageVersion: string;
  /** Of one instance, if it is given. */
  sessionID?: string;
};

/** The statsig-node version whose behaviour and protocol this package has. */
export function getSDKVersion(): string {
  return COMPATIBLE_VERSION;
}

/** The SDK's type on the wire: that of statsig-node. */
export function getSDKType(): string {
  return 'statsig-node';
}

/** Type and version of the SDK and of Node, with `extra` over them. */
export function getStatsigMetadata(extra: Record<string, unknown> = {}): StatsigMetadata {
  const languageVersion = process.version.replace(/^v/, '');
  return { sdkType: getSDKType(), sdkVersion: getSDKVersion(), languageVersion, ...extra };
}

/** Whether a value is neither null nor undefined. */
export function notEmpty<TValue>(value: TValue | null | undefined): value is TValue {
  return value !== null && value !== undefined;
}

/** Whether a value is an object with keys of its own. */
export function notEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** A copy by way of JSON; null for null and undefined. */
export function clone<T>(value: T | null): T | null {
  return value === null || value === undefined ? null : cloneEnforce(value);
}

/** A copy by way of JSON. Throws what `JSON.stringify` throws. */
export function cloneEnforce<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

/** `Number(value)`, or null where that is not finite or the value is missing. */
export function getNumericValue(value: unknown): number | null {
  if (!notEmpty(value)) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/**
 * True or false for the booleans and their lower-case texts in any case; null for everything else.
 */
export function getBoolValue(value: unknown): boolean | null {
  const text = notEmpty(value) ? String(value).toLowerCase() : '';
  return text === 'true' ? true : text === 'false' ? false : null;
}

/** Whether a user has an ID that checks accept. */
export function isUserIdentifiable(user: StatsigUser | null): boolean {
  return isIdentifiable(user);
}

/** A repeating timer that does not keep the process alive. */
export function poll(task: () => void, intervalMs: number): NodeJS.Timeout {
  const timer = setInterval(task, intervalMs);
  timer.unref();
  return timer;
}

/** `typeof`, with `array` apart. */
export function getTypeOf(value: unknown): ReturnType<typeof typeOf> | 'array' {
  return Array.isArray(value) ? 'array' : typeOf(value);
}

function typeOf(value: unknown) {
  return typeof value;
}

/** Thrown where a `switch` meets a value that its type excludes. */
export class ExhaustSwitchError extends Error {
  constructor(value: never) {
    super(`Unexpected value ${String(value)}`);
  }
}
