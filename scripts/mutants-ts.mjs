// Puts faults into the TypeScript sources, one at a time, and says which of them no test notices.
//
//   node scripts/mutants-ts.mjs [--count <n>] [--seed <n>] [--file <part of a path>]... [--list]
//
// A fault is tried with the tests that scripts/mutants/typescript.json names for its folder, the
// nearest ones first, in a copy of the tree. That file also lists the faults that change nothing,
// each with the reason. Fails when more than 3 % of the others survive. The same seed gives the
// same faults; nightly.yml takes another one each day.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { spawnSync } from 'node:child_process';
import { copyTree } from './mutants/copy.mjs';
import { faultsOf } from './mutants/faults.mjs';
import { sampleOf } from './mutants/sample.mjs';
import { filesBelow, root } from './stamp.mjs';

const LEAST_CAUGHT = 0.97;
const LONGEST_RUN_MS = 8 * 60_000;
const { suites, equivalent } = JSON.parse(
  readFileSync(join(root, 'scripts/mutants/typescript.json'), 'utf8'),
);
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    file: { type: 'string', multiple: true, default: [''] },
    list: { type: 'boolean', default: false },
  },
});

const suiteOf = (file) => suites.find(({ files }) => file.startsWith(files));
const files = filesBelow('src')
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !file.includes('/generated/'))
  .filter((file) => suiteOf(file) && values.file.some((part) => file.includes(part)));
const textOf = (file) => readFileSync(join(root, file), 'utf8');
const sample = sampleOf(
  files.map((file) => faultsOf(file, textOf(file))),
  Number(values.count),
  Number(values.seed),
);
const allowed = new Set(equivalent.map(({ fault }) => fault));
if (values.list) for (const { name, line } of sample) console.log(`${line}: ${name}`);
else tryAll();

function tryAll() {
  const folder = copyTree('mutants-ts');
  const tests = testsIn(folder);
  const counted = { caught: 0, survived: 0, equivalent: 0 };
  for (const fault of sample) {
    const result = tryFault(fault, folder, tests);
    counted[result]++;
    console.log(`${result}: ${fault.name} (line ${fault.line})`);
  }
  const { caught, survived } = counted;
  const share = caught + survived === 0 ? 1 : caught / (caught + survived);
  console.log(
    `mutants: ${caught} of ${caught + survived} caught (${(share * 100).toFixed(1)} %), ` +
      `${counted.equivalent} more change nothing`,
  );
  process.exitCode = share >= LEAST_CAUGHT ? 0 : 1;
}

function tryFault({ file, start, end, instead, name }, folder, tests) {
  if (allowed.has(name)) return 'equivalent';
  const { nearest, wider, engines } = suiteOf(file);
  const text = readFileSync(join(folder, file), 'utf8');
  // Before the fault: what fails without it proves nothing.
  const usable = [nearest, wider].filter((some) => tests(some, engines, { isBaseline: true }));
  writeFileSync(join(folder, file), text.slice(0, start) + instead + text.slice(end));
  try {
    return usable.some((some) => !tests(some, engines)) ? 'caught' : 'survived';
  } finally {
    writeFileSync(join(folder, file), text);
  }
}

/** Whether tests pass in a folder; what was found without a fault is kept. */
function testsIn(folder) {
  const baseline = new Map();
  const pass = (some, engines) => {
    if (some.length === 0) return true;
    const { status } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/ava/entrypoints/cli.mjs'), '--fail-fast', ...some],
      {
        cwd: folder,
        env: { ...process.env, STATSIG_TEST_ENGINES: engines },
        stdio: 'ignore',
        timeout: LONGEST_RUN_MS,
      },
    );
    return status === 0;
  };
  return (some, engines, { isBaseline = false } = {}) => {
    if (!isBaseline) return pass(some, engines);
    const key = `${engines} ${some}`;
    if (!baseline.has(key)) {
      baseline.set(key, pass(some, engines));
      if (!baseline.get(key)) console.log(`not counted, since it fails without a fault: ${key}`);
    }
    return baseline.get(key);
  };
}
