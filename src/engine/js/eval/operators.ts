/** Operators (BEHAVIOUR.md 3.8, operators.csv), each compiled with its target into a test. */

import { compareVersions, localMidnight, numberOf, regExp, textOf, toTime } from '../js-semantics';
import type { Operand } from '../store';
import type { EvalContext } from './context';

export type Test = (context: EvalContext) => boolean;
type Compare = (left: number, right: number) => boolean;

const MATCH_MAX_UNITS = 1000;
const USER_BUCKETS = 1000;

const COMPARISONS = {
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  eq: (a, b) => a === b,
  neq: (a, b) => a !== b,
} satisfies Record<string, Compare>;

interface Operation {
  operand: Operand;
  /** As spelled in the payload: exact lower case selects set semantics for any/none. */
  spelling: string;
  target: unknown;
  isBucket: boolean;
}

type Compile = (operation: Operation) => Test;

const never: Test = () => false;

/**
 * The test of a condition, or null for an unknown operator. May throw on a target that has no text.
 */
export function compileTest(operation: Operation): Test | null {
  const lower = operation.spelling.toLowerCase();
  const compile = isOperator(lower) ? OPERATORS[lower] : undefined;
  return compile === undefined ? null : compile(operation);
}

/** Whether `compileTest` knows an operator; `lower` in lower case. */
export function isOperator(lower: string): boolean {
  return Object.prototype.hasOwnProperty.call(OPERATORS, lower);
}

const OPERATORS: Record<string, Compile> = {
  gt: numeric(COMPARISONS.gt),
  gte: numeric(COMPARISONS.gte),
  lt: numeric(COMPARISONS.lt),
  lte: numeric(COMPARISONS.lte),
  version_gt: version(COMPARISONS.gt),
  version_gte: version(COMPARISONS.gte),
  version_lt: version(COMPARISONS.lt),
  version_lte: version(COMPARISONS.lte),
  version_eq: version(COMPARISONS.eq),
  version_neq: version(COMPARISONS.neq),
  any: (o) => membership(o, true),
  none: (o) => not(membership(o, true)),
  any_case_sensitive: (o) => membership(o, false),
  none_case_sensitive: (o) => not(membership(o, false)),
  str_starts_with_any: (o) => textual(o, (value, part) => value.startsWith(part)),
  str_ends_with_any: (o) => textual(o, (value, part) => value.endsWith(part)),
  str_contains_any: (o) => textual(o, (value, part) => value.includes(part)),
  str_contains_none: (o) => not(textual(o, (value, part) => value.includes(part))),
  str_matches: matches,
  eq: looselyEqual,
  neq: (o) => not(looselyEqual(o)),
  before: (o) => date(o, (a, b) => a < b),
  after: (o) => date(o, (a, b) => a > b),
  on: (o) => date(o, (a, b) => localMidnight(a) === localMidnight(b)),
  in_segment_list: inList,
  not_in_segment_list: (o) => not(inList(o)),
  array_contains_any: (o) => arrays(o, (hits) => hits > 0),
  array_contains_none: (o) => arrays(o, (hits) => hits === 0),
  array_contains_all: (o) => arrays(o, (hits, all) => hits === all),
  not_array_contains_all: (o) => arrays(o, (hits, all) => hits !== all),
};

function not(test: Test): Test {
  return (context) => !test(context);
}

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function numeric(compare: Compare): Compile {
  return ({ operand: { id }, target }) => {
    const right = numberOf(target);
    if (isMissing(target) || Number.isNaN(right)) return never;
    return (context) => {
      const value = context.value(id);
      // A NaN on the left makes each of the four comparisons false.
      return !isMissing(value) && compare(Number(value), right);
    };
  };
}

function version(compare: Compare): Compile {
  return ({ operand: { id }, target }) => {
    if (typeof target !== 'string') return never;
    return (context) => {
      const order = compareVersions(context.value(id), target);
      return order !== null && compare(order, 0);
    };
  };
}

function membership(operation: Operation, ignoreCase: boolean): Test {
  const { target, spelling, operand } = operation;
  if (!Array.isArray(target)) return never;
  if (spelling !== spelling.toLowerCase()) return slowMembership(operand.id, target, ignoreCase);
  const { id } = operand;
  if (operation.isBucket) return bucketMembership(id, target, ignoreCase);
  // Made when first asked: a big project has tens of thousands of conditions, of which few are.
  let set: Set<string> | null = null;
  if (!ignoreCase) return (context) => (set ??= textsOf(target, false)).has(context.text(id));
  return (context) =>
    (set ??= textsOf(target, true)).has(context.text(id)) || set.has(context.lower(id));
}

/** The elements as text, and in lower case too. */
function textsOf(target: unknown[], withLower: boolean): Set<string> {
  const set = new Set<string>();
  for (const element of target) {
    const text = textOf(element);
    set.add(text);
    if (withLower) set.add(text.toLowerCase());
  }
  return set;
}

/** A user bucket is an integer below 1000, so its set is a table. */
function bucketMembership(id: number, target: unknown[], ignoreCase: boolean): Test {
  let table: Uint8Array | null = null;
  return (context) =>
    (table ??= bucketTable(textsOf(target, ignoreCase)))[context.value(id) as number] === 1;
}

function bucketTable(set: Set<string>): Uint8Array {
  const table = new Uint8Array(USER_BUCKETS);
  for (let i = 0; i < USER_BUCKETS; i++) table[i] = set.has(String(i)) ? 1 : 0;
  return table;
}

/** Any other spelling than exact lower case: missing values and elements never match. */
function slowMembership(id: number, target: unknown[], ignoreCase: boolean): Test {
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  const elements = new Set(
    target.filter((element) => !isMissing(element)).map((element) => fold(textOf(element))),
  );
  return (context) => !isMissing(context.value(id)) && elements.has(fold(context.text(id)));
}

function textual(
  { operand: { id }, target }: Operation,
  test: (value: string, part: string) => boolean,
): Test {
  if (!Array.isArray(target)) return never;
  const parts = target.filter((part) => !isMissing(part)).map((part) => textOf(part).toLowerCase());
  return (context) => {
    if (isMissing(context.value(id))) return false;
    const value = context.lower(id);
    for (const part of parts) if (test(value, part)) return true;
    return false;
  };
}

function matches({ operand: { id }, target }: Operation): Test {
  // Made when first asked, as sets are.
  let test: ((text: string) => boolean) | null | undefined;
  return (context) => {
    const text = context.text(id);
    if (text.length >= MATCH_MAX_UNITS) return false;
    if (test === undefined) test = regExp(target);
    return test !== null && test(text);
  };
}

function looselyEqual({ operand: { id }, target }: Operation): Test {
  if (typeof target !== 'object' || target === null)
    return (context) => context.value(id) == target;
  const text = textOf(target);
  return (context) => {
    const value = context.value(id);
    // Two objects are equal only when they are the same.
    return typeof value !== 'object' && value == text;
  };
}

function date({ operand: { id }, target }: Operation, compare: Compare): Test {
  const right = isMissing(target)
    ? NaN
    : toTime(typeof target === 'object' ? numberOf(target) : target);
  if (Number.isNaN(right)) return never;
  return (context) => {
    const value = context.value(id);
    if (isMissing(value)) return false;
    const left = toTime(value);
    return !Number.isNaN(left) && compare(left, right);
  };
}

function inList({ operand: { id }, target }: Operation): Test {
  const name = textOf(target);
  return (context) => {
    const list = context.idList(name);
    if (list === undefined) return false;
    const value = context.value(id);
    return typeof value === 'string' ? list.hasHashOf(value) : list.has('');
  };
}

function arrays(
  { operand: { id }, target }: Operation,
  decide: (hits: number, all: number) => boolean,
): Test {
  if (!Array.isArray(target)) return never;
  const integers = target.map((element) => parseInt(textOf(element)));
  return (context) => {
    const value = context.value(id);
    if (!Array.isArray(value)) return false;
    const present = new Set<unknown>(value);
    let hits = 0;
    for (let i = 0; i < target.length; i++)
      if (present.has(target[i]) || present.has(integers[i])) hits++;
    return decide(hits, target.length);
  };
}
