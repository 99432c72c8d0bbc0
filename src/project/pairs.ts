/** Flags of two payloads beside each other: what changed, and what users get of each. */
import type { StatsigServer } from '../api/statsig';
import { checkedOf, storeValueOf } from './checked';
import { differences, storeDifferences } from './differences';
import type { Kind, Project, Spec } from './payload';

/** A flag before and after, of which one may not be there. */
export interface Pair {
  kind: Kind | 'parameter_store';
  /** `feature_gate`, `experiment` and so on. */
  entity: string;
  name: string;
  what: 'added' | 'removed' | 'changed';
  /** What it says now that it did not say before, in words; empty also where nothing changed. */
  details(): string[];
  /** What a user gets of an instance with the payload before or after. @throws as checks do */
  valueOf(server: StatsigServer, user: object, isAfter: boolean): unknown;
}

/** All flags of both. */
export function pairsOf(was: Project, is: Project): Pair[] {
  return [...specPairs(was, is), ...storePairs(was, is)];
}

function specPairs(was: Project, is: Project): Pair[] {
  const byKey = ({ specs }: Project): Map<string, Spec> =>
    new Map(specs.map((spec) => [`${spec.kind} ${spec.name}`, spec]));
  const [old, now] = [byKey(was), byKey(is)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key): Pair[] => {
    const [one, other] = [old.get(key), now.get(key)];
    const spec = other ?? one;
    // Without a name it cannot be asked for: checks throw.
    if (spec === undefined || spec.name === '') return [];
    const { kind, entity, name } = spec;
    return [
      {
        ...{ kind, entity, name },
        what: whatOf(one, other),
        details: () => (one && other ? differences(one, other) : []),
        valueOf: (server, user, isAfter) =>
          checkedOf(server, user, (isAfter ? other : one) ?? spec).value,
      },
    ];
  });
}

function storePairs({ stores: old }: Project, { stores: now }: Project): Pair[] {
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].map((name): Pair => {
    const [one, other] = [ownOf(old, name), ownOf(now, name)];
    return {
      kind: 'parameter_store',
      entity: 'parameter_store',
      name,
      what: whatOf(one, other),
      details: () => (one && other ? storeDifferences(one, other) : []),
      valueOf: (server, user) => storeValueOf(server, user, name),
    };
  });
}

const whatOf = (before: unknown, after: unknown): Pair['what'] =>
  before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';

const ownOf = <T>(map: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined;
