// Dependencies and builds of the quick start: a line per step with its seconds. What npm and the
// compilers say goes to a file, and is shown when the quick start cannot go on without that step.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/stamp.mjs';

const nameWidth = 'dependencies'.length;
const build = (script) => [process.execPath, [join(root, 'scripts', script), '--if-stale']];

/** An engine may be missing: another one answers then. */
const steps = [
  {
    name: 'dependencies',
    command: ['npm', ['install', '--no-audit', '--no-fund']],
    isDone: () => existsSync(join(root, 'node_modules/.package-lock.json')),
  },
  { name: 'native engine', command: build('build/native.mjs'), isOptional: true },
  { name: 'wasm engine', command: build('build/wasm.mjs'), isOptional: true },
  { name: 'javascript', command: build('build/ts.mjs') },
];

/** What a build script says came of it: the rest of its last line that begins with its subject. */
function outcomeOf(name, text) {
  return text
    .split(/\r?\n/)
    .filter((line) => line.startsWith(`${name}: `))
    .at(-1)
    ?.slice(name.length + 2);
}

/** Does what is not done yet. Ends the process when a step fails that the rest needs. */
export function prepare() {
  for (const step of steps) {
    process.stdout.write(step.name.padEnd(nameWidth + 3));
    const started = performance.now();
    const { outcome, output } = doStep(step);
    console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${outcome}`);
    if (output === undefined || step.isOptional) continue;
    console.error(output);
    process.exit(1);
  }
}

/** What came of a step, in a few words; of a failed one also what it printed. */
function doStep({ name, command: [program, args], isDone }) {
  if (isDone?.()) return { outcome: 'up to date' };
  const shell = process.platform === 'win32' && program === 'npm';
  const result = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    shell,
    maxBuffer: 1 << 28,
  });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
  if (result.status === 0) return { outcome: outcomeOf(name, output) ?? 'done' };
  const log = join('.cache/quickstart', `${name.replace(' ', '-')}.log`);
  mkdirSync(join(root, '.cache/quickstart'), { recursive: true });
  writeFileSync(join(root, log), output);
  return { outcome: `failed; see ${log}`, output };
}
