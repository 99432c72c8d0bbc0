/** Conditions in words. */
import type { Place } from '../engine/trace';
import type { ExplainedCondition } from './types';

/** What holds, and what holds else. */
const OPERATORS: Readonly<Record<string, readonly [string, string]>> = {
  gt: ['is greater than', 'is not greater than'],
  gte: ['is at least', 'is not at least'],
  lt: ['is less than', 'is not less than'],
  lte: ['is at most', 'is not at most'],
  version_gt: ['is a later version than', 'is no later version than'],
  version_gte: ['is version or later than', 'is no version from'],
  version_lt: ['is an earlier version than', 'is no earlier version than'],
  version_lte: ['is at most version', 'is not at most version'],
  version_eq: ['is version', 'is not version'],
  version_neq: ['is another version than', 'is not another version than'],
  any: ['is one of', 'is not one of'],
  none: ['is none of', 'is one of'],
  any_case_sensitive: ['is exactly one of', 'is not exactly one of'],
  none_case_sensitive: ['is exactly none of', 'is exactly one of'],
  str_starts_with_any: ['starts with one of', 'starts with none of'],
  str_ends_with_any: ['ends with one of', 'ends with none of'],
  str_contains_any: ['contains one of', 'contains none of'],
  str_contains_none: ['contains none of', 'contains one of'],
  str_matches: ['matches', 'does not match'],
  eq: ['equals', 'does not equal'],
  neq: ['differs from', 'does not differ from'],
  before: ['is before', 'is not before'],
  after: ['is after', 'is not after'],
  on: ['is on the day of', 'is not on the day of'],
  in_segment_list: ['is in the ID list', 'is not in the ID list'],
  not_in_segment_list: ['is not in the ID list', 'is in the ID list'],
  array_contains_any: ['contains one of', 'contains none of'],
  array_contains_none: ['contains none of', 'contains one of, or is no list:'],
  array_contains_all: ['contains all of', 'does not contain all of'],
  not_array_contains_all: ['does not contain all of', 'contains all of, or is no list:'],
};

const SUBJECTS: Readonly<Record<string, string>> = {
  current_time: 'the time',
  target_app: 'the app',
  user_bucket: 'the bucket, out of 1,000,',
  unit_id: 'the unit ID',
};

const PLACES: Readonly<Record<Place, string>> = {
  nowhere: 'found nowhere',
  user: 'of the user',
  custom: 'in custom',
  private: 'in privateAttributes',
  environment: 'of the environment',
  unitID: 'the unit ID',
  ip: 'from the IP address',
  'private ip': 'from the private IP address',
  userAgent: 'from the user agent',
  'private userAgent': 'from the private user agent',
  time: 'now',
  bucket: 'by its salt',
  app: 'of the payload',
  group: 'the user’s group',
};

/** `country "DE" (in custom) is not one of ["NL"]` */
export function conditionInWords(condition: ExplainedCondition): string {
  const { type, operator = '', met, specs = [] } = condition;
  if (met === null) return `${unknownPart(condition)} is not known to this SDK`;
  if (/^(multi_)?(pass|fail)_gate$/i.test(type)) {
    const asked = specs.map(({ kind, name, value }) => `${kind} ${name} is ${value}`).join(', ');
    return asked === '' ? `no gate of ${shortJson(condition.target)} decides` : asked;
  }
  const [yes, no] = OPERATORS[operator.toLowerCase()] ?? [operator, `not ${operator}`];
  return `${subject(condition)}${seen(condition)} ${met ? yes : no} ${target(condition)}`;
}

function unknownPart({ type, operator }: ExplainedCondition): string {
  return operator === undefined
    ? `the condition type ${type || '?'}`
    : `the condition ${type} with the operator ${operator}`;
}

function subject({ type, field }: ExplainedCondition): string {
  if (type.toLowerCase() === 'experiment_group') return `the group in ${field ?? '?'}`;
  return SUBJECTS[type.toLowerCase()] ?? field ?? type;
}

function seen(condition: ExplainedCondition): string {
  const { value, place, isMasked, isValueCut } = condition;
  const where = place === undefined ? '' : ` (${PLACES[place]})`;
  if (isMasked) return ` •••${where}`;
  if (value === undefined) return place === 'nowhere' ? where : `, which is missing${where},`;
  return ` ${isValueCut ? `${String(value)}…` : shortJson(value)}${where}`;
}

function target({ target, targetMore }: ExplainedCondition): string {
  const more = targetMore === undefined ? '' : ` and ${targetMore} more`;
  return `${shortJson(target)}${more}`;
}

/** JSON, cut where it is long. */
export function shortJson(value: unknown, longest = 100): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length <= longest ? json : `${json.slice(0, longest - 1)}…`;
}
