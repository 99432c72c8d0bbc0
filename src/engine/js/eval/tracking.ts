/** What an evaluation of rules keeps on its way. */

import { SECONDS_LIMIT } from '../js-semantics';
import { type ExposureList, INHERITED_RATE, type Found, Seen, type Tables } from '../outcome';
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

/** What was found, with what stood in for a nested gate. */
export function ended(found: Found, { mapped }: Tracking): Found {
  return mapped === null ? found : found.derived(mapped, found.also);
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
export const Met = { No: 0, Yes: 1, Unsupported: 2 } as const;
export type Met = (typeof Met)[keyof typeof Met];
