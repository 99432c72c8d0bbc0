/** What an instance does when the process ends. */

/** When an instance flushes by itself: see the option `flushOnExit`. */
export type FlushOnExit = 'beforeExit' | 'signals' | false;

/**
 * An instance as the end of a process sees it. Copies of this package, of whatever version, share
 * one list of them: nothing here may change its meaning.
 */
export interface Ending {
  readonly on: FlushOnExit;
  /** How long the process may be held, ms. */
  readonly budgetMs: number;
  /** Events that are not delivered. */
  undelivered(): number;
  /** Events ever accepted. */
  accepted(): number;
  /** Never rejects, and takes no longer than that. */
  flush(timeoutMs: number): Promise<unknown>;
  /** Saves or counts what is undelivered, without waiting. */
  endNow(): void;
}
