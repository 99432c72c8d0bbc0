/**
 * `npx tsx differential/regexps.ts [--count 20000] [--seed 1] [--engines native,wasm,js]`: random
 * patterns and texts. V8 says what is right where it answers within a second; engines must agree
 * with it, and with each other where it does not.
 *
 * `--write FILE`: the same patterns with V8's answers and the steps of the js engine's machine, for
 * the Rust crate's test (`REGEXPS=FILE cargo test -p statsig-evaluator regexp`).
 * `testdata/regexps.json` is such a file.
 */
import { writeFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { EvalBits, EvalMode, SpecKind } from '../src/engine/engine';
import type { Engine, EngineKind } from '../src/engine/engine';
import { compile } from '../src/engine/js/regexp/compile';
import { MAX_STEPS, run } from '../src/engine/js/regexp/exec';
import { parse } from '../src/engine/js/regexp/parse';
import { argumentsOf } from './arguments';
import { builtEngines, createEngine } from './engines';
import { gateOf, payloadOfGates } from './gates';
import { longText, randomPattern, randomText } from './generate-pattern';
import { Random } from './random';

/**
 * A pattern, a text, what V8 answers (null: invalid; undefined: it did not in time), and steps
 * (null: invalid).
 */
export interface PatternCase {
  pattern: string;
  text: string;
  expected: boolean | null | undefined;
  steps: number | null;
}

const context = createContext({}) as { pattern?: string; text?: string };
const LONGEST_WAIT_MS = 1000;

function askV8(pattern: string, text: string): boolean | null | undefined {
  context.pattern = pattern;
  context.text = text;
  try {
    return runInContext('new RegExp(pattern).test(text)', context, {
      timeout: LONGEST_WAIT_MS,
    }) as boolean;
  } catch (error) {
    return (error as Error).name === 'SyntaxError' ? null : undefined;
  }
}

function stepsOf(pattern: string, text: string): number | null {
  const tree = parse(pattern);
  return tree === null ? null : run(compile(tree), text).steps;
}

/**
 * One case; every eighth text is long. Lone surrogates, which do not cross to Rust, are not among
 * them.
 */
export function randomCase(random: Random): PatternCase {
  const pattern = randomPattern(random);
  const text = random.chance(1 / 8) ? longText(random) : randomText(random, 14);
  const [wellFormed, wellFormedText] = [pattern, text].map((part) =>
    Buffer.from(part).toString(),
  ) as [string, string];
  const expected = askV8(wellFormed, wellFormedText);
  return {
    pattern: wellFormed,
    text: wellFormedText,
    expected,
    steps: stepsOf(wellFormed, wellFormedText),
  };
}

const BATCH = 200;

function payloadOf(cases: readonly PatternCase[]): Uint8Array {
  const gates = cases.map(({ pattern }, i) =>
    gateOf(`p${i}`, {
      type: 'user_field',
      field: 'email',
      operator: 'str_matches',
      targetValue: pattern,
    }),
  );
  return new TextEncoder().encode(payloadOfGates(gates));
}

/** Whether each pattern matches its text, as an engine answers. */
export async function askEngine(engine: Engine, cases: readonly PatternCase[]): Promise<boolean[]> {
  engine.setDetails('Bootstrap', 1, 1);
  engine.commitSpecs((await engine.prepareSpecs(payloadOf(cases))).handle);
  return cases.map(({ text }, i) => {
    engine.setUser(0, JSON.stringify({ userID: 'u', email: text }), '', '');
    return (
      (engine.evaluate(0, engine.specIndex(SpecKind.Gate, `p${i}`), EvalMode.Quiet, 0) &
        EvalBits.Value) ===
      1
    );
  });
}

/**
 * Differences of engines from V8, and from the first engine where V8 did not answer or the machine
 * was at its bound.
 */
async function differences(
  cases: readonly PatternCase[],
  engines: ReadonlyMap<EngineKind, Engine>,
): Promise<string[]> {
  const found: string[] = [];
  let first: boolean[] | null = null;
  for (const [kind, engine] of engines) {
    const answers = await askEngine(engine, cases);
    const reference = (first ??= answers);
    cases.forEach(({ pattern, text, expected, steps }, i) => {
      const isBounded = expected === undefined || (steps ?? 0) > MAX_STEPS;
      const wanted = isBounded ? reference[i] : (expected ?? false);
      if (answers[i] !== wanted)
        found.push(
          `${kind}: ${JSON.stringify({ pattern, text })} gives ${String(answers[i])}, not ${String(wanted)}`,
        );
    });
  }
  return found;
}

async function main(): Promise<void> {
  const given = argumentsOf(process.argv.slice(2));
  const random = new Random(given.number('seed', 1));
  const count = given.number('count', 20_000);
  const file = given.text('write', '');
  const kinds = given.list('engines', builtEngines()) as EngineKind[];
  const engines = new Map(kinds.map((kind) => [kind, createEngine(kind)]));
  const written: PatternCase[] = [];
  const totals = { cases: 0, invalid: 0, matching: 0, bounded: 0, unanswered: 0, differences: 0 };
  while (totals.cases < count) {
    const cases = Array.from({ length: Math.min(BATCH, count - totals.cases) }, () =>
      randomCase(random),
    );
    for (const { expected, steps } of cases) {
      totals.cases++;
      totals.invalid += expected === null ? 1 : 0;
      totals.matching += expected === true ? 1 : 0;
      totals.unanswered += expected === undefined ? 1 : 0;
      totals.bounded += (steps ?? 0) > MAX_STEPS ? 1 : 0;
    }
    if (file !== '') written.push(...cases);
    const found = await differences(cases, engines);
    totals.differences += found.length;
    for (const line of found) console.log(line);
  }
  if (file !== '')
    writeFileSync(
      file,
      `[\n${written.map((one) => JSON.stringify([one.pattern, one.text, one.expected ?? null, one.steps])).join(',\n')}\n]\n`,
    );
  console.log(JSON.stringify(totals));
  process.exitCode = totals.differences === 0 ? 0 : 1;
}

if (require.main === module) void main();
