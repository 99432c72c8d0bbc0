/**
 * The places where statsig-node's answer is whatever JavaScript does (BEHAVIOUR.md 3.5, 3.8). Here
 * JavaScript does it; the Rust evaluator has a module of the same name that imitates these
 * functions.
 */

import type { ExoticValue, TaggedValue } from '../engine';

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * `String(value)` of what JSON can hold. Members of an object are never taken for its methods, so
 * nothing throws.
 */
export function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (!Array.isArray(value)) return '[object Object]';
  return value
    .map((element) => (element === null || element === undefined ? '' : textOf(element)))
    .join();
}

/** `Number(value)` of what JSON can hold, likewise. */
export function numberOf(value: unknown): number {
  return Number(typeof value === 'object' && value !== null ? textOf(value) : value);
}

/** A value of the payload that conditions convert as `textOf` and `numberOf` do. */
export function withoutMethods(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMethods);
  return isObject(value) ? { [Symbol.toPrimitive]: () => textOf(value) } : value;
}

const hasOwn = Object.prototype.hasOwnProperty;

/**
 * `object[key]` for any value that JSON gives: texts and lists have members by position, null and
 * undefined have none. What every object inherits is no member (Q11).
 */
export function member(object: unknown, key: string): unknown {
  if (object === null || object === undefined) return undefined;
  return hasOwn.call(object, key) ? (object as JsonObject)[key] : undefined;
}

/** Value of the first own key that equals `key` ignoring case. */
export function memberIgnoringCase(object: unknown, lowerKey: string): unknown {
  if (object === null || object === undefined) return undefined;
  for (const key of Object.keys(object)) {
    if (key.toLowerCase() === lowerKey) return (object as JsonObject)[key];
  }
  return undefined;
}

/**
 * Compares dotted versions up to the first hyphen. Null where statsig-node finds nothing to
 * compare.
 */
export function compareVersions(left: unknown, right: unknown): number | null {
  if (typeof left !== 'string' || typeof right !== 'string') return null;
  const a = withoutExtension(left);
  const b = withoutExtension(right);
  if (a === '' || b === '') return null;
  const aParts = a.split('.');
  const bParts = b.split('.');
  const length = Math.max(aParts.length, bParts.length);
  for (let i = 0; i < length; i++) {
    const x = Number(aParts[i] ?? '0');
    const y = Number(bParts[i] ?? '0');
    if (Number.isNaN(x) || Number.isNaN(y)) return null;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

function withoutExtension(version: string): string {
  const hyphen = version.indexOf('-');
  return hyphen < 0 ? version : version.slice(0, hyphen);
}

/** Below this a number is seconds since 1970, from it on milliseconds. */
export const SECONDS_LIMIT = 10_000_000_000;

/**
 * Milliseconds since 1970, NaN when the value is no date. Strings are dates first, numbers second.
 */
export function toTime(value: unknown): number {
  if (typeof value === 'string') {
    const parsed = new Date(value).getTime();
    if (!Number.isNaN(parsed)) return parsed;
  }
  const number = Number(value);
  return new Date(number < SECONDS_LIMIT ? number * 1000 : number).getTime();
}

/** Local midnight of the day that holds `timeMs`, in the time zone of the process. */
export function localMidnight(timeMs: number): number {
  return new Date(timeMs).setHours(0, 0, 0, 0);
}

/**
 * The test of `new RegExp(source)`, or null when the pattern is invalid. What answers is loaded
 * with the first one.
 */
export function regExp(source: unknown): ((text: string) => boolean) | null {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded lazily and
  // synchronously
  const { matcher }: typeof import('./regexp/regexp') = require('./regexp/regexp');
  return matcher(source === undefined ? '' : textOf(source));
}

/** Puts the values that JSON could not carry back into a parsed user. */
export function applyExotic(user: JsonObject, entries: readonly ExoticValue[]): void {
  for (const { path, value } of entries) {
    const [first, second] = path;
    const scope = first === 'inheritedIDs' || first === 'hiddenIDs' ? 'customIDs' : first;
    if (second === undefined) define(user, first, revive(value));
    else {
      const inner = user[scope];
      if (typeof inner !== 'object' || inner === null) define(user, scope, {});
      // Loops do not meet hidden IDs.
      define(user[scope] as JsonObject, second, revive(value), scope === first);
    }
  }
}

const { hasOwnProperty } = Object.prototype;
/** Whether applications added enumerable members to what every object inherits. */
let hasForeign = false;

/**
 * To be called before walks with `for … in`, which are faster than those over `Object.keys` as long
 * as nothing is optimised.
 */
export function noticeForeign(): void {
  hasForeign = false;
  for (const _ in {}) hasForeign = true;
}

/**
 * Whether a key that `for … in` came upon is one that every object has: it is not to be read, a
 * getter may do anything.
 */
export function isForeign(object: object, key: string): boolean {
  return hasForeign && !hasOwnProperty.call(object, key);
}

/**
 * Sets an own property whatever the key; plain assignment of `__proto__` would change the
 * prototype.
 */
export function define(object: JsonObject, key: string, value: unknown, enumerable = true): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable, configurable: true });
}

function revive(tagged: TaggedValue): unknown {
  if ('j' in tagged) return tagged.j;
  if ('u' in tagged) return undefined;
  if ('n' in tagged) return Number(tagged.n);
  if ('a' in tagged) return tagged.a.map(revive);
  const { s, d, n } = tagged.o;
  return {
    [Symbol.toPrimitive](hint: string): unknown {
      if (hint === 'string') return s;
      return hint === 'number' ? (n ?? NaN) : d;
    },
  };
}
