/**
 * What `util.inspect`, `console.log` and `JSON.stringify` show of an instance and of a scope: a
 * short account. What they hold is the secret key, private attributes and some thousand lines of
 * internals.
 */

/**
 * Makes properties that no look at an object shows, `console.dir` and copies included, whatever is
 * assigned to them later. Costs about a microsecond each: for what is made once, not once per
 * request.
 */
export function hide(object: object, names: readonly string[]): void {
  for (const name of names)
    Object.defineProperty(object, name, {
      value: undefined,
      writable: true,
      enumerable: false,
      configurable: true,
    });
}

/** Node's and Bun's and Deno's name for it, which needs no import. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * Makes objects of a class show what `account` tells of them. It never throws: what fails shows
 * nothing.
 */
export function showAs<T extends object>(
  type: { readonly prototype: T; readonly name: string },
  account: (object: T) => object,
): void {
  const shown = (object: T): object => {
    try {
      return account(object);
    } catch {
      return {};
    }
  };
  // Not enumerable, so that copies and automatic mocks of instances are what they were.
  const define = (key: string | symbol, value: unknown): void =>
    void Object.defineProperty(type.prototype, key, { value, writable: true, configurable: true });
  define('toJSON', function toJSON(this: T): object {
    return shown(this);
  });
  define(
    INSPECT,
    function inspect(
      this: T,
      _depth: unknown,
      options: unknown,
      print?: (value: unknown, options: unknown) => string,
    ): unknown {
      const name = this.constructor?.name ?? type.name;
      return typeof print === 'function'
        ? `${String(name)} ${print(shown(this), options)}`
        : shown(this);
    },
  );
}
