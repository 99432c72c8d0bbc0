/** The newer SDK's class of users: a plain user of ours behind getters and setters. */
import type { StatsigUser as PlainUser } from '../types/user';

type Scalar = string | number | boolean;
type Attributes = Record<string, Scalar | Array<Scalar>>;
type GivenAttributes = Record<
  string,
  Scalar | Array<Scalar> | null | undefined | Record<string, unknown>
>;
type Environment = { tier?: string; [key: string]: string | undefined };

/** What a user may have beside IDs. */
export interface StatsigUserArgs {
  /** The user's ID in your system; decides in which part of a rollout the user is. */
  userID?: string;
  /** Other units of rollouts and experiments, for example `{ companyID: 'c' }`. */
  customIDs?: Record<string, string>;
  /** What conditions on email look at. Logged with events. */
  email?: string;
  /** IPv4 or IPv6 address; the country is looked up by it where `country` is not given. */
  ip?: string;
  /** The header `User-Agent`; conditions on browser and operating system read it. */
  userAgent?: string;
  /** Two letters, for example `NZ`. Default: looked up by `ip`. */
  country?: string;
  /** For example `en_US`. */
  locale?: string;
  /** For example `1.2.3`; compared part by part. */
  appVersion?: string;
  /** The user's own environment; hides the option `environment`. */
  statsigEnvironment?: Environment | undefined;
  /** Attributes of your own. Logged with events. */
  custom?: GivenAttributes;
  /** Attributes that conditions see and that are never logged nor sent to clients. */
  privateAttributes?: Record<string, Scalar | Array<Scalar> | Record<string, unknown>>;
}

const TEXTS = ['email', 'ip', 'userAgent', 'country', 'locale', 'appVersion'] as const;
const SECTIONS = ['statsigEnvironment', 'custom', 'privateAttributes'] as const;

/** Whom everything is evaluated for. Changes count from the next call on. */
export class StatsigUser {
  readonly #plain: Record<string, unknown>;

  /** @throws Error for an ID or text of another type, and a null; TypeError for no arguments */
  constructor(
    args: ({ userID: string } | { customIDs: Record<string, string> }) & StatsigUserArgs,
  ) {
    if (args === null || args === undefined)
      throw new TypeError('A StatsigUser needs a userID or customIDs');
    const { userID, customIDs } = args;
    this.#plain = {};
    if (userID !== undefined || customIDs == null) this.put('userID', text('userID', userID ?? ''));
    if (customIDs != null) this.put('customIDs', section('customIDs', customIDs));
    for (const name of TEXTS) if (args[name] !== undefined) this.put(name, text(name, args[name]));
    for (const name of SECTIONS)
      if (args[name] !== undefined) this.put(name, section(name, args[name]));
  }

  /** A user with an ID and nothing else. */
  static withUserID(userId: string): StatsigUser {
    return new StatsigUser({ userID: userId });
  }

  /** A user with custom IDs and nothing else. */
  static withCustomIDs(customIds: Record<string, string>): StatsigUser {
    return new StatsigUser({ customIDs: customIds });
  }

  /** @internal The user as it is evaluated: one object each time, and whatever else is given. */
  static plainOf(user: unknown): PlainUser {
    const isOurs = typeof user === 'object' && user !== null && #plain in user;
    return (isOurs ? user.#plain : user) as PlainUser;
  }

  /** The user's ID in your system; decides in which part of a rollout the user is. */
  get userID(): string | null {
    return this.textOf('userID');
  }
  /** Counts from the next call on; null takes it away. */
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  set userID(value: any) {
    this.put('userID', value == null ? null : scalar('userID', value));
  }
  /** Other units of rollouts and experiments, for example `{ companyID: 'c' }`. */
  get customIDs(): Record<string, string> | null {
    return this.sectionOf('customIDs');
  }
  /** Counts from the next call on; null takes it away. */
  set customIDs(value: Record<string, string> | null) {
    this.put('customIDs', value == null ? null : section('customIDs', value));
  }
  /** Attributes of your own. Logged with events. */
  get custom(): Attributes | null {
    return this.sectionOf('custom');
  }
  /** Counts from the next call on; null takes it away. */
  set custom(value: Attributes | null) {
    this.put('custom', value == null ? null : section('custom', value));
  }
  /** Attributes that conditions see and that are never logged nor sent to clients. */
  get privateAttributes(): Attributes | null {
    return this.sectionOf('privateAttributes');
  }
  /** Counts from the next call on; null takes it away. */
  set privateAttributes(value: Attributes | null) {
    this.put('privateAttributes', value == null ? null : section('privateAttributes', value));
  }
  /** The user's own environment; hides the option `environment`. */
  get statsigEnvironment(): Record<string, string> | null {
    return this.sectionOf('statsigEnvironment');
  }
  /** Counts from the next call on; null takes it away. */
  set statsigEnvironment(value: Environment | undefined) {
    this.put('statsigEnvironment', value == null ? null : section('statsigEnvironment', value));
  }
  /** What conditions on email look at. Logged with events. */
  get email(): string | null {
    return this.textOf('email');
  }
  /** Counts from the next call on; null takes it away. */
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  set email(value: any) {
    this.put('email', value == null ? null : scalar('email', value));
  }
  /** IPv4 or IPv6 address; the country is looked up by it where `country` is not given. */
  get ip(): string | null {
    return this.textOf('ip');
  }
  /** Counts from the next call on; null takes it away. */
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  set ip(value: any) {
    this.put('ip', value == null ? null : scalar('ip', value));
  }
  /** The header `User-Agent`; conditions on browser and operating system read it. */
  get userAgent(): string | null {
    return this.textOf('userAgent');
  }
  /** Counts from the next call on; null takes it away. */
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  set userAgent(value: any) {
    this.put('userAgent', value == null ? null : scalar('userAgent', value));
  }
  /** Two letters, for example `NZ`. Default: looked up by `ip`. */
  get country(): string | null {
    return this.textOf('country');
  }
  /** Counts from the next call on; null takes it away. */
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  set country(value: any) {
    this.put('country', value == null ? null : scalar('country', value));
  }
  /** For example `en_US`. */
  get locale(): string | null {
    return this.textOf('locale');
  }
  /** Counts from the next call on; null takes it away. */
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  set locale(value: any) {
    this.put('locale', value == null ? null : scalar('locale', value));
  }
  /** For example `1.2.3`; compared part by part. */
  get appVersion(): string | null {
    return this.textOf('appVersion');
  }
  /** Counts from the next call on; null takes it away. */
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  set appVersion(value: any) {
    this.put('appVersion', value == null ? null : scalar('appVersion', value));
  }

  /** What `JSON.stringify` writes: all but private attributes. */
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  toJSON(): any {
    const { privateAttributes: _, ...told } = this.#plain;
    return { ...told };
  }

  private put(name: string, value: unknown): void {
    if (value === null) delete this.#plain[name];
    else this.#plain[name] = value;
  }

  private textOf(name: string): string | null {
    const value = this.#plain[name] ?? null;
    return value === null ? null : String(value);
  }

  private sectionOf<T>(name: string): T | null {
    const value = this.#plain[name];
    return value === undefined ? null : ({ ...value } as T);
  }
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw wrongType(name, 'a string', value, 'StringExpected');
}

/** Setters take numbers and booleans, too, as there; getters give their text. */
function scalar(name: string, value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? value : text(name, value);
}

/** A copy, so that later changes to the caller's object do not count; of no object what it has. */
function section(name: string, value: unknown): Record<string, unknown> {
  if (value === null) throw wrongType(name, 'an object', value, 'ObjectExpected');
  const entries = Object.entries(Object(value) as object);
  return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined));
}

function wrongType(name: string, wanted: string, value: unknown, code: string): Error {
  const got = value === null ? 'null' : typeof value;
  return Object.assign(new Error(`${name} of a StatsigUser must be ${wanted}, got ${got}`), {
    code,
  });
}
