// What a package that is to be published must and may contain. Used by release.mjs for each of
// them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf } from './run.mjs';

const mayHave = {
  main: /^(package\.json|README\.md|LICENSE|THIRD-PARTY-LICENSES\.txt|sbom\.cdx\.json|CHANGELOG\.md|SECURITY\.md|docs\/(spec\/)?[\w-]+\.md|dist\/.+\.(js|mjs|d\.ts|d\.mts|wasm)|dist\/network\/generated\/axios-http\.licenses\.txt)$/,
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

/**
 * Problems of a staged package, as sentences. `optional`: names of the platform packages that the
 * main one depends on.
 */
export function packageProblems(folder, { version, kind, optional = [] }) {
  const packed = outputOf('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
  });
  if (packed === null) return [`npm pack failed in ${folder}`];
  const [{ files }] = Object.values(JSON.parse(packed));
  const paths = new Set(files.map(({ path }) => path));
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const wanted = Object.fromEntries(optional.map((name) => [name, version]));
  const problems = [
    ...[...always, ...namedFiles(manifest)]
      .filter((path) => !paths.has(path))
      .map((path) => `${path} is missing`),
    ...[...paths]
      .filter((path) => !mayHave[kind].test(path))
      .map((path) => `${path} does not belong there`),
    ...files.filter(({ size }) => size === 0).map(({ path }) => `${path} is empty`),
  ];
  for (const field of ['repository', 'homepage', 'bugs'])
    if (!manifest[field]) problems.push(`the manifest has no ${field}`);
  if (manifest.version !== version) problems.push(`version ${manifest.version}, not ${version}`);
  if (manifest.scripts || manifest.devDependencies)
    problems.push('the manifest has scripts or devDependencies');
  if (JSON.stringify(manifest.optionalDependencies ?? {}) !== JSON.stringify(wanted))
    problems.push('optionalDependencies are not the platforms at this version');
  console.log(`${manifest.name}: ${files.length} files, ${problems.length} problems`);
  return problems.map((problem) => `${manifest.name}: ${problem}`);
}
