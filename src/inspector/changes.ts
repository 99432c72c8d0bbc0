/** What changed when the payload changed, and for whom. */
import type { EngineKind } from '../engine/engine';
import { pairsOf, type Pair } from '../project/pairs';
import type { Project } from '../project/payload';
import type { StatsigServer } from '../api/statsig';
import { kindOf, type FlagKind } from './catalog';
import { scratchInstance } from './scratch';
import type { ListTexts } from './subject';

/** One flag that is not what it was. */
export interface FlagChange {
  kind: FlagKind;
  name: string;
  what: 'added' | 'removed' | 'changed';
  /** In words. */
  details: string[];
  /** Users of the sample who get something else. */
  moved: number;
  /** Some of them. */
  examples: { user: object; before: unknown; after: unknown }[];
}

/** One payload after another. */
export interface PayloadChange {
  seenAt: number;
  /** Times of the payloads. */
  from: number;
  to: number;
  /** Users that were asked about. */
  sample: number;
  flags: FlagChange[];
  /** Further flags that changed. */
  more: number;
}

const MOST_FLAGS = 200;
const MOST_DETAILS = 30;
const MOST_EXAMPLES = 3;
/** Evaluations of each payload at most: they share the process with an application. */
const MOST_EVALUATIONS = 100_000;
const SAMPLE = 200;
/** Work in a row, ms, before others have their turn. */
const TURN_MS = 5;

/** Who is asked about, and what answers. */
interface Around {
  users: readonly object[];
  lists: ListTexts;
  /** As the instance that is looked at. */
  engine: EngineKind;
}

/** Compares payloads. */
export async function changeBetween(
  was: Project,
  is: Project,
  { users, lists, engine }: Around,
): Promise<Omit<PayloadChange, 'seenAt'>> {
  const pairs = pairsOf(was, is);
  const sample = sampleOf(users, Math.floor(MOST_EVALUATIONS / Math.max(1, pairs.length)));
  const servers = [
    await scratchInstance(was.text, lists, engine),
    await scratchInstance(is.text, lists, engine),
  ] as const;
  try {
    const changes: FlagChange[] = [];
    for (const pair of pairs) {
      const change = await changeOf(pair, servers, sample);
      if (change !== null) changes.push(change);
    }
    const flags = changes.slice(0, MOST_FLAGS);
    const more = changes.length - flags.length;
    return { from: was.time, to: is.time, sample: sample.length, flags, more };
  } finally {
    await Promise.all(servers.map((server) => server.shutdownAsync(0)));
  }
}

/** Users who were seen, and then some who were not. */
function sampleOf(users: readonly object[], most: number): object[] {
  const size = Math.max(1, Math.min(SAMPLE, most));
  const made = Array.from({ length: SAMPLE }, (_, i) => ({ userID: `user-${i + 1}` }));
  return [...users, ...made].slice(0, size);
}

async function changeOf(
  pair: Pair,
  servers: readonly [StatsigServer, StatsigServer],
  sample: readonly object[],
): Promise<FlagChange | null> {
  const { name, what } = pair;
  const kind = kindOf(pair);
  if (what !== 'changed') return { kind, name, what, details: [], moved: 0, examples: [] };
  const details = pair.details().slice(0, MOST_DETAILS);
  const { moved, examples } = await moves(pair, servers, sample);
  // Nested gates change what others answer.
  if (details.length === 0 && moved === 0) return null;
  return { kind, name, what, details, moved, examples };
}

async function moves(
  pair: Pair,
  [was, is]: readonly [StatsigServer, StatsigServer],
  sample: readonly object[],
): Promise<Pick<FlagChange, 'moved' | 'examples'>> {
  let moved = 0;
  const examples: FlagChange['examples'] = [];
  for (const user of sample) {
    await turn();
    const before = valueOf(() => pair.valueOf(was, user, false));
    const after = valueOf(() => pair.valueOf(is, user, true));
    if (JSON.stringify(before) === JSON.stringify(after)) continue;
    moved += 1;
    if (examples.length < MOST_EXAMPLES) examples.push({ user, before, after });
  }
  return { moved, examples };
}

let since = 0;

/** Lets others have their turn now and then. */
function turn(): Promise<void> | undefined {
  if (performance.now() - since < TURN_MS) return undefined;
  return new Promise((resolve) =>
    setImmediate(() => {
      since = performance.now();
      resolve();
    }),
  );
}

/** Users of events may have no ID that an SDK accepts. */
function valueOf(ask: () => unknown): unknown {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
