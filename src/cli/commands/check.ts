import { checkedOf, type Checked } from '../../project/checked';
import { withServer } from '../../project/with-server';
import type { Spec } from '../../project/payload';
import { entityInWords, short } from '../../project/words';
import { EXIT, UsageError, type Command, type Output } from '../command';
import { readProject, readUser, tellUnknown } from '../project';

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
        ? project.specs.filter(
            // Without a name it cannot be asked for: checks throw.
            ({ name, entity }) => name !== '' && !['segment', 'holdout'].includes(entity),
          )
        : positionals.flatMap((name) => project.specs.find((one) => one.name === name) ?? []);
      const checked = await withServer(project, (server) =>
        asked.map((spec) => checkedOf(server, user, spec)),
      );
      const isOne = !isAll && positionals.length === 1;
      if (has('json') && (checked.length > 0 || !isOne))
        output.line(JSON.stringify(isOne ? checked[0] : checked, null, 2));
      else if (!has('json')) print(checked, asked, output);
      const unknown = positionals.filter((name) => !asked.some((one) => one.name === name));
      tellUnknown(
        unknown,
        project.specs.map(({ name }) => name),
        output,
      );
      return unknown.length === 0 ? EXIT.ok : EXIT.found;
    },
  };
}

export const check = about('what a user gets of a gate, config, experiment or layer', false);
export const evaluateAll = about('what a user gets of a whole project', true);

/** Least columns of a value that are shown. */
const LEAST = 20;
/** What a second line is set in by. */
const LEAD = '    ';

/** A line per answer, two where one is too long; long values are cut, `--json` has them whole. */
function print(checked: Checked[], specs: Spec[], output: Output): void {
  const longest = Math.max(...checked.map(({ name }) => name.length));
  for (const [at, { name, kind, value, rule, group, reason }] of checked.entries()) {
    const because =
      `${entityInWords(specs[at]?.entity ?? kind)}, rule ${rule || 'none'}` +
      (group === null ? '' : ` "${group}"`) +
      (reason === 'Bootstrap' ? '' : `, ${reason || 'without an answer'}`);
    const room = Math.max(LEAST, output.width - longest - because.length - 4);
    const shown = kind !== 'gate' ? short(value, room) : value === true ? '✓ true ' : '✗ false';
    const isLong = longest + shown.length + because.length + 4 > output.width;
    const painted = kind === 'gate' ? output.paint(value === true ? 'green' : 'red', shown) : shown;
    output.line(`${name.padEnd(longest)}  ${painted}${isLong ? '' : `  ${dim(because)}`}`);
    if (isLong) output.line(LEAD + dim(because));
  }
  function dim(text: string): string {
    return output.paint('dim', text);
  }
}
