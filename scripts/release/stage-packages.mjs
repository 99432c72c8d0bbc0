// Lays the packages out as they are published: a folder per platform with its binary, and the main
// package, whose manifest gets the platform packages as exact optional dependencies. They are added
// here and not in the repository's package.json, because a name that isn't published yet would
// break `npm install`. Each gets the licences of what others wrote in it, and its bill of
// materials.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { platforms } from '../lib/platforms.mjs';
import { outputOf } from '../lib/run.mjs';
import { sbomOf } from './sbom.mjs';
import { root } from '../lib/stamp.mjs';

const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

/** `artefact`: "native" or "wasm"; `more`: further parts of the text. */
function addNotices(folder, kind, artefact, more = []) {
  const text = [
    readFileSync(join(root, 'licenses', `${artefact}.txt`), 'utf8').trim(),
    ...more,
  ].join(`\n\n${'-'.repeat(80)}\n\n`);
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), `${text}\n`);
  writeJson(join(folder, 'sbom.cdx.json'), sbomOf(kind, readManifest(folder)));
}

/** Its patterns of user agents are in every package. */
function noticeOfPatterns() {
  const folder = join(root, 'node_modules/uap-core');
  const { name, version } = readManifest(folder);
  const [notice, licence] = [join(folder, 'LICENSE'), join(root, 'licenses/apache-2.0.txt')].map(
    (path) => readFileSync(path, 'utf8').trim(),
  );
  return `${name} ${version} (Apache-2.0): patterns of user agents, changed in form\n\n${notice}\n\n${licence}`;
}

/** The edge bundles hold ua-parser-js; the licences of what axios-http.js holds lie beside it. */
function noticesOfBundles() {
  const folder = join(root, 'node_modules/ua-parser-js');
  const { name, version, license } = readManifest(folder);
  const axios = 'dist/network/generated/axios-http.js: see axios-http.licenses.txt beside it';
  return [
    `${name} ${version} (${license}), in dist/edge\n\n${readFileSync(join(folder, 'license.md'), 'utf8').trim()}`,
    axios,
    noticeOfPatterns(),
    'dist/inspector/generated/page.js: see page.licenses.txt beside it',
  ];
}

/** Platforms whose binary was built or downloaded into a folder. */
export function builtPlatforms(binaries = join(root, 'src/engine/generated')) {
  return platforms.filter((platform) => existsSync(join(binaries, platform.file)));
}

/**
 * Copies npm/<platform> and its binary, from `binaries`, into `folder`; returns the package's
 * folder.
 */
export function stagePlatform(platform, folder, binaries = join(root, 'src/engine/generated')) {
  const to = join(folder, platform.name);
  cpSync(join(root, 'npm', platform.name), to, { recursive: true });
  copyFileSync(join(binaries, platform.file), join(to, platform.file));
  copyFileSync(join(root, 'LICENSE'), join(to, 'LICENSE'));
  addNotices(to, 'platform', 'native', [noticeOfPatterns()]);
  return to;
}

const SOURCES = 'https://github.com/statsig-node-native/statsig-node-native';

/** The README as a package has it: what only the repository has is linked there. */
function linkedAbroad(text, isPacked) {
  return text.replace(
    /(!?)(\[[^\]]*\])\(([^)#:\s]+)(#[^)\s]*)?\)/g,
    (link, mark, words, path, part = '') =>
      isPacked(path)
        ? link
        : `${mark}${words}(${SOURCES}/${mark === '' ? 'blob' : 'raw'}/main/${path}${part})`,
  );
}

/**
 * Copies what `npm pack` would take of the main package into `folder`; returns the package's
 * folder.
 */
export function stageMain(optional, folder) {
  const packed = outputOf('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (packed === null) throw new Error('npm pack failed');
  // npm 12 answers with an object by package name, older ones with a list.
  const [report] = Object.values(JSON.parse(packed));
  const to = join(folder, 'main');
  for (const { path } of report.files) {
    mkdirSync(join(to, path, '..'), { recursive: true });
    copyFileSync(join(root, path), join(to, path));
  }
  const readme = readFileSync(join(to, 'README.md'), 'utf8');
  writeFileSync(
    join(to, 'README.md'),
    linkedAbroad(readme, (path) => existsSync(join(to, path))),
  );
  const manifest = readManifest(to);
  for (const name of ['devDependencies', 'ava', 'napi', 'scripts']) delete manifest[name];
  manifest.optionalDependencies = Object.fromEntries(
    optional.map((platform) => [platform.packageName, manifest.version]),
  );
  manifest.files.push('THIRD-PARTY-LICENSES.txt', 'sbom.cdx.json');
  writeJson(join(to, 'package.json'), manifest);
  addNotices(to, 'main', 'wasm', noticesOfBundles());
  return to;
}
