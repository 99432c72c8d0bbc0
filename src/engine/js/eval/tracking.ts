/** What an evaluation of rules keeps on its way. */

import { SECONDS_LIMIT } from '../js-semantics';
import { type ExposureList, INHERITED_RATE, type Result, Seen, type Tables } from '../outcome';
import type { Condition } from '../store';

/** Exposures, and the sampling state of one spec's evaluation (BEHAVIOUR.md 3.14). */
export interface Tracking {
  list: ExposureList;
  rate: unknown;
  seen: Seen;
  /** Name of the spec that stood in for a nested gate, or for one of its own; of the last one. */
  mapped: string | null;
}

/** Nothing was seen yet. */
export function noTracking({ empty }: Tables): Tracking {
  return { list: empty, rate: INHERITED_RATE, seen: Seen.Inherited, mapped: null };
}

/** A result with what stood in for a nested gate. */
export function ended(result: Result, { mapped }: Tracking): Result {
  return mapped === null ? result : result.derived(mapped, result.also);
}

/**
 * Until when a condition holds that is not settled; a time that has passed when that cannot be
 * told.
 */
export function holdsUntil({ settledBefore }: Condition, nowMs: number): number {
  // A clock that shows less is taken to show seconds, which turns back when it gets there.
  return nowMs < settledBefore && nowMs >= SECONDS_LIMIT ? settledBefore : -Infinity;
}

/** How a rule ended. */
export const RuleEnd = { Fail: 0, Pass: 1, Unsupported: 2 } as const;
export type RuleEnd = (typeof RuleEnd)[keyof typeof RuleEnd];
