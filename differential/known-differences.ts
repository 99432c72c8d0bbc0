/**
 * Differences that docs/differences-from-statsig-node.md announces. A difference that no rule
 * recognises is a defect. Rules look at what was answered, never at who answered: all engines share
 * them.
 */
import { djb2 } from '../src/runtime/djb2';
import { hasUnspeakableTime, isObject, isText } from './as-read';
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
 * Corrections that the oracle is given before it is asked, so that no rule is needed: true SHA-256
 * (Q10, `useTrueSha256`) and name tables without inherited members (Q11,
 * `OracleOptions.corrected`).
 */
export const knownDifferences: KnownDifference[] = [
  {
    cites: 'Q34: a malformed condition costs its own spec only',
    explains: ({ area, kind, expected, actual }) =>
      area === 'answer' &&
      kind !== 'targeting' &&
      isFailed(expected) &&
      (actual as Answer | undefined) !== undefined &&
      (isFailed(actual) || (actual as { reason?: unknown }).reason === 'Unsupported'),
  },
  {
    cites: 'Q34: a malformed condition costs its own spec only (events)',
    explains: ({ area }, _one, expected) =>
      area === 'events' &&
      expected.users.some((user) =>
        [user.gates, user.configs, user.layers].some((kind) => Object.values(kind).some(isFailed)),
      ),
  },
  {
    cites: 'Q34: a malformed condition does not null the client-initialize response',
    explains: ({ area, expected, actual }) =>
      area === 'clientInitialize' && isFailed(expected) && typeof actual === 'string',
  },
  {
    cites: 'An id type that is not text is reported as null',
    explains: ({ area, kind, expected, actual }) => {
      if (area !== 'answer' || kind === 'targeting' || isFailed(expected) || isFailed(actual))
        return false;
      const { idType } = expected as { idType: unknown };
      return (
        idType !== null &&
        typeof idType !== 'string' &&
        canonical({ ...(expected as object), idType: null }) === canonical(actual)
      );
    },
  },
];

/** The rule that recognises a difference, or undefined. */
export function explain(
  difference: Difference,
  one: Case,
  expected: CaseAnswers,
): KnownDifference | undefined {
  return knownDifferences.find((rule) => rule.explains(difference, one, expected));
}

/**
 * What makes a spec malformed here (Q34). statsig-node reads on: a text as a list of characters, a
 * list as an object.
 */
function isMalformed(spec: unknown): boolean {
  const isNone = (value: unknown): boolean => value === null || value === undefined;
  const isTextOrNone = (value: unknown): boolean => isNone(value) || isText(value);
  const isCondition = (value: unknown): boolean =>
    isObject(value) &&
    isText(value['type']) &&
    isTextOrNone(value['operator']) &&
    isTextOrNone(value['field']);
  const isRule = (value: unknown): boolean => {
    if (!isObject(value)) return false;
    const { conditions } = value;
    return isNone(conditions) || (Array.isArray(conditions) && conditions.every(isCondition));
  };
  return !isObject(spec) || !Array.isArray(spec['rules']) || !spec['rules'].every(isRule);
}

/** Q11: in statsig-node a spec called `__proto__` is not among the keys of the object it is put in. */
function losesProto({ expected, actual }: Difference): boolean {
  const lost = ['__proto__', djb2('__proto__')];
  const others = (text: unknown): unknown =>
    JSON.parse(String(text), (key, value: unknown) => (lost.includes(key) ? undefined : value));
  return (
    isText(expected) && isText(actual) && canonical(others(expected)) === canonical(others(actual))
  );
}

/**
 * The same for payloads with odd fields: a malformed spec is known to cost itself and what depends
 * on it.
 */
export function explainOdd(difference: Difference, one: Case, expected: CaseAnswers): boolean {
  if (explain(difference, one, expected) !== undefined) return true;
  const { area, kind, actual } = difference;
  const specs = ['feature_gates', 'dynamic_configs', 'layer_configs'].flatMap(
    (key) => one.payload[key] as unknown[],
  );
  if (specs.some(isMalformed))
    return (
      area !== 'answer' ||
      kind === 'targeting' ||
      (actual as { reason?: unknown } | undefined)?.reason === 'Unsupported'
    );
  if (area === 'clientInitialize' && losesProto(difference)) return true;
  // "The payload's `time` is what `Number` makes of it."
  return area !== 'answer' && hasUnspeakableTime(one.payload);
}
