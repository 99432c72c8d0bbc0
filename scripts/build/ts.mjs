// Bundles axios and the inspector's page, compiles src/ to dist/ (CommonJS and declarations), then writes what is derived
// from it: the ES module entries, the bundles for edge runtimes, the deep-import files of
// statsig-node's layout, and what `require` loads in one file, each engine in another.
//
//   node scripts/build/ts.mjs [--if-stale]
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { writeAxios } from './axios.mjs';
import { writeEdge } from './edge.mjs';
import { writeInspectorPage } from './inspector.mjs';
import { bundleEngines } from './engines.mjs';
import { bundleSdk } from './sdk.mjs';
import { writeDeepImports } from './write-deep-imports.mjs';
import { writeEsmEntries } from './write-esm-entries.mjs';
import { documentExports } from './document-exports.mjs';
import { localBin } from '../lib/run.mjs';
import { hashOf, isFresh, markFresh, root } from '../lib/stamp.mjs';

const inputs = [
  'src',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
  'package-lock.json',
  'scripts/build',
  'scripts/lib',
];

/**
 * Compiles and returns the emitted files, relative to the root. Ends the process on a type error.
 */
function compile() {
  const args = ['-p', 'tsconfig.build.json', '--listEmittedFiles', '--pretty', 'false'];
  const { status, stdout } = spawnSync(localBin('tsc'), args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const lines = (stdout ?? '').split(/\r?\n/);
  if (status !== 0) {
    console.error(
      lines.filter((line) => line && !line.startsWith('TSFILE:')).join('\n') ||
        'tsc could not start',
    );
    process.exit(1);
  }
  return lines
    .filter((line) => line.startsWith('TSFILE:'))
    .map((line) => relative(root, line.slice(7).trim()));
}

/**
 * Declarations say some things in words that came after TypeScript 4.7, the oldest that we support:
 * type-only star exports (5.0), which mean the same without `type` here, and typed arrays with a
 * type argument (5.7).
 */
function lowerTypes(files) {
  for (const file of files.filter((name) => /\.d\.m?ts$/.test(name))) {
    const text = readFileSync(join(root, file), 'utf8');
    const lowered = text
      .replace(/^export type \* from/gm, 'export * from')
      .replace(
        /\b((?:Big)?(?:Ui|I)nt\d+(?:Clamped)?Array|Float\d+Array)<ArrayBuffer(?:Like)?>/g,
        '$1',
      );
    if (lowered !== text) writeFileSync(join(root, file), lowered);
  }
}

/** Removes outputs of sources that no longer exist, so that they can't be imported or packed. */
function prune(keep) {
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (!isGenerated(path) && !keep.has(relative(root, path))) rmSync(path);
    }
  };
  visit(join(root, 'dist'));
}

/** What other steps make: engine binaries and the bundle of axios. */
const isGenerated = (path) => /[\\/]generated[\\/][^\\/]+\.(node|wasm|js|txt)$/.test(path);

/** What other steps made, or the release downloaded, goes where the compiled code looks for it. */
function copyGenerated() {
  for (const folder of ['engine/generated', 'network/generated', 'inspector/generated']) {
    const from = join(root, 'src', folder);
    if (!existsSync(from)) continue;
    cpSync(from, join(root, 'dist', folder), {
      recursive: true,
      filter: (path) => path === from || isGenerated(path),
    });
  }
}

if (
  process.argv.includes('--if-stale') &&
  isFresh('ts', inputs, [
    'dist/index.js',
    'dist/index.mjs',
    'src/network/generated/axios-http.js',
    'src/inspector/generated/page.js',
  ])
) {
  copyGenerated();
  console.log('javascript: dist is up to date');
  process.exit(0);
}
const hash = hashOf(inputs);
await writeAxios();
await writeInspectorPage();
copyGenerated();
const written = [...compile(), ...writeDeepImports(), ...writeEsmEntries(), ...(await writeEdge())];
const files = new Set(await bundleSdk(written, await bundleEngines()));
documentExports();
lowerTypes([...files]);
prune(files);
markFresh('ts', hash);
console.log(`javascript: wrote ${files.size} files to dist`);
