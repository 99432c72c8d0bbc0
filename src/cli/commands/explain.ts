import { formatExplanation } from '../../api/explain-calls';
import type { StatsigServer } from '../../api/statsig';
import type { Explanation } from '../../explain/types';
import type { Project } from '../../project/payload';
import { withServer } from '../../project/with-server';
import type { StatsigUser } from '../../types/user';
import { EXIT, UsageError, type Command, type Output } from '../command';
import { folded } from '../fold';
import { readProject, readUser, tellUnknown } from '../project';

/** Why a user gets what of named gates, configs, experiments, layers and parameter stores. */
export const explain: Command = {
  summary: 'why a user gets what of a gate, config, experiment or layer',
  usage: `NAME… --specs SOURCE --user USER
       [--show-private] [--json]

  --specs SOURCE  payload: a file, - for standard input, or a URL of the
                  service, a proxy or a local server (key in STATSIG_SECRET_KEY)
  --user USER     an ID, JSON, @FILE, or - for standard input
  --show-private  values of privateAttributes, too
  --json          the whole tree, for programs

Tells every rule and condition in order, with what was compared.
Evaluates without network and exposures. Members of ID lists are not in a
payload: lists are empty.`,
  takes: Number.POSITIVE_INFINITY,
  options: {
    specs: { type: 'string' },
    user: { type: 'string' },
    'show-private': { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run({ positionals, text, has }, output) {
    const source = text('specs');
    if (source === undefined) throw new UsageError('--specs SOURCE is missing');
    if (positionals.length === 0)
      throw new UsageError('which gate, config, experiment, layer or parameter store?');
    const user = (await readUser(text('user'))) as unknown as StatsigUser;
    const project = await readProject(source);
    const showPrivate = has('show-private');
    const [told, stores] = await withServer(project, (server) => [
      positionals.flatMap((name) =>
        kindsOf(name, project, server).map((kind) =>
          server.explain(user, kind, name, { showPrivate }),
        ),
      ),
      server.getParameterStoreList(),
    ]);
    const isOne = positionals.length === 1 && told.length < 2;
    if (has('json') && (told.length > 0 || !isOne))
      output.line(JSON.stringify(isOne ? told[0] : told, null, 2));
    else if (!has('json')) print(told, output);
    const unknown = positionals.filter((name) => !told.some((one) => one.name === name));
    tellUnknown(unknown, [...project.specs.map(({ name }) => name), ...stores], output);
    return unknown.length === 0 ? EXIT.ok : EXIT.found;
  },
};

/** As what a name can be asked for; nothing for a name that nothing has. */
function kindsOf(name: string, { specs }: Project, server: StatsigServer): Explanation['kind'][] {
  const kinds: Explanation['kind'][] = specs
    .filter((spec) => spec.name === name)
    .map(({ kind, entity, isContextual }) =>
      entity === 'experiment' || isContextual ? 'experiment' : kind,
    );
  if (server.getParameterStoreList().includes(name)) kinds.push('parameter_store');
  return kinds;
}

function print(told: readonly Explanation[], output: Output): void {
  for (const [i, one] of told.entries()) {
    if (i > 0) output.line();
    const lines = formatExplanation(one).split('\n');
    for (const line of lines.flatMap((line) => folded(line, output.width))) {
      const mark = /^ *([✓✗?]) /.exec(line)?.[1];
      const colour = mark === '✓' ? 'green' : mark === '✗' ? 'red' : 'yellow';
      output.line(mark === undefined ? line : line.replace(mark, output.paint(colour, mark)));
    }
  }
}
