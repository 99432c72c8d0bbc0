/** What an explanation is. Plain data: it can be kept, sent and shown anywhere. */
import type { SecondaryExposure } from '../engine/engine';
import type { Choice as ExplainedChoice, Place as ExplainedPlace } from '../engine/trace';

export type { ExplainedChoice, ExplainedPlace };

/** What can be explained. */
export type ExplainedKind = 'gate' | 'config' | 'experiment' | 'layer' | 'parameter_store';

/** Options of `explain` and of the calls for one kind. */
export interface ExplainOptions {
  /** Shows values of private attributes, which are masked otherwise. Default false. */
  showPrivate?: boolean;
  /** Sticky values, as for `getExperiment` and `getLayer`. Nothing is saved. */
  userPersistedValues?: Record<string, unknown> | null;
  /** As for `getExperiment` and `getLayer`. */
  persistentAssignmentOptions?: {
    /** As there: whoever no longer passes targeting loses the sticky value. Default false. */
    enforceTargeting?: boolean;
    /** As there: overrides of the payload go before the sticky value. Default false. */
    enforceOverrides?: boolean;
  };
}

/** An event that a check would queue, as far as it depends on the check. */
export interface ExplainedExposure {
  /** `statsig::gate_exposure` and so on. */
  eventName: string;
  /** Name, rule and value, as the event carries them. */
  metadata: Record<string, unknown>;
  /** Gates that were looked at on the way. */
  secondaryExposures: SecondaryExposure[];
}

/** Why a user gets what of a gate, config, experiment, layer or parameter store. */
export interface Explanation {
  /** As asked for. */
  kind: ExplainedKind;
  /** As asked for. */
  name: string;
  /** What a check answers: a boolean, or the value of a config, layer or store. */
  value: unknown;
  /** The rule that a check reports. */
  ruleID: string;
  /** The group that a check reports. */
  groupName: string | null;
  /** The reason that a check reports. */
  reason: string;
  /** The answer in one sentence. */
  summary: string;
  /** Events that a check would queue; of a layer and a store, when parameters are read. */
  exposures: ExplainedExposure[];
  /** What the rules say, step by step; null where nothing is evaluated. */
  spec: ExplainedSpec | null;
  /** The stored value that was given instead of what the rules say. */
  sticky?: {
    /** The rule that gave it when it was saved. */
    ruleID: string;
    /** The group that it belongs to. */
    groupName: string | null;
    /** When it was saved, ms; null where that is not told. */
    savedAt: number | null;
  };
  /** Parameters of a store, by name. */
  parameters?: Record<string, ExplainedParameter>;
  /** Why there is no answer: specs that refer to themselves, say. */
  error?: string;
  /** The evaluation had more steps than an explanation tells. */
  isCut: boolean;
}

/** A parameter of a parameter store. */
export interface ExplainedParameter {
  /** What `get` without a default gives. */
  value: unknown;
  /** Where it is from. */
  from: 'value' | 'gate' | 'config' | 'experiment' | 'layer' | 'nothing';
  /** Why that says so. */
  explanation?: Explanation;
}

/** One gate, config or layer on the way. */
export interface ExplainedSpec {
  /** Experiments are configs. */
  kind: 'gate' | 'config' | 'layer';
  /** As the payload names it. */
  name: string;
  /** `segment`, `holdout`, `experiment` and so on, as the payload says. */
  entity?: string;
  /** False: it is switched off in the console. */
  enabled?: boolean;
  /** Of a gate its value, of others whether a rule gave the value. */
  value: boolean;
  /** The rule that it reports; '' for none. */
  ruleID: string;
  /** Set where no rule decided: an override, a name or a condition that nobody knows. */
  reason?: 'LocalOverride' | 'Unrecognized' | 'Unsupported' | 'Uninitialized';
  /** It was explained before, further up. */
  isRepeated?: true;
  /** In order; those after the one that decided were not reached. */
  rules: ExplainedRule[];
  /** Rules by which another spec may stand in for this one, in order. */
  standIns?: ExplainedRule[];
  /** The gate that an autotune asks first. */
  targeting?: ExplainedSpec[];
  /** Where the user falls, of an autotune. */
  bucket?: ExplainedBucket;
  /** Of an autotune that chose: all between which it did. */
  arms?: ExplainedArm[];
}

/** One of the values between which an autotune chooses. */
export interface ExplainedArm {
  /** As the payload calls it. */
  id: string;
  /** As the console names it. */
  name?: string;
  /** What its users get. */
  value?: unknown;
  /** What was learned says of this user; absent where nothing is known of the arm. */
  score?: number;
  /**
   * Set on the one that was chosen: `best` for its score, `explored` by a draw in which arms that
   * few users got weigh more, `drawn` because no arm has a score, `even` by the bucket because
   * nothing was learned yet.
   */
  chosen?: ExplainedChoice;
}

/** How a rule ended. */
export type RuleOutcome =
  | 'passed'
  | 'delegated'
  | 'outside'
  | 'failed'
  | 'unsupported'
  | 'notReached';

/** A rule, and what became of it. */
export interface ExplainedRule {
  /** What exposures call `ruleID`. */
  id: string;
  /** As the console names it. */
  name?: string;
  /** Group of an experiment. */
  groupName?: string;
  /**
   * `failed`: a condition does not hold. `outside`: all hold, and the user is not among the
   * percentage.
   */
  outcome: RuleOutcome;
  /** In order; those after the first that does not hold were not reached. */
  conditions: ExplainedCondition[];
  /** As the payload gives it, mostly a number. */
  passPercentage?: unknown;
  /** Where the user falls, if all conditions hold. */
  bucket?: ExplainedBucket;
  /** What it gives to those who pass. */
  returnValue?: unknown;
  /** The experiment that decides instead, or what stands in. */
  spec?: ExplainedSpec;
}

/** A condition. */
export interface ExplainedCondition {
  /** `user_field`, `ip_based` and so on, as the payload says. */
  type: string;
  /** `any`, `gt` and so on, as the payload says. */
  operator?: string;
  /** Field of the user, or of what the type looks at. */
  field?: string;
  /** As the payload gives it; long lists are cut. */
  target?: unknown;
  /** Elements of the target that were left out. */
  targetMore?: number;
  /** What was compared; absent where there is nothing, or it is masked. */
  value?: unknown;
  /** The value is the beginning of its JSON. */
  isValueCut?: true;
  /** A private attribute, not shown. */
  isMasked?: true;
  /** Where the value was found. */
  place?: ExplainedPlace;
  /** Whether it holds; null: it cannot be told, nobody knows its type or operator. */
  met: boolean | null;
  /** The same in words. */
  why: string;
  /** The unit whose bucket is compared. */
  unitID?: string;
  /** Gates, segments and experiments that it asks. */
  specs?: ExplainedSpec[];
}

/** Where a user falls. */
export interface ExplainedBucket {
  /** 0 … 9,999. */
  number: number;
  /** Users in buckets below it pass. */
  below?: number;
  /** What is hashed: the salts and the ID, with dots. */
  salt: string;
  /** Which ID is hashed. */
  idType: string;
  /** The ID itself, in the clear. */
  unitID: string;
}
