// The package as users get it: packed, installed into an empty project, imported in every form,
// asked for a gate.
//
//   node scripts/check/package.mjs [--skip-build] [--imports-only] [--require-native]
//
// --imports-only leaves out the checks that need newer Node versions than the package itself
// (publint, types). Other platforms' binaries: check/foreign.mjs.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deepImports } from '../build/deep-imports.mjs';
import { formsOf, makeFixtureProject, runForm } from './packed/import-forms.mjs';
import { inFolder, pack, steps } from './packed/packages.mjs';
import { thisPlatform } from '../lib/platforms.mjs';
import programs from '../lib/programs.cjs';
import { localBin, mustRun, run } from '../lib/run.mjs';
import { mostKiB, sizeProblem } from './sizes.mjs';
import { stageMain } from '../release/stage-packages.mjs';
import { root } from '../lib/stamp.mjs';

const has = (flag) => process.argv.includes(flag);
const binaries = join(root, 'src/engine/generated');
const { step, end } = steps('package');

function importForms(project, engine) {
  for (const file of formsOf(project))
    step(`${file} runs on ${engine}`, runForm(project, file, engine));
}

/** Null, or what the README and the pages name that is not packed with them. */
function deadLinks(folder) {
  const docs = readdirSync(join(folder, 'docs')).filter((name) => name.endsWith('.md'));
  const dead = ['README.md', ...docs.map((name) => `docs/${name}`)].flatMap((page) => {
    const text = readFileSync(join(folder, page), 'utf8').replace(/```[^]*?```/g, '');
    const paths = [...text.matchAll(/\]\(([^)#:\s]+)(#[^)\s]*)?\)/g)].map(([, path]) => path);
    return paths
      .filter((path) => !existsSync(join(folder, dirname(page), path)))
      .map((path) => `${page}: ${path}`);
  });
  return dead.length === 0 ? null : dead.join('\n');
}

function typeChecks(project) {
  for (const [module, resolution] of [
    ['node16', 'node16'],
    ['commonjs', 'node10'],
    ['esnext', 'bundler'],
  ]) {
    const args = [
      '--noEmit',
      '--strict',
      '--target',
      'es2021',
      '--lib',
      'es2022',
      '--types',
      'node',
      '--typeRoots',
      join(root, 'node_modules', '@types'),
      '--esModuleInterop',
      '--module',
      module,
      '--moduleResolution',
      resolution,
      'types-commonjs.cts',
      ...(resolution === 'node10' ? [] : ['types-esm.mts']),
    ];
    step(`types with moduleResolution ${resolution}`, run(localBin('tsc'), args, { cwd: project }));
  }
}

function staticChecks(project, main) {
  typeChecks(project);
  step(
    'publint',
    run(process.execPath, [join(root, 'scripts/check/publint.mjs'), main], { shell: false }),
  );
  // Left out: what is no JavaScript or ESM only, and modules with a default export, whose shape is
  // statsig-node's (see check/publint.mjs).
  const withDefault = Object.keys(deepImports)
    .filter((path) => deepImports[path].default)
    .flatMap((path) => [`./dist/${path}`, `./dist/${path}.js`]);
  const attw = [
    main,
    '--profile',
    'node16',
    '--no-color',
    '--exclude-entrypoints',
    './package.json',
    './statsig.wasm',
    './edge',
    './uap',
    ...withDefault,
  ];
  const code = run(localBin('attw'), [...attw, '--quiet']);
  if (code !== 0) run(localBin('attw'), [...attw, '--format', 'table-flipped']);
  step('are the types wrong', code);
}

await inFolder(async (folder) => {
  if (!has('--skip-build'))
    mustRun(process.execPath, [join(root, 'scripts/build/all.mjs'), '--if-stale'], {
      shell: false,
    });
  const platform = thisPlatform();
  const isBuilt = platform && readdirSync(binaries).includes(platform.file);
  if (has('--require-native') && !isBuilt)
    throw new Error(`no binary for ${platform?.name} in ${binaries}`);
  const staged = stageMain([], folder);
  step('relative links of the packed pages', deadLinks(staged));
  const main = pack(staged, folder);
  if (isBuilt)
    importForms(
      makeFixtureProject({ folder, name: 'with-native', main, platform, binaries }),
      'native',
    );
  const without = makeFixtureProject({ folder, name: 'without-native', main, platform: null });
  const hasWasm = readdirSync(binaries).some((file) => file.endsWith('.wasm'));
  importForms(without, hasWasm ? 'wasm' : 'js');
  if (!has('--imports-only')) staticChecks(without, main);
  const sized = Object.entries(mostKiB).filter(([file]) => existsSync(join(root, 'dist', file)));
  for (const [file, most] of sized)
    step(`size of ${file}`, sizeProblem(join(root, 'dist', file), most));
  const hasCargo = programs.find('cargo') !== undefined;
  if (hasCargo)
    step(
      'licences of what is compiled in',
      run(process.execPath, [join(root, 'scripts/release/licenses.mjs'), '--check'], {
        shell: false,
      }),
    );
});
end();
