/** The text of a user for events without what the option `redact` names. */

/**
 * The JSON without the members at these paths, inside of arrays too. A dot may also be part of a
 * key.
 */
export function redacted(json: string, paths: readonly string[]): string {
  if (paths.length === 0) return json;
  try {
    const user: unknown = JSON.parse(json);
    remove(user, paths);
    return JSON.stringify(user);
  } catch {
    // What cannot be read is left out as a whole.
    return 'null';
  }
}

function remove(value: unknown, paths: readonly string[]): void {
  if (typeof value !== 'object' || value === null || paths.length === 0) return;
  if (Array.isArray(value)) return value.forEach((item) => remove(item, paths));
  const members = value as Record<string, unknown>;
  for (const key of Object.keys(members)) {
    if (paths.includes(key)) delete members[key];
    else
      remove(
        members[key],
        paths
          .filter((path) => path.startsWith(`${key}.`))
          .map((path) => path.slice(key.length + 1)),
      );
  }
}
