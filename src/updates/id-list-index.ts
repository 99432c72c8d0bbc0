import { fieldsOf } from '../host/fields';
import { textOf } from '../host/host';

/** An entry of the ID list index that can be used. */
export interface IdListEntry {
  name: string;
  url: string;
  fileID: string;
  creationTime: number;
  /** Bytes of the whole list. */
  size: number;
}

/** Lists of one index that are looked at; further ones are ignored. */
const MAX_ID_LISTS = 10_000;

export interface IdListIndex {
  names: Set<string>;
  /** Those that can be used. */
  entries: IdListEntry[];
  /**
   * Lists that it does not name are gone. Not so when it holds anything that is no entry: it may be
   * something else.
   */
  isComplete: boolean;
}

/**
 * Null when it is no index: no object, or one without a single entry, as a gateway's account of an
 * error.
 */
export function parseIndex(bytes: Uint8Array): IdListIndex | null {
  const index = parseJson(textOf(bytes));
  if (typeof index !== 'object' || index === null || Array.isArray(index)) return null;
  const named = Object.entries(index).slice(0, MAX_ID_LISTS);
  const entries = named.flatMap(([name, entry]) => readEntry(name, entry));
  if (entries.length === 0 && named.length > 0) return null;
  return {
    names: new Set(named.map(([name]) => name)),
    entries,
    isComplete: entries.length === named.length,
  };
}

/** url and fileID must be texts; a creationTime that is no number counts as 0. */
function readEntry(name: string, value: unknown): IdListEntry[] {
  const { url, fileID, creationTime, size } = fieldsOf(value ?? {});
  if (typeof url !== 'string' || typeof fileID !== 'string') return [];
  return [{ name, url, fileID, creationTime: numberOr0(creationTime), size: numberOr0(size) }];
}

/** What an adapter holds as the index. */
export interface StoredIndex {
  names: string[];
  /**
   * False for an object without a single entry: any other JSON, an account of an error say, has
   * names as well.
   */
  isCertain: boolean;
}

/** An array of names, or an object by name. Null when it is neither. */
export function storedIndex(value: string | object): StoredIndex | null {
  const text = value instanceof Uint8Array ? textOf(value) : value;
  const index = typeof text === 'string' ? parseJson(text) : text;
  if (typeof index !== 'object' || index === null) return null;
  if (Array.isArray(index)) {
    const names = index.filter((name): name is string => typeof name === 'string');
    return { names: names.slice(0, MAX_ID_LISTS), isCertain: true };
  }
  const names = Object.keys(index).slice(0, MAX_ID_LISTS);
  const isEntry = (name: string): boolean => {
    const entry = fieldsOf(index)[name];
    return typeof entry === 'object' && entry !== null && !Array.isArray(entry);
  };
  return { names, isCertain: names.length === 0 || names.some(isEntry) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function numberOr0(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
