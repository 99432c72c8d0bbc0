// Installs tarballs into an empty project and runs every program of fixtures/package in it.
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeProject, pack, quietInstall } from './packages.mjs';
import { run } from '../../lib/run.mjs';
import { stagePlatform } from '../../release/stage-packages.mjs';
import { root } from '../../lib/stamp.mjs';

/**
 * A project with the main tarball under both names, the platform's package unless null, and the
 * fixtures. `isForeign`: npm installs another platform's package only when it is told to.
 */
export function makeFixtureProject({ folder, name, main, platform, binaries, isForeign = false }) {
  const own = platform
    ? { [platform.packageName]: `file:${pack(stagePlatform(platform, folder, binaries), folder)}` }
    : {};
  const dependencies = {
    'statsig-node-native': `file:${main}`,
    'statsig-node': `file:${main}`,
    ...own,
  };
  const project = makeProject(folder, name, dependencies, [
    ...quietInstall,
    '--omit=optional',
    ...(isForeign ? ['--force'] : []),
  ]);
  addFixtures(project);
  return project;
}

/** Puts the programs and their payload into a project that has the package installed. */
export function addFixtures(project) {
  cpSync(join(root, 'scripts/check/fixtures/package'), project, { recursive: true });
  cpSync(
    join(root, 'testdata', 'payloads', 'sample-project.json'),
    join(project, 'sample-project.json'),
  );
}

/** The programs `form-*` of a project. */
export function formsOf(project) {
  return readdirSync(project).filter((file) => file.startsWith('form-'));
}

/**
 * Those for a Node of another system, where each takes long and none can start Node again: how it
 * finds the package, its binary and its other files. What an import gives is the same everywhere.
 */
export const foreignForms = [
  'form-require.cjs',
  'form-import-named.mjs',
  'form-alias.cjs',
  'form-adapters.mjs',
];

/**
 * Runs one form, with a server and a clean exit of its own; returns its exit code. `node`: the
 * command and its arguments.
 */
export function runForm(project, file, engine, node = [process.execPath]) {
  const env = { ...process.env, EXPECTED_ENGINE: engine };
  delete env.STATSIG_ENGINE;
  const longest = node.length > 1 ? 180_000 : 60_000;
  return run(node[0], [...node.slice(1), file], {
    cwd: project,
    env,
    shell: false,
    timeout: longest,
  });
}
