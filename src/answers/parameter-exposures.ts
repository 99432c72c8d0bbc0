/**
 * Which layer parameters of a user were exposed in the current window: reading one again then needs
 * no call into the engine, which would drop the exposure as a duplicate. Bounds: `MOST_NAMES`
 * parameter names, `MOST_PER_USER` exposures of a user; what is beyond goes to the engine each
 * time.
 */
import type { UserRecord } from '../users/user-table';

const MOST_NAMES = 4096;
const MOST_PER_USER = 1024;

/** See the head of this file. */
export class ParameterExposures {
  private readonly numbers = new Map<string, number>();

  /**
   * Notes an exposure. False when it was noted before: same user, outcome, parameter and window.
   */
  add(record: UserRecord, outcome: number, parameter: string, window: number): boolean {
    const number = this.numbers.get(parameter) ?? this.number(parameter);
    if (number < 0) return true;
    if (record.parameters === null || record.parametersWindow !== window) {
      record.parameters = new Set();
      record.parametersWindow = window;
    }
    const { parameters } = record;
    const key = outcome * MOST_NAMES + number;
    if (parameters.has(key)) return false;
    if (parameters.size < MOST_PER_USER) parameters.add(key);
    return true;
  }

  private number(parameter: string): number {
    const { size } = this.numbers;
    if (size >= MOST_NAMES) return -1;
    this.numbers.set(parameter, size);
    return size;
  }
}
