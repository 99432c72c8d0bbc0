/** What a command is, and what all share: usage, output, colours, exit codes. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { didYouMean } from '../host/nearest';
import { folded } from './fold';

/**
 * Exit codes: everything is fine; the command found something, or failed; it was called wrongly.
 */
export const EXIT = { ok: 0, found: 1, usage: 2 } as const;

/** Where a command writes. */
export interface Output {
  line(text?: string): void;
  /** A complaint, or what goes on; folded where somebody looks at a terminal. */
  error(text: string): void;
  /** How far long work is, for whoever looks at a terminal; '' takes it away again. */
  progress(text: string): void;
  /** Colours, unless nobody looks at a terminal. */
  paint(colour: Colour, text: string): string;
  /** Columns of the terminal; Infinity where there is none. */
  readonly width: number;
}

export type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold';

export interface Command {
  /** One line for the list of commands. */
  summary: string;
  /** After the name, one line per option; fits a screen of 80 columns and 24 lines. */
  usage: string;
  /** What stands on the command line beside options, as many as may be; without it nothing. */
  takes?: number;
  options: NonNullable<ParseArgsConfig['options']>;
  /** @returns an exit code @throws UsageError, or an Error with a message for the user */
  run(given: Given, output: Output): Promise<number>;
}

/** What was written on the command line. */
export interface Given {
  positionals: string[];
  text(option: string): string | undefined;
  texts(option: string): string[];
  has(option: string): boolean;
}

/** The command was called wrongly; its message is shown with the usage. */
export class UsageError extends Error {}

/** @throws UsageError */
export function given(args: string[], options: NonNullable<ParseArgsConfig['options']>): Given {
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(wrongOption(error, Object.keys(options)));
  }
  const values = parsed.values;
  const texts = (option: string): string[] =>
    [values[option] ?? []].flat().filter((value) => typeof value === 'string');
  return {
    positionals: parsed.positionals,
    text: (option) => texts(option)[0],
    texts,
    has: (option) => values[option] === true,
  };
}

/** Node's words, but for options that do not exist. */
function wrongOption(error: unknown, options: string[]): string {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1];
  if (unknown === undefined) return message.split('\n')[0] ?? message;
  const names = options.map((name) => `--${name}`);
  return `there is no option ${unknown}${didYouMean(unknown, names)}`;
}

const CODES: Record<Colour, [number, number]> = {
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** Whatever a payload's names hold: escapes that are not our colours move nobody's cursor. */
const harmless = (text: string): string =>
  text.replace(
    /\u001b(?!\[\d+m)|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g,
    '\ufffd',
  );

/** Where a process writes. */
export type Streams = Record<
  'stdout' | 'stderr',
  NodeJS.WritableStream & { isTTY?: boolean; columns?: number }
>;

/** The process's own output. */
export function terminal({ stdout, stderr }: Streams = process): Output {
  // `… | head` reads no more than it wants.
  stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit();
  });
  const isColoured =
    stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  const isWatched = stderr.isTTY === true && process.env['TERM'] !== 'dumb';
  // What is there, so that an empty line is not drawn anew.
  let shown = '';
  const progress = (text: string): void => {
    if (isWatched && text !== shown) stderr.write(`\r\u001b[K${text}`);
    shown = text;
  };
  return {
    width: stdout.isTTY === true ? stdout.columns || 80 : Number.POSITIVE_INFINITY,
    progress,
    line: (text = '') => void stdout.write(`${stdout.isTTY === true ? harmless(text) : text}\n`),
    error(text) {
      const width = stderr.isTTY === true ? stderr.columns || 80 : Number.POSITIVE_INFINITY;
      const said = stderr.isTTY === true ? harmless(text) : text;
      const lines = said.split('\n').flatMap((line) => folded(line, width));
      stderr.write(`${lines.join('\n')}\n`);
    },
    paint(colour, text) {
      const [on, off] = CODES[colour];
      return isColoured ? `\u001b[${on}m${text}\u001b[${off}m` : text;
    },
  };
}
