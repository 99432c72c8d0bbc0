/** What a user gets of a flag, and why. Nothing is exposed. */
import type { Server } from '../api/server';
import type { StatsigUser } from '../types/user';
import type { FlagKind } from './catalog';

/** A user from a page: JSON whose size the body's limit bounds. @throws TypeError */
export function userFrom(given: unknown): StatsigUser {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError('a user is an object such as {"userID": "ada"}');
  return given as StatsigUser;
}

/**
 * The answer, and why; private attributes are masked. An explanation has the answer of a check, and
 * no callback of the application hears of it.
 */
export function explained(
  server: Server,
  user: StatsigUser,
  [kind, name]: readonly [FlagKind, string],
): object {
  const explanation = server.explain(user, kind, name);
  const { value, ruleID: rule, groupName: group, reason } = explanation;
  return { answer: { name, kind, value, rule, group, reason }, explanation };
}
