/** What condition tests may ask while they run. Implemented by `Evaluation`. */

import type { IdList } from '../id-list';
import type { IpTable } from '../lookup/ip';
import type { User } from '../user';

export interface EvalContext {
  readonly user: User;
  readonly nowMs: number;
  readonly ipTable: IpTable | null;
  /** IPv6 addresses that hold an IPv4 one have its country. */
  readonly readsMapped: boolean;
  /** Value of `target_app` at the current depth. */
  readonly targetApp: unknown;
  /** The group that the condition that is being tested compares; null = none. */
  readonly experimentGroup: string | null;
  idList(name: string): IdList | undefined;
  /** Value of an operand, read at most once per user. */
  value(operand: number): unknown;
  /** `String(value)` of an operand. */
  text(operand: number): string;
  /** `String(value).toLowerCase()` of an operand. */
  lower(operand: number): string;
}

/**
 * Thrown through an evaluation that cannot be finished now. Preallocated: no stack trace is taken.
 */
export class Interruption {
  constructor(readonly reason: 'NeedsUserAgent' | 'TableFull' | 'TooDeep') {}
}

export const NEEDS_USER_AGENT = new Interruption('NeedsUserAgent');
export const TABLE_FULL = new Interruption('TableFull');
export const TOO_DEEP = new Interruption('TooDeep');
