/**
 * The two dialects in which projects are written: the same words, with other meanings. Everything
 * that differs is decided here and compiled into the store; evaluation knows no dialects. Mirrors
 * `dialect.rs`, which says why.
 */

import { isObject } from './js-semantics';

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
   * The list that a target stands for, where the dialect has another way to write lists: an object,
   * by its keys. Only `any` and `none` read it so. Other targets as they are.
   */
  listOf(operator: string, target: unknown): unknown {
    const isList =
      this.number === 2 && (operator === 'any' || operator === 'none') && isObject(target);
    return isList ? Object.keys(target) : target;
  }
}
