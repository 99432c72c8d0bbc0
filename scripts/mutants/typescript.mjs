// Puts faults into the TypeScript sources, one at a time, and says which of them no test notices.
//
//   node scripts/mutants/typescript.mjs [--count <n>] [--seed <n>] [--file <part>]... [--name <part>]... [--list]
//
// A fault is tried in a copy of the tree: with the tests that import its file or bear its name, and
// where these pass, with those that scripts/mutants/typescript.json names for its folder, the
// nearest ones first (`--fast`: only these). That file also lists the faults that change nothing,
// each with the reason. Fails when more than 3 % of the others survive. The same seed gives the
// same faults; nightly.yml takes another one each day.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { copyTree } from './copy.mjs';
import { faultsOf } from './faults.mjs';
import { listOf, optionsOf, tally } from './report.mjs';
import { sampleOf } from './sample.mjs';
import { testsIn } from './tests.mjs';
import { filesBelow, root } from '../lib/stamp.mjs';

const options = optionsOf();
const { suiteOf, isEquivalent } = listOf('typescript');
const files = filesBelow('src')
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !file.includes('/generated/'))
  .filter((file) => suiteOf(file) && options.isWanted(file));
const testFiles = filesBelow('__test__').map((file) => file.replaceAll('\\', '/'));
const textOf = (file) => readFileSync(join(root, file), 'utf8');
const faults = files.map((file) => faultsOf(file, textOf(file)).filter(options.isNamed));
const sample = options.partOf(sampleOf(faults, options.count, options.seed));
if (options.list) for (const { name, line } of sample) console.log(`${line}: ${name}`);
else await tryAll();

async function tryAll() {
  const folder = copyTree(`mutants-ts-${options.shard.replace('/', '-of-')}`);
  const tests = testsIn(folder);
  const results = tally();
  for (const fault of sample) results.add(await tryFault(fault, folder, tests), fault);
  results.end();
}

/** Tests that are about a file: those that import it, those of its name, those of small parts. */
function ownTests(file) {
  const room = file.startsWith('src/engine/js/') ? 'engine-js' : file.split('/')[1];
  const names = [basename(file, '.ts'), 'parts', 'pure-parts'];
  return testFiles.filter(
    (test) =>
      importedBy(test).has(file.slice(0, -'.ts'.length)) ||
      (test.startsWith(`__test__/${room}/`) && names.includes(basename(test, '.test.ts'))),
  );
}

/** Modules that a test imports itself, as paths without an extension; none of what is no test. */
function importedBy(test) {
  if (!test.endsWith('.test.ts')) return new Set();
  const named = textOf(test).matchAll(/from '(\.[^']*)'/g);
  return new Set([...named].map(([, path]) => posix.join(posix.dirname(test), path)));
}

async function tryFault({ file, start, end, instead, name }, folder, tests) {
  if (isEquivalent(name)) return 'equivalent';
  const { nearest, wider, engines } = suiteOf(file);
  const own = ownTests(file);
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  for (const some of options.fast ? [own, nearest] : [own, nearest, wider]) {
    if (!(await tests.passesWithoutFault(some, engines))) continue;
    writeFileSync(path, text.slice(0, start) + instead + text.slice(end));
    const passes = await tests.pass(some, engines);
    writeFileSync(path, text);
    if (!passes) return 'caught';
  }
  return 'survived';
}
