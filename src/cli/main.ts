/** The command line: one file per command in commands/. */
import { EXIT, given, UsageError, type Command, type Given, type Output } from './command';
import { bench } from './commands/bench';
import { check, evaluateAll } from './commands/check';
import { codegen } from './commands/codegen';
import { diff } from './commands/diff';
import { doctor } from './commands/doctor';
import { explain } from './commands/explain';
import { lint } from './commands/lint';
import { pull } from './commands/pull';
import { serve } from './commands/serve';
import { didYouMean } from '../host/nearest';
import { VERSION } from '../engine/version';

export const COMMANDS: Record<string, Command> = {
  serve,
  check,
  explain,
  'evaluate-all': evaluateAll,
  diff,
  lint,
  pull,
  codegen,
  doctor,
  bench,
};

function overview(): string {
  const lines = Object.entries(COMMANDS).map(
    ([name, { summary }]) => `  ${name.padEnd(12)}  ${summary}`,
  );
  return [
    'usage: statsig-node-native COMMAND …, --version, or COMMAND --help\n',
    ...lines,
    '\nExit codes: 0 fine, 1 found something or failed, 2 called wrongly.',
  ].join('\n');
}

const usageOf = (name: string, { usage, summary }: Command): string =>
  `usage: statsig-node-native ${name} ${usage}\n\n(${summary})`;

/** How it is called, and where more is told. */
const synopsisOf = (name: string, { usage }: Command): string =>
  `usage: statsig-node-native ${name} ${usage.split('\n\n')[0]}\n` +
  `       statsig-node-native ${name} --help tells more`;

/** Runs a command line; the exit code. Never rejects. */
export async function main(args: string[], output: Output): Promise<number> {
  const [name = '', ...rest] = args;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (['--version', '-v', 'version'].includes(name))
    return say(output, rest.includes('--json') ? JSON.stringify({ version: VERSION }) : VERSION);
  if (command === undefined) {
    if (['--help', '-h', 'help'].includes(name)) return say(output, overview());
    const problem =
      name === ''
        ? 'a command is missing'
        : `there is no command ${name}${didYouMean(name, Object.keys(COMMANDS))}`;
    output.error(`${problem}\n${overview()}`);
    return EXIT.usage;
  }
  if (rest.includes('--help') || rest.includes('-h')) return say(output, usageOf(name, command));
  try {
    return await command.run(read(rest, command), output);
  } catch (error) {
    output.progress('');
    const isUsage = error instanceof UsageError;
    const problem = error instanceof Error ? error.message : String(error);
    output.error(isUsage ? `${problem}\n${synopsisOf(name, command)}` : problem);
    return isUsage ? EXIT.usage : EXIT.found;
  }
}

/** @throws UsageError */
function read(args: string[], { options, takes = 0 }: Command): Given {
  const said = given(args, options);
  const more = said.positionals[takes];
  if (more !== undefined) throw new UsageError(`what is ${more}?`);
  return said;
}

function say(output: Output, text: string): number {
  output.line(text);
  return EXIT.ok;
}
