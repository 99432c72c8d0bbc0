// The package as users get it: packed, installed into an empty project, imported in every form, asked for a gate.
//
//   node scripts/check-package.mjs [--skip-build] [--imports-only] [--require-native]
//   node scripts/check-package.mjs --platform linux-arm64-gnu --node "qemu-aarch64-static -L <root> <node>" --in <folder>
//
// --imports-only leaves out the checks that need newer Node versions than the package itself (publint, types). The second
// form runs the imports on another platform's Node, with the binary that build-release.mjs put into <folder>.
import { cpSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { deepImports } from './deep-imports.mjs';
import { inFolder, makeProject, pack, quietInstall, steps } from './packed.mjs';
import { platforms, thisPlatform } from './platforms.mjs';
import { localBin, mustRun, run } from './run.mjs';
import { stageMain, stagePlatform } from './stage-packages.mjs';
import { root } from './stamp.mjs';

const has = (flag) => process.argv.includes(flag);
const option = (name) => (has(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const [node, ...nodeArguments] = (option('--node') ?? process.execPath).split(' ');
const isForeign = has('--platform');
const binaries = resolve(root, option('--in') ?? 'src/engine/generated');
const { step, end } = steps('package');

/** A project with the tarballs, under both names, and the programs of package-fixtures. */
function makeFixtureProject(folder, name, main, platform) {
  const own = platform ? { [platform.packageName]: `file:${pack(stagePlatform(platform, folder, binaries), folder)}` } : {};
  // npm installs another platform's package only when it is told to.
  const foreign = isForeign ? ['--force'] : [];
  const dependencies = { 'statsig-node-native': `file:${main}`, 'statsig-node': `file:${main}`, ...own };
  const project = makeProject(folder, name, dependencies, [...quietInstall, '--omit=optional', ...foreign]);
  cpSync(join(root, 'scripts', 'package-fixtures'), project, { recursive: true });
  cpSync(join(root, 'testdata', 'payloads', 'sample-project.json'), join(project, 'sample-project.json'));
  return project;
}

/** Every program in package-fixtures named `form-*`, each with a server and a clean exit of its own. */
function importForms(project, engine) {
  // An emulated Node can't start itself, which form-cli does.
  const forms = readdirSync(project).filter((entry) => entry.startsWith('form-') && !(isForeign && entry === 'form-cli.cjs'));
  for (const file of forms) {
    const env = { ...process.env, EXPECTED_ENGINE: engine };
    delete env.STATSIG_ENGINE;
    const options = { cwd: project, env, shell: false, timeout: isForeign ? 180_000 : 60_000 };
    step(`${file} runs on ${engine}`, run(node, [...nodeArguments, file], options));
  }
}

function typeChecks(project) {
  for (const [module, resolution] of [['node16', 'node16'], ['commonjs', 'node10'], ['esnext', 'bundler']]) {
    const args = ['--noEmit', '--strict', '--target', 'es2021', '--lib', 'es2022', '--types', 'node', '--typeRoots', join(root, 'node_modules', '@types'),
      '--esModuleInterop', '--module', module, '--moduleResolution', resolution, 'types-commonjs.cts', ...(resolution === 'node10' ? [] : ['types-esm.mts'])];
    step(`types with moduleResolution ${resolution}`, run(localBin('tsc'), args, { cwd: project }));
  }
}

function staticChecks(project, main) {
  typeChecks(project);
  step('publint', run(process.execPath, [join(root, 'scripts/lint-package.mjs'), main], { shell: false }));
  // Left out: what is no JavaScript or ESM only, and modules with a default export, whose shape is statsig-node's (see lint-package.mjs).
  const withDefault = Object.keys(deepImports).filter((path) => deepImports[path].default).flatMap((path) => [`./dist/${path}`, `./dist/${path}.js`]);
  const attw = [main, '--profile', 'node16', '--no-color', '--exclude-entrypoints', './package.json', './statsig.wasm', './edge', ...withDefault];
  const code = run(localBin('attw'), [...attw, '--quiet']);
  if (code !== 0) run(localBin('attw'), [...attw, '--format', 'table-flipped']);
  step('are the types wrong', code);
}

await inFolder(async (folder) => {
  if (!has('--skip-build') && !isForeign) mustRun(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'], { shell: false });
  const wanted = isForeign ? platforms.find(({ name }) => name === option('--platform')) : thisPlatform();
  const isBuilt = wanted && readdirSync(binaries).includes(wanted.file);
  if ((isForeign || has('--require-native')) && !isBuilt) throw new Error(`no binary for ${wanted?.name} in ${binaries}`);
  const main = pack(stageMain([], folder), folder);
  if (isBuilt) importForms(makeFixtureProject(folder, 'with-native', main, wanted), 'native');
  const without = makeFixtureProject(folder, 'without-native', main, null);
  const hasWasm = readdirSync(join(root, 'src/engine/generated')).some((file) => file.endsWith('.wasm'));
  importForms(without, hasWasm ? 'wasm' : 'js');
  if (!has('--imports-only') && !isForeign) staticChecks(without, main);
});
end();
