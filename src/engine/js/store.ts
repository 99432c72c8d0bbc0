/**
 * Compiled specs: what a payload becomes before it serves. Rules, their conditions and the places
 * where evaluations end are made when first needed; nothing else changes, apart from what is kept
 * of one epoch at those places (`FoundAt`).
 */

import type { LookupKind, Place, SpecKind, SpecsSummary } from '../engine';
import type { Dialect } from './dialect';
import type { EvalContext } from './eval/context';
import type { Midstate } from './sha256';
import type { FoundAt } from './outcome';
import type { ShownSpec } from './shown-spec';
import type { ValueBox } from './value-box';

/** A value that conditions look at, shared by all conditions that look at the same one. */
export interface Operand {
  readonly id: number;
  /** False: depends on more than the user, so it is read anew each time. */
  readonly isRemembered: boolean;
  read(context: EvalContext): unknown;
  /** Where it is found, for explanations. */
  place(context: EvalContext): Place;
  /** Operand of the unit ID, of buckets. */
  unit?: number;
}

/** A gate named by a condition, whether or not the project has it. */
export interface GateRef {
  /** Position in the per-user memo of gates. */
  readonly id: number;
  readonly name: string;
  spec: Spec | null;
}

export const ConditionKind = {
  Test: 0,
  Gate: 1,
  MultiGate: 2,
  Unsupported: 3,
  ExperimentGroup: 4,
} as const;
export type ConditionKind = (typeof ConditionKind)[keyof typeof ConditionKind];

export interface Condition {
  readonly id: number;
  readonly kind: ConditionKind;
  /** Only kinds Test and ExperimentGroup. */
  readonly test: (context: EvalContext) => boolean;
  /** What kind Test looks at. */
  readonly operand: Operand | null;
  /** The answer may change with the current time until then, ms; -Infinity = never. */
  readonly settledAfter: number;
  /** And is the same all the time before. */
  readonly settledBefore: number;
  /** False: the answer must not be kept per user (it depends on the client key of a response). */
  readonly isRemembered: boolean;
  /** Gates of the kinds Gate (exactly one) and MultiGate. */
  readonly gates: readonly GateRef[];
  /** Gate value that lets the condition pass. */
  readonly passesOn: boolean;
  /**
   * Per gate: whether an unsampled answer marks the evaluation as having seen an analytical gate.
   */
  readonly isAnalytical: boolean;
  /** Of kind ExperimentGroup; null = it names none. */
  readonly experiment: string | null;
}

export const PassKind = { Never: 0, Always: 1, Bucket: 2 } as const;
export type PassKind = (typeof PassKind)[keyof typeof PassKind];

export interface Rule {
  readonly id: string;
  readonly groupName: string | null;
  readonly returnBox: ValueBox;
  readonly conditions: readonly Condition[];
  /** Whether all conditions are tests: nothing but the first failure can be noticed then. */
  readonly isPlain: boolean;
  readonly isTargeting: boolean;
  readonly isExperimentGroup: boolean;
  /** Its own, '' when it has none. */
  readonly idType: string;
  /** As the payload gives it, whatever that is; undefined: none given. */
  readonly samplingRate: unknown;
  readonly passKind: PassKind;
  /** Passes when the bucket (0 … 9999) is below it. */
  readonly passBelow: number;
  readonly passPrefix: Midstate;
  /** Operand of the unit ID. */
  readonly unit: number;
  readonly delegate: Spec | null;
  readonly onPass: FoundAt;
  readonly onFail: FoundAt;
  readonly onUnsupported: FoundAt;
  readonly onDelegate: FoundAt | null;
}

export interface Spec extends ShownSpec {
  readonly kind: SpecKind;
  readonly name: string;
  /**
   * Its place in the per-user memo, once a condition has named the gate: what nobody names is asked
   * once per user.
   */
  gateRef: GateRef | null;
  /** Answers by default without a look at the rules. */
  readonly skipsRules: boolean;
  /** Disabled by an error in the payload: always Unsupported. */
  readonly isMalformed: boolean;
  /** A layer that takes parameters from every rule that passes (NEWER.md 7). */
  readonly merges: boolean;
  readonly rules: readonly Rule[];
  readonly targetingRules: readonly Rule[];
  /** Those whose id ends with `override`. */
  readonly overrideRules: readonly Rule[];
  /** Fields of users that it looks at, as the payload says. */
  readonly fieldsUsed: readonly string[];
  readonly entity: string | null;
  readonly defaultBox: ValueBox;
  readonly explicitParameters: string[] | null;
  readonly targetAppIDs: unknown;
  readonly onDisabled: FoundAt;
  readonly onDefault: FoundAt;
  readonly onUnsupported: FoundAt;
  /** Restricted evaluation that finds no targeting rule. */
  readonly onNoTargeting: FoundAt;
}

/** Top-level facts that only the client-initialize response reads. */
export interface ClientFacts {
  /** Null: nothing is told of them. */
  readonly hashedKeysToAppIds: Record<string, unknown> | null;
  readonly keysToAppIds: Record<string, unknown> | null;
  readonly hashedKeysToEntities: Record<string, unknown>;
  /** Whatever it is; null: none. */
  readonly sessionReplay: unknown;
  readonly paramStores: Record<string, unknown>;
}

export interface Store {
  readonly summary: SpecsSummary;
  /** What the payload was written in. */
  readonly dialect: Dialect;
  /** By kind, in JavaScript property order. */
  readonly specs: readonly [Map<string, Spec>, Map<string, Spec>, Map<string, Spec>];
  /** Null: the payload has none of it. */
  readonly newer: NewerSpecs | null;
  readonly experimentLayers: Map<string, string>;
  /** Grows as rules are compiled. */
  readonly operands: readonly Operand[];
  readonly appId: unknown;
  readonly usesTargetApp: boolean;
  readonly client: ClientFacts;
  readonly samplingMode: string | null;
  /** Floor of sdk_configs.special_case_sampling_rate. */
  readonly specialRate: number | null;
}

// ---- what only dcs-v2 has (NEWER.md 6, 9); mirrors `store_newer.rs` ----

/** A spec that stands in for another, for users who pass one of the rules. */
export interface Mapping {
  /** Name of the one that answers. */
  readonly target: string;
  /** Each with the time from which on it holds, ms. */
  readonly rules: readonly { readonly from: number; readonly rule: Rule }[];
}

/** What a score is the sum of. */
export interface Score {
  /** What does not depend on the user. */
  readonly base: number;
  /** Operand, text of the value, what it adds. */
  readonly texts: readonly (readonly [number, string, number])[];
  /** Operand, what a number is multiplied by. */
  readonly numbers: readonly (readonly [number, number])[];
}

export interface AutotuneGroup {
  /** Weight in exploration. */
  readonly weight: number;
  /** Null: it has none. */
  readonly score: Score | null;
  readonly onBest: FoundAt;
  readonly onExplored: FoundAt;
}

/** How a contextual autotune chooses. */
export interface Autotune {
  /** As responses for clients list it. */
  readonly listed: Spec;
  /** Enabled, and has groups. */
  readonly runs: boolean;
  readonly gate: GateRef | null;
  readonly prefix: Midstate;
  /** Operand of the unit ID. */
  readonly unit: number;
  /** Buckets below it explore. */
  readonly exploresBelow: number;
  readonly higherIsBetter: boolean;
  /** False: nothing was learned yet. */
  readonly hasConfig: boolean;
  readonly groups: readonly AutotuneGroup[];
  readonly onPrestart: FoundAt;
  readonly onNotTargeted: FoundAt;
  readonly onUnsupported: FoundAt;
}

export interface NewerSpecs {
  /** By what a name is looked up as, then by name. */
  readonly mappings: ReadonlyMap<LookupKind, ReadonlyMap<string, readonly Mapping[]>>;
  readonly autotunes: ReadonlyMap<string, Autotune>;
}
