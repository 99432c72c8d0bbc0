/** Instances that answer from a payload alone, beside the one that an application has. */
import { StatsigServer } from '../api/statsig';
import type { EngineKind } from '../engine/engine';
import type { IDataAdapter } from '../storage/data-adapter';
import type { ListTexts } from './subject';

const silent = { logLevel: 'none', warn: () => undefined, error: () => undefined } as const;

/** Without network and events. Resolves when it answers, from nothing if the payload is refused. */
export async function scratchInstance(
  payload: string,
  lists: ListTexts,
  engine?: EngineKind,
): Promise<StatsigServer> {
  // Without a key: a payload that names its project's is taken, too.
  const server = new StatsigServer(null as unknown as string, {
    localMode: true,
    ...(engine === undefined ? {} : { engine }),
    bootstrapValues: payload,
    dataAdapter: lists.size === 0 ? null : storeOf(lists),
    disableAllLogging: true,
    disableDiagnostics: true,
    disableRulesetsSync: true,
    disableIdListsSync: true,
    logger: silent,
  });
  await server.initializeAsync();
  return server;
}

/** ID lists, as an adapter stores them. */
function storeOf(lists: ListTexts): IDataAdapter {
  return {
    async get(key) {
      if (key.includes('|/v1/get_id_lists|')) return { result: JSON.stringify([...lists.keys()]) };
      const name = /\|id_list::(.*?)\|plain_text\|/.exec(key)?.[1];
      const text = name === undefined ? undefined : lists.get(name);
      return text === undefined ? {} : { result: text };
    },
    set: async () => undefined,
    initialize: async () => undefined,
    shutdown: async () => undefined,
  };
}
