/** Rules in words. */
import { fieldsOf } from '../host/fields';
import type { Condition, Rule } from './payload';

/** "50 % of those with country any ["NL","BE"]: true" */
export function ruleInWords({
  passPercentage,
  conditions,
  returnValue,
  configDelegate,
  arm,
}: Rule): string {
  if (arm !== undefined) return `an arm: ${short(returnValue)}`;
  const all = (Array.isArray(conditions) ? conditions : [])
    .filter((one) => !isPublic(one))
    .map(conditionInWords)
    .join(' and ');
  const value = configDelegate ? `as ${configDelegate} says` : short(returnValue);
  return `${passPercentage ?? 0} % of ${all === '' ? 'everyone' : `those with ${all}`}: ${value}`;
}

/** Whether everybody meets it. */
export const isPublic = (condition: Condition | undefined): boolean =>
  String(condition?.type).toLowerCase() === 'public';

export function conditionInWords(condition: Condition | undefined): string {
  const { type, operator, targetValue, field } = condition ?? {};
  const kind = String(type).toLowerCase();
  if (kind.endsWith('_gate'))
    return `${kind.includes('fail') ? 'not ' : ''}gate ${short(targetValue)}`;
  const subject = typeof field === 'string' ? field : kind;
  return `${subject} ${typeof operator === 'string' ? operator : '?'} ${short(targetValue)}`;
}

/** What a spec is, as people call it. */
export const entityInWords = (entity: string): string =>
  entity.replace(/^feature_|^dynamic_|_config$/g, '').replace('_', ' ');

/** "1 gate", "2 gates" */
export const counted = (count: number, what: string): string =>
  `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;

/** JSON, cut where it is long. */
export function short(value: unknown, longest = 80): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

/** A parameter of a parameter store: where its value is from. */
export function parameterInWords(parameter: unknown): string {
  const { value, gate_name, pass_value, fail_value, param_name, ...rest } = fieldsOf(
    parameter ?? {},
  );
  if (value !== undefined) return short(value);
  if (typeof gate_name === 'string')
    return `${short(pass_value)} for those who pass ${gate_name}, ${short(fail_value)} for others`;
  const kind = ['config', 'experiment', 'layer'].find(
    (one) => typeof rest[`${one}_name`] === 'string',
  );
  if (kind === undefined) return 'nothing that this SDK knows';
  return `${String(param_name)} of the ${kind} ${String(rest[`${kind}_name`])}`;
}
