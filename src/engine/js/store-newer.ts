/** What only dcs-v2 has (NEWER.md 6, 9), compiled. Mirrors `store_newer.rs`. */

import type { Midstate } from './sha256';
import type { GateRef, Rule } from './store';
import type { Terminal } from './terminal';
import type { LookupKind } from '../engine';

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
  /** Source, text of the value, what it adds. */
  readonly texts: readonly (readonly [number, string, number])[];
  /** Source, what a number is multiplied by. */
  readonly numbers: readonly (readonly [number, number])[];
}

export interface AutotuneGroup {
  /** Weight in exploration. */
  readonly weight: number;
  /** Null: it has none. */
  readonly score: Score | null;
  readonly onBest: Terminal;
  readonly onExplored: Terminal;
}

/** How a contextual autotune chooses. */
export interface Autotune {
  /** Enabled, and has groups. */
  readonly runs: boolean;
  readonly gate: GateRef | null;
  readonly prefix: Midstate;
  /** Source of the unit ID. */
  readonly unit: number;
  /** Buckets below it explore. */
  readonly exploresBelow: number;
  readonly higherIsBetter: boolean;
  /** False: nothing was learned yet. */
  readonly hasConfig: boolean;
  readonly groups: readonly AutotuneGroup[];
  readonly onPrestart: Terminal;
  readonly onNotTargeted: Terminal;
  readonly onUnsupported: Terminal;
}

export interface NewerSpecs {
  /** By what a name is looked up as, then by name. */
  readonly mappings: ReadonlyMap<LookupKind, ReadonlyMap<string, readonly Mapping[]>>;
  readonly autotunes: ReadonlyMap<string, Autotune>;
}
