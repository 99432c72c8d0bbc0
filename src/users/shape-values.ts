/** What the code of a shape calls (user-shape.ts): plain values, lists of them, and their texts. */
import { fieldsOf } from '../host/fields';
import { convertsItself } from './tagged-values';
import { needsNoEscape, quote } from './user-json';
import { HOLE, ITEM } from './user-template';

/** A copy of a list of plain items; undefined for anything else. */
export function listOf(value: unknown): unknown[] | undefined {
  return isPlainList(value) && value.every(isPlainItem) ? value.slice() : undefined;
}

function isPlainList(value: unknown): value is unknown[] {
  return Array.isArray(value) && fieldsOf(value)['toJSON'] === undefined && !convertsItself(value);
}

export function isPlainItem(item: unknown): boolean {
  return (
    item === null ||
    typeof item === 'string' ||
    typeof item === 'boolean' ||
    (typeof item === 'number' && Number.isFinite(item))
  );
}

export function isSameList(value: unknown, captured: readonly unknown[]): boolean {
  if (!isPlainList(value) || value.length !== captured.length) return false;
  for (let i = 0; i < captured.length; i++) if (value[i] !== captured[i]) return false;
  return true;
}

/** A text that stands for itself between quotes. */
export function isClean(value: unknown): boolean {
  return typeof value === 'string' && needsNoEscape(value);
}

export function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || value === null;
}

export function isListOfTexts(list: readonly unknown[]): boolean {
  return list.every((item) => typeof item === 'string');
}

/**
 * How many items, and each behind an `ITEM`, so that one with an `ITEM` in it makes one too many.
 */
export function textOfList(list: readonly string[]): string {
  let text = `${list.length}`;
  for (let i = 0; i < list.length; i++) text += ITEM + list[i]!;
  return text;
}

/** Two quotes an item and commas between them, instead of an `ITEM` each and their number. */
export function excessOf({ length }: readonly unknown[]): number {
  return length + Math.max(0, length - 1) - `${length}`.length;
}

export function holeFor(value: unknown): string {
  if (Array.isArray(value)) return `[${HOLE}]`;
  return typeof value === 'string' ? `"${HOLE}"` : HOLE;
}

export function jsonOf(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  return typeof value === 'number' && value !== 0 ? `${value}` : JSON.stringify(value);
}
