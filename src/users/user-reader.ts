/**
 * Reads users of any kind: class instances, getters, Proxies, inherited and hidden fields. A field
 * is what reading the property gives, as statsig-node reads it, with two exceptions: what reading
 * throws is missing, and so is what every object inherits from `Object.prototype` (`toString`,
 * `constructor`). Nothing here throws.
 */
import { fieldsOf } from '../host/fields';
import type { AskedNames } from './asked-names';

const hasOwn = (object: object, key: string): boolean =>
  Object.prototype.hasOwnProperty.call(object, key);

/** The property, or undefined where reading it throws. */
export function read(object: unknown, key: string): unknown {
  return readOr(object, key, undefined);
}

/** The property, or `otherwise` where reading it throws. */
export function readOr(object: unknown, key: string, otherwise: unknown): unknown {
  try {
    return (object as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return otherwise;
  }
}

/** The property as an attribute of the user: see the head of this file. */
export function attribute(object: unknown, name: string): unknown {
  const value = read(object, name);
  if (value === undefined || !(name in Object.prototype)) return value;
  return isFromEverybody(Object(object) as object, name, value) ? undefined : value;
}

/** The object's own enumerable keys; none of what is no object or does not tell. */
export function keysOf(object: unknown): string[] {
  try {
    return typeof object === 'object' || typeof object === 'function'
      ? Object.keys(object ?? {})
      : [];
  } catch {
    return [];
  }
}

/** Keys that only `for…in` meets: enumerable and inherited. */
export function inheritedKeysOf(object: object): string[] {
  const keys: string[] = [];
  try {
    const own = new Set(Object.keys(object));
    for (const key in object)
      if (!own.has(key) && attribute(object, key) !== undefined) keys.push(key);
  } catch {
    // What was met so far counts.
  }
  return keys;
}

/**
 * True for an object that holds only what its keys say: plain, not a Proxy, nothing hidden, no
 * `toJSON`.
 */
export function isOrdinary(object: object, asked: AskedNames): boolean {
  const proto: unknown = Object.getPrototypeOf(object);
  if (proto !== Object.prototype && proto !== null) return false;
  return typeof fieldsOf(object)['toJSON'] !== 'function' && !hides(object, asked);
}

/** Whether a plain-looking object may answer to names that are not among its keys. */
export function hides(object: object, asked: AskedNames): boolean {
  if (Object.getOwnPropertyNames(object).length !== Object.keys(object).length) return true;
  if (asked.isProxy !== null) return asked.isProxy(object);
  return asked.every.some((name) => !hasOwn(object, name) && attribute(object, name) !== undefined);
}

/**
 * Of the names that conditions ask for, those that the object may answer to: all, where a Proxy
 * answers.
 */
export function answeredNames(object: unknown, asked: AskedNames): Iterable<string> {
  const found = new Set<string>();
  try {
    for (
      let holder: object | null = Object(object);
      holder !== null && !isRoot(holder);
      holder = protoOf(holder)
    ) {
      if (asked.isProxy === null || asked.isProxy(holder)) return asked.fields;
      for (const name of Object.getOwnPropertyNames(holder))
        if (asked.fields.has(name)) found.add(name);
    }
    return found;
  } catch {
    return asked.fields;
  }
}

/**
 * Whether a value is that of `Object.prototype`. A `constructor` that a class has by itself counts
 * as such.
 */
function isFromEverybody(object: object, name: string, value: unknown): boolean {
  try {
    let holder: object | null = object;
    for (; holder !== null && !isRoot(holder); holder = protoOf(holder)) {
      if (hasOwn(holder, name))
        return name === 'constructor' && holder !== object && typeof value === 'function';
    }
    return name === '__proto__' || value === (holder ?? Object.prototype)[name as keyof object];
  } catch {
    return true;
  }
}

/** `Object.prototype`, also that of another realm. */
function isRoot(object: object): boolean {
  return (
    object === Object.prototype ||
    (protoOf(object) === null &&
      hasOwn(object, 'isPrototypeOf') &&
      hasOwn(object, 'hasOwnProperty'))
  );
}

function protoOf(object: object): object | null {
  return Object.getPrototypeOf(object);
}
