/**
 * Turns a user object into the texts that an engine takes (`Engine.setUser`).
 *
 * For an ordinary user the text for events and the text for evaluation are one and the same JSON,
 * so it is serialised once. What JSON cannot carry (NaN, Date, BigInt) travels beside it as
 * `ExoticValue`s, which only evaluation sees. Any other user (instance of a class, Proxy, hidden or
 * inherited fields, `toJSON`) is two: what property reads give to conditions, and what
 * JSON.stringify gives to events.
 */
import { fieldsOf } from '../host/fields';
import type { ExoticUser, ExoticValue } from '../engine/engine';
import type { AskedNames } from './asked-names';
import { convertsItself, tag } from './tagged-values';
import {
  completedText,
  jsonOfMember,
  jsonOfUser,
  lacksFields,
  quote,
  SECTIONS,
  type EnvironmentRule,
} from './user-json';
import {
  answeredNames,
  attribute,
  inheritedKeysOf,
  isOrdinary,
  keysOf,
  readOr,
} from './user-reader';

/** A user as an engine takes it. */
export interface EncodedUser {
  /** JSON object without `privateAttributes`; environment applied. */
  json: string;
  /** JSON of `privateAttributes`, '' when there are none. */
  privateJson: string;
  /** JSON of an `ExoticUser`, '' when the other two say it all. */
  exotic: string;
  /**
   * False when the object can change without its own data properties changing (getters, nested
   * objects).
   */
  isStable: boolean;
}

/** Encodes any object; never throws. Cost: about 1.5 µs for a plain user of 10 fields. */
export function encodeUser(
  user: object,
  environment: EnvironmentRule,
  asked: AskedNames,
): EncodedUser {
  return hasOrdinaryParts(user, asked)
    ? encodeOrdinary(user, environment)
    : encodeOdd(user, environment, asked);
}

/** True for a user that is what its keys say, sections included. */
export function hasOrdinaryParts(user: object, asked: AskedNames): boolean {
  try {
    const sections = fieldsOf(user);
    return (
      isOrdinary(user, asked) &&
      [...SECTIONS].every((name) => isOrdinarySection(sections[name], asked)) &&
      !losesFirst(sections['customIDs']) &&
      !losesFirst(sections['statsigEnvironment'])
    );
  } catch {
    return false;
  }
}

/**
 * Whether JSON may leave out the first of two keys that differ in case: of IDs and the environment,
 * which are looked up by any case, the first key counts, with or without a value.
 */
function losesFirst(section: unknown): boolean {
  if (typeof section !== 'object' || section === null) return false;
  const keys = Object.keys(section);
  if (!keys.some((key) => mayBeLeftOut(fieldsOf(section)[key]))) return false;
  return new Set(keys.map((key) => key.toLowerCase())).size < keys.length;
}

function mayBeLeftOut(value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return value === undefined || typeof value === 'function' || typeof value === 'symbol';
  return typeof fieldsOf(value)['toJSON'] === 'function';
}

function isOrdinarySection(section: unknown, asked: AskedNames): boolean {
  if (typeof section === 'function') return false;
  if (typeof section !== 'object' || section === null) return true;
  // Engines read lists by position.
  if (Array.isArray(section))
    return (
      Object.getOwnPropertyNames(section).length === section.length + 1 &&
      Object.getPrototypeOf(section) === Array.prototype
    );
  return isOrdinary(section, asked);
}

interface State {
  exotics: ExoticValue[];
  isStable: boolean;
}

function encodeOrdinary(user: object, environment: EnvironmentRule): EncodedUser {
  const state: State = { exotics: [], isStable: true };
  let json = '';
  let privateJson = '';
  let hasEnvironment = false;
  let isCompleted = false;
  for (const key of Object.keys(user)) {
    const value = readStable(user, key, state);
    if (key === 'statsigEnvironment' && environment.json !== '') {
      // statsig-node assigns to the user: a key that is there keeps its place.
      hasEnvironment = true;
      if (environment.overwrites || value === null || value === undefined) {
        json += `${json === '' ? '' : ','}"statsigEnvironment":${environment.json}`;
        continue;
      }
    }
    if (value === undefined) continue;
    let text = SECTIONS.has(key) ? section(key, value, state) : scalar([key], value, state);
    if (text === undefined) continue;
    if (key === 'statsigEnvironment' && lacksFields(value, environment)) {
      isCompleted = true;
      text = completedText(text, environment);
    }
    if (key === 'privateAttributes') privateJson = text === 'null' ? '' : text;
    else json += `${json === '' ? '' : ','}${quote(key)}:${text}`;
  }
  if (environment.json !== '' && !hasEnvironment) {
    json += `${json === '' ? '' : ','}"statsigEnvironment":${environment.json}`;
  }
  return {
    json: `{${json}}`,
    privateJson,
    exotic: exoticText({
      ...(isCompleted && { logged: jsonOfUser(user, environment).json }),
      values: state.exotics,
    }),
    isStable: state.isStable,
  };
}

/** A getter that throws makes its field missing, now; it is asked again at the next check. */
function readStable(fields: object, key: string, state: State): unknown {
  try {
    return fieldsOf(fields)[key];
  } catch {
    state.isStable = false;
    return undefined;
  }
}

/** `custom`, `customIDs` and the like: one level of attributes that conditions can name. */
function section(name: string, value: unknown, state: State): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return scalar([name], value, state);
  let json = '';
  for (const key of Object.keys(value)) {
    const text = scalar([name, key], readStable(value, key, state), state);
    if (text !== undefined) json += `${json === '' ? '' : ','}${quote(key)}:${text}`;
  }
  return `{${json}}`;
}

/** JSON of one attribute; undefined when JSON leaves it out. Notes what JSON loses. */
function scalar(path: ExoticValue['path'], value: unknown, state: State): string | undefined {
  const text = jsonOfMember(path[path.length - 1]!, value);
  if (value === undefined || value === null || isJsonScalar(value)) return text;
  const isFlat = isFlatArray(value);
  if (!isFlat && typeof value !== 'number') state.isStable = false;
  const tagged = tag(value);
  const isCarried = 'j' in tagged && text?.[0] === (Array.isArray(tagged.j) ? '[' : '{');
  if (!isCarried) state.exotics.push({ path, value: tagged });
  return text;
}

function isJsonScalar(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  );
}

function isFlatArray(value: unknown): boolean {
  try {
    return (
      Array.isArray(value) &&
      !convertsItself(value) &&
      value.every((item) => typeof item !== 'object' || item === null)
    );
  } catch {
    return false;
  }
}

function exoticText(user: ExoticUser): string {
  return user.values.length === 0 && user.logged === undefined ? '' : JSON.stringify(user);
}

/**
 * A user that is not what its keys say: the fields that conditions ask for, by reading them, and
 * the JSON for events.
 */
function encodeOdd(user: object, environment: EnvironmentRule, asked: AskedNames): EncodedUser {
  const state: State = { exotics: [], isStable: false };
  const fields = (object: unknown, section?: string): string => {
    const texts: string[] = [];
    for (const name of answeredNames(object, asked)) {
      if (section === undefined && (SECTIONS.has(name) || name === 'userID')) continue;
      addTo(
        texts,
        name,
        scalar(section === undefined ? [name] : [section, name], attribute(object, name), state),
      );
    }
    return texts.join();
  };
  const parts = [
    memberText('userID', scalar(['userID'], attribute(user, 'userID'), state)),
    fields(user),
  ];
  const custom = attribute(user, 'custom');
  if (isThere(custom)) parts.push(`"custom":{${fields(custom, 'custom')}}`);
  parts.push(memberText('customIDs', idsText(attribute(user, 'customIDs'), state, asked)));
  parts.push(memberText('statsigEnvironment', environmentText(user, environment, state)));
  const privates = attribute(user, 'privateAttributes');
  const privateJson = isThere(privates) ? `{${fields(privates, 'privateAttributes')}}` : '';
  const logged = jsonOfUser(user, environment).json;
  const json = `{${parts.filter((part) => part !== '').join()}}`;
  return {
    json,
    privateJson,
    exotic: exoticText({ logged, values: state.exotics }),
    isStable: false,
  };
}

function isThere(section: unknown): boolean {
  return section !== undefined && section !== null;
}

function hasFields(section: unknown): section is object {
  return (typeof section === 'object' && section !== null) || typeof section === 'function';
}

function memberText(name: string, text: string | undefined): string {
  return text === undefined ? '' : `${quote(name)}:${text}`;
}

function addTo(texts: string[], name: string, text: string | undefined): void {
  if (text !== undefined) texts.push(memberText(name, text));
}

/**
 * Custom IDs: those that loops meet, and apart from them those that only reading by name or
 * `for…in` finds.
 */
function idsText(ids: unknown, state: State, asked: AskedNames): string | undefined {
  if (!hasFields(ids)) return scalar(['customIDs'], ids, state);
  const own = new Set(keysOf(ids));
  const text = sectionText('customIDs', ids, own, state);
  const inherited = new Set(inheritedKeysOf(ids));
  for (const name of new Set([...inherited, ...asked.idTypes])) {
    const value = own.has(name) ? undefined : attribute(ids, name);
    if (value !== undefined)
      state.exotics.push({
        path: [inherited.has(name) ? 'inheritedIDs' : 'hiddenIDs', name],
        value: tag(value),
      });
  }
  return text;
}

function environmentText(
  user: object,
  environment: EnvironmentRule,
  state: State,
): string | undefined {
  const { json, overwrites } = environment;
  const own = json !== '' && overwrites ? undefined : attribute(user, 'statsigEnvironment');
  if (json !== '' && !isThere(own)) return json;
  if (!hasFields(own)) return scalar(['statsigEnvironment'], own, state);
  if (!lacksFields(own, environment))
    return sectionText('statsigEnvironment', own, keysOf(own), state);
  const present = keysOf(own).filter((key) => readOr(own, key, undefined) !== undefined);
  return completedText(sectionText('statsigEnvironment', own, present, state), environment);
}

/** Reading it throws. */
const MISSING = {};

/** JSON of IDs or of the environment. */
function sectionText(
  section: string,
  object: object,
  keys: Iterable<string>,
  state: State,
): string {
  const texts: string[] = [];
  for (const key of keys) {
    const value = readOr(object, key, MISSING);
    if (value === MISSING) continue;
    // What JSON leaves out keeps its place: see losesFirst.
    addTo(texts, key, scalar([section, key], value, state) ?? 'null');
    if (value === undefined) state.exotics.push({ path: [section, key], value: tag(value) });
  }
  return `{${texts.join()}}`;
}
