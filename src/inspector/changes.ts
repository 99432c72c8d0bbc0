/** What changed when the payload changed, and for whom. */
import { checkedOf } from '../project/checked';
import { differences } from '../project/differences';
import { parseProject, type Project, type Spec } from '../project/payload';
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
/** Evaluations in a row before others have their turn. */
const TURN = 500;

/** Compares payloads. @throws Error for a text that is none */
export async function changeBetween(
  before: string,
  after: string,
  { users, lists }: { users: readonly object[]; lists: ListTexts },
): Promise<Omit<PayloadChange, 'seenAt'>> {
  const [was, is] = [parseProject(before, 'before'), parseProject(after, 'after')];
  const pairs = pairsOf(was, is);
  const sample = sampleOf(users, Math.floor(MOST_EVALUATIONS / Math.max(1, pairs.length)));
  const servers = [
    await scratchInstance(before, lists),
    await scratchInstance(after, lists),
  ] as const;
  try {
    const changes: FlagChange[] = [];
    for (const pair of pairs) {
      const change = await changeOf(pair, servers, sample);
      if (change !== null) changes.push(change);
    }
    const flags = changes.slice(0, MOST_FLAGS);
    const [from, to] = [timeOf(before), timeOf(after)];
    return { from, to, sample: sample.length, flags, more: changes.length - flags.length };
  } finally {
    await Promise.all(servers.map((server) => server.shutdownAsync(0)));
  }
}

type Pair = readonly [Spec | undefined, Spec | undefined];

function pairsOf(was: Project, is: Project): Pair[] {
  const byKey = ({ specs }: Project): Map<string, Spec> =>
    new Map(specs.map((spec) => [`${spec.kind} ${spec.name}`, spec]));
  const [old, now] = [byKey(was), byKey(is)];
  return [...new Set([...old.keys(), ...now.keys()])].map((key) => [old.get(key), now.get(key)]);
}

/** Users who were seen, and then some who were not. */
function sampleOf(users: readonly object[], most: number): object[] {
  const size = Math.max(1, Math.min(SAMPLE, most));
  const made = Array.from({ length: SAMPLE }, (_, i) => ({ userID: `user-${i + 1}` }));
  return [...users, ...made].slice(0, size);
}

async function changeOf(
  [one, other]: Pair,
  servers: readonly [StatsigServer, StatsigServer],
  sample: readonly object[],
): Promise<FlagChange | null> {
  const spec = (other ?? one)!;
  const about = { kind: kindOf(spec), name: spec.name };
  if (one === undefined || other === undefined) {
    const what = one === undefined ? 'added' : 'removed';
    return { ...about, what, details: [], moved: 0, examples: [] };
  }
  const details = differences(one, other).slice(0, MOST_DETAILS);
  const { moved, examples } = await moves([one, other], servers, sample);
  // Nested gates change what others answer.
  if (details.length === 0 && moved === 0) return null;
  return { ...about, what: 'changed', details, moved, examples };
}

async function moves(
  [one, other]: readonly [Spec, Spec],
  [was, is]: readonly [StatsigServer, StatsigServer],
  sample: readonly object[],
): Promise<Pick<FlagChange, 'moved' | 'examples'>> {
  let moved = 0;
  const examples: FlagChange['examples'] = [];
  for (const user of sample) {
    await turn();
    const before = valueOf(was, user, one);
    const after = valueOf(is, user, other);
    if (JSON.stringify(before) === JSON.stringify(after)) continue;
    moved += 1;
    if (examples.length < MOST_EXAMPLES) examples.push({ user, before, after });
  }
  return { moved, examples };
}

let asked = 0;

/** Lets others have their turn now and then. */
function turn(): Promise<void> | undefined {
  asked = (asked + 1) % TURN;
  return asked === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined;
}

/** Users of events may have no ID that an SDK accepts. */
function valueOf(server: StatsigServer, user: object, spec: Spec): unknown {
  try {
    return checkedOf(server, user as Record<string, unknown>, spec).value;
  } catch {
    return undefined;
  }
}

function timeOf(text: string): number {
  const { time } = JSON.parse(text) as { time?: unknown };
  return typeof time === 'number' ? time : 0;
}
