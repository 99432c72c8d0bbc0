// Publishes all packages: the platforms first, the main one last, so that it never points at what
// isn't there.
//
//   node scripts/release.mjs --dry-run [--allow-missing]   pack, check and list every file, publish nothing
//   node scripts/release.mjs --publish                     from CI, with trusted publishing and provenance
//
// The bills of materials of all packages are left in target/sbom.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { notesOf, pendingNotes } from './changelog.mjs';
import { platforms } from './platforms.mjs';
import { packageProblems } from './release-files.mjs';
import { mustRun, outputOf } from './run.mjs';
import { root } from './stamp.mjs';
import { builtPlatforms, stageMain, stagePlatform } from './stage-packages.mjs';

const isPublishing = process.argv.includes('--publish');
if (isPublishing === process.argv.includes('--dry-run'))
  throw new Error('say either --dry-run or --publish');
if (isPublishing && process.env.GITHUB_ACTIONS !== 'true')
  throw new Error('releases are published from CI only');

const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const tag = process.env.GITHUB_REF_NAME ?? '';
if (isPublishing && tag !== `v${version}`)
  throw new Error(`the tag ${tag} does not name version ${version}`);
const pending = pendingNotes();
if (isPublishing && pending.length > 0)
  throw new Error(`release notes are pending (npm run version-packages): ${pending.join(', ')}`);
const notes = notesOf(version);
if (isPublishing && notes === null) throw new Error(`CHANGELOG.md says nothing of ${version}`);
console.log(notes ?? `CHANGELOG.md says nothing of ${version} yet; pending: ${pending.join(', ')}`);

const built = builtPlatforms();
const missing = platforms.filter((platform) => !built.includes(platform));
if (missing.length > 0 && !process.argv.includes('--allow-missing')) {
  throw new Error(`no binary for ${missing.map((platform) => platform.name).join(', ')}`);
}

if (!existsSync(join(root, 'dist/engine/generated/statsig.wasm')))
  throw new Error('the WebAssembly module is missing');

const folder = mkdtempSync(join(tmpdir(), 'statsig-release-'));
try {
  const packages = built.map((platform) => ({
    packageName: platform.packageName,
    kind: 'platform',
    path: stagePlatform(platform, folder),
  }));
  const optional = packages.map(({ packageName }) => packageName);
  packages.push({ packageName: name, kind: 'main', optional, path: stageMain(built, folder) });
  // All are checked before the first is published.
  const problems = packages.flatMap(({ path, ...rest }) =>
    packageProblems(path, { version, ...rest }),
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
  mkdirSync(join(root, 'target/sbom'), { recursive: true });
  for (const { packageName, path } of packages) {
    copyFileSync(
      join(path, 'sbom.cdx.json'),
      join(root, `target/sbom/${packageName}-${version}.cdx.json`),
    );
    publish(packageName, path);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function publish(packageName, path) {
  if (
    isPublishing &&
    outputOf('npm', ['view', `${packageName}@${version}`, 'version'])?.trim() === version
  ) {
    console.log(`${packageName}@${version} is published already`);
    return;
  }
  // The dry run goes as far as it can without a login: npm packs and checks the manifest;
  // provenance is made when it is sent.
  mustRun(
    'npm',
    [
      'publish',
      ...(isPublishing ? [] : ['--dry-run']),
      '--provenance',
      '--access',
      'public',
      '--ignore-scripts',
    ],
    { cwd: path },
  );
}
