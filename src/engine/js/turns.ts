/** Long work in pieces, so that requests are served meanwhile. */

/** setImmediate where it exists: a timer of 0 waits a millisecond. */
export function nextTurn(): Promise<void> {
  const { setImmediate: immediate } = globalThis as { setImmediate?: (task: () => void) => unknown };
  return new Promise((resolve) => void (immediate === undefined ? setTimeout(resolve, 0) : immediate(resolve)));
}

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
