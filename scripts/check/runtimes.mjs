// The packed package on every runtime it promises: each Node version, Bun, Deno, real workerd, a
// bundle without node_modules, and installations whose binaries are broken. Each case is a process
// of its own that has to end by itself.
//
//   node scripts/check/runtimes.mjs [--skip-build] [--only <part of a name>] [--allow-missing]
//
// --allow-missing passes over runtimes that cannot be fetched; without it they fail. The last line
// counts.
import { spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { breakagesOf } from './packed/broken-binaries.mjs';
import { installInto, packAll } from './packed/project.mjs';
import { localBin, mustRun } from '../lib/run.mjs';
import {
  denoWithNothing,
  denoWithoutEnvironment,
  programOf,
  runtimes,
  workerd,
} from './hosts/runtime-packages.mjs';
import { root } from '../lib/stamp.mjs';
import { askWorker, bundle } from './hosts/workerd.mjs';

const LONGEST_MS = 30_000;
const LONGEST_SUITE_MS = 900_000;
const { values: given } = parseArgs({
  options: {
    'skip-build': { type: 'boolean' },
    only: { type: 'string', default: '' },
    'allow-missing': { type: 'boolean' },
  },
});
const isWanted = (name) => name.includes(given.only);
const folder = mkdtempSync(join(tmpdir(), 'statsig-runtimes-'));
const counts = { passed: 0, failed: 0, missing: 0 };

/** Runs a program to its end; rejects with its output when it fails or does not end. */
function ends(program, args, { longestMs = LONGEST_MS, success = /^ok .*/m, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (text += chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), longestMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const said = success.exec(text);
      if (code === 0 && said !== null) resolve(said[0]);
      else
        reject(
          new Error(
            signal === 'SIGKILL'
              ? `did not end within ${longestMs} ms\n${text}`
              : `exit ${code}\n${text}`,
          ),
        );
    });
  });
}

async function check(name, run) {
  if (!isWanted(name)) return;
  const started = performance.now();
  try {
    const said = await run();
    counts.passed++;
    console.log(`ok     ${name} (${Math.round(performance.now() - started)} ms) ${said ?? ''}`);
  } catch (error) {
    counts.failed++;
    console.log(`FAILED ${name}\n${error instanceof Error ? error.message : error}`);
  }
}

/** The program of a runtime, or null after saying that it is missing. */
function present(runtime) {
  const program = programOf(runtime);
  if (program !== null) return program;
  counts[given['allow-missing'] ? 'missing' : 'failed']++;
  console.log(
    `${given['allow-missing'] ? 'absent' : 'FAILED'} ${runtime.name}: ${runtime.spec} cannot be fetched`,
  );
  return null;
}

function project(name, tarballs) {
  const made = installInto(join(folder, name), tarballs);
  for (const file of [
    'sample-project.json',
    'sample-users.json',
    'sample-expected.json',
    'sample-id-lists',
  ]) {
    cpSync(join(root, 'testdata/payloads', file), join(made, file), { recursive: true });
  }
  cpSync(join(root, '__test__/runtimes'), made, { recursive: true });
  return made;
}

function smoke(runtime, program, { cwd, form, engine, forced }) {
  const env = { ...process.env, STATSIG_ENGINE: forced ? engine : '', NODE_OPTIONS: '' };
  if (!forced) delete env.STATSIG_ENGINE;
  return ends(program, [...runtime.args, 'smoke.mjs', form, engine], { cwd, env });
}

async function onEachRuntime({ withNative, without }) {
  for (const runtime of runtimes.filter(({ name }) => isWanted(name))) {
    const program = present(runtime);
    if (program === null) continue;
    if (withNative) {
      for (const form of ['import', 'require']) {
        await check(`${runtime.name}: ${form}`, () =>
          smoke(runtime, program, { cwd: withNative, form, engine: 'native' }),
        );
      }
      for (const engine of ['native', 'wasm', 'js']) {
        await check(`${runtime.name}: forced ${engine}`, () =>
          smoke(runtime, program, { cwd: withNative, form: 'import', engine, forced: true }),
        );
      }
    }
    await check(`${runtime.name}: without a binary`, () =>
      smoke(runtime, program, { cwd: without, form: 'import', engine: 'wasm' }),
    );
    for (const engine of ['wasm', 'js']) {
      await check(`${runtime.name}: edge entry on ${engine}`, () =>
        smoke(runtime, program, { cwd: without, form: 'edge', engine }),
      );
    }
  }
}

async function onCarefulDeno(cwd) {
  if (!isWanted('deno')) return;
  const program = present(denoWithoutEnvironment);
  if (program === null) return;
  for (const form of ['import', 'require']) {
    await check(`${denoWithoutEnvironment.name}: ${form}`, () =>
      smoke(denoWithoutEnvironment, program, { cwd, form, engine: 'native' }),
    );
  }
  await check(denoWithNothing.name, () =>
    ends(program, [...denoWithNothing.args, 'unprivileged.mjs'], { cwd }),
  );
}

async function onWorkerd(cwd) {
  if (!isWanted('workerd')) return;
  const program = present(workerd);
  if (program === null) return;
  for (const engine of ['wasm', 'js']) {
    await check(`workerd on ${engine}`, () =>
      askWorker({ program, args: workerd.args, cwd, engine }),
    );
  }
}

/**
 * The API and conformance suites, their imports of src led to the installed package, on one forced
 * engine.
 */
async function behaviour({ withNative, without }) {
  for (const engine of withNative ? ['native', 'wasm', 'js'] : ['wasm', 'js']) {
    await check(`behaviour suites on ${engine}`, () => {
      const env = {
        ...process.env,
        STATSIG_ENGINE: engine,
        STATSIG_TEST_ENGINES: engine,
        STATSIG_PACKED_DIST: join(withNative ?? without, 'node_modules/statsig-node-native/dist'),
      };
      const args = [
        '--node-arguments=--require=./scripts/check/packed/use-packed.cjs',
        '__test__/api/*.test.ts',
        '__test__/features/*.test.ts',
        '__test__/conformance/*.test.ts',
      ];
      return ends(localBin('ava'), args, {
        cwd: root,
        env,
        longestMs: LONGEST_SUITE_MS,
        success: /^ *\d+ tests? passed$/m,
      });
    });
  }
}

async function asBundle(cwd) {
  await check('a bundle without node_modules', async () => {
    const alone = mkdtempSync(join(folder, 'bundle-'));
    const outfile = join(alone, 'bundle.mjs');
    await bundle({ entry: join(cwd, 'bundled.mjs'), outfile, conditions: [] });
    copyFileSync(join(cwd, 'sample-project.json'), join(alone, 'sample-project.json'));
    return ends(process.execPath, ['bundle.mjs'], { cwd: alone });
  });
}

/** Each in a copy of its own; made as copies, because npm takes longer than all else here. */
async function withBrokenBinaries(whole) {
  const [runtime] = runtimes;
  for (const { name, engine, apply } of breakagesOf(process.platform)) {
    await check(`broken: ${name}`, async () => {
      const cwd = join(folder, `broken-${name.replace(/\W+/g, '-')}`);
      cpSync(whole, cwd, { recursive: true });
      apply(cwd);
      return smoke(runtime, process.execPath, { cwd, form: 'require', engine });
    });
  }
}

try {
  if (!given['skip-build'])
    mustRun(process.execPath, [join(root, 'scripts/build/all.mjs'), '--if-stale'], {
      shell: false,
    });
  const tarballs = packAll(folder);
  const withNative = tarballs.native ? project('with-native', tarballs) : null;
  const without = project('without-native', { main: tarballs.main });
  writeFileSync(join(without, '.npmrc'), 'offline=true\n');
  await onEachRuntime({ withNative, without });
  if (withNative) await onCarefulDeno(withNative);
  await behaviour({ withNative, without });
  await onWorkerd(without);
  await asBundle(without);
  if (withNative) await withBrokenBinaries(withNative);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (counts.missing > 0)
  console.log(`${counts.missing} runtimes could not be fetched and were passed over`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
