// Runs programs on a tree that has a fault, which may make them loop or take all memory.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../lib/stamp.mjs';

const LONGEST_RUN_MS = 8 * 60_000;
/** Tests with a fault may take this and so many times as long as without one. */
const LEAST_LIMIT_MS = 30_000;
const PATIENCE = 10;
const AVA = join(root, 'node_modules/ava/entrypoints/cli.mjs');

/** Whether a program succeeds in time. What it started ends with it. */
export function succeeds(command, args, { longestMs = LONGEST_RUN_MS, ...options } = {}) {
  const child = spawn(command, args, { ...options, stdio: 'ignore', detached: true });
  const kill = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All of it has ended.
    }
  };
  const timer = setTimeout(kill, longestMs);
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (code) => {
      clearTimeout(timer);
      kill();
      resolve(code === 0);
    });
  });
}

/** Whether ava's tests pass in a folder; what was found without a fault is kept. */
export function testsIn(folder) {
  const baseline = new Map();
  /** How long tests may take: a fault that makes them loop is not waited for. */
  const limits = new Map();
  const pass = async (some, engines) =>
    some.length === 0 ||
    succeeds(process.execPath, [AVA, '--fail-fast', '--timeout=3m', ...some], {
      cwd: folder,
      env: { ...process.env, STATSIG_TEST_ENGINES: engines },
      longestMs: limits.get(`${engines} ${some}`) ?? LONGEST_RUN_MS,
    });
  const passesWithoutFault = async (some, engines) => {
    const key = `${engines} ${some}`;
    if (!baseline.has(key)) {
      const start = performance.now();
      baseline.set(key, await pass(some, engines));
      const usual = performance.now() - start;
      limits.set(key, Math.min(LONGEST_RUN_MS, LEAST_LIMIT_MS + PATIENCE * usual));
      if (!baseline.get(key)) console.log(`not counted, since it fails without a fault: ${key}`);
    }
    return baseline.get(key);
  };
  return { pass, passesWithoutFault };
}

/** Those of the tests of a suite that pass while there is no fault: others prove nothing. */
export async function usableTests({ nearest, wider, engines }, tests) {
  const usable = [];
  for (const some of [nearest, wider])
    if (await tests.passesWithoutFault(some, engines)) usable.push(some);
  return usable;
}

/** Whether one of these lists of tests fails. */
export async function isCaughtBy(lists, engines, tests) {
  for (const some of lists) if (!(await tests.pass(some, engines))) return true;
  return false;
}
