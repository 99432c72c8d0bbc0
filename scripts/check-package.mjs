// The package as users get it: packed, installed into an empty project, imported in every form, asked for a gate.
//
//   node scripts/check-package.mjs [--skip-build] [--imports-only] [--require-native]
//
// --imports-only leaves out the checks that need newer Node versions than the package itself (publint, types).
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deepImports } from './deep-imports.mjs';
import { localBin, mustRun, outputOf, run } from './run.mjs';
import { root } from './stamp.mjs';
import { builtPlatforms, stageMain, stagePlatform } from './stage-packages.mjs';
import { thisPlatform } from './platforms.mjs';

const has = (flag) => process.argv.includes(flag);
const folder = mkdtempSync(join(tmpdir(), 'statsig-package-'));
const failed = [];

function step(name, code) {
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (code !== 0) failed.push(name);
}

/** `npm pack` of a staged folder; returns the tarball's path. */
function pack(path) {
  const name = outputOf('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: path });
  if (name === null) throw new Error(`npm pack failed in ${path}`);
  return join(folder, name.trim().split('\n').pop());
}

/** An empty project with the tarballs installed, the local server's sample and the programs of package-fixtures. */
function makeProject(name, tarballs) {
  const project = join(folder, name);
  mkdirSync(project);
  const [main, platform] = tarballs;
  // As registry names would resolve: the main tarball wants the platform package of its own version.
  const manifest = {
    name, private: true, version: '0.0.0',
    dependencies: { 'statsig-node-native': `file:${main}`, 'statsig-node': `file:${main}`, ...(platform ? { [thisPlatform().packageName]: `file:${platform}` } : {}) },
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=optional', '--prefer-offline', '--loglevel=error'];
  mustRun('npm', install, { cwd: project });
  cpSync(join(root, 'scripts', 'package-fixtures'), project, { recursive: true });
  cpSync(join(root, 'testdata', 'payloads', 'sample-project.json'), join(project, 'sample-project.json'));
  return project;
}

/** Every program in package-fixtures named `form-*`, each with a server and a clean exit of its own. */
function importForms(project, engine) {
  for (const file of readdirSync(project).filter((entry) => entry.startsWith('form-'))) {
    const env = { ...process.env, EXPECTED_ENGINE: engine };
    delete env.STATSIG_ENGINE;
    step(`${file} runs on ${engine}`, run(process.execPath, [file], { cwd: project, env, shell: false, timeout: 60_000 }));
  }
}

function typeChecks(project) {
  for (const [module, resolution] of [['node16', 'node16'], ['commonjs', 'node10'], ['esnext', 'bundler']]) {
    const args = ['--noEmit', '--strict', '--target', 'es2021', '--lib', 'es2022', '--types', 'node', '--typeRoots', join(root, 'node_modules', '@types'),
      '--esModuleInterop', '--module', module, '--moduleResolution', resolution, 'types-commonjs.cts', ...(resolution === 'node10' ? [] : ['types-esm.mts'])];
    step(`types with moduleResolution ${resolution}`, run(localBin('tsc'), args, { cwd: project }));
  }
}

try {
  if (!has('--skip-build')) mustRun(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'], { shell: false });
  const native = builtPlatforms().find((platform) => platform.name === thisPlatform()?.name);
  if (has('--require-native') && !native) throw new Error('the native binary of this platform is missing');
  const main = pack(stageMain([], folder));
  const withNative = native ? makeProject('with-native', [main, pack(stagePlatform(native, folder))]) : null;
  const without = makeProject('without-native', [main]);
  if (withNative) importForms(withNative, 'native');
  const hasWasm = readdirSync(join(root, 'src/engine/generated')).some((file) => file.endsWith('.wasm'));
  importForms(without, hasWasm ? 'wasm' : 'js');
  if (!has('--imports-only')) {
    typeChecks(without);
    step('publint', run(process.execPath, [join(root, 'scripts/lint-package.mjs'), main], { shell: false }));
    // Left out: modules with a default export, whose shape is statsig-node's (see lint-package.mjs).
    const withDefault = Object.keys(deepImports).filter((path) => deepImports[path].default).flatMap((path) => [`./dist/${path}`, `./dist/${path}.js`]);
    const attw = [main, '--profile', 'node16', '--no-color', '--exclude-entrypoints', './package.json', './statsig.wasm', ...withDefault];
    const code = run(localBin('attw'), [...attw, '--quiet']);
    if (code !== 0) run(localBin('attw'), [...attw, '--format', 'table-flipped']);
    step('are the types wrong', code);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(failed.length === 0 ? 'package: all checks passed' : `package: ${failed.length} checks failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
