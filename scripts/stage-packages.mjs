// Lays the packages out as they are published: a folder per platform with its binary, and the main package, whose
// manifest gets the platform packages as exact optional dependencies. They are added here and not in the repository's
// package.json, because a name that isn't published yet would break `npm install`.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { platforms } from './platforms.mjs';
import { outputOf } from './run.mjs';
import { root } from './stamp.mjs';

/** Platforms whose binary was built or downloaded into src/engine/generated. */
export function builtPlatforms() {
  return platforms.filter((platform) => existsSync(join(root, 'src/engine/generated', platform.file)));
}

/** Copies npm/<platform> and its binary, from `binaries`, into `folder`; returns the package's folder. */
export function stagePlatform(platform, folder, binaries = join(root, 'src/engine/generated')) {
  const to = join(folder, platform.name);
  cpSync(join(root, 'npm', platform.name), to, { recursive: true });
  copyFileSync(join(binaries, platform.file), join(to, platform.file));
  copyFileSync(join(root, 'LICENSE'), join(to, 'LICENSE'));
  return to;
}

/** Copies what `npm pack` would take of the main package into `folder`; returns the package's folder. */
export function stageMain(optional, folder) {
  const packed = outputOf('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (packed === null) throw new Error('npm pack failed');
  // npm 12 answers with an object by package name, older ones with a list.
  const [report] = Object.values(JSON.parse(packed));
  const to = join(folder, 'main');
  for (const { path } of report.files) {
    mkdirSync(join(to, path, '..'), { recursive: true });
    copyFileSync(join(root, path), join(to, path));
  }
  const manifest = JSON.parse(readFileSync(join(to, 'package.json'), 'utf8'));
  for (const name of ['devDependencies', 'ava', 'napi', 'scripts']) delete manifest[name];
  manifest.optionalDependencies = Object.fromEntries(optional.map((platform) => [platform.packageName, manifest.version]));
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return to;
}
