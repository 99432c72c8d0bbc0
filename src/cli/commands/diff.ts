import { checkedOf } from '../../project/checked';
import { differences } from '../../project/differences';
import type { Project, Spec } from '../../project/payload';
import { withServer } from '../../project/with-server';
import { EXIT, UsageError, type Command, type Output } from '../command';
import { readProject, readText } from '../project';

/** What changed in one spec. */
interface Change {
  name: string;
  kind: string;
  what: 'added' | 'removed' | 'changed';
  /** In words; of a spec that is in both. */
  details: string[];
  /** Users who get something else, of those that were asked about. */
  moved: number;
}

export const diff: Command = {
  summary: 'what changed between two payloads, and for whom',
  usage: `A B [--users FILE] [--count N] [--json]

  A, B          payloads: files, - for standard input, or URLs
  --users FILE  a JSON array of users to ask about; default: N users with a userID only
  --count N     how many, default 1000
  --json        for programs

Exits with 1 when something changed.`,
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
    const changes = await compare(before, after, users);
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
  const users: unknown = JSON.parse(await readText(file));
  if (!Array.isArray(users)) throw new Error(`${file} is no array of users`);
  return users;
}

async function compare(before: Project, after: Project, users: object[]): Promise<Change[]> {
  const keyOf = ({ kind, name }: Spec): string => `${kind} ${name}`;
  const old = new Map(before.specs.map((spec) => [keyOf(spec), spec]));
  const now = new Map(after.specs.map((spec) => [keyOf(spec), spec]));
  const keys = [...new Set([...old.keys(), ...now.keys()])];
  const [was, is] = await Promise.all([answersOf(before, users), answersOf(after, users)]);
  return keys.flatMap((key): Change[] => {
    const [one, other] = [old.get(key), now.get(key)];
    const spec = other ?? one;
    if (spec === undefined) return [];
    const { name, entity: kind } = spec;
    const [left, right] = [was.get(key), is.get(key)];
    const moved = left && right ? left.filter((value, i) => value !== right[i]).length : 0;
    if (one === undefined || other === undefined)
      return [{ name, kind, what: one ? 'removed' : 'added', details: [], moved }];
    const details = differences(one, other);
    // Nested gates change what others answer.
    return details.length === 0 && moved === 0
      ? []
      : [{ name, kind, what: 'changed', details, moved }];
  });
}

/** Values of all users as JSON, by kind and name. */
function answersOf(project: Project, users: object[]): Promise<Map<string, string[]>> {
  return withServer(
    project,
    (server) =>
      new Map(
        project.specs.map((spec) => [
          `${spec.kind} ${spec.name}`,
          users.map((user) => JSON.stringify(checkedOf(server, user, spec).value)),
        ]),
      ),
  );
}

function print(changes: Change[], asked: number, output: Output): void {
  if (changes.length === 0) output.line('Nothing changed.');
  for (const { name, kind, what, details, moved } of changes) {
    const colour = what === 'added' ? 'green' : what === 'removed' ? 'red' : 'yellow';
    const users = what !== 'changed' ? '' : `, ${moved} of ${asked} users get something else`;
    output.line(`${output.paint(colour, what)} ${kind} ${output.paint('bold', name)}${users}`);
    for (const detail of details) output.line(`  ${detail}`);
  }
}
