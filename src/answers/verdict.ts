/** What an evaluation gives the facade. */
import type { OutcomeRecord } from '../engine/engine';
import type { SpelledOutcome } from './outcome-cache';

/**
 * Where the specs came from and when: the parts of EvaluationDetails that are the same for many
 * evaluations.
 */
export interface SpecTimes {
  reason: string;
  configSyncTime: number;
  initTime: number;
}

/** One answer about one user. Built per call; what it points to is shared. */
export class Verdict {
  /** Shared: treat as read-only. */
  readonly record: OutcomeRecord;

  /** Outcome number and the epoch it belongs to. */
  readonly outcome: number;
  readonly epoch: number;

  /**
   * @param user the caller's, for exposures that come later
   * @param serverTime wall clock of the evaluation, ms
   */
  constructor(
    private readonly spelled: SpelledOutcome,
    readonly user: object,
    readonly serverTime: number,
    readonly times: SpecTimes,
  ) {
    this.record = spelled.record;
    this.outcome = spelled.outcome;
    this.epoch = spelled.epoch;
  }

  get ruleID(): string {
    return this.record.ruleID;
  }

  /** The config's or layer's value, the caller's to change. */
  get value(): unknown {
    return this.spelled.copy();
  }

  /** Reason for EvaluationDetails: the outcome's own, else that of the specs. */
  get reason(): string {
    return this.record.reason ?? this.times.reason;
  }

  get configSyncTime(): number {
    if (this.record.reason === 'Uninitialized') return 0;
    return this.record.persistedTime ?? this.times.configSyncTime;
  }

  get initTime(): number {
    return this.record.reason === 'Uninitialized' ? 0 : this.times.initTime;
  }
}

/**
 * The engine could not evaluate (circular gates, a bug); the facade answers with the empty default.
 */
export class EvaluationFailedError extends Error {}
