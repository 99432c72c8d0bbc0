/** What a command is, and what all share: usage, output, colours, exit codes. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

/**
 * Exit codes: everything is fine; the command found something, or failed; it was called wrongly.
 */
export const EXIT = { ok: 0, found: 1, usage: 2 } as const;

/** Where a command writes. */
export interface Output {
  line(text?: string): void;
  error(text: string): void;
  /** Colours, unless nobody looks at a terminal. */
  paint(colour: Colour, text: string): string;
}

export type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold';

export interface Command {
  /** One line for the list of commands. */
  summary: string;
  /** After the name, one line per option. */
  usage: string;
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
    throw new UsageError(error instanceof Error ? error.message : String(error));
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

const CODES: Record<Colour, [number, number]> = {
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** The process's own output. */
export function terminal(): Output {
  // `… | head` reads no more than it wants.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit();
  });
  const isColoured =
    process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  return {
    line: (text = '') => void process.stdout.write(`${text}\n`),
    error: (text) => void process.stderr.write(`${text}\n`),
    paint(colour, text) {
      const [on, off] = CODES[colour];
      return isColoured ? `\u001b[${on}m${text}\u001b[${off}m` : text;
    },
  };
}
