// An empty project with the packed package installed, for checks that must not see the source tree.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisPlatform } from '../../lib/platforms.mjs';
import { mustRun, outputOf } from '../../lib/run.mjs';
import { builtPlatforms, stageMain, stagePlatform } from '../../release/stage-packages.mjs';

function pack(path, folder) {
  const name = outputOf(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
    { cwd: path },
  );
  if (name === null) throw new Error(`npm pack failed in ${path}`);
  return join(folder, name.trim().split('\n').pop());
}

/**
 * Tarballs of the main package and of this platform's binary (null when it was not built), made in
 * `folder`.
 */
export function packAll(folder) {
  const platform = builtPlatforms().find(({ name }) => name === thisPlatform()?.name);
  return {
    main: pack(stageMain([], folder), folder),
    native: platform ? pack(stagePlatform(platform, folder), folder) : null,
  };
}

/** Installs tarballs into a new project; returns its folder. */
export function installInto(project, { main, native }) {
  mkdirSync(project, { recursive: true });
  const dependencies = {
    'statsig-node-native': `file:${main}`,
    ...(native ? { [thisPlatform().packageName]: `file:${native}` } : {}),
  };
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'packed', private: true, version: '0.0.0', dependencies }),
  );
  const install = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--omit=optional',
    '--prefer-offline',
    '--loglevel=error',
  ];
  mustRun('npm', install, { cwd: project });
  return project;
}
