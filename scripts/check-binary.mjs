// What a released native binary promises: its size, the oldest glibc it runs on, the libraries it
// links.
//
//   node scripts/check-binary.mjs [--target <triple>] [--in <folder>]
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { platforms, thisPlatform } from './platforms.mjs';
import { outputOf } from './run.mjs';
import { mostBinaryKiB, sizeProblem } from './sizes.mjs';
import { root } from './stamp.mjs';

const newestGlibc = [2, 17];
/** libpthread and libdl are parts of glibc; its newer versions keep them as empty libraries. */
const allowedLibraries =
  /^(libc|libm|libgcc_s|libpthread|libdl|ld-linux[\w-]*|libc\.musl[\w-]*)\.so/;

const { values: given } = parseArgs({
  options: { target: { type: 'string' }, in: { type: 'string', default: 'src/engine/generated' } },
});
const target = given.target ?? thisPlatform()?.target;
const folder = resolve(root, given.in);
const platform = platforms.find((entry) => entry.target === target);
const path = platform && join(folder, platform.file);
const problems = platform && existsSync(path) ? check(platform, path) : [`no binary for ${target}`];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

function check(platform, path) {
  const bytes = statSync(path).size;
  console.log(`${platform.file}: ${bytes} bytes`);
  const tooBig = sizeProblem(path, mostBinaryKiB);
  const problems = tooBig === null ? [] : [`${platform.file}: ${tooBig}`];
  return platform.os === 'linux' ? [...problems, ...elfProblems(platform, path)] : problems;
}

function elfProblems(platform, path) {
  const dynamic = outputOf('readelf', ['--wide', '--dynamic', path]);
  const versions = outputOf('readelf', ['--wide', '--version-info', path]);
  const sections = outputOf('readelf', ['--wide', '--sections', path]);
  if (dynamic === null || versions === null || sections === null)
    return ['readelf (binutils) is needed to check a Linux binary'];
  const libraries = [...dynamic.matchAll(/\(NEEDED\).*\[(.+?)\]/g)].map((match) => match[1]);
  const glibc = [...versions.matchAll(/GLIBC_(\d+)\.(\d+)/g)].map((match) => [
    Number(match[1]),
    Number(match[2]),
  ]);
  const newest = glibc.sort((a, b) => b[0] - a[0] || b[1] - a[1])[0];
  console.log(
    `  links ${libraries.join(', ')}${newest ? `; newest glibc symbol ${newest.join('.')}` : ''}`,
  );
  const problems = libraries
    .filter((name) => !allowedLibraries.test(name))
    .map((name) => `${platform.file}: links ${name}`);
  if (
    platform.libc === 'glibc' &&
    newest &&
    (newest[0] > newestGlibc[0] || newest[1] > newestGlibc[1])
  ) {
    problems.push(
      `${platform.file}: needs glibc ${newest.join('.')}, the limit is ${newestGlibc.join('.')}`,
    );
  }
  if (/\.symtab\b/.test(sections)) problems.push(`${platform.file}: is not stripped`);
  return problems;
}
