import type { StatsigUser } from '../types/user';
import type { EvaluationContext } from './shapes';

/** Attributes that a StatsigUser has a place for. */
const OWN = new Set([
  'email',
  'ip',
  'userAgent',
  'country',
  'locale',
  'appVersion',
  'customIDs',
  'privateAttributes',
]);

/**
 * The user that a context stands for: `targetingKey` (else `userID`) is the `userID`, what a
 * StatsigUser has a place for goes there, and everything else into `custom`, dates as ISO texts.
 */
export function toStatsigUser(context: EvaluationContext): StatsigUser {
  const user: Record<string, unknown> = {};
  const custom: Record<string, unknown> = {};
  for (const key of Object.keys(context)) {
    const value = context[key];
    if (key === 'targetingKey' || key === 'userID') continue;
    if (OWN.has(key)) user[key] = value;
    else if (key === 'custom' && isMap(value)) Object.assign(custom, value);
    else custom[key] = value instanceof Date ? isoOf(value) : value;
  }
  const userID = context.targetingKey ?? context['userID'];
  if (userID != null) user['userID'] = userID;
  if (Object.keys(custom).length > 0) user['custom'] = custom;
  return user as StatsigUser;
}

function isMap(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

/** A date that is none has no ISO text. */
function isoOf(date: Date): string | null {
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
