/** Reasons in the newer SDK's words, and when the specs came. */
import type { EvaluationDetails as Details } from '../results/results';
import type { EvaluationDetails } from './types';

/** Our source → theirs. */
const SOURCES: Readonly<Record<string, string>> = {
  Network: 'Network',
  Bootstrap: 'Bootstrap',
  DataAdapter: 'Adapter(DataStore)',
};

/** Where specs came from, in their word. */
export function sourceOf(source: string): string {
  return SOURCES[source] ?? source;
}

/** What there is to know of the specs in force. */
export interface SpecsState {
  /** Our word for where they came from. */
  readonly source: string;
  /** Their time, ms. */
  readonly lcut: number;
  readonly receivedAt: number;
  /** Whether `initialize` came to an end. */
  readonly hasStarted: boolean;
}

/** Details of a result. Keys without a value are there, and null, as in theirs. */
export function detailsOf(details: Details | null, state: SpecsState): EvaluationDetails {
  const reason = reasonOf(details?.reason ?? 'Unrecognized', state);
  const isServed = SOURCES[state.source] !== undefined;
  const { version } = details ?? {};
  const lcut = details?.reason === 'Persisted' ? details.configSyncTime : state.lcut;
  return {
    reason,
    lcut: (isServed ? lcut : null) as number,
    receivedAt: (isServed ? state.receivedAt : null) as number,
    version: (typeof version === 'number' ? version : null) as number,
  };
}

function reasonOf(reason: string, { source, hasStarted }: SpecsState): string {
  const from = SOURCES[source];
  if (from === undefined && reason !== 'LocalOverride')
    return hasStarted ? 'NoValues' : 'Uninitialized';
  if (reason === 'Persisted') return reason;
  if (reason === 'LocalOverride') return 'LocalOverride:Recognized';
  const isOdd = reason === 'Unrecognized' || reason === 'Unsupported';
  return `${from}:${isOdd ? reason : 'Recognized'}`;
}
