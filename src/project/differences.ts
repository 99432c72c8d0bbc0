/** What changed in a spec, in words. */
import { isDeepStrictEqual } from 'node:util';
import type { Spec } from './payload';
import { parameterInWords, ruleInWords, short } from './words';

/** One sentence per difference; none when both say the same. */
export function differences(one: Spec, other: Spec): string[] {
  const fields = (['enabled', 'salt', 'defaultValue'] as const)
    .filter((field) => !isDeepStrictEqual(one[field], other[field]))
    .map((field) => `${field}: ${short(one[field], 40)} → ${short(other[field], 40)}`);
  const idOf = (rule: Spec['rules'][number], at: number): string => rule.id ?? String(at);
  const rulesOf = ({ rules }: Spec) => new Map(rules.map((rule, at) => [idOf(rule, at), rule]));
  const [was, is] = [rulesOf(one), rulesOf(other)];
  const rules = [...new Set([...was.keys(), ...is.keys()])].flatMap((id) => {
    const [left, right] = [was.get(id), is.get(id)];
    if (right === undefined) return left ? [`- rule ${id}: ${ruleInWords(left)}`] : [];
    if (left === undefined) return [`+ rule ${id}: ${ruleInWords(right)}`];
    if (isDeepStrictEqual(left, right)) return [];
    const [a, b] = [ruleInWords(left), ruleInWords(right)];
    if (left.arm !== undefined && a === b) return [`arm ${id}: what was learned of it`];
    return [a === b ? `rule ${id}: changed in what words do not show` : `rule ${id}: ${a} → ${b}`];
  });
  const order =
    [...was.keys()].join() !== [...is.keys()].join() && rules.length === 0
      ? ['the order of rules']
      : [];
  return [...fields, ...rules, ...order];
}

/** Parameters of a parameter store, one sentence per difference. */
export function storeDifferences(
  one: Record<string, unknown>,
  other: Record<string, unknown>,
): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((name) => {
    const [left, right] = [one[name], other[name]];
    if (right === undefined) return [`- ${name}: ${parameterInWords(left)}`];
    if (left === undefined) return [`+ ${name}: ${parameterInWords(right)}`];
    if (isDeepStrictEqual(left, right)) return [];
    const [a, b] = [parameterInWords(left), parameterInWords(right)];
    return [a === b ? `${name}: changed in what words do not show` : `${name}: ${a} → ${b}`];
  });
}
