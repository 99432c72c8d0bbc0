// Puts faults into the evaluator, one at a time, and says which of them no test notices.
//
//   node scripts/mutants/rust.mjs [--count <n>] [--seed <n>] [--file <part>]... [--name <part>]... [--list]
//
// cargo-mutants (`cargo install cargo-mutants --locked`) says which faults there are. A fault is
// tried in a copy of the tree: with the tests of the crate, which take seconds; where they pass,
// with a native engine that is built of it and the ava tests that scripts/mutants/rust.json
// names for its folder. That file also lists the faults that change nothing, each with the reason.
// Fails when more than 3 % of the others survive. The same seed gives the same faults; nightly.yml
// takes another one each day.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyTree } from './copy.mjs';
import { listOf, optionsOf, tally } from './report.mjs';
import { sampleOf } from './sample.mjs';
import { isCaughtBy, succeeds, testsIn, usableTests } from './tests.mjs';
import { thisPlatform } from '../lib/platforms.mjs';
import { outputOf } from '../lib/run.mjs';
import { root } from '../lib/stamp.mjs';

const TESTS_MS = 120_000;
/** Kilobytes that the crate's tests may take: a fault can make them take everything. */
const TESTS_MEMORY = 4_000_000;
const LIBRARY = process.platform === 'darwin' ? 'dylib' : 'so';

const options = optionsOf();
const { suiteOf, isEquivalent } = listOf('rust');
const sample = options.partOf(sampleOf(byFile(allFaults()), options.count, options.seed));
if (options.list) for (const { name, line } of sample) console.log(`${line}: ${name}`);
else await tryAll();

function allFaults() {
  const args = ['mutants', '--package=statsig-evaluator', '--list', '--json'];
  const json = outputOf('cargo', args, { maxBuffer: Number.POSITIVE_INFINITY });
  if (json === null) throw new Error('cargo-mutants is missing: cargo install cargo-mutants');
  return JSON.parse(json)
    .filter(({ file }) => suiteOf(file) && options.isWanted(file))
    .map(({ name, file, span, replacement }) => ({
      file,
      span,
      replacement,
      // Without the place, which lines above it change.
      name: name.replace(/:\d+:\d+: /, ': '),
      line: span.start.line,
    }))
    .filter(options.isNamed);
}

function byFile(faults) {
  const lists = new Map();
  for (const fault of faults) lists.set(fault.file, [...(lists.get(fault.file) ?? []), fault]);
  return [...lists.values()];
}

async function tryAll() {
  const folder = copyTree('mutants-rust');
  const tests = testsIn(folder);
  const results = tally();
  for (const fault of sample) results.add(await tryFault(fault, folder, tests), fault);
  results.end();
}

async function tryFault(fault, folder, tests) {
  if (isEquivalent(fault.name)) return 'equivalent';
  const path = join(folder, fault.file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, withFault(text, fault));
  try {
    const programs = buildTests(folder);
    if (programs === null) return 'no program';
    for (const program of programs) if (!(await passes(program, folder))) return 'caught';
    return options.fast ? 'survived' : await tryWithJavaScript(fault, folder, tests, text);
  } finally {
    writeFileSync(path, text);
  }
}

async function tryWithJavaScript({ file }, folder, tests, text) {
  const suite = suiteOf(file);
  const path = join(folder, file);
  const faulty = readFileSync(path, 'utf8');
  // The engine without the fault is the one of this tree, which the copy has until now.
  copyFileSync(engineIn(root), engineIn(folder));
  writeFileSync(path, text);
  const usable = await usableTests(suite, tests);
  writeFileSync(path, faulty);
  if (!(await buildEngine(folder))) return 'no program';
  return (await isCaughtBy(usable, suite.engines, tests)) ? 'caught' : 'survived';
}

/** The text with the place of the fault, counted in characters, replaced. */
function withFault(text, { span: { start, end }, replacement }) {
  const lines = text.split('\n').map((line) => [...line]);
  const before = [
    ...lines.slice(0, start.line - 1),
    lines[start.line - 1].slice(0, start.column - 1),
  ];
  const after = [lines[end.line - 1].slice(end.column - 1), ...lines.slice(end.line)];
  const join = (some) => some.map((line) => line.join('')).join('\n');
  return join(before) + replacement + join(after);
}

/** Paths of the crate's tests, built; null when the compiler refuses the fault. */
function buildTests(folder) {
  const args = ['test', '--package=statsig-evaluator', '--tests', '--no-run'];
  const messages = outputOf('cargo', [...args, '--quiet', '--message-format=json'], {
    cwd: folder,
    env: buildEnvironment(),
    maxBuffer: Number.POSITIVE_INFINITY,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (messages === null) return null;
  const artifacts = messages
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return artifacts.map(({ executable }) => executable).filter(Boolean);
}

function passes(program, folder) {
  const limited = ['-c', `ulimit -v ${TESTS_MEMORY}; exec "$0" --quiet`, program];
  const cwd = join(folder, 'crates/evaluator');
  return succeeds('sh', limited, { cwd, longestMs: TESTS_MS });
}

async function buildEngine(folder) {
  const args = ['build', '--package=statsig-node-native', '--release', '--quiet'];
  if (!(await succeeds('cargo', args, { cwd: folder, env: buildEnvironment() }))) return false;
  const built = `release/libstatsig_node_native.${LIBRARY}`;
  copyFileSync(join(targetFolder(), built), engineIn(folder));
  return true;
}

function engineIn(folder) {
  return join(folder, 'src/engine/generated', thisPlatform().file);
}

/** Builds fast, into a folder that the next run finds again. */
function buildEnvironment() {
  return {
    ...process.env,
    CARGO_TARGET_DIR: targetFolder(),
    CARGO_PROFILE_RELEASE_LTO: 'off',
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
    RUSTFLAGS: '--cap-lints=allow',
  };
}

function targetFolder() {
  return join(root, 'target/mutants-rust-build');
}
