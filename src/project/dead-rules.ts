/** Rules that nobody can match, as far as that can be seen without a user. */
import type { Condition, Rule, Spec } from './payload';
import { conditionInWords, isPublic } from './words';

/** Operators that hold for one of a list: of an empty one they never do. */
const OF_A_LIST = new Set([
  'any',
  'any_case_sensitive',
  'str_starts_with_any',
  'str_ends_with_any',
  'str_contains_any',
  'array_contains_any',
]);

/** Rules that nobody matches, and why. */
export function deadRules(
  rules: readonly Rule[],
  gates: ReadonlyMap<string, Spec>,
): [Rule, string][] {
  const taken = new Map<string, string>();
  return rules.flatMap((rule): [Rule, string][] => {
    const conditions = conditionsOf(rule);
    const key = JSON.stringify(conditions);
    const why = whyDead(conditions, taken.get(key), gates);
    if (rule.passPercentage === 100 && conditions.length > 0)
      taken.set(key, rule.name ?? rule.id ?? '');
    return why === null ? [] : [[rule, why]];
  });
}

function whyDead(
  conditions: readonly Condition[],
  takenBy: string | undefined,
  gates: ReadonlyMap<string, Spec>,
): string | null {
  if (takenBy !== undefined) return `rule ${takenBy} takes everybody who would`;
  const never = conditions.find((condition) => neverHolds(condition, gates));
  if (never !== undefined) return `nobody has ${conditionInWords(never)}`;
  const pair = contradiction(conditions);
  return pair === null ? null : `nobody has both ${pair.map(conditionInWords).join(' and ')}`;
}

const conditionsOf = ({ conditions }: Rule): Condition[] =>
  (Array.isArray(conditions) ? (conditions as (Condition | undefined)[]) : []).filter(
    (one): one is Condition => one !== undefined && !isPublic(one),
  );

const lower = (value: unknown): string => String(value).toLowerCase();

function neverHolds(condition: Condition, gates: ReadonlyMap<string, Spec>): boolean {
  const { type, operator, targetValue } = condition;
  if (lower(type) === 'pass_gate') {
    const gate = gates.get(String(targetValue));
    return gate !== undefined && isFalse(gate);
  }
  return OF_A_LIST.has(lower(operator)) && Array.isArray(targetValue) && targetValue.length === 0;
}

/** For everybody. */
const isFalse = ({ enabled, rules, defaultValue }: Spec): boolean =>
  defaultValue !== true &&
  (enabled === false || rules.every(({ passPercentage }) => passPercentage === 0));

/** Two conditions that exclude each other. */
function contradiction(conditions: readonly Condition[]): [Condition, Condition] | null {
  for (const [at, one] of conditions.entries()) {
    const other = conditions.slice(at + 1).find((next) => excludes(one, next));
    if (other !== undefined) return [one, other];
  }
  return null;
}

function excludes(one: Condition, other: Condition): boolean {
  const [type, next] = [lower(one.type), lower(other.type)];
  if (type.endsWith('_gate') || next.endsWith('_gate'))
    return (
      [type, next].sort().join() === 'fail_gate,pass_gate' && one.targetValue === other.targetValue
    );
  const isSame = type === next && one.field === other.field;
  const [a, b] = [listOf(one), listOf(other)];
  return isSame && a !== null && b !== null && !a.some((value) => b.includes(value));
}

/** The values that `any` takes, as it compares them. */
function listOf({ operator, targetValue }: Condition): string[] | null {
  return lower(operator) === 'any' && Array.isArray(targetValue) && targetValue.length < 1_000
    ? targetValue.map(lower)
    : null;
}
