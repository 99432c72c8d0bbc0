/** Local overrides of generated projects (NEWER.md 12): the same calls on both sides. */
import type { JsonObject } from '../case';
import type { Random } from '../random';
import { parameters } from './draft';
import type { Draft } from './draft';
import type { Kind, LocalOverride } from './sides';

const VALUES: Record<Kind, (random: Random, name: string) => LocalOverride['value']> = {
  gate: (random) => random.chance(0.5),
  config: (random, name) => parameters(random, `${name} overridden`),
  experiment: (random, name) =>
    random.chance(0.4)
      ? random.pick(['Control', 'Test', 'Test', 'no such group'])
      : parameters(random, `${name} overridden`),
  layer: (random, name) => parameters(random, `${name} overridden`),
};

/** The custom IDs of a user. */
const customOf = (user: JsonObject): string[] =>
  Object.values((user['customIDs'] ?? {}) as Record<string, string>);

/** All IDs of users. An override for '' is everybody's here, and nobody else's there. */
export function idsOf(users: readonly JsonObject[]): string[] {
  const ids = users.flatMap((user) => [...customOf(user), user['userID']]);
  return ids.filter((id): id is string => typeof id === 'string' && id !== '');
}

/**
 * Now and then several for a name, and one of what there is not. Never for two custom IDs of one
 * user: which of them counts is left to chance there (a map without order).
 */
export function generateOverrides(
  random: Random,
  { names }: Draft,
  users: readonly JsonObject[],
): LocalOverride[] {
  const ids = idsOf(users);
  const overrides: LocalOverride[] = [];
  for (const kind of ['gate', 'config', 'experiment', 'layer'] as const)
    for (const [at, name] of [...names[kind], `no such ${kind}`].entries()) {
      if (!random.chance(0.15)) continue;
      // The first are asked for as configs, too: groups are for experiments alone there.
      const make = VALUES[kind === 'experiment' && at < 3 ? 'config' : kind];
      overrides.push({ kind, name, value: make(random, name) });
      const taken = new Set<string>();
      for (let count = random.below(4); count > 0; count--) {
        const id = random.pick(ids);
        const both = taken.has(id) ? taken : new Set([...taken, id]);
        if (users.some((user) => customOf(user).filter((one) => both.has(one)).length > 1))
          continue;
        taken.add(id);
        overrides.push({ kind, name, value: make(random, name), id });
      }
    }
  return overrides;
}
