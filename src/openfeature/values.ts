/** What a config, experiment or layer has for a caller who asks for a type. */
import type { Target } from './names';
import { ProviderError } from './shapes';

/** A type that is asked for. */
export type Is<T> = (value: unknown) => value is T;

/** What was asked for. */
export interface Asked<T> {
  target: Target;
  /** Of the right type. */
  is: Is<T>;
  /** The caller's default. */
  otherwise: T;
}

/** The parameter that a key means which names none, for single values. */
const ONLY = 'value';

/** See `Is`. */
export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
/** See `Is`. */
export const isText = (value: unknown): value is string => typeof value === 'string';
/** See `Is`. */
export const isNumber = (value: unknown): value is number => typeof value === 'number';
/** See `Is`. */
export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && value !== Object.prototype;

/** What a config or experiment has for the caller. @throws as `checked` does */
export function valueIn<T>(whole: Record<string, unknown>, asked: Asked<T>, ruleID: string): T {
  const { target, is } = asked;
  const { parameter } = target;
  const isWhole: boolean = (is as unknown) === isObject;
  if (parameter !== null) return checked(whole[parameter], asked, ruleID);
  if (isWhole) return checked(isOff(ruleID) && isEmpty(whole) ? null : whole, asked, ruleID);
  if (!isOff(ruleID) && whole[ONLY] === undefined) return checked(whole, asked, ruleID);
  return checked(whole[ONLY], { ...asked, target: { ...target, parameter: ONLY } }, ruleID);
}

/**
 * What is switched off has nothing to say beyond its default value: the caller's stands then.
 * @throws ProviderError when it is not there, or of another type
 */
export function checked<T>(value: unknown, { target, is, otherwise }: Asked<T>, ruleID: string): T {
  const { kind, name, parameter } = target;
  if (value === null || value === undefined || isInherited(value)) {
    if (isOff(ruleID)) return otherwise;
    throw new ProviderError('FLAG_NOT_FOUND', `The ${kind} ${name} has no parameter ${parameter}`);
  }
  if (is(value)) return value;
  const what = parameter === null ? `${kind} ${name}` : `parameter ${parameter} of ${kind} ${name}`;
  throw new ProviderError(
    'TYPE_MISMATCH',
    `The ${what} is of another type: ${Array.isArray(value) ? 'array' : typeof value}`,
  );
}

/** What every object has, by names as `constructor` and `__proto__`: no project gave it. */
function isInherited(value: unknown): boolean {
  return typeof value === 'function' || value === Object.prototype;
}

function isOff(ruleID: string): boolean {
  return ruleID === 'disabled';
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}
