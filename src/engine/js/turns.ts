/** Long work in pieces, so that requests are served meanwhile. */

import { nextTurn } from './host';

/** Work that yields where it may be interrupted. */
export type Steps<T> = Generator<void, T, void>;

/** Runs to the end at once. */
export function atOnce<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Runs each step in a turn of its own. */
export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  let step = steps.next();
  while (!step.done) {
    await nextTurn();
    step = steps.next();
  }
  return step.value;
}
