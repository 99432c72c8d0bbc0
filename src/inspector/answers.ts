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

/** The answer, and the explanation where the instance has one. */
export function explained(server: Server, user: StatsigUser, spec: Spec): object {
  const checked = checkedOf(server, user, spec);
  const answer = { ...checked, kind: kindOf(spec) };
  return { answer, explanation: null };
}
