/** What a user gets of a flag, and why. Nothing is exposed. */
import type { Server } from '../api/server';
import type { StatsigUser } from '../types/user';
import { checkedOf } from '../project/checked';
import type { Spec } from '../project/payload';
import { kindOf } from './catalog';

/** A user from a page: JSON whose size the body's limit bounds. @throws TypeError */
export function userFrom(given: unknown): StatsigUser {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError('a user is an object such as {"userID": "ada"}');
  return given as StatsigUser;
}

/** The answer, and why; private attributes are masked. */
export function explained(server: Server, user: StatsigUser, spec: Spec): object {
  const kind = kindOf(spec);
  const answer = { ...checkedOf(server, user, spec), kind };
  return { answer, explanation: server.explain(user, kind, spec.name) };
}
