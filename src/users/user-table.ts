/**
 * Which user lives in which slot of the engine.
 *
 * Users are found by content, not by identity: services build a new object per request for a user
 * they have seen before, and others change an object between two checks. A record is found by the
 * user's ID and trusted only if every field still is what was encoded. (A WeakMap by identity was
 * measured too: 4 µs per new user, most of it garbage collection, and no hit for an equal user in a
 * new object.)
 *
 * Bounded: a user whose slot was taken is encoded again when next seen (about 2 µs). Most newcomers
 * of a service are seen for one request, so seven of eight share a small ring of slots, whose
 * memory stays in the processor's cache and whose records die before the garbage collector moves
 * them: a newcomer's first check costs a fifth less (bench/NOTES.md). Every eighth gets a slot of
 * the large ring: who comes back again and again is there soon, and stays eight times as long. Two
 * records are kept per ID, so that two views of one user (say, from two devices) don't evict one
 * another.
 */
import { fieldsOf } from '../host/fields';
import type { StatsigUser } from '../types/user';
import { AskedNames, NO_NAMES, type IsProxy, type NamesOfPayload } from './asked-names';
import type { UserAdditions } from './user-additions';
import { encodeUser, hasOrdinaryParts, type EncodedUser } from './user-encoder';
import { UserIndex, type Indexed } from './user-index';
import { lacksFields, type EnvironmentRule } from './user-json';
import { read } from './user-reader';
import { compileShape, type UserShape } from './user-shape';
import { UserSnapshot } from './user-snapshot';

/** Shapes tried for a new user, most recently compiled first. */
const SHAPES_TRIED = 8;
/** Shapes compiled in the life of a table; after that, users of other shapes are walked. */
const SHAPES_COMPILED = 64;

/** Slots of the small ring. */
export const PASSING_SLOTS = 128;
/** One newcomer of so many goes to the large ring. */
export const NEWCOMERS_PER_STAY = 8;

/**
 * True when the user has a string or number `userID` (even an empty one) or at least one custom ID;
 * also when it does not let itself be looked at, which is no mistake of the caller's: such a user
 * has no ID.
 */
export function isIdentifiable(user: unknown): user is StatsigUser {
  if (typeof user !== 'object' || user === null) return false;
  try {
    const { userID }: { userID?: unknown } = user;
    if (typeof userID === 'string' || typeof userID === 'number') return true;
    const { customIDs }: { customIDs?: unknown } = user;
    return typeof customIDs === 'object' && customIDs !== null && Object.keys(customIDs).length > 0;
  } catch {
    return true;
  }
}

/** A user as the table knows it. */
export class UserRecord implements Indexed<UserRecord> {
  /**
   * Version of the answers that this row belongs to; -1 when it has none, as after its slot was
   * taken.
   */
  version = -1;
  /** First cell of this user's row in the answer memo. */
  row = 0;
  /** Layer parameters whose exposure was recorded: see parameter-exposures.ts. */
  parameters: Set<number> | null = null;
  parametersWindow = 0;
  /**
   * UTF-16 units of the texts that were encoded; Infinity where they do not say all of the user.
   */
  textLength = 0;
  /** How many specs to evaluate beyond the one that is asked for: see read-ahead.ts. */
  ahead = 0;
  /**
   * What was encoded: values of a compiled shape, else a snapshot; neither means that it must be
   * encoded each time.
   */
  shape: UserShape | null = null;
  values: unknown[] | null = null;
  snapshot: UserSnapshot | null = null;
  /**
   * Kept for users without shape and snapshot only: retained texts make every garbage collection
   * dearer.
   */
  encoded: EncodedUser | null = null;
  /** What conditions read is what JSON says. */
  isJson = true;
  environment: EnvironmentRule | null = null;
  /** The other record with the same key, less recently made. */
  twin: UserRecord | null = null;
  next: UserRecord | null = null;

  /** @param slot -1 until it is known to need one */
  constructor(
    public slot: number,
    readonly key: string,
    readonly hash: number,
  ) {}
}

/** Where encoded users go; `Engine` fits. */
export interface UserSink {
  /** Whether `parsed` is of use. */
  readonly takesParsed?: boolean;
  setUser(slot: number, json: string, privateJson: string, exotic: string, parsed?: object): void;
  /** False: this user is to be set by its JSON. */
  setUserValues(slot: number, template: string, values: string): boolean;
}

/** See the head of this file. */
export class UserTable {
  /** The latest record of each key. */
  private readonly records: UserIndex<UserRecord>;
  private owners: (UserRecord | undefined)[];
  /**
   * Users that were given a slot; says which one is next in the small ring, and in the large one
   * behind it.
   */
  private newcomers = 0;
  private lastUser: object | null = null;
  private lastRecord: UserRecord | null = null;
  private environment: EnvironmentRule = { json: '', overwrites: true };
  private asked: AskedNames;
  private shapes: UserShape[] = [];
  private compiled = 0;

  /** @param capacity number of slots used, at most the engine's. */
  constructor(
    private readonly sink: UserSink,
    private capacity: number,
    private readonly isProxy: IsProxy = null,
    private readonly additions: UserAdditions | null = null,
  ) {
    this.owners = new Array<UserRecord | undefined>(capacity);
    this.records = new UserIndex(capacity);
    this.asked = new AskedNames(NO_NAMES, isProxy);
  }

  /**
   * Conditions ask for these names from now on. Forgets everybody when some are new: they may
   * answer to them.
   */
  ask(names: NamesOfPayload): void {
    if (this.asked.covers(names)) return;
    this.asked = new AskedNames(names, this.isProxy);
    this.shapes = [];
    this.compiled = 0;
    this.resize(this.capacity);
  }

  /** Whether a copy of the user's keys would answer as the user does. */
  isCopyable(user: object): boolean {
    return hasOrdinaryParts(user, this.asked);
  }

  /** Applies to users from now on; those already encoded are encoded again when seen. */
  setEnvironment(environment: EnvironmentRule): void {
    this.environment = environment;
  }

  /** Fewer or more slots, or an engine that knows nobody yet; forgets everybody. */
  resize(capacity: number): void {
    for (const owner of this.owners) if (owner !== undefined) owner.version = -1;
    this.capacity = capacity;
    this.owners = new Array<UserRecord | undefined>(capacity);
    this.records.clear(capacity);
    this.newcomers = 0;
    this.lastUser = null;
  }

  /**
   * The record of a user, its slot holding exactly what the object says now. Warm: about 50 ns for
   * 10 fields. Never throws, whatever getters and Proxies do.
   */
  acquire(given: object): UserRecord {
    const user = this.additions === null ? given : this.withAdditions(given);
    const { lastRecord } = this;
    if (user === this.lastUser && lastRecord !== null && this.isSame(lastRecord, user))
      return lastRecord;
    const record = this.find(user);
    this.lastUser = user;
    this.lastRecord = record;
    return record;
  }

  /** The user as it is evaluated and logged. Never throws. */
  withAdditions(user: object): object {
    const { additions } = this;
    if (additions === null) return user;
    try {
      return additions.to(user, isPlain(user) && this.isCopyable(user));
    } catch {
      return user;
    }
  }

  private isSame(record: UserRecord, user: object): boolean {
    try {
      return this.isCurrent(record, user);
    } catch {
      return false;
    }
  }

  private find(user: object): UserRecord {
    let key = '';
    let hash = 0;
    try {
      key = keyOf(user);
      hash = this.records.hash(key);
      const first = this.records.get(key, hash);
      if (first !== null && isPlain(user)) {
        if (this.isKnown(first, user)) return first;
        if (first.twin !== null && this.isKnown(first.twin, user)) return first.twin;
      }
    } catch {
      // A getter threw. The walk leaves that field out.
    }
    return this.prepare(user, key, hash);
  }

  /**
   * As `isCurrent` for an object that was not looked at before: it may have more to say than its
   * keys.
   */
  private isKnown(record: UserRecord, user: object): boolean {
    if (!this.isCurrent(record, user)) return false;
    return record.shape !== null ? !record.shape.hides(user) : hasOrdinaryParts(user, this.asked);
  }

  private isCurrent(record: UserRecord, user: object): boolean {
    if (record.environment !== this.environment) return false;
    if (record.shape !== null) return record.shape.matches(user, record.values!);
    return record.snapshot !== null && record.snapshot.matches(user);
  }

  private prepare(user: object, key: string, hash: number): UserRecord {
    const record = new UserRecord(-1, key, hash);
    const shape = this.capture(user, record);
    if (shape !== null && !this.sink.takesParsed && this.setByValues(record, shape)) return record;
    const encoded =
      shape !== null ? shape.encode(record.values!, this.environment) : this.walk(user, record);
    // An unstable user whose texts are what they were keeps its slot and its answers.
    const same = record.slot < 0 ? sameOf(this.records.get(key, hash), encoded) : null;
    if (same !== null) return this.refresh(same, record);
    if (record.slot < 0) this.place(record);
    record.textLength = record.isJson ? encoded.json.length + encoded.privateJson.length : Infinity;
    if (record.shape === null && record.snapshot === null) record.encoded = encoded;
    const parsed =
      this.sink.takesParsed && shape !== null
        ? shape.parsed(record.values!, this.environment)
        : undefined;
    this.sink.setUser(record.slot, encoded.json, encoded.privateJson, encoded.exotic, parsed);
    return record;
  }

  /**
   * Places the user and tells the engine its values. False when the engine is to be told its JSON.
   */
  private setByValues(record: UserRecord, shape: UserShape): boolean {
    const template = shape.template(this.environment);
    const values = template === null ? '' : shape.joined(record.values!);
    if (template === null || values === '') return false;
    this.place(record);
    record.textLength = template.fixedLength + values.length + shape.listExcess(record.values!);
    return this.sink.setUserValues(record.slot, template.text, values);
  }

  /** Gives a record its slot: that of the second record with its key, or another one. */
  private place(record: UserRecord): void {
    const { key, hash } = record;
    const replaced = this.records.get(key, hash)?.twin ?? null;
    if (replaced !== null) replaced.version = -1;
    record.slot = replaced?.slot ?? this.takeSlot();
    // Taking a slot may have evicted the first record.
    const twin = this.records.get(key, hash);
    record.environment = this.environment;
    record.twin = twin;
    if (twin !== null) twin.twin = null;
    this.owners[record.slot] = record;
    this.records.set(record);
  }

  private refresh(record: UserRecord, from: UserRecord): UserRecord {
    record.shape = from.shape;
    record.values = from.values;
    record.snapshot = from.snapshot;
    record.isJson = from.isJson;
    record.environment = this.environment;
    return record;
  }

  private takeSlot(): number {
    const slot = this.nextSlot();
    const evicted = this.owners[slot];
    if (evicted !== undefined) this.forget(evicted);
    return slot;
  }

  private nextSlot(): number {
    const passing = Math.min(PASSING_SLOTS, this.capacity);
    const staying = this.capacity - passing;
    const before = this.newcomers++;
    if (staying === 0) return before % passing;
    const stayed = Math.floor(before / NEWCOMERS_PER_STAY);
    const stays = before % NEWCOMERS_PER_STAY === NEWCOMERS_PER_STAY - 1;
    return stays ? passing + (stayed % staying) : (before - stayed) % passing;
  }

  private forget(record: UserRecord): void {
    record.version = -1;
    if (this.lastRecord === record) this.lastUser = null;
    const first = this.records.get(record.key, record.hash);
    if (first === record) {
      if (record.twin === null) this.records.delete(record);
      else this.records.set(record.twin);
    } else if (first?.twin === record) {
      first.twin = null;
    }
  }

  /** Takes the user's values by a compiled shape; null when none takes it. */
  private capture(user: object, record: UserRecord): UserShape | null {
    try {
      if (!isPlain(user) || this.isCompleted(user)) return null;
      for (const shape of this.shapes) if (captured(user, record, shape)) return shape;
      const shape = this.compile(user);
      return shape !== null && captured(user, record, shape) ? shape : null;
    } catch {
      record.values = null;
      return null;
    }
  }

  /** What such users are for conditions is not what they are in events. */
  private isCompleted(user: object): boolean {
    const { environment } = this;
    return (
      environment.completes !== undefined &&
      lacksFields(read(user, 'statsigEnvironment'), environment)
    );
  }

  private walk(user: object, record: UserRecord): EncodedUser {
    const encoded = encodeUser(user, this.environment, this.asked);
    if (encoded.isStable) record.snapshot = snapshotOf(user);
    record.isJson = encoded.exotic === '';
    return encoded;
  }

  private compile(user: object): UserShape | null {
    if (this.compiled >= SHAPES_COMPILED) return null;
    const shape = compileShape(user, this.asked);
    if (shape === null) return null;
    this.compiled++;
    this.shapes = [shape, ...this.shapes].slice(0, SHAPES_TRIED);
    return shape;
  }
}

function captured(user: object, record: UserRecord, shape: UserShape): boolean {
  record.values = shape.capture(user);
  if (record.values !== null && shape.hides(user)) record.values = null;
  record.shape = record.values === null ? null : shape;
  return record.values !== null;
}

/** Null when a getter throws this time. */
function snapshotOf(user: object): UserSnapshot | null {
  try {
    return new UserSnapshot(user);
  } catch {
    return null;
  }
}

/** False for instances of classes, which no shape takes. */
function isPlain(user: object): boolean {
  const proto: unknown = Object.getPrototypeOf(user);
  return proto === Object.prototype || proto === null;
}

/** Users with different keys are different; equal keys are only a hint. */
function keyOf(user: object): string {
  const { userID, customIDs }: { userID?: unknown; customIDs?: unknown } = user;
  if (typeof userID === 'string' && userID !== '') return userID;
  if (typeof userID === 'number') return `${userID}`;
  if (typeof customIDs === 'object' && customIDs !== null) {
    for (const name in customIDs) {
      if (!Object.prototype.hasOwnProperty.call(customIDs, name)) continue;
      const id = fieldsOf(customIDs)[name];
      if (typeof id === 'string') return id;
    }
  }
  return '';
}

/** Of two records with one key, the one that was encoded to the same texts. */
function sameOf(first: UserRecord | null, encoded: EncodedUser): UserRecord | null {
  if (first === null || isSame(first.encoded, encoded)) return first;
  return first.twin !== null && isSame(first.twin.encoded, encoded) ? first.twin : null;
}

function isSame(a: EncodedUser | null, b: EncodedUser): boolean {
  return (
    a !== null && a.json === b.json && a.privateJson === b.privateJson && a.exotic === b.exotic
  );
}
