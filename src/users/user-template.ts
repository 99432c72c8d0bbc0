/**
 * Users of a compiled shape as the Rust engines take them: what all of them have in common as a
 * template, which the engine reads once, and the values of each. Spares the search for what JSON
 * escapes, half the pieces of text, and reading JSON: 0.6 of 3.1 µs (bench/NOTES.md). The other
 * side is crates/evaluator/src/user/template.rs.
 */
import type { EncodedUser } from './user-encoder';
import type { EnvironmentRule } from './user-json';

/** The JSON of a user with a hole for each value, as `Engine.setUserValues` takes it. */
export interface UserTemplate {
  /**
   * JSON of the user, `PRIVATE`, JSON of its private attributes or nothing; each value is a `HOLE`,
   * and so are the items of a list of texts.
   */
  text: string;
  /** Length of the two, filled, less `UserShape.joined`'s and `listExcess`. */
  fixedLength: number;
}

/** In the place of a value, and between values. No JSON has it. */
export const HOLE = '\u0001';
/** Before each item of a list, behind their number. */
export const ITEM = '\u0003';
/** Ends the JSON of the user. */
const PRIVATE = '\u0002';

/**
 * Templates by environment, of which the latest is kept; null where a template, which has no
 * escapes, would need one.
 */
export function templates(
  encode: (environment: EnvironmentRule) => EncodedUser,
): (environment: EnvironmentRule) => UserTemplate | null {
  let latest: EnvironmentRule | null = null;
  let template: UserTemplate | null = null;
  return (environment) => {
    if (environment !== latest) {
      latest = environment;
      template = environment.json.includes('\\') ? null : templateOf(encode(environment));
    }
    return template;
  };
}

function templateOf({ json, privateJson }: EncodedUser): UserTemplate {
  const text = `${json}${PRIVATE}${privateJson}`;
  const holes = text.split(HOLE).length - 1;
  return { text, fixedLength: json.length + privateJson.length - holes - Math.max(0, holes - 1) };
}
