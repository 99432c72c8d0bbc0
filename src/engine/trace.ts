/**
 * An evaluation written down step by step, the same on every engine: what explanations are made of
 * (`src/explain`). Engines keep the meaning of a payload, not its words, so a trace names rules and
 * conditions by their place, and whoever explains looks the words up in the payload.
 */

/** Where what a condition compares was found. Mirrors `Place` of `user/field.rs`. */
export type Place =
  | 'nowhere'
  | 'user'
  | 'custom'
  | 'private'
  | 'environment'
  | 'unitID'
  | 'ip'
  | 'private ip'
  | 'userAgent'
  | 'private userAgent'
  | 'time'
  | 'bucket'
  | 'app'
  | 'group';

/** How a condition ended. */
export const Met = { No: 0, Yes: 1, Unsupported: 2 } as const;
export type Met = (typeof Met)[keyof typeof Met];

/**
 * How an autotune chose an arm: by the bucket alone, drawn to explore, for its score, drawn because
 * none has a score.
 */
export type Choice = 'even' | 'explored' | 'best' | 'drawn';

/**
 * One step. What comes between `spec` and its `end` belongs to that spec, and what comes between a
 * `condition` and its `met` to that condition.
 */
export type Step =
  /** A gate, config or layer is asked for: kind and name. */
  | ['spec', number, string]
  /** Its rule at this place, with its ID; -1: a rule of what may stand in for it. */
  | ['rule', number, string]
  /** The next condition of the rule, without those that everybody meets. */
  | ['condition']
  /** What it compares; nothing where there is nothing. Of a long value the JSON's beginning. */
  | ['saw', Place]
  | ['saw', Place, unknown]
  | ['saw', Place, null, string]
  /** A gate that was evaluated before: its name, its value, whether it is unsupported. */
  | ['known', string, boolean, boolean]
  | ['met', Met]
  /** The unit ID that decides the bucket that is told next. */
  | ['unit', string]
  /** The user's bucket, out of 10,000. */
  | ['bucket', number]
  /** An arm of an autotune: its ID, and the score that the user gives it, if it has any. */
  | ['arm', string]
  | ['arm', string, number]
  /** Which of the arms it is, and how it was chosen. */
  | ['chose', number, Choice]
  /** The conditions hold; whether the percentage lets the user in. */
  | ['passed', boolean]
  /** The spec is done: the rule that it reports, its value, a reason of its own or ''. */
  | ['end', string, boolean, string];

/** See the head of this file. */
export interface Trace {
  /** As `evaluate` answers, without the bits of a check that is remembered or exposed. */
  code: number;
  /** Further steps were left out. */
  isCut: boolean;
  steps: Step[];
}
