/**
 * The two dialects in which projects are written: the same words, with other meanings. Everything
 * that differs is decided here and compiled into the store; evaluation knows no dialects. Mirrors
 * `dialect.rs`, which says why.
 */

import { isObject } from './js-semantics';

/** A field of users themselves, by another name. */
export interface OwnField {
  /** As users have it. */
  name: string;
  /** Whether it comes before custom and private attributes, or after them. */
  isFirst: boolean;
}

const OWN_FIELDS = ['userID', 'email', 'ip', 'userAgent', 'country', 'locale', 'appVersion'];
const OTHERWISE = new Map([
  ['user_id', 'userID'],
  ['app_version', 'appVersion'],
  ['user_agent', 'userAgent'],
]);

export class Dialect {
  private constructor(
    /** `SpecsSummary.format`. */
    readonly number: 1 | 2,
    /** Whether the rules of a spec that is switched off are passed over. */
    readonly skipsRulesOfDisabled: boolean,
    /**
     * Whether a gate whose answer names no rule (there is no such gate, say) is a secondary
     * exposure.
     */
    readonly exposesWithoutRule: boolean,
    /**
     * Whether conditions may ask for the group of an experiment, layers may take parameters from
     * every rule that passes, specs may stand in for others and experiments may be contextual
     * autotunes.
     */
    readonly knowsNewer: boolean,
  ) {}

  /**
   * Whether a response for clients tells of what answered, where that is not what was asked for,
   * and lists what only dcs-v2 has; and whether the app of a client key is that of gates within
   * others, too.
   */
  get showsAnswers(): boolean {
    return this.number === 2;
  }

  /**
   * Whether custom IDs and fields of environments are found by any other case of their names. If
   * not, they still are by the lower case of what is asked for.
   */
  get ignoresCase(): boolean {
    return this.number === 1;
  }

  /**
   * Where a delegate delegates: whether what was met before the last of them is undelegated, or
   * only what was met before the first.
   */
  get delegatesLast(): boolean {
    return this.number === 2;
  }

  /** dcs-v1: lists of specs. Means what statsig-node makes of it (BEHAVIOUR.md 3). */
  static readonly V1 = new Dialect(1, true, true, false);
  /**
   * dcs-v2: maps of specs, and conditions by id. Means what the newer SDKs make of it (NEWER.md 3,
   * 4).
   */
  static readonly V2 = new Dialect(2, false, false, true);

  /** What a rule says to users who pass it. */
  says(returnValue: unknown): boolean {
    return this.number === 1 || returnValue !== false;
  }

  /** What a spec says to everybody else. */
  saysByDefault(defaultValue: unknown): boolean {
    return this.number === 2 && defaultValue === true;
  }

  /**
   * Whether null in `custom` or `privateAttributes` hides what stands in later places, and an empty
   * text of the user's own does not.
   */
  get nullHides(): boolean {
    return this.number === 2;
  }

  /** The field of users themselves that a condition may mean by any spelling of its name. */
  ownField(name: string): OwnField | null {
    if (this.number === 1) return null;
    const lower = name.toLowerCase();
    const spelled = OWN_FIELDS.find((own) => own.toLowerCase() === lower);
    if (spelled !== undefined) return { name: spelled, isFirst: true };
    const other = OTHERWISE.get(lower);
    return other === undefined ? null : { name: other, isFirst: false };
  }

  /** The salt of a bucket condition. */
  saltOf(salt: unknown): unknown {
    return this.number === 2 ? (salt ?? '') : salt;
  }

  /**
   * The list that a target stands for, where the dialect has another way to write lists: an object,
   * by its keys. Only `any` and `none` read it so. Other targets as they are.
   */
  listOf(operator: string, target: unknown): unknown {
    const isList =
      this.number === 2 && (operator === 'any' || operator === 'none') && isObject(target);
    return isList ? Object.keys(target) : target;
  }
}
