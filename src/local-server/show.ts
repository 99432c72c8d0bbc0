/** JSON values as text for people, whatever they hold. */

/** Nesting that `jsonText` still writes where the whole is too deep for `JSON.stringify`. */
const deepestText = 1_000;
/** What an excerpt keeps. */
const excerptLevels = 12;
const excerptValues = 200;
const excerptCharacters = 500;

/**
 * Characters that would change or hide what stands around them: controls, line separators,
 * directions.
 */
const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A value as one line of JSON; what nests too deep for that becomes `"…"`. Never throws. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return JSON.stringify(excerpt(value, deepestText, { left: Infinity, characters: Infinity }));
  }
}

/** Room that an excerpt has: values in all, characters of each text. */
interface Room {
  left: number;
  readonly characters: number;
}

/** A copy that is small whatever the value is; `…` stands where something was left out. */
export function excerpt(
  value: unknown,
  levels = excerptLevels,
  room: Room = { left: excerptValues, characters: excerptCharacters },
): unknown {
  room.left -= 1;
  if (typeof value === 'string') return cutText(value, room.characters);
  if (value === null || typeof value !== 'object') return value;
  if (levels === 0) return '…';
  const names = Object.keys(value);
  const copied: [string, unknown][] = [];
  for (const name of names) {
    if (room.left <= 0) break;
    copied.push([name, excerpt((value as Record<string, unknown>)[name], levels - 1, room)]);
  }
  const left = names.length - copied.length;
  if (Array.isArray(value))
    return [...copied.map(([, item]) => item), ...(left > 0 ? [`… ${left} more`] : [])];
  if (left > 0) copied.push(['…', `${left} more`]);
  return Object.fromEntries(copied.map(([name, item]) => [cutText(name, room.characters), item]));
}

/** At most `most` characters of a text. */
function cutText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

/** A value in a few words: texts as they are, anything else as JSON. */
export function shortText(value: unknown, most = 80): string {
  if (value === undefined) return '';
  return cutText(typeof value === 'string' ? value : jsonText(excerpt(value)), most);
}

/** Text for HTML, as content or in a quoted attribute, with unseen characters as escapes. */
export function escapeHtml(text: string): string {
  const code = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0');
  return text
    .replace(unseen, (character) => `\\u${code(character)}`)
    .replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
