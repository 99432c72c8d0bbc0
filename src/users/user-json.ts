/**
 * The JSON of users as events and clients get it: what `JSON.stringify` makes of them, `toJSON` of
 * the user and of its parts included, so that what they leave out goes nowhere. Where
 * JSON.stringify throws, only the attribute that it stumbles over is lost: a getter that throws is
 * a missing field, a cycle or a failing `toJSON` null. Never throws.
 */
import { fieldsOf } from '../host/fields';
import { read } from './user-reader';

/** How the environment is applied (BEHAVIOUR.md 3.9). */
export interface EnvironmentRule {
  /** JSON text of the environment, '' for none. */
  json: string;
  /** True: replaces the user's own; false: only fills a missing one (client-initialize). */
  overwrites: boolean;
  /**
   * Its fields, where evaluation finds those that a user's own lacks (dcs-v2, NEWER.md 14). The
   * user is logged as it came.
   */
  completes?: readonly string[];
}

/** The document of a user, in two parts. */
export interface UserJson {
  /**
   * JSON of the user without `privateAttributes`; 'null' for a user of whom nothing may be told.
   */
  json: string;
  /** JSON of the document's `privateAttributes`, '' when there are none. */
  privateJson: string;
}

/** A value that nests deeper counts as null: engines bound the nesting of what they parse. */
export const MOST_NESTING = 200;
/** Parts of a user whose members are attributes. */
export const SECTIONS: ReadonlySet<string> = new Set([
  'custom',
  'customIDs',
  'privateAttributes',
  'statsigEnvironment',
]);

const NO_ESCAPE_NEEDED = /^[\x20\x21\x23-\x5b\x5d-\x7e\u00a0-\ud7ff\ue000-\uffff]*$/;
/** Users keep their own. */
export const NO_ENVIRONMENT: EnvironmentRule = { json: '', overwrites: true };
const NOTHING: UserJson = { json: 'null', privateJson: '' };
const WRAPPERS = [Number, String, Boolean, BigInt];

/** True for a text that JSON writes as it is. */
export function needsNoEscape(text: string): boolean {
  return NO_ESCAPE_NEEDED.test(text);
}

/** JSON string literal; skips the escaper for the text that needs none, which is nearly all. */
export function quote(text: string): string {
  return NO_ESCAPE_NEEDED.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** See the head of this file. The environment is in it as if the user had it. */
export function jsonOfUser(user: object, environment: EnvironmentRule): UserJson {
  const rule = isEnvironmentNeeded(user, environment) ? environment : NO_ENVIRONMENT;
  try {
    const { toJSON } = fieldsOf(user);
    return typeof toJSON === 'function'
      ? jsonByItself(user, toJSON as ToJson, rule)
      : jsonOfDocument(user, rule);
  } catch {
    return NOTHING;
  }
}

/** What `JSON.parse` makes of the document; null when nothing may be told. */
export function clonedUser(
  user: object,
  environment: EnvironmentRule,
): Record<string, unknown> | null {
  const { json, privateJson } = jsonOfUser(user, environment);
  const clone: Record<string, unknown> | null = JSON.parse(json);
  if (privateJson !== '' && clone !== null) clone['privateAttributes'] = JSON.parse(privateJson);
  return clone;
}

/**
 * `"key":value` without the key, as JSON.stringify writes a member; undefined when it leaves the
 * member out.
 */
export function jsonOfMember(key: string, value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? `${value === 0 ? 0 : value}` : 'null';
    default:
      return value === null ? 'null' : jsonOfObject(key, value);
  }
}

/** Whether evaluation finds more in a user's own environment than the user brings along. */
export function lacksFields(own: unknown, { completes = [] }: EnvironmentRule): boolean {
  return (
    typeof own === 'object' && own !== null && completes.some((key) => read(own, key) === undefined)
  );
}

/** The text of a user's own environment and the fields that it lacks. */
export function completedText(own: string, { json }: EnvironmentRule): string {
  return own.startsWith('{')
    ? JSON.stringify({ ...(JSON.parse(json) as object), ...(JSON.parse(own) as object) })
    : own;
}

type ToJson = (key: string) => unknown;

function isEnvironmentNeeded(user: object, { json, overwrites }: EnvironmentRule): boolean {
  return json !== '' && (overwrites || (read(user, 'statsigEnvironment') ?? null) === null);
}

/**
 * `toJSON` is asked of a copy that has the environment, as the user itself must not be changed. One
 * that needs the very object (private fields) is asked of that; the environment then stands where
 * it names one.
 */
function jsonByItself(user: object, toJSON: ToJson, rule: EnvironmentRule): UserJson {
  if (rule.json === '') return jsonOfDocument(toJSON.call(user, ''), rule);
  let document: unknown;
  try {
    document = toJSON.call(copyWith(user, JSON.parse(rule.json)), '');
  } catch {
    document = toJSON.call(user, '');
    if (
      typeof document === 'object' &&
      document !== null &&
      Object.prototype.hasOwnProperty.call(document, 'statsigEnvironment')
    )
      return jsonOfDocument(document, rule);
  }
  return jsonOfDocument(document, NO_ENVIRONMENT);
}

/**
 * Has the user's own fields, for a `toJSON` that spreads them, and reads others through the user.
 */
function copyWith(user: object, statsigEnvironment: unknown): object {
  const own = Object.getOwnPropertyDescriptors(user);
  const environment = {
    value: statsigEnvironment,
    writable: true,
    enumerable: true,
    configurable: true,
  };
  return Object.create(user, { ...own, statsigEnvironment: environment });
}

/** The JSON of what a `toJSON` gave. A text, a number or a list is no user. */
function jsonOfDocument(document: unknown, rule: EnvironmentRule): UserJson {
  return isFieldObject(document) ? jsonOfFields(document, rule) : NOTHING;
}

function jsonOfFields(document: object, rule: EnvironmentRule): UserJson {
  let json = '';
  let privateJson = '';
  let hasEnvironment = false;
  for (const key of Object.keys(document)) {
    let text: string | undefined;
    if (key === 'statsigEnvironment' && rule.json !== '') {
      // statsig-node assigns to the user: a key that is there keeps its place.
      hasEnvironment = true;
      text = rule.json;
    } else
      text = SECTIONS.has(key)
        ? jsonOfSection(key, read(document, key))
        : jsonOfMember(key, read(document, key));
    if (text === undefined) continue;
    if (key === 'privateAttributes') privateJson = text === 'null' ? '' : text;
    else json += `${json === '' ? '' : ','}${quote(key)}:${text}`;
  }
  if (rule.json !== '' && !hasEnvironment)
    json += `${json === '' ? '' : ','}"statsigEnvironment":${rule.json}`;
  return { json: `{${json}}`, privateJson };
}

function jsonOfObject(key: string, value: unknown): string | undefined {
  // As a member of that name it would be called for the object around it.
  if (key === 'toJSON' && typeof value === 'function') return undefined;
  let text: string | undefined;
  try {
    const whole = JSON.stringify({ [key]: value });
    text = whole === '{}' ? undefined : whole.slice(JSON.stringify(key).length + 2, -1);
  } catch {
    // The value as a whole is lost: parts of what JSON.stringify refuses (a request, say) were
    // never meant to be told.
    text = typeof value === 'bigint' ? `"${value}"` : 'null';
  }
  return text !== undefined && nestsDeeper(text, MOST_NESTING) ? 'null' : text;
}

/** A section of which one attribute is refused keeps the others. */
function jsonOfSection(key: string, section: unknown): string | undefined {
  const text = jsonOfMember(key, section);
  if (
    text !== 'null' ||
    section === null ||
    (typeof section !== 'object' && typeof section !== 'function')
  )
    return text;
  try {
    const { toJSON }: { toJSON?: unknown } = section;
    const given: unknown = typeof toJSON === 'function' ? toJSON.call(section, key) : section;
    if (!isFieldObject(given)) return text;
    const members = Object.keys(given).map(
      (name) => [name, jsonOfMember(name, read(given, name))] as const,
    );
    return `{${members
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `${quote(name)}:${member}`)
      .join()}}`;
  } catch {
    return text;
  }
}

/** Whether JSON.stringify would write the members of a value. */
function isFieldObject(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !WRAPPERS.some((wrapper) => value instanceof wrapper)
  );
}

/** Whether lists and objects of a JSON text nest deeper than `levels`. */
function nestsDeeper(text: string, levels: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) at = endOfString(text, at);
    else if (unit === 0x5b || unit === 0x7b) {
      if (++depth > levels) return true;
    } else if (unit === 0x5d || unit === 0x7d) depth--;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== 0x22)
    at += text.charCodeAt(at) === 0x5c ? 2 : 1;
  return at;
}
