/** Where a context may come from; what is nearer to the call wins. */
import { OpenFeature, type EvaluationContext } from '@openfeature/server-sdk';
import type { World } from './world';

/** Adds to the context of a level. */
export async function addContext(
  world: World,
  level: string,
  entry: EvaluationContext,
): Promise<void> {
  const { client } = world;
  if (level === 'API') await OpenFeature.setContext({ ...OpenFeature.getContext(), ...entry });
  else if (level === 'Transaction') world.transaction = { ...world.transaction, ...entry };
  else if (level === 'Client') client.setContext({ ...client.getContext(), ...entry });
  else if (level === 'Invocation') world.context = { ...world.context, ...entry };
  else if (level === 'Before Hooks') client.addHooks({ before: () => entry });
  else throw new Error(`There is no level ${level}`);
}

/** Each level of the table down to one says of a key what it is called. */
export async function contextUpTo(world: World, last: string, key: string): Promise<void> {
  const levels = world.notes.get('levels') as string[];
  for (const level of levels.slice(0, levels.indexOf(last) + 1))
    await addContext(world, level, { [key]: level });
}
