// The deterministic guard: instructions of the pure Rust evaluation (callgrind) and bytes allocated
// per call in JavaScript.
//   node bench/guard/run.mjs [--only instructions|allocations] [--engines native,wasm,js] [--scenario gate] [--time: also ns of the Rust scenarios]
//   --scenario narrows the Rust scenarios to those that begin so
//   node bench/guard/run.mjs --update     measures and writes limits.json: look at the difference before committing it
// Fails when a number exceeds its limit, when a limit is missing, and when a limit has nothing to
// measure any more.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { text } from '../payloads/index.mjs';
import { user } from '../lib/users.mjs';

const { values: args } = parseArgs({
  options: {
    only: { type: 'string' },
    engines: { type: 'string', default: 'native,wasm,js' },
    update: { type: 'boolean', default: false },
    module: { type: 'string' },
    time: { type: 'boolean', default: false },
    scenario: { type: 'string', default: '' },
  },
});
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const LIMITS = here('limits.json');
/**
 * Room that a limit gets above what was measured: statsig-node's allocations move by up to 3 %
 * between runs.
 */
// Instructions repeat exactly; bytes of heap do not: what the collector promotes varies by a fifth
// between runs.
const HEADROOM = { instructions: 1.03, allocations: 1.3 };
/** Bytes below which a difference is the measurement itself (reading the heap's size allocates). */
const FLOOR_BYTES = 8;

/**
 * Scenarios of the Rust binary (rust/src/main.rs) and two iteration counts; their difference
 * removes start and load.
 */
const RUST = {
  'gate, known user': [20, 40],
  'config, known user': [20, 40],
  'gate, known user, exposure seen': [20, 40],
  'gate, new user': [20, 40],
  'gate, new user, exposure': [20, 40],
  'gate, new user, exposure as bytes': [20, 40],
  'client initialize': [4, 8],
  'client initialize, new user': [100, 200],
  load: [1, 3],
};
const USERS = 200;

function allocations(engines) {
  const result = {};
  for (const engine of engines) {
    const flags = [
      '--expose-gc',
      '--predictable',
      '--random-seed=1',
      '--hash-seed=1',
      '--max-semi-space-size=128',
      '--min-semi-space-size=128',
    ];
    const output = execFileSync(
      process.execPath,
      [...flags, here('scenarios.mjs'), args.module ?? here('../../dist/index.js')],
      {
        env: { ...process.env, STATSIG_ENGINE: engine },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    for (const [name, bytes] of Object.entries(JSON.parse(output.trim().split('\n').at(-1))))
      result[`${engine}: ${name}`] = bytes;
  }
  return result;
}

function callgrind(command, scenario, iterations) {
  const { status, stdout, stderr } = spawnSync(
    'valgrind',
    [
      '--tool=callgrind',
      '--callgrind-out-file=/dev/null',
      ...command,
      scenario,
      String(iterations),
    ],
    { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
  );
  const collected = /Collected : (\d+)/.exec(stderr ?? '');
  const operations = /operations=(\d+)/.exec(stdout ?? '');
  if (status !== 0 || !collected || !operations)
    throw new Error(`callgrind failed (${status}) for ${scenario}: ${stderr?.slice(-500)}`);
  return { instructions: Number(collected[1]), operations: Number(operations[1]) };
}

/**
 * Users as the facade hands them to an engine: the logged part and the private part, a line each.
 */
function userLines() {
  const lines = Array.from({ length: USERS }, (_, i) => {
    const { privateAttributes, ...logged } = user(i);
    return `${JSON.stringify(logged)}\n${JSON.stringify(privateAttributes)}\n`;
  });
  return lines.join('');
}

/** Binary, payload and users: the front of every command line. */
function prepareRust(scratch) {
  // the dependencies that ship, to the patch version
  copyFileSync(here('../../Cargo.lock'), here('rust/Cargo.lock'));
  execFileSync(
    'cargo',
    ['build', '--release', '--quiet', '--manifest-path', here('rust/Cargo.toml')],
    { stdio: 'inherit' },
  );
  const files = { payload: join(scratch, 'payload.json'), users: join(scratch, 'users.txt') };
  writeFileSync(files.payload, text('gates150', 1));
  writeFileSync(files.users, userLines());
  return [
    join(process.env.CARGO_TARGET_DIR ?? here('rust/target'), 'release', 'evaluation-guard'),
    files.payload,
    files.users,
  ];
}

function instructions() {
  const scratch = mkdtempSync(join(tmpdir(), 'evaluation-guard-'));
  try {
    const command = prepareRust(scratch);
    const result = {};
    for (const [scenario, [few, many]] of Object.entries(RUST).filter(([name]) =>
      name.startsWith(args.scenario),
    )) {
      const [less, more] = [few, many].map((count) => callgrind(command, scenario, count));
      result[scenario] = Math.round(
        (more.instructions - less.instructions) / (many - few) / more.operations,
      );
      if (args.time)
        console.log(
          `  ${scenario}: ${execFileSync(command[0], [...command.slice(1), scenario, String(many * 25)], { encoding: 'utf8' }).trim()}`,
        );
    }
    return result;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function compare(kind, measured, limits) {
  const wrong = [];
  for (const [name, value] of Object.entries(measured)) {
    const limit = limits[name];
    const bad = limit === undefined ? 'has no limit' : value > limit ? `exceeds ${limit}` : null;
    console.log(
      `${bad ? '✗' : '✓'} ${kind} ${name}: ${value}${limit === undefined ? '' : ` (limit ${limit})`}`,
    );
    if (bad) wrong.push(`${kind} ${name} ${bad}`);
  }
  const gone = Object.keys(limits).filter(
    (name) =>
      (kind !== 'instructions' || name.startsWith(args.scenario)) &&
      !(name in measured) &&
      (kind !== 'allocations' || args.engines.split(',').includes(name.split(':')[0])),
  );
  return [...wrong, ...gone.map((name) => `${kind} ${name} has a limit but was not measured`)];
}

const withRoom = (kind, measured) =>
  Object.fromEntries(
    Object.entries(measured).map(([name, value]) => [
      name,
      Math.ceil(value * HEADROOM[kind]) + (kind === 'allocations' ? FLOOR_BYTES : 0),
    ]),
  );

/**
 * V8 of another Node allocates otherwise: limits are those of one major version, and only reported
 * on others.
 */
const major = Number(process.versions.node.split('.')[0]);

const limits = JSON.parse(readFileSync(LIMITS, 'utf8'));
const problems = [];
let compared = 0;
for (const [kind, measure] of Object.entries({
  allocations: () => allocations(args.engines.split(',')),
  instructions,
})) {
  if (args.only && args.only !== kind) continue;
  if (kind === 'allocations' && !args.update && limits.node !== major) {
    console.log(
      `- allocations: limits are those of Node ${limits.node}, this is ${major}: not compared`,
    );
    continue;
  }
  if (kind === 'instructions' && spawnSync('valgrind', ['--version']).status !== 0) {
    console.log('- instructions: valgrind was not found, not compared');
    continue;
  }
  const measured = measure();
  if (args.update && kind === 'allocations') limits.node = major;
  if (args.update) limits[kind] = { ...limits[kind], ...withRoom(kind, measured) };
  problems.push(...compare(kind, measured, limits[kind] ?? {}));
  compared += Object.keys(measured).length;
}
if (args.update) writeFileSync(LIMITS, `${JSON.stringify(limits, null, 2)}\n`);
if (problems.length) console.error(`\n${problems.join('\n')}`);
// The last line is what .ci/run adds up.
console.log(`${Math.max(0, compared - problems.length)} passed, ${problems.length} failed`);
process.exitCode = problems.length ? 1 : 0;
