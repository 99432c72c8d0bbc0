// A release, rehearsed: all packages are published to a registry on this machine by the script that
// publishes them to npm, once with an outage in the middle, and applications install from there by
// the line of the README. Each engine has to answer.
//
//   node scripts/check/release.mjs [--skip-build] [--require-all] [--ask-npm]
//
// A platform whose binary is not here is published with a placeholder that says so, and printed;
// --require-all refuses that. --ask-npm also asks npm whether the names are free or ours.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startRegistry } from './packed/local-registry.mjs';
import { setProblems, takenProblems } from '../release/package-names.mjs';
import { inFolder, pack, quietInstall, steps } from './packed/packages.mjs';
import { platforms, thisPlatform } from '../lib/platforms.mjs';
import { problemOf, runBeside } from '../lib/run-beside.mjs';
import { mustRun } from '../lib/run.mjs';
import { builtPlatforms, stageMain, stagePlatform } from '../release/stage-packages.mjs';
import { root } from '../lib/stamp.mjs';

const { step, end } = steps('release');
const { values: given } = parseArgs({
  options: {
    'skip-build': { type: 'boolean' },
    'require-all': { type: 'boolean' },
    'ask-npm': { type: 'boolean' },
  },
});
const { name: main, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const token = 'rehearsal';
const all = (problems) => (problems.length === 0 ? null : problems.join('; '));

/** A folder with a binary for each platform: what was built, and placeholders that say so. */
function gatherBinaries(folder) {
  mkdirSync(folder);
  const built = builtPlatforms();
  for (const platform of platforms) {
    const to = join(folder, platform.file);
    if (built.includes(platform)) cpSync(join(root, 'src/engine/generated', platform.file), to);
    else writeFileSync(to, `No binary: ${platform.name} was not built for this rehearsal.\n`);
  }
  const missing = platforms.filter((platform) => !built.includes(platform));
  return missing.map((platform) => platform.name);
}

function manifestsOf(folder, binaries) {
  mkdirSync(folder);
  const staged = [
    ...platforms.map((platform) => stagePlatform(platform, folder, binaries)),
    stageMain(platforms, folder),
  ];
  return staged.map((path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')));
}

/** Settings by which npm knows this registry and no other. */
function npmSettings(folder, { url }) {
  const userconfig = join(folder, 'npmrc');
  writeFileSync(userconfig, `//${new URL(url).host}/:_authToken=${token}\n`);
  return {
    npm_config_registry: url,
    npm_config_userconfig: userconfig,
    npm_config_cache: join(folder, 'npm-cache'),
    npm_config_update_notifier: 'false',
    npm_config_loglevel: 'error',
  };
}

const releaseTo = (env, binaries) =>
  runBeside(
    [
      process.execPath,
      join(root, 'scripts/release/publish.mjs'),
      '--rehearse',
      '--binaries',
      binaries,
    ],
    { cwd: root, env: { ...process.env, ...env } },
  );

/** The release as it goes wrong first and right afterwards. */
async function publish(registry, { env, binaries, outage }) {
  const names = platforms.map(({ packageName }) => packageName);
  const first = await releaseTo(env, binaries);
  const half = registry.published.slice();
  step(
    `an outage at ${outage.at}: the release fails, and ${main} is not there`,
    first.code !== 0 && half.join() === names.slice(0, names.indexOf(outage.at)).join()
      ? null
      : `exit code ${first.code}, published: ${half.join(', ')}\n${first.text}`,
  );
  outage.at = null;
  const second = await releaseTo(env, binaries);
  const isWhole = registry.published.join() === [...names, main].join();
  step(
    `once more: what is there is left alone, ${main} comes last of ${names.length + 1}`,
    second.code === 0 && isWhole && half.every((name) => second.text.includes(`${name}@`))
      ? null
      : `exit code ${second.code}, published: ${registry.published.join(', ')}\n${second.text}`,
  );
}

const question = `
import Statsig from 'statsig-node';
import { readFileSync } from 'node:fs';
const bootstrapValues = readFileSync(process.argv[2], 'utf8');
await Statsig.initialize('secret-rehearsal', { localMode: true, onMisuse: 'ignore', bootstrapValues });
const user = { userID: 'ada', email: 'ada@pedal.example' };
const answers = ['new_checkout', 'unknown'].map((gate) => Statsig.checkGate(user, gate));
console.log(Statsig.engineInfo().engine, ...answers);
await Statsig.shutdownAsync();
`;

/** An application that switches by the alias; `engines`: what is forced, and what has to answer. */
async function application(folder, env, { name, install, engines }) {
  const project = join(folder, name);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"private":true,"type":"module"}');
  writeFileSync(join(project, 'app.js'), question);
  const line = [...quietInstall.filter((word) => word !== '--prefer-offline'), ...install];
  const problem = await problemOf(['npm', ...line, `statsig-node@npm:${main}`], {
    cwd: project,
    env,
  });
  step(`npm install ${[...install, `statsig-node@npm:${main}`].join(' ')}`, problem);
  if (problem) return;
  const installed = platforms.filter(({ packageName }) =>
    existsSync(join(project, 'node_modules', packageName)),
  );
  const wanted = install.length > 0 ? '' : thisPlatform().packageName;
  const found = installed.map(({ packageName }) => packageName).join();
  step(
    `… of the platforms it brings ${wanted || 'none'}`,
    found === wanted ? null : found || 'none',
  );
  const payload = join(root, 'testdata/payloads/sample-project.json');
  for (const [forced, engine] of engines) {
    const { text } = await runBeside([process.execPath, 'app.js', payload], {
      cwd: project,
      env: { STATSIG_ENGINE: forced },
    });
    const said = text.trim();
    step(
      `… ${engine} answers${forced && `, as STATSIG_ENGINE=${forced} asks`}`,
      said === `${engine} true false` ? null : said,
    );
  }
}

await inFolder(async (folder) => {
  if (!given['skip-build'])
    mustRun(process.execPath, [join(root, 'scripts/build/all.mjs'), '--if-stale'], {
      shell: false,
    });
  const binaries = join(folder, 'binaries');
  const missing = gatherBinaries(binaries);
  console.log(missing.length ? `placeholders: ${missing.join(', ')}` : 'every platform is built');
  if (given['require-all']) step('every platform has its binary', all(missing));
  const manifests = manifestsOf(join(folder, 'staged'), binaries);
  const versions = `${manifests.length} names, one version`;
  step(`${versions}, that can be published together`, all(setProblems(manifests, main)));
  if (given['ask-npm'])
    step('the names are free on npm, or ours', all(await takenProblems(manifests)));

  const tarballs = Object.keys(dependencies).map((name) =>
    pack(join(root, 'node_modules', name), folder),
  );
  const outage = { at: platforms[1].packageName };
  const registry = await startRegistry(tarballs, { token, refuses: (name) => name === outage.at });
  const env = npmSettings(folder, registry);
  await publish(registry, { env, binaries, outage });
  const plain = {
    name: 'plain',
    install: [],
    engines: [
      ['', 'native'],
      ['js', 'js'],
    ],
  };
  const without = {
    name: 'without-optional',
    install: ['--omit=optional'],
    engines: [['', 'wasm']],
  };
  for (const kind of [plain, without]) await application(folder, env, kind);
  registry.close();
});
end();
