/** What is a pattern and what is none, and what each piece of syntax matches: as in V8. */
import test from 'ava';
import { askEngine, type PatternCase } from '../../differential/regexps';
import { compile } from '../../src/engine/js/regexp/compile';
import { run } from '../../src/engine/js/regexp/exec';
import { parse } from '../../src/engine/js/regexp/parse';
import { selectEngine } from '../../src/engine/select';
import { TESTED_ENGINES } from '../engines';

const PATTERNS = [
  // Names of groups
  ...['(?<a>x)\\k<a>', '(?<a0>x)', '(?<0a>x)', '(?<$_>x)', '(?<>x)', '(?<a', '(?<a->x)', '(?<ü>x)'],
  ...['(?<a\\u0030>x)\\k<a0>', '(?<\\u0030>x)', '(?<a\\u{30}>x)\\k<a0>', '(?<\\u{61}b>x)\\k<ab>'],
  ...['(?<\\u{061}>x)\\k<a>', '(?<\\u{}>x)', '(?<\\u{61>x)', '(?<\\u{g}>x)', '(?<\\u{110000}>x)'],
  ...['(?<\\u{10ffff}>x)', '(?<\\u{1d7d0}>x)', '(?<a\\u{1d7d0}>x)', '(?<\\u00g0>x)', '(?<\\x61>x)'],
  ...[
    '(?<a>x)(?<a>y)',
    '(?<a>x)|\\k<b>',
    '\\k<b>',
    '\\k',
    '(?<a>x)\\k',
    '(?<𝒜>x)',
    '(?<a\\u200c>x)',
  ],
  // Escapes
  ...[
    '\\x41',
    '\\x4',
    '\\u0041',
    '\\u41',
    '\\u{41}',
    '\\cA',
    '\\ca',
    '\\c1',
    '\\c',
    '[\\c1]',
    '[\\c_]',
  ],
  ...[
    '\\0',
    '\\00',
    '\\08',
    '\\1',
    '\\8',
    '\\9',
    '(x)\\1',
    '(x)\\2',
    '\\101',
    '\\377',
    '\\400',
    '\\777',
  ],
  ...[
    '\\d\\D\\w\\W\\s\\S',
    '\\t\\n\\v\\f\\r',
    '\\-',
    '\\/',
    '\\a',
    '\\q',
    '\\',
    '[\\b]',
    '\\bx\\B',
    '\\B',
  ],
  // Classes
  ...[
    '[]',
    '[^]',
    '[a-z]',
    '[z-a]',
    '[a-]',
    '[-a]',
    '[\\d-x]',
    '[\\w-\\d]',
    '[a-\\d]',
    '[]x]',
    '[',
    ']',
  ],
  ...[
    '[\\0-\\x1f]',
    '[^\\S\\d]',
    '[\\]]',
    '[\\1]',
    '[\\101]',
    '[\\x4]',
    '[\\u004]',
    '[\\B]',
    '[\\k]',
    '[^a-z0-9_]',
  ],
  // Repetitions
  ...[
    'x*',
    'x+?',
    'x??',
    'x{2}',
    'x{2,}',
    'x{1,3}?',
    'x{3,1}',
    'x{',
    'x{a}',
    'x{1',
    'x{1,',
    'x{,2}',
    '{',
    '}',
  ],
  ...[
    '{1}',
    '*',
    '+x',
    '?',
    'x**',
    'x+*',
    '(*)',
    '^*',
    '$+',
    '\\b+',
    '(?=x)*',
    '(?=x){2}',
    '(?!x)?',
    '(?<=x)*',
  ],
  ...['x{0}', '(x){0}\\1y', 'x{99999999999}', 'x{0,99999999999}', '(?:x{2}){2}'],
  // Groups and assertions
  ...[
    '(',
    ')',
    '()',
    '(?:)',
    '(?',
    '(?:x',
    '(?=x',
    '(?!',
    '(?<!x)y',
    '(?<=x)y',
    '(?<x',
    '(?#x)',
    '(?i)x',
  ],
  ...[
    'x|y',
    '|',
    '(|x)',
    '^x$',
    'x^',
    '$x',
    '(?=x)x',
    '(?!y)x',
    '((x))',
    '((((x))))\\4',
    '(?:(x)|(y))\\1\\2',
  ],
  ...['.', '..', '^.$', 'ü', '😀', '^..$', '[😀]', '\\ud83d', '[\\ud83d-\\ude00]'],
];
const TEXTS = [
  ...[
    '',
    'x',
    'xx',
    'xxx',
    'y',
    'xy',
    'yx',
    'a',
    'A',
    'b',
    'ab',
    'aa',
    '0',
    '1',
    '8',
    '9',
    'u41',
    'k',
    '-',
    ']',
  ],
  ...[
    '\0',
    '\x01',
    '\x07',
    '\b',
    '\n',
    '\u2028',
    ' ',
    '_',
    '/',
    '\\',
    'c',
    '\\c',
    'q',
    '{',
    '}',
    'x{',
    'x{a}',
    'x{,2}',
  ],
  ...[
    'ü',
    '😀',
    '\ud83d',
    '\ude00',
    '\xff',
    ' 0',
    '?',
    'x4',
    'u004',
    'uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu',
  ],
];

/** Halves of a pair, which UTF-8 cannot carry: the Rust engines see U+FFFD. */
const LONE = /^[\ud800-\udfff]$/;

const reference = (pattern: string): RegExp | null => {
  try {
    return new RegExp(pattern);
  } catch {
    return null;
  }
};

test('what is a pattern and what is none', (t) => {
  for (const pattern of PATTERNS)
    t.is(parse(pattern) !== null, reference(pattern) !== null, JSON.stringify(pattern));
});

test('the js engine’s own machine matches as V8', (t) => {
  for (const pattern of PATTERNS) {
    const [parsed, expected] = [parse(pattern), reference(pattern)];
    if (parsed === null || expected === null) continue;
    const program = compile(parsed);
    for (const text of TEXTS)
      t.is(run(program, text).matches, expected.test(text), JSON.stringify([pattern, text]));
  }
});

for (const kind of TESTED_ENGINES)
  test(`${kind}: each piece of syntax matches as in V8`, async (t) => {
    const cases = PATTERNS.flatMap((pattern) => {
      const expected = reference(pattern);
      return TEXTS.map((text): PatternCase => {
        const matches = expected === null ? null : expected.test(text);
        return { pattern, text, expected: matches, steps: null };
      });
    }).filter(({ expected, text }) => expected !== null && !LONE.test(text));
    const { engine } = selectEngine(kind);
    const answers = await askEngine(engine, cases);
    engine.dispose();
    const wrong = cases.filter(({ expected }, i) => answers[i] !== expected);
    t.deepEqual(wrong.slice(0, 5), []);
  });
