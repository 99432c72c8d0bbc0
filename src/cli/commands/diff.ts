import { isDeepStrictEqual } from 'node:util';
import { pairsOf, type Pair } from '../../project/pairs';
import type { Project } from '../../project/payload';
import { withServer } from '../../project/with-server';
import { entityInWords, short } from '../../project/words';
import { EXIT, UsageError, type Command, type Output } from '../command';
import { folded } from '../fold';
import { readProject, readText } from '../project';

/** Who gets something else. */
interface Moves {
  /** Users, of those that were asked about. */
  moved: number;
  /** Some of them, with what they got and get. */
  examples: { user: object; before: unknown; after: unknown }[];
}

/** What changed in one spec. */
interface Change extends Moves {
  name: string;
  kind: string;
  what: 'added' | 'removed' | 'changed';
  /** In words; of a spec that is in both. */
  details: string[];
}

const NOBODY: Moves = { moved: 0, examples: [] };

const MOST_EXAMPLES = 3;
/** Users in a row before the progress is told. */
const TURN = 1_000;

export const diff: Command = {
  summary: 'what changed between two payloads, and for whom',
  usage: `A B [--users FILE] [--count N] [--json]

  A, B          payloads: files, - for standard input, or URLs
  --users FILE  a JSON array of users to ask about;
                default: N users with a userID only
  --count N     how many, default 1000
  --json        for programs

Tells what changed in words, and how many users get something else, with some
of them. Exits with 1 when something changed.`,
  takes: 2,
  options: {
    users: { type: 'string' },
    count: { type: 'string', default: '1000' },
    json: { type: 'boolean' },
  },
  async run({ positionals, text, has }, output) {
    const [a, b, more] = positionals;
    if (a === undefined || b === undefined || more !== undefined)
      throw new UsageError('two payloads are compared');
    const users = await usersOf(text('users'), Number(text('count')));
    const [before, after] = [await readProject(a), await readProject(b)];
    const changes = await compare(before, after, { users, output });
    output.progress('');
    if (has('json')) output.line(JSON.stringify({ users: users.length, changes }, null, 2));
    else print(changes, users.length, output);
    return changes.length === 0 ? EXIT.ok : EXIT.found;
  },
};

async function usersOf(file: string | undefined, count: number): Promise<object[]> {
  if (file === undefined) {
    if (!Number.isInteger(count) || count < 0 || count > 1_000_000)
      throw new UsageError('--count takes a number up to 1000000');
    return Array.from({ length: count }, (_, i) => ({ userID: `user-${i + 1}` }));
  }
  let users: unknown;
  try {
    users = JSON.parse(await readText(file));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`${file} is no JSON: ${error.message.slice(0, 100)}`);
  }
  const isUser = (one: unknown): boolean =>
    typeof one === 'object' && one !== null && !Array.isArray(one);
  if (!Array.isArray(users) || !users.every(isUser))
    throw new Error(`${file} is no array of users`);
  return users;
}

/** Who is asked about, and where it is told how far that is. */
interface Asking {
  users: object[];
  output: Output;
}

async function compare(before: Project, after: Project, asking: Asking): Promise<Change[]> {
  const pairs = pairsOf(before, after);
  const moves = await movesOf(pairs, [before, after], asking);
  return pairs.flatMap((pair, at): Change[] => {
    const { name, entity: kind, what } = pair;
    const { moved, examples } = moves[at] ?? NOBODY;
    const details = pair.details();
    // Nested gates change what others answer.
    return what === 'changed' && details.length === 0 && moved === 0
      ? []
      : [{ name, kind, what, details, moved, examples }];
  });
}

/** Of each pair, who moves; nobody moves to or from what is not there. */
function movesOf(
  pairs: Pair[],
  [before, after]: [Project, Project],
  { users, output }: Asking,
): Promise<Moves[]> {
  return withServer(before, (was) =>
    withServer(after, (is) => {
      const moves = pairs.map((): Moves => ({ moved: 0, examples: [] }));
      if (saysTheSame(before, after)) return moves;
      for (const [at, user] of users.entries()) {
        if (at % TURN === 0)
          output.progress(`${at} of ${users.length} users, ${pairs.length} flags`);
        for (const [i, pair] of pairs.entries()) {
          if (pair.what !== 'changed') continue;
          const left = JSON.stringify(pair.valueOf(was, user, false)) ?? 'null';
          const right = JSON.stringify(pair.valueOf(is, user, true)) ?? 'null';
          if (left !== right) note(moves[i], user, [left, right]);
        }
      }
      return moves;
    }),
  );
}

/** Then nobody need be asked, which takes a minute on thousands of specs. */
function saysTheSame(...projects: [Project, Project]): boolean {
  const [one, other] = projects.map(({ text }) => {
    const { time, ...rest } = JSON.parse(text.replace(/^\uFEFF/, '')) as Record<string, unknown>;
    return rest;
  });
  return isDeepStrictEqual(one, other);
}

function note(moves: Moves | undefined, user: object, [left, right]: [string, string]): void {
  if (moves === undefined) return;
  moves.moved += 1;
  if (moves.examples.length < MOST_EXAMPLES)
    moves.examples.push({ user, before: JSON.parse(left), after: JSON.parse(right) });
}

function nameOf(user: object): string {
  const { userID } = user as { userID?: unknown };
  return typeof userID === 'string' ? userID : short(user, 50);
}

function print(changes: Change[], asked: number, output: Output): void {
  if (changes.length === 0) output.line('Nothing changed.');
  for (const { name, kind, what, details, moved, examples } of changes) {
    const colour = what === 'added' ? 'green' : what === 'removed' ? 'red' : 'yellow';
    const users = what !== 'changed' ? '' : `, ${moved} of ${asked} users get something else`;
    output.line(
      `${output.paint(colour, what)} ${entityInWords(kind)} ${output.paint('bold', name)}${users}`,
    );
    for (const line of details.flatMap((detail) => folded(`  ${detail}`, output.width)))
      output.line(line);
    for (const { user, before, after } of examples)
      for (const line of folded(
        `  ${nameOf(user)}: ${short(before, 50)} → ${short(after, 50)}`,
        output.width,
      ))
        output.line(output.paint('dim', line));
  }
}
