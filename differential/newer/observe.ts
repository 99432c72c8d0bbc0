/** Asks a side everything about a project, and brings what it logged to one form. */
import type { JsonObject, WireEvent } from '../case';
import { lineOf } from '../exposure-lines';
import type { Line } from '../exposure-lines';
import type { Draft } from './draft';
import { entriesOf } from './responses';
import type { Entry } from './responses';
import type { Kind, ResponseOptions, Said, Side } from './sides';

/** A payload, and what is asked of it. */
export type Project = Pick<Draft, 'payload' | 'names'>;

export interface Observed {
  /** By `kind name`. */
  said: Map<string, Said>;
  /** By `store parameter fallback`. */
  read: Map<string, unknown>;
  lines: Line[];
  /** Responses for clients, of some users, by their options. */
  responses: Map<string, Map<string, Entry>>;
}

/** Ways in which responses are asked for. */
const RESPONSES: ResponseOptions[] = (['v1', 'v2', 'init-v2'] as const).flatMap((format) => [
  { format, hash: 'none', clientKey: null },
  { format, hash: 'djb2', clientKey: null },
  { format, hash: 'none', clientKey: 'client-key' },
  { format, hash: 'none', clientKey: null, includeLocalOverrides: true },
]);

const FALLBACKS: unknown[] = [null, true, 'fallback', 9, [], {}];

function asked({ names }: Project): [Kind, string][] {
  const of = (kind: Kind, list: string[]): [Kind, string][] =>
    [...list, `no such ${kind}`].map((name) => [kind, name]);
  return [
    ...of('gate', names.gate),
    ...of('config', [...names.config, ...names.experiment.slice(0, 3)]),
    ...of('experiment', [...names.experiment, ...names.config.slice(0, 3)]),
    ...of('layer', names.layer),
  ];
}

/** Who is asked about what. */
export interface Asking {
  side: Side;
  project: Project;
  responses: boolean;
}

/** Every third user reads stores before anything else, so that those expose. */
export function observeUser(
  { side, project, responses }: Asking,
  user: JsonObject,
  index: number,
): Observed {
  const observed: Observed = { said: new Map(), read: new Map(), lines: [], responses: new Map() };
  const stores = (): void => readStores(side, project, user, { observed, index });
  if (index % 3 === 0) stores();
  const list = asked(project);
  // From another one on for every user: memories of one answer must not change another.
  const from = (index * 7) % list.length;
  for (const [kind, name] of [...list.slice(from), ...list.slice(0, from)])
    observed.said.set(`${kind} ${name}`, side.ask(user, kind, name));
  if (index % 3 !== 0) stores();
  if (responses && index % 4 === 1)
    for (const options of RESPONSES)
      observed.responses.set(
        `${options.format} ${options.hash} ${String(options.clientKey)} ${options.includeLocalOverrides ? 'overridden' : ''}`,
        entriesOf(side.respond(user, options), options),
      );
  return observed;
}

function readStores(
  side: Side,
  { payload, names }: Project,
  user: JsonObject,
  { observed, index }: { observed: Observed; index: number },
): void {
  const stores = (payload['param_stores'] ?? {}) as Record<string, { parameters: JsonObject }>;
  for (const store of [...names.store, 'nowhere']) {
    const parameters = [...Object.keys(stores[store]?.parameters ?? {}), 'nothing'];
    for (const [at, parameter] of parameters.entries()) {
      const fallback = FALLBACKS[(at + index) % FALLBACKS.length];
      const value = side.read(user, store, parameter, fallback);
      observed.read.set(`${store} ${parameter} ${JSON.stringify(fallback)}`, value);
    }
  }
}

export const userKey = (user: JsonObject): string =>
  String((user['customIDs'] as JsonObject)['stableID']);

/** Adds each user's exposures, in order, each once. */
export function addLines(
  observed: ReadonlyMap<string, Observed>,
  events: readonly WireEvent[],
): void {
  const known = new Set<string>();
  for (const event of events) {
    if (!event.eventName.endsWith('_exposure')) continue;
    const line = lineOf(event);
    const user = userKey(event.user as JsonObject);
    if (known.size < known.add(`${user} ${line.key}`).size) observed.get(user)?.lines.push(line);
  }
}
