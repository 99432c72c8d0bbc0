/**
 * What the SDK adds to every user: `globalCustomFields`, and the country that the application finds
 * for an address. They go into a copy; the caller's object stays as it is.
 */
import { fieldsOf } from '../host/fields';
import { clonedUser } from './user-json';
import { attribute } from './user-reader';

/** Custom fields by name; those of a user win. */
export type GlobalFields = Readonly<Record<string, unknown>>;

/** As the option `countryLookup`. */
type CountryLookup = (address: string) => string | null | undefined;

const NO_ENVIRONMENT = { json: '', overwrites: true };

/** See the head of this file. */
export class UserAdditions {
  constructor(
    private readonly fields: GlobalFields | null,
    private readonly country: CountryLookup | null,
  ) {}

  /** Null when there is nothing to add to anybody. */
  static of(fields: GlobalFields | null, country: CountryLookup | null): UserAdditions | null {
    return fields === null && country === null ? null : new UserAdditions(fields, country);
  }

  /**
   * The user with them. `isCopyable`: its keys are all that it says; any other user is replaced by
   * what JSON says of it, and stays as it is where that is nothing.
   */
  to(user: object, isCopyable: boolean): object {
    const added = this.country === null ? null : this.countryOf(user);
    if (this.fields === null && added === null) return user;
    const copy = isCopyable ? { ...user } : clonedUser(user, NO_ENVIRONMENT);
    if (copy === null) return user;
    if (this.fields !== null) join(copy, 'custom', this.fields);
    if (added !== null) join(copy, 'privateAttributes', { country: added });
    return copy;
  }

  /** Only for users whose country nobody else finds. */
  private countryOf(user: object): string | null {
    const own = attribute(user, 'country');
    const address = attribute(user, 'ip');
    const isAsked = typeof address === 'string' && address.includes(':');
    if (!isAsked || (own !== undefined && own !== null && own !== '')) return null;
    try {
      const found: unknown = this.country?.(address);
      return typeof found === 'string' && found !== '' ? found : null;
    } catch {
      return null;
    }
  }
}

/** What the user has itself wins. */
function join(user: object, section: string, added: GlobalFields): void {
  const holder = fieldsOf(user);
  const own = holder[section];
  const isRecord = typeof own === 'object' && own !== null && !Array.isArray(own);
  holder[section] = { ...added, ...(isRecord ? own : {}) };
}
