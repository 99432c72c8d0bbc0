/** A user in a slot: the logged text, the parsed fields, and what is derived from them once. */

import type { ExoticUser, UserAgentParts } from '../engine';
import type { OwnField } from './dialect';
import { type Hash64, hash64 } from './hashing';
import { type JsonObject, applyExotic, member, memberIgnoringCase } from './js-semantics';

/** A field and where it stands. */
interface Found {
  place: 'user' | 'custom' | 'private' | 'nowhere';
  value: unknown;
}

const SECTIONS = [
  ['custom', 'custom'],
  ['privateAttributes', 'private'],
] as const;
const NOT_FOUND: Found = { place: 'nowhere', value: undefined };

export class User {
  /**
   * Parsed, with private attributes. Usually an object; a primitive behaves as a user without
   * fields.
   */
  readonly data: unknown;
  userAgent: UserAgentParts | null = null;
  /** What pending events hold, so that they do not keep the parsed user in memory. */
  readonly logged: LoggedUser;
  /** Values of custom IDs that loops over the keys do not meet, and overrides do. */
  readonly inheritedIds: unknown[];
  private identity: Hash64 | null = null;

  /**
   * Unreadable JSON makes a user without fields: the facade wrote it, so that is a bug, but not the
   * caller's.
   * @param parsed what the texts say, where somebody has it: parsing was a third of a new user with
   * one check
   */
  constructor(json: string, privateJson: string, exotic: string, parsed?: object) {
    const { values, logged }: ExoticUser = exotic === '' ? NOT_EXOTIC : parseExotic(exotic);
    this.data = parsed ?? parseUser(json, privateJson, values);
    this.logged = { json: logged ?? json, pending: 0 };
    this.inheritedIds = values
      .filter(({ path }) => path[0] === 'inheritedIDs')
      .map(({ path }) => member(member(this.data, 'customIDs'), path[1] ?? ''));
  }

  /** BEHAVIOUR.md 3.5; null for an absent field name, undefined for a complete miss. */
  field(name: string | null, lower: string): unknown {
    const data = this.data;
    if (typeof data !== 'object' || name === null) return null;
    const custom = member(data, 'custom');
    const secret = member(data, 'privateAttributes');
    return (
      member(data, name) ??
      member(data, lower) ??
      member(custom, name) ??
      member(custom, lower) ??
      member(secret, name) ??
      member(secret, lower)
    );
  }

  /** Where `field` finds one, for explanations. */
  placeOf(name: string | null, lower: string): Found['place'] {
    const { data } = this;
    if (typeof data !== 'object' || name === null) return 'nowhere';
    const has = (object: unknown): boolean =>
      (member(object, name) ?? member(object, lower) ?? null) !== null;
    if (has(data)) return 'user';
    if (has(member(data, 'custom'))) return 'custom';
    return has(member(data, 'privateAttributes')) ? 'private' : 'nowhere';
  }

  /**
   * A field in dcs-v2 (NEWER.md 14): the user's own one if it says something, then the first
   * attribute that is there, which is undefined if it is null, then the user's own one by another
   * name.
   */
  newerField(name: string, lower: string, own: OwnField | null): Found {
    const { data } = this;
    if (typeof data !== 'object') return { place: 'nowhere', value: null };
    const ofUser = own === null ? undefined : member(data, own.name);
    const isFirst = own?.isFirst === true;
    if (isFirst && saysSomething(ofUser)) return { place: 'user', value: ofUser };
    // What else stands beside the sections is found as in dcs-v1.
    for (const key of [name, lower]) {
      const value = member(data, key);
      if (isFirst ? saysSomething(value) : value !== null && value !== undefined)
        return { place: 'user', value };
    }
    for (const [section, place] of SECTIONS) {
      const fields = member(data, section);
      const exact = member(fields, name);
      const value = exact === undefined ? member(fields, lower) : exact;
      if (value !== undefined) return { place, value: value ?? undefined };
    }
    return saysSomething(ofUser) ? { place: 'user', value: ofUser } : NOT_FOUND;
  }

  /** Unit ID for an ID type; null stands for `userID`. */
  unitId(idType: string | null, ignoresCase: boolean): unknown {
    if (idType === null) return member(this.data, 'userID');
    const customIds = member(this.data, 'customIDs');
    const exact = member(customIds, idType);
    return exact !== undefined
      ? exact
      : memberByLower(customIds, idType.toLowerCase(), ignoresCase);
  }

  environment(name: string | null, ignoresCase: boolean): unknown {
    if (name === null) return null;
    const fields = member(this.data, 'statsigEnvironment');
    const exact = ignoresCase ? undefined : member(fields, name);
    return exact !== undefined ? exact : memberByLower(fields, name.toLowerCase(), ignoresCase);
  }

  /** Hash of what BEHAVIOUR.md 7.6 takes from the user: userID and the values of customIDs. */
  identityHash(): Hash64 {
    if (this.identity === null) {
      const customIds = member(this.data, 'customIDs');
      const values =
        typeof customIds === 'object' && customIds !== null ? Object.values(customIds).join() : '';
      this.identity = hash64([member(this.data, 'userID'), values].join());
    }
    return this.identity;
  }

  /** The part of a sampling key that names the user (BEHAVIOUR.md 7.7). */
  samplingKey(): string {
    let key = `u:${String(member(this.data, 'userID') || '')};`;
    const customIds = member(this.data, 'customIDs');
    if (customIds)
      for (const [name, value] of Object.entries(customIds)) key += `${name}:${String(value)};`;
    return key;
  }
}

/** The text of a user in pending events. */
export interface LoggedUser {
  readonly json: string;
  /** Pending events that hold it; the text counts once towards the bound on bytes. */
  pending: number;
}

/** The user as events carry it: `privateAttributes` is null and comes last. */
export function eventJson({ json }: LoggedUser): string {
  if (!json.endsWith('}')) return json;
  const separator = json.length > 2 ? ',' : '';
  return `${json.slice(0, -1)}${separator}"privateAttributes":null}`;
}

const NOT_EXOTIC: ExoticUser = { values: [] };

function parseExotic(text: string): ExoticUser {
  try {
    const exotic: ExoticUser = JSON.parse(text);
    return Array.isArray(exotic.values) ? exotic : NOT_EXOTIC;
  } catch {
    return NOT_EXOTIC;
  }
}

function parseUser(json: string, privateJson: string, exotics: ExoticUser['values']): unknown {
  let data: unknown;
  try {
    data = JSON.parse(json) ?? {};
    if (typeof data !== 'object') return data;
    const fields = data as JsonObject;
    if (privateJson !== '') fields.privateAttributes = JSON.parse(privateJson);
    applyExotic(fields, exotics);
    return fields;
  } catch {
    return data ?? {};
  }
}

function memberByLower(object: unknown, lower: string, ignoresCase: boolean): unknown {
  return ignoresCase ? memberIgnoringCase(object, lower) : member(object, lower);
}

function saysSomething(value: unknown): boolean {
  return value !== null && value !== undefined && value !== '';
}
