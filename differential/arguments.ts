/** `--name value`, `--name=value` and `--name`, as the tools of this folder take them. */
export interface Arguments {
  text(name: string, otherwise: string): string;
  number(name: string, otherwise: number): number;
  list(name: string, otherwise: string[]): string[];
  flag(name: string): boolean;
}

/** @throws Error for a number that is none. */
export function argumentsOf(words: string[]): Arguments {
  const values = new Map<string, string>();
  for (let index = 0; index < words.length; index++) {
    const [name, inline] = (words[index] as string).replace(/^--/, '').split('=', 2) as [
      string,
      string | undefined,
    ];
    const next = words[index + 1];
    if (inline !== undefined) values.set(name, inline);
    else if (next !== undefined && !next.startsWith('--'))
      values.set(name, words[++index] as string);
    else values.set(name, 'true');
  }
  const number = (name: string, otherwise: number): number => {
    const text = values.get(name);
    if (text === undefined) return otherwise;
    if (!Number.isFinite(Number(text)))
      throw new Error(`--${name} wants a number, not ${JSON.stringify(text)}`);
    return Number(text);
  };
  return {
    text: (name, otherwise) => values.get(name) ?? otherwise,
    number,
    list: (name, otherwise) => values.get(name)?.split(',') ?? otherwise,
    flag: (name) => values.get(name) === 'true',
  };
}
