/**
 * What Rust and TypeScript have to agree on without either being able to import the other: what
 * crosses between them, and the limits of the engines that show in their answers.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import * as boundary from '../../src/engine/engine';
import { Question, Statement } from '../../src/engine/rust-adapter';

const root = join(__dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const evaluator = 'crates/evaluator/src';

/** The integer that an expression of literals is, in either language; null for any other text. */
function valueOf(text: string): number | null {
  const literals = text.trim().replace(/_|\.0\b/g, '');
  if (!/^[-\dxa-fA-F\s*+<.]+$/.test(literals)) return null;
  return Number(new Function(`return ${literals}`)());
}

/** Constants of a source text by name, integers only. */
function constantsIn(text: string): Map<string, number> {
  const found = text.matchAll(/\bconst ([A-Z][A-Z\d_]*)(?:: \w+)? = ([^;\n]+)/g);
  const values = [...found].map(([, name, value]) => [name!, valueOf(value!)] as const);
  return new Map(values.filter((entry): entry is [string, number] => entry[1] !== null));
}

/** Constants of a module of boundary.rs, named as TypeScript names members. */
function moduleOf(name: string): Record<string, number> {
  const text = read(`${evaluator}/boundary.rs`).split(`pub mod ${name} {`)[1]!.split('\n}')[0]!;
  const camel = (constant: string): string =>
    constant.toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries([...constantsIn(text)].map(([key, value]) => [camel(key), value]));
}

for (const [name, members] of Object.entries({
  eval_code: boundary.EvalCode,
  eval_mode: boundary.EvalMode,
  eval_bits: boundary.EvalBits,
  question: Question,
  statement: Statement,
})) {
  test(`${name} has the same members and numbers in both languages`, (t) => {
    t.deepEqual<Record<string, number>, Record<string, number>>({ ...members }, moduleOf(name));
    t.true(Object.keys(members).length >= 3);
  });
}

test('the kinds of specs have the same numbers', (t) => {
  const rust = read(`${evaluator}/store.rs`).split('pub enum SpecKind {')[1]!.split('\n}')[0]!;
  const members = [...rust.matchAll(/^ {4}(\w+) = (\d+),/gm)];
  t.deepEqual<Record<string, number>, Record<string, number>>(
    { ...boundary.SpecKind },
    Object.fromEntries(members.map(([, name, value]) => [name, Number(value)])),
  );
});

/** Rust file and name, TypeScript file and name. */
const PAIRS: [string, string, string, string][] = [
  ['boundary.rs', 'USER_CAPACITY', 'engine.ts', 'USER_CAPACITY'],
  ['boundary.rs', 'MAX_UNKNOWN_NAMES', 'engine.ts', 'MAX_UNKNOWN_NAMES'],
  ['boundary.rs', 'MAX_TEMPLATES', 'engine.ts', 'MAX_TEMPLATES'],
  ['boundary.rs', 'MAX_PREPARED', 'engine.ts', 'MAX_PREPARED'],
  ['boundary.rs', 'EXPERIMENT_KIND', 'engine.ts', 'EXPERIMENT_KIND'],
  ['boundary.rs', 'NO_TEXT', 'wasm.ts', 'NO_TEXT'],
  ['boundary.rs', 'KEPT_INPUT', 'wasm.ts', 'KEPT_INPUT'],
  ['compile/mod.rs', 'MAX_WARNINGS', 'js/wire/payload.ts', 'MAX_WARNINGS'],
  ['eval/mod.rs', 'MAX_DEPTH', 'js/eval/evaluation.ts', 'MAX_DEPTH'],
  ['eval/newer.rs', 'MAX_CONTEXTS', 'js/eval/newer.ts', 'MAX_CONTEXTS'],
  ['eval/compare.rs', 'MATCH_LIMIT', 'js/eval/operators.ts', 'MATCH_MAX_UNITS'],
  ['eval/condition.rs', 'MAX_AGENT', 'js/eval/operands.ts', 'UA_MAX_UNITS'],
  ['eval/condition.rs', 'DAY_MARGIN_MS', 'js/wire/conditions.ts', 'DAY_MARGIN_MS'],
  ['exposure/mod.rs', 'MAX_PENDING_BYTES', 'js/exposure.ts', 'MAX_PENDING_BYTES'],
  ['exposure/pending.rs', 'MAX_BATCH_BYTES', 'js/exposure.ts', 'BATCH_BYTES'],
  ['exposure/hash.rs', 'SEEN_LIMIT', 'js/dedupe.ts', 'MAX_SEEN'],
  ['exposure/hash.rs', 'SEEN_LIMIT', 'js/sampling.ts', 'MAX_FIRSTS'],
  ['js_semantics/json.rs', 'MAX_DEPTH', 'js/wire/payload.ts', 'MAX_NESTING'],
  ['js_semantics/regexp/limits.rs', 'MAX_STEPS', 'js/regexp/exec.ts', 'MAX_STEPS'],
  ['js_semantics/regexp/limits.rs', 'MAX_BACKTRACK', 'js/regexp/states.ts', 'MAX_FRAMES'],
  ['js_semantics/regexp/limits.rs', 'MAX_NESTING', 'js/regexp/parse.ts', 'MAX_NESTING'],
  ['js_semantics/regexp/parse.rs', 'MAX_CAPTURES', 'js/regexp/parse.ts', 'MAX_CAPTURES'],
  ['js_semantics/regexp/limits.rs', 'UNBOUNDED', 'js/regexp/cursor.ts', 'UNBOUNDED'],
  ['js_semantics/regexp/compile.rs', 'MAX_UNROLLED', 'js/regexp/compile.ts', 'MAX_UNROLLED'],
  ['js_semantics/regexp/exec.rs', 'NOTES_AFTER', 'js/regexp/exec.ts', 'NOTES_AFTER'],
];

for (const [rust, rustName, script, scriptName] of PAIRS) {
  test(`${rustName} of ${rust} is ${scriptName} of ${script}`, (t) => {
    const expected = constantsIn(read(`${evaluator}/${rust}`)).get(rustName);
    t.is(constantsIn(read(`src/engine/${script}`)).get(scriptName), expected);
    t.is(typeof expected, 'number');
  });
}
