// Package managers from npm at exact versions, fetched once into .cache/managers, and how each of
// them is told to use one registry and folders of its own.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../lib/run.mjs';
import { root } from '../../lib/stamp.mjs';

const specs = { pnpm: 'pnpm@10.34.8', yarn: 'yarn@1.22.22', berry: '@yarnpkg/cli-dist@4.18.1' };
const programs = {
  pnpm: 'pnpm/bin/pnpm.cjs',
  yarn: 'yarn/bin/yarn.js',
  berry: '@yarnpkg/cli-dist/bin/yarn.js',
};

/** Command that starts a manager. @throws Error when it cannot be fetched */
export function managerOf(name) {
  if (name === 'npm') return ['npm'];
  const folder = join(root, '.cache/managers', specs[name].replace(/[@/]/g, '-'));
  const program = join(folder, 'node_modules', programs[name]);
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    run(
      'npm',
      ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', specs[name]],
      { cwd: folder },
    );
  }
  if (!existsSync(program)) throw new Error(`${specs[name]} cannot be fetched`);
  return [process.execPath, program];
}

/** Writes the settings of all managers into a project. */
export function configure(project, { registry, home, berryLinker }) {
  mkdirSync(project, { recursive: true });
  writeFileSync(
    join(project, '.npmrc'),
    [
      `registry=${registry}`,
      `cache=${join(home, 'npm')}`,
      `store-dir=${join(home, 'pnpm')}`,
      `cache-dir=${join(home, 'pnpm-cache')}`,
      'audit=false',
      'fund=false',
      'update-notifier=false',
      'loglevel=error',
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(project, '.yarnrc'),
    `registry "${registry}"\ncache-folder "${join(home, 'yarn')}"\nlastUpdateCheck 4000000000000\n`,
  );
  writeFileSync(
    join(project, '.yarnrc.yml'),
    [
      `npmRegistryServer: "${registry}"`,
      'unsafeHttpWhitelist: ["127.0.0.1"]',
      'enableTelemetry: false',
      'enableGlobalCache: false',
      `globalFolder: "${join(home, 'berry')}"`,
      `nodeLinker: ${berryLinker ?? 'node-modules'}`,
      // For ES modules of the application itself; yarn turns it on by itself where its package.json
      // has the type module.
      'pnpEnableEsmLoader: true',
      '',
    ].join('\n'),
  );
}
