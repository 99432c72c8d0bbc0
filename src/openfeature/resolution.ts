/** From what the SDK answers to what OpenFeature wants to hear. */
import type { EvaluationDetails } from '../results';
import type { Target } from './names';
import { ProviderError, type Resolution } from './shapes';

/** How an answer came about, of whatever kind it is. */
export interface Circumstances {
  target: Target;
  ruleID: string;
  groupName: string | null;
  idType: string | null;
  details: EvaluationDetails | null;
  /** Layers: the experiment that it handed over to. */
  experiment?: string | null;
}

/** @throws ProviderError when there is no value of the project's, so that the caller's default is right */
export function resolution<T>(value: T, about: Circumstances): Resolution<T> {
  const { target, ruleID, groupName, idType, details, experiment } = about;
  refuse(about);
  const variant = groupName ?? ruleID;
  return {
    value,
    ...(variant === '' ? {} : { variant }),
    reason: reasonOf(about),
    flagMetadata: {
      // The specification's name; the time of the project's rules is the version that there is.
      ...(details === null ? {} : { version: String(details.configSyncTime), source: details.reason }),
      kind: target.kind,
      ruleID,
      ...(groupName === null ? {} : { groupName }),
      ...(idType === null ? {} : { idType }),
      ...(experiment ? { experiment } : {}),
    },
  };
}

/** @throws ProviderError when the SDK had nothing to answer from */
export function refuse({ target: { kind, name }, details }: Circumstances): void {
  const reason = details?.reason ?? null;
  if (reason === null) throw new ProviderError('GENERAL', `The ${kind} ${name} could not be evaluated`);
  if (reason === 'Uninitialized') throw new ProviderError('PROVIDER_NOT_READY', 'There are no config specs yet');
  if (reason === 'Unrecognized') throw new ProviderError('FLAG_NOT_FOUND', `There is no ${kind} ${name}`);
  if (reason === 'Unsupported') throw new ProviderError('PARSE_ERROR', `The ${kind} ${name} has a rule that this version does not know`);
}

function reasonOf({ target, ruleID, groupName, details }: Circumstances): string {
  if (details?.reason === 'LocalOverride') return 'STATIC';
  if (details?.reason === 'Persisted') return 'CACHED';
  if (ruleID === 'disabled') return 'DISABLED';
  if (ruleID === 'default' || ruleID === '') return 'DEFAULT';
  return target.kind !== 'gate' && groupName !== null ? 'SPLIT' : 'TARGETING_MATCH';
}
