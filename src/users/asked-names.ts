/**
 * The names by which conditions ask users: all that must be known of a user who does not list its
 * fields.
 */

/** What a payload says about it (`SpecsSummary`). */
export interface NamesOfPayload {
  readonly userFields: readonly string[];
  readonly idTypes: readonly string[];
}

/** Tells Proxies, where the host can. */
export type IsProxy = ((object: object) => boolean) | null;

/** What conditions read without naming it. */
const ALWAYS = ['ip', 'userAgent'];

/** See the head of this file. Immutable. */
export class AskedNames {
  /** Fields of the user, of `custom` and of `privateAttributes`, in each spelling that is tried. */
  readonly fields: ReadonlySet<string>;
  /** Keys of `customIDs`, exactly so spelled; others are found among its keys. */
  readonly idTypes: ReadonlySet<string>;
  readonly every: readonly string[];

  constructor(
    names: NamesOfPayload,
    readonly isProxy: IsProxy,
  ) {
    const fields = [...ALWAYS, ...names.userFields];
    this.fields = new Set([...fields, ...fields.map((name) => name.toLowerCase())]);
    this.idTypes = new Set(names.idTypes);
    this.every = [...new Set([...this.fields, ...this.idTypes])];
  }

  /** Whether this asks for all that a payload asks for. */
  covers({ userFields, idTypes }: NamesOfPayload): boolean {
    return (
      userFields.every((name) => this.fields.has(name)) &&
      idTypes.every((name) => this.idTypes.has(name))
    );
  }
}

/** Before any specs serve. */
export const NO_NAMES: NamesOfPayload = { userFields: [], idTypes: [] };
