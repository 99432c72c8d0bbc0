// The README's two commands on a machine with nothing but Node, npm, cargo and a C compiler: a
// fresh clone, a PATH that has those alone, an empty HOME.
//
//   node scripts/check/bare.mjs [--whole]
//
// `npm it` runs the test files that want a program or an engine, and a few that want none; --whole
// runs all. The package managers keep their caches and settings. What is not committed is not
// cloned.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { inFolder, steps } from './packed/packages.mjs';
import programs from '../lib/programs.cjs';
import { mustRun } from '../lib/run.mjs';
import { root } from '../lib/stamp.mjs';

/** What a compiler driver calls by name is part of it, and so is the shell of npm. */
const bare = ['node', 'npm', 'npx', 'cargo', 'rustc', 'cc', 'as', 'ld', 'ar', 'sh'];
/** How package managers reach their registries: proxies and certificates. */
const handedDown =
  /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(CARGO_HTTP|CARGO_REGISTRIES|npm_config)_\w+)$/i;
const longestMs = 20 * 60_000;

const wantPrograms = [
  '__test__/bootstrap/client.test.ts',
  '__test__/examples/nginx.test.ts',
  '__test__/forward-proxy/tls.test.ts',
  '__test__/inspector/page.test.ts',
  '__test__/network/own-connections.test.ts',
  '__test__/package/version-packages.test.ts',
  '__test__/storage/redis*',
];
const wantEngines = [
  '__test__/engine-choice/*',
  '__test__/api/evaluation.test.ts',
  '__test__/conformance/vectors.test.ts',
];
const isWhole = process.argv.includes('--whole');
const { step, end } = steps('bare');

/** The environment: PATH is a folder of links, HOME is empty. */
function bareEnvironment(folder) {
  const [bin, home] = [join(folder, 'bin'), join(folder, 'home')];
  for (const path of [bin, home]) mkdirSync(path);
  for (const name of bare) {
    const path = programs.onPath(name);
    if (path === undefined) throw new Error(`${name} is not installed`);
    symlinkSync(path, join(bin, name));
  }
  const kept = Object.entries(process.env).filter(([name]) => handedDown.test(name));
  const from = (variable, name) => process.env[variable] ?? join(homedir(), name);
  return {
    ...Object.fromEntries(kept),
    PATH: bin,
    HOME: home,
    LANG: 'C.UTF-8',
    CARGO_HOME: from('CARGO_HOME', '.cargo'),
    RUSTUP_HOME: from('RUSTUP_HOME', '.rustup'),
    npm_config_cache: from('npm_config_cache', '.npm'),
    ...(existsSync(join(homedir(), '.npmrc'))
      ? { npm_config_userconfig: join(homedir(), '.npmrc') }
      : {}),
    // A quick build: what it makes is tested, not measured.
    CARGO_PROFILE_RELEASE_LTO: 'off',
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  };
}

/**
 * Runs a command in the clone and hands its result to `checks`, which says what of it is right:
 * sentence → boolean.
 */
function inClone(clone, env, name, command, checks) {
  const started = performance.now();
  const [program, ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: clone,
    env,
    encoding: 'utf8',
    timeout: longestMs,
    maxBuffer: 1 << 28,
  });
  console.log(`       ${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  const results = Object.entries(checks({ status, stdout, stderr }));
  for (const [what, isRight] of results) step(`${name}: ${what}`, isRight ? null : 'no');
  if (!results.every(([, isRight]) => isRight)) console.log(`${stdout}\n${stderr}`.slice(-20_000));
}

const lastLine = (text) => text.trimEnd().split('\n').at(-1);
const closing = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;

function quickstart({ status, stdout, stderr }) {
  const names = ['dependencies', 'native engine', 'wasm engine', 'javascript'];
  return {
    'ends well': status === 0,
    'a line per step with its seconds': names.every((name) =>
      new RegExp(`^${name} +\\d+\\.\\d s  \\S`, 'm').test(stdout),
    ),
    'nothing of npm or a compiler':
      !/npm (warn|notice)|Compiling|Finished|warning|deprecated/i.test(stdout) && stderr === '',
    'answers on native':
      /^Engine: native /m.test(stdout) && /^ +✓ gate +new_checkout /m.test(stdout),
  };
}

const reasonOf = (name) =>
  name.startsWith('wasm32') ? 'the wasm engine is not built' : `${name} is not installed`;

/** What a run of the tests came to, and which of `missing` the report at its end names. */
function summary(stdout, missing, heading) {
  const [, passed, failed, skipped] = (closing.exec(lastLine(stdout)) ?? []).map(Number);
  const report = stdout.slice(stdout.lastIndexOf(heading));
  return {
    passed,
    failed,
    skipped,
    report,
    isNamed: missing.every((name) => report.includes(reasonOf(name))),
  };
}

const skips =
  (missing) =>
  ({ status, stdout }) => {
    const { passed, failed, skipped, report, isNamed } = summary(
      stdout,
      missing,
      'What was skipped:',
    );
    return {
      'fails nothing': status === 0 && passed > 0 && failed === 0,
      'skips what wants a missing program, and names it': isNamed && skipped >= missing.length,
      'says how to install it': report.includes('npm run setup'),
    };
  };

const fails =
  (missing) =>
  ({ status, stdout }) => {
    const { failed, skipped, isNamed } = summary(stdout, missing, 'What failed:');
    return {
      'a missing program is a failure': status !== 0 && failed >= missing.length && skipped === 0,
      'and is named at the end': isNamed,
    };
  };

await inFolder(async (folder) => {
  const clone = join(folder, 'clone');
  mustRun('git', ['clone', '--quiet', root, clone]);
  const env = bareEnvironment(folder);
  inClone(clone, env, 'npm run quickstart', ['npm', 'run', 'quickstart'], quickstart);
  let missing = [];
  inClone(clone, env, 'npm run setup', ['npm', 'run', 'setup'], ({ status, stdout }) => {
    missing = [...stdout.matchAll(/^ {2}(\S+) \(without it /gm)].map(([, name]) => name);
    return {
      'says what to install':
        status !== 0 &&
        ['chromium', 'git', 'nginx', 'redis-server'].every((name) => missing.includes(name)),
    };
  });
  const some = isWhole ? {} : { STATSIG_TEST_FILES: [...wantPrograms, ...wantEngines].join(' ') };
  inClone(clone, { ...env, ...some }, 'npm it', ['npm', 'it'], skips(missing));
  const wanting = [...wantPrograms, '__test__/engine-choice/built.test.ts'];
  const test = ['npm', 'test', '--', ...wanting];
  inClone(clone, { ...env, CI: 'true' }, 'CI=true npm test', test, fails(missing));
});
end();
