/** Why a value is what it is, in the words that OpenFeature and OpenTelemetry share. */

/** How an answer came about. */
export interface Origin {
  kind: 'gate' | 'config' | 'experiment' | 'layer' | 'parameter_store';
  ruleID: string;
  groupName: string | null;
  /** As in `evaluationDetails`. */
  reason: string;
}

/** Of a value that the project gave. */
export type SemanticReason =
  | 'static'
  | 'cached'
  | 'disabled'
  | 'default'
  | 'split'
  | 'targeting_match';

/** See the head of this file. */
export function semanticReason({ kind, ruleID, groupName, reason }: Origin): SemanticReason {
  if (reason === 'LocalOverride') return 'static';
  if (reason === 'Persisted') return 'cached';
  if (ruleID === 'disabled') return 'disabled';
  if (ruleID === 'default' || ruleID === '') return 'default';
  // Rules of gates and dynamic configs may have names, too, but nothing is divided by them.
  const isDivided = (kind === 'experiment' || kind === 'layer') && groupName !== null;
  return isDivided ? 'split' : 'targeting_match';
}
