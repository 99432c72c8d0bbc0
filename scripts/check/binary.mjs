// What a released native binary promises: its size, the oldest glibc or macOS it runs on, the
// libraries it links.
//
//   node scripts/check/binary.mjs [--target <triple>] [--in <folder>] [--any-size]
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readMachO } from './hosts/mach-o.mjs';
import { platforms, thisPlatform } from '../lib/platforms.mjs';
import { outputOf } from '../lib/run.mjs';
import { mostBinaryKiB, sizeProblem } from './sizes.mjs';
import { root } from '../lib/stamp.mjs';

const newestGlibc = [2, 17];
/** libpthread and libdl are parts of glibc; its newer versions keep them as empty libraries. */
const allowedLibraries =
  /^(libc|libm|libgcc_s|libpthread|libdl|ld-linux[\w-]*|libc\.musl[\w-]*)\.so/;
/** zig's libiconv is in two libraries, as macOS' own was. */
const allowedOnMac = /^\/usr\/lib\/lib(System\.B|iconv\.2|charset\.1)\.dylib$/;

const { values: given } = parseArgs({
  options: {
    target: { type: 'string' },
    in: { type: 'string', default: 'src/engine/generated' },
    // For what is not built as it is released.
    'any-size': { type: 'boolean' },
  },
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
  const tooBig = given['any-size'] ? null : sizeProblem(path, mostBinaryKiB);
  const problems = tooBig === null ? [] : [`${platform.file}: ${tooBig}`];
  const ofFormat = { linux: elfProblems, darwin: machOProblems }[platform.os];
  return [...problems, ...(ofFormat?.(platform, path) ?? [])];
}

function machOProblems(platform, path) {
  const { cpu, libraries, minimum, isSigned, exported, wanted } = readMachO(readFileSync(path));
  console.log(`  ${cpu}, links ${libraries.join(', ')}; macOS ${minimum?.join('.')} or newer`);
  console.log(
    `  ${isSigned ? 'signed' : 'not signed'}; exports ${exported.length}, wants ${wanted.length} names of Node`,
  );
  const [major, minor = 0] = platform.minimum.match(/\d+/g).map(Number);
  const isNewer = !minimum || minimum[0] > major || (minimum[0] === major && minimum[1] > minor);
  const problems = libraries
    .filter((name) => !allowedOnMac.test(name))
    .map((name) => `${platform.file}: links ${name}`);
  if (cpu !== platform.cpu) problems.push(`${platform.file}: is for ${cpu}`);
  if (isNewer) problems.push(`${platform.file}: needs macOS ${minimum?.join('.')}`);
  if (!exported.includes('_napi_register_module_v1'))
    problems.push(`${platform.file}: is no addon`);
  // What is not signed, by nobody even, is not loaded on arm64.
  if (cpu === 'arm64' && !isSigned) problems.push(`${platform.file}: is not signed`);
  return [...problems, ...strangers(wanted, platform)];
}

/**
 * What neither a library nor Node brings: macOS would refuse the binary. (Of Node it wants nothing by
 * name: napi looks its functions up when it is loaded.)
 */
function strangers(wanted, { file }) {
  const isOfNode = (name) => /^_(napi_|node_api_|uv_)/.test(name);
  return wanted.filter((name) => !isOfNode(name)).map((name) => `${file}: nothing brings ${name}`);
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
