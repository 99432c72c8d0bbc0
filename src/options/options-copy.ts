/** The account of the options that diagnostics and exception reports carry (BEHAVIOUR.md 8.9). */
import { fieldsOf } from '../host/fields';

const LONGEST_TEXT = 50;
const ABSENT = Symbol('absent');

/**
 * Numbers, booleans and short texts as they are; the rest as 'set' or 'unset'; functions left out.
 * Never throws.
 */
export function optionsLoggingCopy(given: object): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(given)) {
    const shown = shownAs(name, fieldsOf(given));
    if (shown !== ABSENT) {
      copy[name] = shown;
    }
  }
  return copy;
}

function shownAs(name: string, given: Record<string, unknown>): unknown {
  let value: unknown;
  try {
    value = given[name];
  } catch {
    return ABSENT;
  }
  switch (typeof value) {
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      // As text: a report with a BigInt in it could not be written as JSON.
      return String(value);
    case 'string':
      return value.length < LONGEST_TEXT ? value : 'set';
    case 'object':
      return name === 'environment' ? value : value === null ? 'unset' : 'set';
    case 'function':
      return name === 'dataAdapter' ? 'set' : ABSENT;
    default:
      return ABSENT;
  }
}
