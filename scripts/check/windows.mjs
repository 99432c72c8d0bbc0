// Windows x64: the addon linked by mingw, and what users install answering on Windows' Node under
// wine (wine.mjs): the loader on each engine and in broken installations, import forms, paths, the
// spool, the command line, and a portion of the behaviour suites.
//
//   node scripts/check/windows.mjs [--skip-build]
//
// What is published is linked by Microsoft's linker, on Windows (release.yml); the code is the same.
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { breakagesOf } from './packed/broken-binaries.mjs';
import { foreignForms, makeFixtureProject } from './packed/import-forms.mjs';
import { inFolder, pack, steps } from './packed/packages.mjs';
import { platforms } from '../lib/platforms.mjs';
import { mustRun, outputOf, run } from '../lib/run.mjs';
import { toolchainFor } from '../lib/rust-toolchain.mjs';
import { stageMain } from '../release/stage-packages.mjs';
import { root } from '../lib/stamp.mjs';
import { sourcesUnder } from './hosts/windows/sources.mjs';
import { importLibrary, needs, startWindows } from './hosts/wine.mjs';

const { step, end } = steps('windows');
const target = 'x86_64-pc-windows-gnu';
const platform = platforms.find(({ name }) => name === 'win32-x64-msvc');
const engines = ['native', 'wasm', 'js'];
/** Of the behaviour suites: what a system may do differently, and the vectors. */
const suites = ['api/evaluation', 'api/singleton', 'features/sticky', 'conformance/vectors'];
const transpiled = ['src', '__test__', 'differential'];
/** From the sources, because the package does not offer their parts. */
const parts = ['events/spool/disk-spool', 'events/spool/hostile-files', 'storage/adapters'];

/** A quick build: what it makes is tried, not published. Null, or what went wrong. */
function buildAddon(to) {
  const tools = toolchainFor(target, 'std,panic_unwind');
  if (tools === null) return `no Rust standard library for ${target}`;
  const args = ['build', '--release', '--package', 'statsig-node-native', '--target', target];
  const env = {
    ...process.env,
    ...tools.env,
    LIBNODE_PATH: importLibrary(),
    CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER: needs.gcc,
    CARGO_PROFILE_RELEASE_LTO: 'off',
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  };
  const code = run(tools.cargo, [...args, '--quiet', ...tools.args], { env });
  if (code !== 0) return code;
  const targets = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
  mkdirSync(to, { recursive: true });
  copyFileSync(join(targets, target, 'release/statsig_node_native.dll'), join(to, platform.file));
  return null;
}

/** Only what the linker and Node themselves bring may be imported. */
function importProblem(file) {
  const text = outputOf(needs.objdump, ['-p', file], { maxBuffer: 1 << 28 }) ?? '';
  const names = [...text.matchAll(/DLL Name: (\S+)/g)].map(([, name]) => name);
  console.log(`  links ${names.join(', ')}`);
  const system =
    /^(node\.exe|kernel32|ntdll|msvcrt|advapi32|bcryptprimitives|ws2_32|userenv|api-ms-win-[\w-]+)(\.dll)?$/i;
  const others = names.filter((name) => !system.test(name));
  return names.includes('node.exe') && others.length === 0 ? null : `links ${names.join(', ')}`;
}

/** Null when the program ended well and said what it had to. */
function problemOf({ code, out, err }, isRight, expected = 0) {
  if (code === expected && isRight(out)) return null;
  return `exit code ${code}\n${`${out}\n${err}`.slice(-3000)}`;
}

function addLives(project) {
  const payloads = ['sample-users.json', 'sample-expected.json', 'sample-id-lists'];
  for (const name of payloads)
    cpSync(join(root, 'testdata/payloads', name), join(project, basename(name)), {
      recursive: true,
    });
  cpSync(join(root, '__test__/runtimes/smoke.mjs'), join(project, 'smoke.mjs'));
  cpSync(join(root, 'scripts/check/hosts/windows/paths.cjs'), join(project, 'paths.cjs'));
}

function loaderOnEachEngine({ node }, cwd) {
  const life = (form, engine, env = {}) =>
    problemOf(node(['smoke.mjs', form, engine], { cwd, env }), (out) =>
      out.startsWith(`ok ${engine} `),
    );
  for (const form of ['import', 'require']) step(`${form}: native`, life(form, 'native'));
  for (const engine of ['wasm', 'js'])
    step(`forced ${engine}`, life('import', engine, { STATSIG_ENGINE: engine }));
}

/** Each in a copy of its own. */
function brokenInstallations({ node }, project) {
  for (const { name, engine, apply } of breakagesOf('win32')) {
    const cwd = `${project} broken`;
    cpSync(project, cwd, { recursive: true });
    apply(cwd);
    const life = node(['smoke.mjs', 'require', engine], { cwd });
    step(
      `broken: ${name}`,
      problemOf(life, (out) => out.startsWith(`ok ${engine} `)),
    );
    rmSync(cwd, { recursive: true, force: true });
  }
}

function importForms({ node }, cwd) {
  for (const file of foreignForms) {
    const env = { EXPECTED_ENGINE: 'native' };
    step(
      file,
      problemOf(node([file], { cwd, env }), () => true),
    );
  }
}

function commandLine({ node, pathOf }, cwd) {
  const cli = 'node_modules/statsig-node-native/dist/cli.js';
  const specs = ['--specs', pathOf(join(cwd, 'sample-project.json'))];
  const ada = ['--user', '{"userID":"ada","email":"ada@pedal.example"}'];
  const ask = (args, said, code) =>
    step(
      `command line: ${args[0]}${code ? ` ends with ${code}` : ''}`,
      problemOf(node([cli, ...args], { cwd }), (out) => said.test(out), code),
    );
  ask(['check', 'new_checkout', ...specs, ...ada], /^new_checkout +✓ true/);
  ask(
    ['explain', 'new_checkout', ...specs, ...ada],
    /^gate new_checkout is true: rule staff_first/,
  );
  ask(['check', 'new_chekout', ...specs, ...ada], /|/, 1);
  ask(['lint', ...specs.slice(1)], /./);
  ask(['serve'], /|/, 2);
}

/** The suites as JavaScript, so that nothing else has to run on Windows, and what they read. */
async function layTests(drive) {
  const folder = mkdtempSync(join(drive, 'my tests '));
  await build({
    entryPoints: sourcesUnder(transpiled),
    outdir: folder,
    outbase: root,
    format: 'cjs',
    platform: 'node',
    target: 'node18',
    logLevel: 'error',
  });
  for (const name of ['testdata', 'src', '__test__'])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const name of ['scripts/lib/programs.cjs', 'scripts/check/packed/use-packed.cjs'])
    cpSync(join(root, name), join(folder, name));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // Worker threads: a process of ava's own would talk through pipes.
  const ava = {
    workerThreads: true,
    files: ['__test__/**/*.test.js'],
    extensions: { js: true },
    timeout: '5m',
  };
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, ava }));
  return folder;
}

function runSuites({ node }, cwd, { files, env, args = [] }) {
  const tests = files.map((name) => `__test__/${name}.test.js`);
  const command = ['node_modules/ava/entrypoints/cli.mjs', ...args, ...tests];
  const result = node(command, { cwd, env, timeout: 300_000 });
  const count = /^ +(\d+) tests? passed$/m.exec(result.out)?.[1];
  return { count, problem: problemOf(result, () => count > 0) };
}

async function behaviour(windows, project, binaries) {
  const cwd = await layTests(windows.drive);
  try {
    copyFileSync(join(binaries, platform.file), join(cwd, 'src/engine/generated', platform.file));
    const env = {
      STATSIG_TEST_ENGINES: engines.join(),
      STATSIG_PACKED_DIST: windows.pathOf(join(project, 'node_modules/statsig-node-native/dist')),
    };
    const args = ['--node-arguments=--require=./scripts/check/packed/use-packed.cjs'];
    const packed = runSuites(windows, cwd, { files: suites, env, args });
    step(`behaviour suites, packed: ${packed.count} tests`, packed.problem);
    const inner = runSuites(windows, cwd, {
      files: parts,
      env: { STATSIG_TEST_ENGINES: 'native,wasm,js' },
    });
    step(`spool and stores: ${inner.count} tests`, inner.problem);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** On drive C, in a folder with spaces, as npm lays it out. */
async function onWindows(windows, { folder, main, binaries }) {
  const home = mkdtempSync(join(windows.drive, 'Program Files', 'my shop '));
  try {
    const made = makeFixtureProject({
      folder,
      name: 'shop',
      main,
      platform,
      binaries,
      isForeign: true,
    });
    const project = join(home, 'shop');
    cpSync(made, project, { recursive: true });
    addLives(project);
    loaderOnEachEngine(windows, project);
    for (const engine of engines) {
      const life = windows.node(['paths.cjs', engine], {
        cwd: project,
        env: { STATSIG_ENGINE: engine },
      });
      step(
        `paths with a drive and spaces: ${engine}`,
        problemOf(life, (out) => out.startsWith('ok')),
      );
    }
    importForms(windows, project);
    commandLine(windows, project);
    await behaviour(windows, project, binaries);
    brokenInstallations(windows, project);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

await inFolder(async (folder) => {
  if (!process.argv.includes('--skip-build'))
    mustRun(process.execPath, [join(root, 'scripts/build/ts.mjs'), '--if-stale'], { shell: false });
  const main = pack(stageMain([], folder), folder);
  const binaries = join(folder, 'binaries');
  const built = buildAddon(binaries);
  step(`${target}: builds`, built);
  if (built !== null) return;
  step(`${target}: imports`, importProblem(join(binaries, platform.file)));
  try {
    await onWindows(startWindows(), { folder, main, binaries });
  } catch (error) {
    step('runs under wine', error.stack);
  }
});
end();
