// Bundlers without configuration: the packed package in an empty project, an application bundled by
// each, no warning, and the bundle alone in an empty folder still answers.
//
//   node scripts/check/bundlers.mjs [--skip-build] [--next]
//
// --next adds Next.js with webpack and with turbopack, server and edge routes: about 400 MB and
// minutes, so it runs nightly.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNextExample } from './next-example.mjs';
import { checkNext } from './next.mjs';
import { inFolder, makeProject, pack, quietInstall, steps } from './packed/packages.mjs';
import { thisPlatform } from '../lib/platforms.mjs';
import { mustRun } from '../lib/run.mjs';
import { builtPlatforms, stageMain, stagePlatform } from '../release/stage-packages.mjs';
import { root } from '../lib/stamp.mjs';

const versions = {
  esbuild: '0.28.2',
  webpack: '5.112.2',
  rollup: '4.68.7',
  '@rollup/plugin-node-resolve': '16.0.3',
  '@rollup/plugin-commonjs': '29.0.3',
  '@rollup/plugin-json': '6.1.0',
};
const { step, end } = steps('bundlers');

/** Runs a bundle alone in an empty folder; returns what is wrong with its answers, or null. */
function runAlone(bundle, folder, name) {
  const alone = join(folder, `alone-${name}`);
  mkdirSync(alone);
  cpSync(bundle, join(alone, name));
  const { status, stdout, stderr } = spawnSync(process.execPath, [name], {
    cwd: alone,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0) return `exit code ${status}: ${stderr}`;
  const { engine, ...answers } = JSON.parse(stdout);
  const expected = JSON.stringify({
    gate: true,
    shared: true,
    unknown: false,
    currency: 'EUR',
    country: 'CHF',
    browser: true,
  });
  if (JSON.stringify(answers) !== expected) return `answers ${JSON.stringify(answers)}`;
  console.log(`       ${name} runs on ${engine}`);
  return ['wasm', 'js'].includes(engine) ? null : `runs on ${engine}`;
}

const warningsOf = (list) =>
  list.length === 0 ? null : `${list.length} warnings: ${list.join('\n')}`;

/**
 * esbuild's ES modules have no `require`, which every CommonJS package needs for Node's own
 * modules; this is its remedy.
 */
const requireBanner =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

async function esbuild(project, load, input, format) {
  const outfile = join(project, `out/esbuild-${format}.${format === 'esm' ? 'mjs' : 'cjs'}`);
  const { warnings, errors } = await load('esbuild').build({
    absWorkingDir: project,
    entryPoints: [input],
    bundle: true,
    platform: 'node',
    format,
    outfile,
    logLevel: 'silent',
    ...(format === 'esm' ? { banner: { js: requireBanner } } : {}),
  });
  return { outfile, problem: warningsOf([...warnings, ...errors].map(({ text }) => text)) };
}

function webpack(project, load, input) {
  const name = `webpack-${input.slice(-3)}.cjs`;
  const config = {
    mode: 'production',
    target: 'node',
    context: project,
    entry: `./${input}`,
    output: { path: join(project, 'out'), filename: name },
  };
  return new Promise((resolve, reject) => {
    load('webpack')(config, (error, stats) => {
      if (error) return reject(error);
      const { warnings, errors } = stats.toJson({ all: false, warnings: true, errors: true });
      resolve({
        outfile: join(project, 'out', name),
        problem: warningsOf([...warnings, ...errors].map(({ message }) => message)),
      });
    });
  });
}

/**
 * Rollup resolves no packages by itself: its own three plugins, without options but for Node's
 * conditions.
 */
async function rollup(project, load) {
  const warnings = [];
  const plugin = async (name) =>
    (await import(pathToFileURL(load.resolve(`@rollup/plugin-${name}`)).href)).default;
  const [resolve, commonjs, json] = await Promise.all(
    ['node-resolve', 'commonjs', 'json'].map(plugin),
  );
  const bundle = await load('rollup').rollup({
    input: join(project, 'app.mjs'),
    plugins: [resolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs(), json()],
    onwarn: (warning) => warnings.push(`${warning.code}: ${warning.message}`),
  });
  const outfile = join(project, 'out/rollup.mjs');
  await bundle.write({ file: outfile, format: 'es', inlineDynamicImports: true });
  return { outfile, problem: warningsOf(warnings) };
}

/** This platform's package, when it was built here. */
function nativePackage(folder) {
  const platform = builtPlatforms().find(({ name }) => name === thisPlatform()?.name);
  return platform
    ? { name: platform.packageName, spec: `file:${pack(stagePlatform(platform, folder), folder)}` }
    : null;
}

await inFolder(async (folder) => {
  if (!process.argv.includes('--skip-build'))
    mustRun(process.execPath, [join(root, 'scripts/build/all.mjs'), '--if-stale'], {
      shell: false,
    });
  const main = `file:${pack(stageMain([], folder), folder)}`;
  const project = makeProject(
    folder,
    'bundled',
    { 'statsig-node-native': main, ...versions },
    quietInstall,
  );
  const load = createRequire(join(project, 'package.json'));
  cpSync(join(root, 'scripts/check/fixtures/bundle'), project, { recursive: true });
  const payload = readFileSync(join(root, 'testdata/payloads/sample-project.json'));
  writeFileSync(join(project, 'sample-project.json'), payload);
  const builds = {
    'esbuild, CommonJS': () => esbuild(project, load, 'app.cjs', 'cjs'),
    'esbuild, ES modules': () => esbuild(project, load, 'app.mjs', 'esm'),
    'webpack, require': () => webpack(project, load, 'app.cjs'),
    'webpack, import': () => webpack(project, load, 'app.mjs'),
    rollup: () => rollup(project, load),
  };
  for (const [name, build] of Object.entries(builds)) {
    const { outfile, problem } = await build().catch((error) => ({ problem: String(error) }));
    step(`${name}: no warnings`, problem);
    if (outfile)
      step(
        `${name}: runs alone`,
        runAlone(outfile, folder, outfile.slice(join(project, 'out/').length)),
      );
  }
  if (!process.argv.includes('--next')) return;
  const next = await checkNext({ folder, main, native: nativePackage(folder), payload, step });
  await checkNextExample({ project: next, folder, step });
});
end();
