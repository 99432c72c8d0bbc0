/**
 * Random regular expressions and texts for them: every construct of the grammar, Annex B's
 * leniency, invalid ones too.
 */
import type { Random } from './random';

const units = [
  'a',
  'b',
  'a',
  'b',
  '1',
  '-',
  ' ',
  'é',
  '😀',
  '\n',
  'x',
  '_',
  ',',
  ']',
  '}',
  '{',
  '\u2028',
  'ß',
  'A',
];
const escapes = [
  '\\d',
  '\\w',
  '\\s',
  '\\D',
  '\\W',
  '\\S',
  '\\.',
  '\\n',
  '\\x61',
  '\\u0061',
  '\\u{61}',
  '\\ca',
  '\\c',
  '\\0',
  '\\07',
  '\\101',
  '\\8',
  '\\-',
  '\\k',
  '\\p{L}',
  '\\u00e9',
  '\\ud83d',
  '\\cé',
  '\\c1',
];
const classes = [
  '[ab]',
  '[^a]',
  '[a-c1]',
  '[\\d-x]',
  '[\\w-]',
  '[^]',
  '[]',
  '[😀]',
  '[b-a]',
  '[\\b]',
  '[a-\\d]',
  '[\\]a]',
  '[^\\s\\d]',
  '[\\c1]',
  '[-a]',
  '[a-]',
  '[\\101-b]',
  '[ -~]',
  '[é-ü]',
];
const quantifiers = [
  '*',
  '+',
  '?',
  '*?',
  '+?',
  '??',
  '{0}',
  '{1}',
  '{2}',
  '{0,1}',
  '{1,3}',
  '{2,}',
  '{0,}?',
  '{3,1}',
  '{,2}',
  '{1',
  '{65}',
  '{0,70}',
  '{999}',
];
const openings = [
  '(',
  '(',
  '(?:',
  '(?:',
  '(?:',
  '(?=',
  '(?!',
  '(?<=',
  '(?<!',
  '(?<n>',
  '(?<m>',
  '(?i:',
  '(?',
];
const edges = ['^', '$', '\\b', '\\B'];
const references = ['\\1', '\\2', '\\3', '\\k<n>', '\\k<m>', '\\10'];

/** Which constructs a pattern may have: with all of them at once nearly every one is invalid. */
interface Style {
  oddities: number;
  references: number;
  openings: readonly string[];
}

function styleOf(random: Random): Style {
  const isOdd = random.chance(0.2);
  const plain = random.pick([['(?:'], ['(', '(?:'], openings.slice(0, 9), openings.slice(0, 11)]);
  return {
    oddities: isOdd ? 0.3 : 0,
    references: random.chance(0.3) ? 0.15 : 0,
    openings: isOdd ? openings : plain,
  };
}

function atom(random: Random, style: Style, depth: number): string {
  if (depth > 0 && random.chance(0.4))
    return `${random.pick(style.openings)}${disjunction(random, style, depth - 1)})`;
  if (random.chance(style.references)) return random.pick(references);
  if (random.chance(0.12)) return random.pick(edges);
  if (random.chance(style.oddities)) return random.pick([...escapes, ...classes, ...units]);
  const draw = random.unit();
  return draw < 0.6
    ? random.pick(units.slice(0, 4))
    : draw < 0.75
      ? '.'
      : draw < 0.9
        ? random.pick(classes.slice(0, 3))
        : random.pick(escapes.slice(0, 6));
}

function term(random: Random, style: Style, depth: number): string {
  const text = atom(random, style, depth);
  if (!random.chance(0.4)) return text;
  return text + random.pick(random.chance(0.8) ? quantifiers.slice(0, 13) : quantifiers);
}

function disjunction(random: Random, style: Style, depth: number): string {
  const alternative = (): string =>
    Array.from({ length: random.below(4) }, () => term(random, style, depth)).join('');
  return Array.from({ length: random.chance(0.25) ? random.between(2, 3) : 1 }, alternative).join(
    '|',
  );
}

/** A pattern; often one that `new RegExp` refuses. */
export function randomPattern(random: Random): string {
  return disjunction(random, styleOf(random), random.between(0, 4));
}

/** A text that patterns of `randomPattern` have something to find in. */
export function randomText(random: Random, most: number): string {
  const alphabet = random.chance(0.7) ? units.slice(0, 4) : units;
  return Array.from({ length: random.below(most + 1) }, () => random.pick(alphabet)).join('');
}

/** A long text of few kinds of units: what makes a bad pattern slow. */
export function longText(random: Random): string {
  const part = randomText(random, 3) || 'a';
  return (
    part.repeat(Math.floor(random.between(50, 990) / part.length)) +
    random.pick(['', '!', 'b', '1', 'é'])
  );
}
