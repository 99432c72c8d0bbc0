// What the packages that are to be published must and may contain. Used by release.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf } from '../lib/run.mjs';

const mayHave = {
  main: /^(package\.json|README\.md|LICENSE|THIRD-PARTY-LICENSES\.txt|sbom\.cdx\.json|CHANGELOG\.md|SECURITY\.md|docs\/(spec\/)?[\w-]+\.md|dist\/.+\.(js|mjs|d\.ts|d\.mts|wasm)|dist\/network\/generated\/axios-http\.licenses\.txt|dist\/inspector\/generated\/page\.licenses\.txt)$/,
  platform:
    /^(package\.json|README\.md|LICENSE|THIRD-PARTY-LICENSES\.txt|sbom\.cdx\.json|[\w.-]+\.node)$/,
};

const always = [
  'package.json',
  'README.md',
  'LICENSE',
  'THIRD-PARTY-LICENSES.txt',
  'sbom.cdx.json',
];

/** Every path that the manifest names. */
function namedFiles({ main, types, bin, exports }) {
  const leaves = (value) =>
    typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(leaves);
  return [main, types, ...leaves(bin), ...leaves(exports)]
    .filter(Boolean)
    .map((path) => path.replace(/^\.\//, ''));
}

/** What `npm pack` takes of each folder, in one run: npm itself costs more than all packing. */
function packedFiles(folders) {
  const packed = outputOf('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', ...folders]);
  if (packed === null) throw new Error('npm pack failed');
  // npm 12 answers with an object by package name, older ones with a list.
  const reports = Object.values(JSON.parse(packed));
  return new Map(reports.map(({ name, files }) => [name, files]));
}

/**
 * Problems of staged packages, as sentences. `optional`: names of the platform packages that the
 * main one depends on.
 */
export function releaseProblems(packages, version) {
  const files = packedFiles(packages.map(({ path }) => path));
  return packages.flatMap(({ packageName, path, kind, optional = [] }) => {
    const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    const problems = [
      ...fileProblems(files.get(packageName), manifest, kind),
      ...manifestProblems(manifest, version, optional),
    ];
    console.log(
      `${packageName}: ${files.get(packageName).length} files, ${problems.length} problems`,
    );
    return problems.map((problem) => `${packageName}: ${problem}`);
  });
}

function fileProblems(files, manifest, kind) {
  const paths = new Set(files.map(({ path }) => path));
  return [
    ...[...always, ...namedFiles(manifest)]
      .filter((path) => !paths.has(path))
      .map((path) => `${path} is missing`),
    ...[...paths]
      .filter((path) => !mayHave[kind].test(path))
      .map((path) => `${path} does not belong there`),
    ...files.filter(({ size }) => size === 0).map(({ path }) => `${path} is empty`),
  ];
}

function manifestProblems(manifest, version, optional) {
  const wanted = Object.fromEntries(optional.map((name) => [name, version]));
  const problems = ['repository', 'homepage', 'bugs']
    .filter((field) => !manifest[field])
    .map((field) => `the manifest has no ${field}`);
  if (manifest.version !== version) problems.push(`version ${manifest.version}, not ${version}`);
  if (manifest.scripts || manifest.devDependencies)
    problems.push('the manifest has scripts or devDependencies');
  if (JSON.stringify(manifest.optionalDependencies ?? {}) !== JSON.stringify(wanted))
    problems.push('optionalDependencies are not the platforms at this version');
  return problems;
}
