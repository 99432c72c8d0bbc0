/**
 * Differences that docs/differences-from-statsig-node.md announces. A difference that no rule recognises is a defect.
 * Rules look at what was answered, never at who answered: all engines share them.
 */
import type { Answer, Case, CaseAnswers } from './case';
import { canonical } from './compare-answers';
import type { Difference } from './compare-answers';

export interface KnownDifference {
  /** Heading on the page, so that a reader can look it up. */
  cites: string;
  explains(difference: Difference, one: Case, expected: CaseAnswers): boolean;
}

function isFailed(answer: unknown): boolean {
  return answer !== null && typeof answer === 'object' && 'failed' in answer;
}

/**
 * Corrections that the oracle is given before it is asked, so that no rule is needed: true SHA-256 (Q10,
 * `useTrueSha256`) and name tables without inherited members (Q11, `OracleOptions.corrected`).
 */
export const knownDifferences: KnownDifference[] = [
  {
    cites: 'Q34: a malformed condition costs its own spec only',
    explains: ({ area, kind, expected, actual }) => area === 'answer' && kind !== 'targeting' && isFailed(expected) && (actual as Answer | undefined) !== undefined && (isFailed(actual) || (actual as { reason?: unknown }).reason === 'Unsupported'),
  },
  {
    cites: 'Q34: a malformed condition costs its own spec only (events)',
    explains: ({ area }, _one, expected) => area === 'events' && expected.users.some((user) => [user.gates, user.configs, user.layers].some((kind) => Object.values(kind).some(isFailed))),
  },
  {
    cites: 'Q34: a malformed condition does not null the client-initialize response',
    explains: ({ area, expected, actual }) => area === 'clientInitialize' && isFailed(expected) && typeof actual === 'string',
  },
  {
    cites: 'An id type that is not text is reported as null',
    explains: ({ area, kind, expected, actual }) => {
      if (area !== 'answer' || kind === 'targeting' || isFailed(expected) || isFailed(actual)) return false;
      const { idType } = expected as { idType: unknown };
      return idType !== null && typeof idType !== 'string' && canonical({ ...(expected as object), idType: null }) === canonical(actual);
    },
  },
];

/** The rule that recognises a difference, or undefined. */
export function explain(difference: Difference, one: Case, expected: CaseAnswers): KnownDifference | undefined {
  return knownDifferences.find((rule) => rule.explains(difference, one, expected));
}
