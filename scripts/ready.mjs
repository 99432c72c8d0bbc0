// Everything CI checks, in the order that fails fastest: npm run ready
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { localBin, outputOf, run } from './lib/run.mjs';
import { root } from './lib/stamp.mjs';

const node =
  (...args) =>
  () =>
    run(process.execPath, args, { shell: false });
const hasActionlint = outputOf('actionlint', ['-version']) !== null;

const steps = [
  ['source rules', node('scripts/check/lint.mjs')],
  ['workflows', hasActionlint ? () => run('actionlint', []) : 'actionlint is not installed'],
  ['types of tests', () => run(localBin('tsc'), ['-p', 'tsconfig.test.json'])],
  ['formatters, clippy, spelling, fuzz targets', node('scripts/check/tools.mjs')],
  ['build', node('scripts/build/all.mjs', '--if-stale')],
  ['tests', node('scripts/test.mjs')],
  ['package', node('scripts/check/package.mjs')],
  ['release', node('scripts/check/release.mjs', '--skip-build')],
  ['documentation', node('scripts/check/docs.mjs', '--skip-build')],
];

const failed = [];
for (const [name, step] of steps) {
  console.log(`\n== ${name}`);
  if (typeof step === 'string') console.log(`skipped: ${step}`);
  else if (step() !== 0) failed.push(name);
}
console.log(failed.length === 0 ? '\nready' : `\nnot ready: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 && existsSync(join(root, 'dist/index.js')) ? 0 : 1;
