// All tests, as `npm test` and `npm it` run them: build what is stale, lint, ava, cargo test.
// Arguments go to ava, and then it is ava alone; so are STATSIG_TEST_FILES (patterns with spaces
// between), for `npm it`, which hands none on. At the end: what was skipped, what failed, and `N passed, N
// failed, N skipped`; the exit code is non-zero when anything failed.
//
// A test whose program or engine is not here is skipped, with its reason (__test__/needs.ts); with
// CI=true it fails.
import { join } from 'node:path';
import programs from './lib/programs.cjs';
import { localBin, mustRun, run } from './lib/run.mjs';
import { root } from './lib/stamp.mjs';
import { reportLines } from './test/report.mjs';
import { avaDetails, avaResults, avaSummary, cargoDetails, cargoResults } from './test/results.mjs';
import { stopwatch } from './test/stopwatch.mjs';
import { watch } from './test/watch.mjs';

async function ava() {
  const { onText, print } = stopwatch();
  const files = process.env.STATSIG_TEST_FILES?.split(' ').filter(Boolean) ?? [];
  const output = await watch(localBin('ava'), [...files, ...process.argv.slice(2)], {
    summary: avaSummary,
    onText,
    env: { NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  print();
  return { ...avaResults(output), details: avaDetails(output.text) };
}

async function cargo() {
  const missing = ['cargo', ...(process.platform === 'win32' ? [] : ['cc'])].find(
    (name) => programs.find(name) === undefined,
  );
  if (missing === undefined) {
    const output = await watch('cargo', ['test', '--workspace', '--no-fail-fast', '--quiet']);
    return { ...cargoResults(output), details: cargoDetails(output.text) };
  }
  const skipped = { title: 'all Rust tests', reason: `${missing} is not installed` };
  if (process.env.CI === 'true')
    return { passed: 0, failed: [`${skipped.title}: ${skipped.reason}`], skipped: [] };
  return { passed: 0, failed: [], skipped: [skipped] };
}

function lint() {
  const isClean =
    run(process.execPath, [join(root, 'scripts/check/lint.mjs')], { shell: false }) === 0;
  return {
    passed: 0,
    failed: isClean ? [] : ['lint (its problems stand before the tests)'],
    skipped: [],
  };
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
mustRun(process.execPath, [join(root, 'scripts/build/all.mjs'), '--if-stale'], { shell: false });
// Who names files wants those, and neither rules nor Rust.
const isAll = process.argv.length === 2 && !process.env.STATSIG_TEST_FILES;
const results = isAll ? [lint(), await ava(), await cargo()] : [await ava()];
console.log(reportLines(results).join('\n'));
// Pipes of a runner that had to be ended may still be open.
process.exit(results.every(({ failed }) => failed.length === 0) ? 0 : 1);
