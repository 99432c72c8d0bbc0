// The published binaries of all Linux platforms: built by zig, inspected, and answering as the
// native engine from packed tarballs in an empty project, on a Node of that platform (see
// foreign-nodes.mjs). And a big-endian one, on the js engine.
//
//   node scripts/check/foreign.mjs [--skip-build] [--binaries <folder>] [--only <part of a platform's name>]
//
// --binaries takes what release/build.mjs has put there, instead of building. `--only gnu` is for
// machines that are not Debian, from which musl's loader comes. `--only darwin` links macOS' two and
// looks at them, which nothing else does: they cannot be run here, and are not stripped by zig.
import { cpSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bigEndian, foreignPlatforms, nodeOf } from './hosts/foreign-nodes.mjs';
import { foreignForms, formsOf, makeFixtureProject, runForm } from './packed/import-forms.mjs';
import { inFolder, pack, steps } from './packed/packages.mjs';
import { platforms } from '../lib/platforms.mjs';
import { mustRun, outputOf, run } from '../lib/run.mjs';
import { stageMain } from '../release/stage-packages.mjs';
import { root } from '../lib/stamp.mjs';

const { step, end } = steps('foreign');
const { values: given } = parseArgs({
  options: {
    'skip-build': { type: 'boolean' },
    binaries: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});
const script = (name, args, env = {}) =>
  run(process.execPath, [join(root, 'scripts', name), ...args], {
    shell: false,
    env: { ...process.env, ...env },
  });
/**
 * All but the first are built without what takes most of the time: they are seen to link and to
 * answer here, and are measured when they are published (`--binaries`).
 */
const quick = { CARGO_PROFILE_RELEASE_LTO: 'off', CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16' };
const isQuick = (name) => given.binaries === undefined && name !== foreignPlatforms[0];

/**
 * Node of the platform says which engine it has, so that a form can't pass on another one; then
 * every form.
 */
function onItsNode(folder, main, platform, binaries) {
  const node = nodeOf(platform.name);
  const isEmulated = node.length > 1;
  const project = makeFixtureProject({
    folder,
    name: `on-${platform.name}`,
    main,
    platform,
    binaries,
    isForeign: isEmulated,
  });
  const ask =
    "const s=require('statsig-node-native');s.initialize('secret-x',{localMode:true}).then(()=>{console.log(process.arch+' '+s.engineInfo().engine);s.shutdown()})";
  const said = outputOf(node[0], [...node.slice(1), '-e', ask], {
    cwd: project,
    env: { ...process.env, STATSIG_ENGINE: '' },
  })?.trim();
  step(
    `${platform.name}: engineInfo() says native`,
    said === `${platform.cpu} native` ? null : `said ${said}`,
  );
  for (const file of isEmulated ? foreignForms : formsOf(project)) {
    step(`${platform.name}: ${file}`, runForm(project, file, 'native', node));
  }
}

/**
 * WebAssembly's memory is little-endian, so js has to answer there: every kind of check, events, a
 * clean end.
 */
function onBigEndian(folder, main) {
  const node = nodeOf(bigEndian);
  const project = makeFixtureProject({ folder, name: `on-${bigEndian}`, main, platform: null });
  for (const name of [
    'payloads/sample-project.json',
    'payloads/sample-users.json',
    'payloads/sample-expected.json',
    'payloads/sample-id-lists',
  ]) {
    cpSync(join(root, 'testdata', name), join(project, basename(name)), { recursive: true });
  }
  cpSync(join(root, '__test__/runtimes/smoke.mjs'), join(project, 'smoke.mjs'));
  const { STATSIG_ENGINE: _, ...env } = process.env;
  for (const form of ['import', 'require']) {
    const code = run(node[0], [...node.slice(1), 'smoke.mjs', form, 'js'], {
      cwd: project,
      env,
      shell: false,
      timeout: 180_000,
    });
    step(`${bigEndian}: smoke test on js, ${form}`, code);
  }
  const force =
    "try { new (require('statsig-node-native').StatsigServer)('secret-x') } catch (error) { console.log(error.message) }";
  const said = outputOf(node[0], [...node.slice(1), '-e', force], {
    cwd: project,
    env: { ...env, STATSIG_ENGINE: 'wasm' },
  });
  step(
    `${bigEndian}: wasm, when forced, is refused`,
    said?.includes('big-endian') ? null : `said ${said}`,
  );
}

/** Says whether the platform's binary could be made. */
function builds({ name, target }, binaries) {
  if (given.binaries !== undefined) return true;
  const args = ['--target', target, '--output', binaries];
  const code = script('release/build.mjs', args, isQuick(name) ? quick : {});
  step(`${name}: builds`, code);
  return code === 0;
}

/** macOS' binaries: nothing here runs them. */
function linked(binaries) {
  for (const platform of platforms.filter(({ os }) => os === 'darwin')) {
    if (!builds(platform, binaries)) continue;
    const where = ['--target', platform.target, '--in', binaries];
    const code = script('check/binary.mjs', [...where, '--any-size']);
    step(`${platform.name}: machine, macOS, libraries`, code);
  }
}

await inFolder(async (folder) => {
  if (!given['skip-build'])
    mustRun(process.execPath, [join(root, 'scripts/build/ts.mjs'), '--if-stale'], { shell: false });
  const binaries = resolve(root, given.binaries ?? join(folder, 'binaries'));
  if (given.only === 'darwin') return linked(binaries);
  const main = pack(stageMain([], folder), folder);
  for (const name of foreignPlatforms.filter((platform) => platform.includes(given.only))) {
    const platform = platforms.find((entry) => entry.name === name);
    if (!builds(platform, binaries)) continue;
    const where = ['--target', platform.target, '--in', binaries];
    const code = script('check/binary.mjs', [...where, ...(isQuick(name) ? ['--any-size'] : [])]);
    step(`${name}: size, glibc, libraries, stripped`, code);
    try {
      onItsNode(folder, main, platform, binaries);
    } catch (error) {
      step(`${name}: runs`, error.message);
    }
  }
  if (bigEndian.includes(given.only)) {
    try {
      onBigEndian(folder, main);
    } catch (error) {
      step(`${bigEndian}: runs`, error.message);
    }
  }
});
end();
