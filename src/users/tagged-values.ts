/** What evaluation must see of a value that JSON does not carry (`TaggedValue`). */
import type { TaggedValue } from '../engine/engine';

/** Arrays that nest deeper are seen as their text. */
const DEEPEST = 8;
/** Items of an array that are seen when they are not plain. */
const MOST_ITEMS = 10_000;
const PLAIN_TEXT = '[object Object]';

/** `String(value)`, for keys and IDs; that of a plain object where the conversion throws. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return PLAIN_TEXT;
  }
}

/**
 * Whether an array becomes another text than its items: by a `toString`, `join` or
 * `Symbol.toPrimitive` of its own or its class.
 */
export function convertsItself(list: unknown[]): boolean {
  let base: unknown[] | null = Object.getPrototypeOf(list);
  // Array.prototype is an array itself, in every realm.
  while (base !== null && !Array.isArray(base)) base = Object.getPrototypeOf(base);
  if (base === null) return true;
  return (
    list.toString !== base.toString ||
    list.join !== base.join ||
    (list as { [Symbol.toPrimitive]?: unknown })[Symbol.toPrimitive] !== undefined
  );
}

/** Never throws; `{ j }` where JSON says it all, and of a plain object only that it is one. */
export function tag(value: unknown, depth = 0): TaggedValue {
  switch (typeof value) {
    case 'undefined':
      return { u: 1 };
    case 'number':
      return Number.isFinite(value)
        ? { j: value }
        : { n: `${value}` as 'NaN' | 'Infinity' | '-Infinity' };
    case 'string':
    case 'boolean':
      return { j: value };
    default:
      return value === null ? { j: null } : tagObject(value as object, depth);
  }
}

function tagObject(value: object, depth: number): TaggedValue {
  try {
    if (Array.isArray(value) && depth < DEEPEST && !convertsItself(value))
      return tagArray(value, depth);
  } catch {
    // A revoked Proxy: no conversion works either.
  }
  const converted = conversions(value);
  const isPlain = converted.s === PLAIN_TEXT && converted.d === PLAIN_TEXT && converted.n === null;
  return isPlain ? { j: {} } : { o: converted };
}

function tagArray(value: unknown[], depth: number): TaggedValue {
  const items = Array.from({ length: Math.min(value.length, MOST_ITEMS) }, (_, i) =>
    tag(value[i], depth + 1),
  );
  const isJson =
    items.length === value.length &&
    !writesItself(value) &&
    items.every((item, i) => 'j' in item && !writesItself(value[i]));
  return isJson ? { j: items.map((item) => (item as { j: unknown }).j) } : { a: items };
}

function writesItself(value: unknown): boolean {
  return typeof (value as { toJSON?: unknown } | null | undefined)?.toJSON === 'function';
}

/** A conversion that throws gives that of a plain object. */
function conversions(value: object): {
  s: string;
  d: string | number | boolean | null;
  n: number | null;
} {
  try {
    const s = String(value);
    if (typeof value === 'symbol') return { s, d: s, n: null };
    const n = Number(value);
    return { s, d: carried(primitiveOf(value), s), n: Number.isNaN(n) ? null : n };
  } catch {
    return { s: PLAIN_TEXT, d: PLAIN_TEXT, n: null };
  }
}

/** ToPrimitive without a hint, as `==` and `+` convert. */
function primitiveOf(value: object): unknown {
  const convert: unknown = (value as { [Symbol.toPrimitive]?: unknown })[Symbol.toPrimitive];
  if (typeof convert === 'function') return convert.call(value, 'default');
  const valueOf: unknown = value.valueOf;
  const first: unknown = typeof valueOf === 'function' ? valueOf.call(value) : value;
  const isObject = typeof first === 'function' || (typeof first === 'object' && first !== null);
  return isObject ? value.toString() : first;
}

function carried(primitive: unknown, text: string): string | number | boolean | null {
  switch (typeof primitive) {
    case 'string':
    case 'boolean':
      return primitive;
    case 'number':
      return Number.isFinite(primitive) ? primitive : null;
    case 'bigint':
      return Number.isSafeInteger(Number(primitive)) ? Number(primitive) : text;
    default:
      return null;
  }
}
