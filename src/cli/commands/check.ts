import { checkedOf, type Checked } from '../../project/checked';
import { withServer } from '../../project/with-server';
import { short } from '../../project/words';
import { EXIT, UsageError, type Command, type Output } from '../command';
import { didYouMean } from '../../host/nearest';
import { readProject, readUser } from '../project';

/** What one user gets of named specs, or of all. */
function about(summary: string, isAll: boolean): Command {
  return {
    summary,
    usage: `${isAll ? '' : 'NAME… '}--specs SOURCE --user USER [--json]

  --specs SOURCE  payload: a file, - for standard input, or a URL of the
                  service, a proxy or a local server (key in STATSIG_SECRET_KEY)
  --user USER     an ID, JSON, @FILE, or - for standard input
  --json          for programs

Evaluates without network and exposures. Members of ID lists are not in a
payload: lists are empty.`,
    takes: isAll ? 0 : Number.POSITIVE_INFINITY,
    options: { specs: { type: 'string' }, user: { type: 'string' }, json: { type: 'boolean' } },
    async run({ positionals, text, has }, output) {
      const source = text('specs');
      if (source === undefined) throw new UsageError('--specs SOURCE is missing');
      if (!isAll && positionals.length === 0)
        throw new UsageError('which gate, config, experiment or layer?');
      const user = await readUser(text('user'));
      const project = await readProject(source);
      const asked = isAll
        ? project.specs.filter(({ entity }) => !['segment', 'holdout'].includes(entity))
        : positionals.map((name) => {
            const spec = project.specs.find((one) => one.name === name);
            if (spec === undefined)
              throw new Error(
                `nothing is called ${name}${didYouMean(
                  name,
                  project.specs.map((one) => one.name),
                )}`,
              );
            return spec;
          });
      const checked = await withServer(project, (server) =>
        asked.map((spec) => checkedOf(server, user, spec)),
      );
      if (has('json'))
        output.line(
          JSON.stringify(isAll ? checked : checked.length === 1 ? checked[0] : checked, null, 2),
        );
      else print(checked, output);
      return EXIT.ok;
    },
  };
}

export const check = about('what a user gets of a gate, config, experiment or layer', false);
export const evaluateAll = about('what a user gets of a whole project', true);

/** Least columns of a value that are shown. */
const LEAST = 24;

/** A line per answer; on a terminal long values are cut, `--json` has them whole. */
function print(checked: Checked[], output: Output): void {
  const longest = Math.max(...checked.map(({ name }) => name.length));
  for (const { name, kind, value, rule, group, reason } of checked) {
    const because =
      `${kind}, rule ${rule || 'none'}${group === null ? '' : ` "${group}"`}` +
      (reason === 'Bootstrap' ? '' : `, ${reason}`);
    const room = Math.max(LEAST, output.width - longest - because.length - 4);
    const shown =
      kind === 'gate'
        ? output.paint(value === true ? 'green' : 'red', value === true ? '✓ true ' : '✗ false')
        : short(value, room);
    output.line(`${name.padEnd(longest)}  ${shown}  ${output.paint('dim', because)}`);
  }
}
