/** Local overrides of generated projects (NEWER.md 12): the same calls on both sides. */
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

/** Now and then two for a name, and one of what there is not. */
export function generateOverrides(
  random: Random,
  { names }: Draft,
  ids: readonly string[],
): LocalOverride[] {
  const overrides: LocalOverride[] = [];
  for (const kind of ['gate', 'config', 'experiment', 'layer'] as const)
    for (const [at, name] of [...names[kind], `no such ${kind}`].entries()) {
      if (!random.chance(0.15)) continue;
      // The first are asked for as configs, too: groups are for experiments alone there.
      const make = VALUES[kind === 'experiment' && at < 3 ? 'config' : kind];
      overrides.push({ kind, name, value: make(random, name) });
      for (let count = random.below(3); count > 0; count--)
        overrides.push({ kind, name, value: make(random, name), id: random.pick(ids) });
    }
  return overrides;
}
