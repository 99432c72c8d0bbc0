/** Where evaluations end. */

import type { OutcomeReason } from '../engine';
import type { ExposureList, Result, Seen, Tables } from './outcome';
import type { ValueBox } from './store';

/** The constant part of a result. */
export interface TerminalFacts {
  readonly value: boolean;
  readonly ruleID: string;
  readonly groupName: string | null;
  readonly idType: string | null;
  readonly box: ValueBox;
  readonly explicitParameters: string[] | null;
  readonly version: unknown;
  readonly isExperimentGroup: boolean;
  readonly forwardAll: boolean;
  readonly configDelegate: string | null;
  readonly reason: OutcomeReason | null;
  /** Which rule each parameter is from, where several gave some. */
  readonly parameterRuleIDs?: Readonly<Record<string, string>> | null;
}

/** A place within a spec where an evaluation can end, and the results that ended there. */
export class Terminal implements TerminalFacts {
  readonly value: boolean;
  readonly ruleID: string;
  readonly groupName: string | null;
  readonly idType: string | null;
  readonly box: ValueBox;
  readonly explicitParameters: string[] | null;
  readonly version: unknown;
  readonly isExperimentGroup: boolean;
  readonly forwardAll: boolean;
  readonly configDelegate: string | null;
  readonly reason: OutcomeReason | null;
  readonly parameterRuleIDs: Readonly<Record<string, string>> | null;
  /** Without nested gates there is one result, so it is looked at before any table. */
  private first: Result | null = null;
  private more: Map<ExposureList, Result[]> | null = null;

  constructor(facts: TerminalFacts) {
    this.value = facts.value;
    this.ruleID = facts.ruleID;
    this.groupName = facts.groupName;
    this.idType = facts.idType;
    this.box = facts.box;
    this.explicitParameters = facts.explicitParameters;
    this.version = facts.version;
    this.isExperimentGroup = facts.isExperimentGroup;
    this.forwardAll = facts.forwardAll;
    this.configDelegate = facts.configDelegate;
    this.reason = facts.reason;
    this.parameterRuleIDs = facts.parameterRuleIDs ?? null;
  }

  /** A result that was added in this epoch. */
  find(
    tables: Tables,
    list: ExposureList,
    rate: unknown,
    seen: Seen,
    inner: Result | null,
  ): Result | null {
    const { first } = this;
    if (first === null || first.tables !== tables) return null;
    if (first.isFor(list, rate, seen, inner)) return first;
    return this.more?.get(list)?.find((result) => result.isFor(list, rate, seen, inner)) ?? null;
  }

  add(result: Result): void {
    if (this.first === null || this.first.tables !== result.tables) {
      this.first = result;
      this.more = null;
      return;
    }
    this.more ??= new Map();
    const sameList = this.more.get(result.undelegated);
    if (sameList === undefined) this.more.set(result.undelegated, [result]);
    else sameList.push(result);
  }
}
