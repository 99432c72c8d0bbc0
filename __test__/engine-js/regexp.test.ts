/**
 * Regular expressions in bounded time: the js engine's machine by itself, and every engine's
 * answers.
 */
import test from 'ava';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askEngine, randomCase, type PatternCase } from '../../differential/regexps';
import { longText, randomPattern, randomText } from '../../differential/generate-pattern';
import { Random } from '../../differential/random';
import { mostSteps } from '../../src/engine/js/regexp/bound';
import { compile } from '../../src/engine/js/regexp/compile';
import { MAX_STEPS, run } from '../../src/engine/js/regexp/exec';
import { MAX_NESTING, parse, type Pattern } from '../../src/engine/js/regexp/parse';
import { longestForV8, matcher } from '../../src/engine/js/regexp/regexp';
import { selectEngine } from '../../src/engine/select';
import { TESTED_ENGINES } from '../engines';

type Row = [pattern: string, text: string, expected: boolean | null, steps: number | null];
const rows = JSON.parse(
  readFileSync(join(__dirname, '..', '..', 'testdata', 'regexps.json'), 'utf8'),
) as Row[];

const parsed = (pattern: string): Pattern => parse(pattern) ?? ({} as Pattern);
const asCase = (pattern: string, text: string, expected: boolean | null): PatternCase => ({
  pattern,
  text,
  expected,
  steps: null,
});

async function answersOf(
  kind: (typeof TESTED_ENGINES)[number],
  cases: PatternCase[],
): Promise<boolean[]> {
  const { engine } = selectEngine(kind);
  const answers = await askEngine(engine, cases);
  engine.dispose();
  return answers;
}

/**
 * Patterns that a backtracking search tries in exponentially many ways, with texts on which they
 * fail at their very end.
 */
const HOSTILE: [pattern: string, text: string][] = [
  ['^(a+)+$', `${'a'.repeat(27)}!`],
  ['^(a|aa)+$', `${'a'.repeat(900)}!`],
  ['^(a|a?)+$', `${'a'.repeat(900)}!`],
  ['(a*)*b', 'a'.repeat(900)],
  ['(x+x+)+y', 'x'.repeat(500)],
  ['^(\\w+\\s?)*$', `${'word '.repeat(150)}!`],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(900)],
  ['^(?=(a+)+b)', 'a'.repeat(900)],
  ['(?<!(a|aa)+b)$!', 'a'.repeat(900)],
  ['^(?:a?){40}a{40}$', 'a'.repeat(39)],
  ['^([^@]+@?)+\\.[a-z]+$', `${'é@'.repeat(400)}`],
];

/** What its first alternative costs, before the second one matches, doubles with each character. */
const BEFORE_BOUND = '^(?:(a+)+\\1b|a*!)$';
const AT_BOUND = [
  { length: 17, matches: true },
  { length: 18, matches: false },
].map((one) => ({ ...one, text: `${'a'.repeat(one.length)}!` }));

test('a search ends at the bound of steps', (t) => {
  const program = compile(parsed(BEFORE_BOUND));
  for (const { text, matches } of AT_BOUND) {
    const found = run(program, text);
    t.is(found.matches, matches);
    t.is(found.steps > MAX_STEPS, !matches);
  }
});

test("hostile patterns are not V8's, and searched to the end in few steps", (t) => {
  for (const [pattern, text] of HOSTILE) {
    const tree = parsed(pattern);
    const { matches, steps } = run(compile(tree), text);
    t.true(longestForV8(tree) < text.length && steps < MAX_STEPS, `${pattern}: ${steps}`);
    t.false(matches, pattern);
  }
  t.true(run(compile(parsed('^(a+)+!$')), `${'a'.repeat(900)}!`).matches);
});

test("common patterns are V8's up to the longest text", (t) => {
  for (const pattern of [
    '^.+@statsig\\.com$',
    '@(foo|bar)\\.com$',
    '\\bfoo\\b',
    '^(1|2)\\.\\d{1,3}(\\.\\d+)?$',
    '(iPhone|iPad|Android)',
    '^(?=.*\\d)(?=.*[a-z]).{8,}$',
  ]) {
    t.is(longestForV8(parsed(pattern)), 999, pattern);
  }
  t.true(longestForV8(parsed('^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\\.[a-zA-Z]{2,}$')) >= 256);
});

test('answers and steps are those of testdata/regexps.json', (t) => {
  for (const [pattern, text, expected, steps] of rows) {
    const tree = parse(pattern);
    if (tree === null) t.is(steps, null, pattern);
    else
      t.deepEqual(
        run(compile(tree), text),
        { matches: expected ?? false, steps: steps ?? 0 },
        pattern,
      );
    t.is(matcher(pattern)?.(text) ?? null, expected, pattern);
  }
});

test('the bound of steps is one', (t) => {
  const random = new Random(5);
  let checked = 0;
  for (let i = 0; i < 1500; i++) {
    const tree = parse(randomPattern(random));
    if (tree === null) continue;
    const program = compile(tree);
    for (const text of [randomText(random, 30), longText(random).slice(0, 200)]) {
      const most = mostSteps(tree, text.length);
      if (most > 20_000) continue;
      checked++;
      const { steps } = run(program, text);
      t.true(steps <= most, `${steps} of ${most} on ${JSON.stringify(text)}`);
    }
  }
  t.true(checked > 1000);
});

test('a repetition without end costs what as many as the text has room for cost', (t) => {
  for (const body of [
    'ab',
    'a[b-d]',
    'ab|cde',
    'cde|ab',
    'a{2}',
    '(?:a|b){2}',
    'a(?=b)b',
    'aa?b',
  ]) {
    const most = (quantifier: string): number => mostSteps(parsed(`(?:${body})${quantifier}`), 100);
    t.is(most('*'), most('{0,51}'), body);
    t.true(most('*') > most('{0,50}'), body);
    t.is(most('{7,}'), most('{7,58}'), body);
    t.true(most('{7,}') > most('{7,57}'), body);
  }
});

test('random patterns match as in V8', (t) => {
  const random = new Random(6);
  for (let i = 0; i < 1000; i++) {
    const { pattern, text, expected } = randomCase(random);
    const tree = parse(pattern);
    if (expected === null || expected === undefined)
      t.true(expected !== null || tree === null, pattern);
    else
      t.is(
        run(compile(parsed(pattern)), text).matches,
        expected,
        `/${pattern}/ on ${JSON.stringify(text)}`,
      );
  }
});

for (const kind of TESTED_ENGINES) {
  test(`${kind}: answers are V8's, for hostile patterns too`, async (t) => {
    const cases = [
      ...rows.map(([pattern, text, expected]) => asCase(pattern, text, expected)),
      ...HOSTILE.map(([pattern, text]) => asCase(pattern, text, false)),
    ];
    const answers = await answersOf(kind, cases);
    cases.forEach(({ pattern, text, expected }, i) =>
      t.is(answers[i], expected ?? false, `/${pattern}/ on ${JSON.stringify(text)}`),
    );
  });

  test(`${kind}: at the bound of steps the answer is the same`, async (t) => {
    const answers = await answersOf(
      kind,
      AT_BOUND.map(({ text }) => asCase(BEFORE_BOUND, text, true)),
    );
    t.deepEqual(
      answers,
      AT_BOUND.map(({ matches }) => matches),
    );
  });

  test(`${kind}: groups nest ${MAX_NESTING} deep and no deeper`, async (t) => {
    const nested = (depth: number) =>
      asCase(`${'('.repeat(depth)}a${')'.repeat(depth)}`, 'a', null);
    t.deepEqual(await answersOf(kind, [nested(MAX_NESTING), nested(MAX_NESTING + 1)]), [
      true,
      false,
    ]);
  });
}
