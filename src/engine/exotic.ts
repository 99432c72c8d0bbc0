/** Users whose values JSON cannot carry, as engines are told of them. */

/** What `setUser` is told of a user besides its JSON. */
export interface ExoticUser {
  /** Values that evaluation sees instead of what the JSON says. */
  values: ExoticValue[];
  /**
   * JSON that events carry instead; absent = the same. `null` or a list, too, where the user's
   * `toJSON` gives that.
   */
  logged?: string;
}

/**
 * A user value that JSON cannot carry. `path` is where it sits: ["email"], ["custom","since"],
 * ["privateAttributes","x"], ["customIDs","k"], ["statsigEnvironment","tier"]. Custom IDs that are
 * no enumerable keys of their own: ["inheritedIDs","k"], which overrides and reading by exact name
 * find, ["hiddenIDs","k"], which only reading finds.
 */
export interface ExoticValue {
  path: [string] | [string, string];
  value: TaggedValue;
}

/**
 * Plain JSON values stand for themselves inside `{j: …}`. `u`: undefined. `n`: a number JSON cannot
 * write ('NaN', 'Infinity', '-Infinity'). `a`: an array holding tagged values. `o`: an object with
 * a conversion of its own (Date, BigInt, function, toString): `s` its String(), `d` its ToPrimitive
 * with hint default (for ==), `n` its Number() (null = NaN).
 */
export type TaggedValue =
  | { j: unknown }
  | { u: 1 }
  | { n: 'NaN' | 'Infinity' | '-Infinity' }
  | { a: TaggedValue[] }
  | { o: { s: string; d: string | number | boolean | null; n: number | null } };
