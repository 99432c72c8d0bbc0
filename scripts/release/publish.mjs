// Publishes all packages: the platforms first, the main one last, so that it never points at what
// isn't there.
//
//   node scripts/release/publish.mjs --dry-run [--allow-missing]   pack, check and list every file, publish nothing
//   node scripts/release/publish.mjs --publish                     from CI, with trusted publishing and provenance
//   node scripts/release/publish.mjs --rehearse                    to a registry on this machine (check/release.mjs)
//
// --binaries FOLDER takes the native binaries from there instead of src/engine/generated.
// The bills of materials of all packages are left in target/sbom.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { notesOf, pendingNotes } from './changelog.mjs';
import { packumentOf } from './package-names.mjs';
import { platforms } from '../lib/platforms.mjs';
import { releaseProblems } from './files.mjs';
import { mustRun } from '../lib/run.mjs';
import { root } from '../lib/stamp.mjs';
import { builtPlatforms, stageMain, stagePlatform } from './stage-packages.mjs';

const { values: given } = parseArgs({
  options: {
    'dry-run': { type: 'boolean' },
    rehearse: { type: 'boolean' },
    publish: { type: 'boolean' },
    'allow-missing': { type: 'boolean' },
    binaries: { type: 'string', default: 'src/engine/generated' },
  },
});
const isPublishing = given.publish === true;
if ([given['dry-run'], given.rehearse, given.publish].filter(Boolean).length !== 1)
  throw new Error('say one of --dry-run, --rehearse and --publish');
if (isPublishing && process.env.GITHUB_ACTIONS !== 'true')
  throw new Error('releases are published from CI only');
if (given.rehearse && !/^http:\/\/127\.0\.0\.1:/.test(process.env.npm_config_registry ?? ''))
  throw new Error('a rehearsal publishes to this machine only');

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

const binaries = resolve(root, given.binaries);
const built = builtPlatforms(binaries);
const missing = platforms.filter((platform) => !built.includes(platform));
if (missing.length > 0 && !given['allow-missing']) {
  throw new Error(`no binary for ${missing.map((platform) => platform.name).join(', ')}`);
}

if (!existsSync(join(root, 'dist/engine/generated/statsig.wasm')))
  throw new Error('the WebAssembly module is missing');

const folder = mkdtempSync(join(tmpdir(), 'statsig-release-'));
try {
  const packages = built.map((platform) => ({
    packageName: platform.packageName,
    kind: 'platform',
    path: stagePlatform(platform, folder, binaries),
  }));
  const optional = packages.map(({ packageName }) => packageName);
  packages.push({ packageName: name, kind: 'main', optional, path: stageMain(built, folder) });
  // All are checked before the first is published.
  const problems = releaseProblems(packages, version);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  mkdirSync(join(root, 'target/sbom'), { recursive: true });
  for (const { packageName, path } of packages) {
    copyFileSync(
      join(path, 'sbom.cdx.json'),
      join(root, `target/sbom/${packageName}-${version}.cdx.json`),
    );
    await publish(packageName, path);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * The dry run goes as far as it can without a registry: npm packs and checks the manifest.
 * Provenance is made when it is sent, and only CI can make it.
 */
async function publish(packageName, path) {
  // A release that failed half-way is run again.
  const found = given['dry-run'] ? null : await packumentOf(packageName);
  if (found !== null && version in found.versions) {
    console.log(`${packageName}@${version} is published already`);
    return;
  }
  const how = [
    ...(given['dry-run'] ? ['--dry-run'] : []),
    ...(given.rehearse ? [] : ['--provenance']),
  ];
  mustRun('npm', ['publish', ...how, '--access', 'public', '--ignore-scripts'], { cwd: path });
}
