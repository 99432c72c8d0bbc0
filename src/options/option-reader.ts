/**
 * Typed access to an options object that may hold anything. Collects one warning per unusable
 * option.
 */
import { fieldsOf } from '../host/fields';
import { bytesIn } from '../host/bytes';
import { textOf } from '../host/host';
import { read } from '../users/user-reader';

/** T, which other parameters say: NoInfer is for TypeScript 5.4 and newer, declarations for 4.7. */
type NotInferred<T> = [T][T extends unknown ? 0 : never];

/**
 * See the head of this file. No method but `raw`'s callers throws; getters that throw count as
 * unusable.
 */
export class OptionReader {
  readonly warnings: string[] = [];
  private readonly given: Record<string, unknown>;
  private readonly known = new Set<string>();

  constructor(given: unknown) {
    const isObject = typeof given === 'object' && given !== null;
    if (!isObject) {
      this.warnings.push(
        `statsigSDK> Options must be an object, got ${describe(given)}; all defaults are used.`,
      );
    }
    this.given = fieldsOf(isObject ? given : {});
  }

  /** The value as given; undefined when reading it throws. */
  raw(name: string): unknown {
    this.known.add(name);
    try {
      return this.given[name];
    } catch {
      const warning = `statsigSDK> Reading the option ${name} failed; its default is used.`;
      if (!this.warnings.includes(warning)) {
        this.warnings.push(warning);
      }
      return undefined;
    }
  }

  boolean(name: string, fallback: boolean): boolean {
    return this.typed(name, 'boolean', fallback);
  }

  string(name: string, fallback: string): string {
    return this.typed(name, 'string', fallback);
  }

  /** One of the texts. */
  oneOf<T extends string>(name: string, texts: readonly T[], fallback: NotInferred<T>): T {
    const value = this.string(name, fallback);
    const found = texts.find((text) => text === value);
    if (found === undefined) {
      const list = texts.map((text) => `'${text}'`);
      const last = list.pop() ?? '';
      this.warn(name, `one of ${list.join(', ')} and ${last}`, `'${value.slice(0, 40)}'`);
    }
    return found ?? fallback;
  }

  /** NaN counts as unusable: as an interval it would mean "always". */
  number(name: string, fallback: number): number {
    const value = this.typed(name, 'number', fallback);
    if (!Number.isNaN(value)) {
      return value;
    }
    this.warn(name, 'a number', 'NaN');
    return fallback;
  }

  /**
   * A number that others bring into `least` to `most` when it is beyond: told with what is `used`
   * then.
   */
  numberIn(
    name: string,
    fallback: number,
    { least, most = Infinity, used }: { least: number; most?: number; used: string },
  ): number {
    const value = this.number(name, fallback);
    if (value < least || value > most) {
      const range = most === Infinity ? `at least ${least}` : `from ${least} to ${most}`;
      this.warnings.push(`statsigSDK> The option ${name} must be ${range}, got ${value}; ${used}.`);
    }
    return value;
  }

  /** Any type is right; only its truth counts. */
  truthy(name: string): boolean {
    return Boolean(this.raw(name));
  }

  numberOrFunction<F>(name: string, fallback: number): number | F {
    const value = this.raw(name);
    if (typeof value === 'function') {
      return value as F;
    }
    return value == null || typeof value === 'number'
      ? this.number(name, fallback)
      : this.unusable(name, 'a number or a function', value, fallback);
  }

  function<F>(name: string): F | null {
    const value = this.raw(name);
    if (value == null || typeof value === 'function') {
      return (value ?? null) as F | null;
    }
    return this.unusable(name, 'a function', value, null);
  }

  /** An object, or a function that carries methods. */
  object<O>(name: string): O | null {
    const value = this.raw(name);
    if (value == null || typeof value === 'object' || typeof value === 'function') {
      return (value ?? null) as O | null;
    }
    return this.unusable(name, 'an object', value, null);
  }

  /** The same with methods; those that are missing are told, and do without. */
  objectWith<O>(
    name: string,
    methods: readonly string[],
    optional: readonly string[] = [],
  ): O | null {
    const value = this.object<O>(name) as Record<string, unknown> | null;
    if (value === null) {
      return null;
    }
    const missing = methods.filter((method) => typeof read(value, method) !== 'function');
    const wrong = optional.filter(
      (method) => !['function', 'undefined'].includes(typeof (read(value, method) ?? undefined)),
    );
    if (missing.length + wrong.length > 0) {
      const names = [...missing, ...wrong].join(', ');
      this.warnings.push(
        `statsigSDK> The option ${name} has no such methods: ${names}. It is used without them.`,
      );
    }
    return value as O;
  }

  /** Warns when a field of an object option is there and none of `allowed`. */
  checkField(name: string, field: string, allowed: readonly unknown[]): void {
    const value = read(this.object<Record<string, unknown>>(name), field);
    if (value != null && !allowed.includes(value)) {
      const got = typeof value === 'string' ? `'${value.slice(0, 40)}'` : describe(value);
      this.warn(`${name}.${field}`, `one of ${allowed.join(', ')}`, got);
    }
  }

  /**
   * Falsy = null; what is no object counts as `{}`, as in statsig-node. The object itself is kept.
   */
  environment(name: string): object | null {
    const value = this.raw(name);
    if (!value) {
      return null;
    }
    return typeof value === 'object' ? value : this.unusable(name, 'an object', value, {});
  }

  /** JSON text, given as text, as its bytes or as the value that it parses to. */
  jsonText(name: string): string | null {
    const value = this.raw(name);
    if (value == null || typeof value === 'string') {
      return value ?? null;
    }
    const bytes = bytesIn(value);
    if (bytes !== null) {
      return textOf(bytes);
    }
    try {
      const text: unknown = typeof value === 'object' ? JSON.stringify(value) : undefined;
      if (typeof text === 'string') {
        return text;
      }
    } catch {
      // Cycles and BigInts: no JSON, handled like any other unusable value.
    }
    return this.unusable(name, 'JSON text or a JSON object', value, null);
  }

  /**
   * An object of functions; fields that are none, or unknown, are left out with a warning.
   * Functions keep the object as `this`.
   */
  functions(name: string, fields: readonly string[]): Record<string, unknown> {
    const holder = this.object<Record<string, unknown>>(name);
    const found: Record<string, unknown> = {};
    for (const field of fields) {
      const value = read(holder, field);
      if (typeof value === 'function') {
        found[field] = value.bind(holder);
      } else if (value != null) {
        this.unusable(`${name}.${field}`, 'a function', value, null);
      }
    }
    const unknown = namesIn(holder).filter((given) => !fields.includes(given));
    for (const field of unknown.filter((given) => typeof read(holder, given) === 'function')) {
      this.warnings.push(
        `statsigSDK> Unknown callback ${name}.${field.slice(0, 80)} is ignored; there are ` +
          `${fields.join(', ')}.`,
      );
    }
    return found;
  }

  /** Warns about fields of an object option that nobody reads. */
  tellOthers(name: string, value: object, known: readonly string[]): void {
    for (const field of namesIn(value).filter((given) => !known.includes(given)))
      this.warnings.push(`statsigSDK> Unknown option ${name}.${field.slice(0, 80)} is ignored.`);
  }

  /** Fields of a value that may be anything. */
  fields(value: unknown, names: readonly string[]): Record<string, unknown> {
    const holder = typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
    return Object.fromEntries(names.map((name) => [name, read(holder, name)]));
  }

  warn(name: string, expected: string, got: string): void {
    this.warnings.push(
      `statsigSDK> The option ${name} must be ${expected}, got ${got}; its default is used.`,
    );
  }

  /** Warns about every own option that nobody asked for. Call last. */
  warnUnknown(): void {
    for (const name of Object.keys(this.given)) {
      if (!this.known.has(name)) {
        this.warnings.push(`statsigSDK> Unknown option ${name.slice(0, 80)} is ignored.`);
      }
    }
  }

  private typed<T>(name: string, type: 'boolean' | 'string' | 'number', fallback: T): T {
    const value = this.raw(name);
    if (value == null || typeof value === type) {
      return (value ?? fallback) as T;
    }
    return this.unusable(name, `a ${type}`, value, fallback);
  }

  private unusable<T>(name: string, expected: string, value: unknown, fallback: T): T {
    this.warn(name, expected, describe(value));
    return fallback;
  }
}

function namesIn(holder: object | null): string[] {
  try {
    return holder === null ? [] : Object.keys(holder);
  } catch {
    return [];
  }
}

/** The type of a value, in one word. */
export function describe(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
