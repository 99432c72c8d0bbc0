/** What an evaluation gives the facade. */
import type { OutcomeRecord } from '../engine/engine';
import type { SpelledOutcome } from './outcome-cache';

/**
 * Where the specs came from and when: the parts of EvaluationDetails that are the same for many
 * evaluations.
 */
export interface Source {
  reason: string;
  configSyncTime: number;
  initTime: number;
}

/** One answer about one user. Built per call; what it points to is shared. */
export class Evaluation {
  /** Shared: treat as read-only. */
  readonly record: OutcomeRecord;

  constructor(
    private readonly spelled: SpelledOutcome,
    /** The caller's user, for exposures that come later. */
    readonly user: object,
    /** Wall clock of the evaluation, ms. */
    readonly serverTime: number,
    readonly source: Source,
    /** Outcome number and the epoch it belongs to. */
    readonly outcome: number,
    readonly epoch: number,
  ) {
    this.record = spelled.record;
  }

  get ruleID(): string {
    return this.record.ruleID;
  }

  /** The config's or layer's value, the caller's to change. */
  get value(): unknown {
    return this.spelled.copy();
  }

  /** Reason for EvaluationDetails: the outcome's own, else the source. */
  get reason(): string {
    return this.record.reason ?? this.source.reason;
  }

  get configSyncTime(): number {
    if (this.record.reason === 'Uninitialized') return 0;
    return this.record.persistedTime ?? this.source.configSyncTime;
  }

  get initTime(): number {
    return this.record.reason === 'Uninitialized' ? 0 : this.source.initTime;
  }
}

/**
 * The engine could not evaluate (circular gates, a bug); the facade answers with the empty default.
 */
export class EvaluationFailedError extends Error {}
