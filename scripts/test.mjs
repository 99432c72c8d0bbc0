// All tests, as `npm test` and `npm it` run them: build what is stale, lint, ava, cargo test. The last line is
// `N passed, N failed` over both test runners; the exit code is non-zero when anything failed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { localBin, mustRun, outputOf, run } from './run.mjs';
import { root } from './stamp.mjs';

/** How long a runner may live on after its summary. */
const lingerMs = 30_000;
/** How long a runner may take altogether, and how long it may say nothing: cargo compiles in silence. */
const mostMs = 25 * 60_000;
const silentMs = 10 * 60_000;

/** Ends a runner and what it started; without process groups (Windows) only the runner. */
function end(child) {
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

/**
 * Runs a test program, showing its output as it comes, and returns its exit code and that output. It is ended when it
 * takes too long, says nothing for too long, or lives on after `summary` matched its output: a program left behind by a
 * test can hold the runner's pipes open for ever.
 */
function watch(command, args, { summary, onText = () => {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, shell: process.platform === 'win32', detached: process.platform !== 'win32' });
    let text = '';
    let linger;
    const giveUp = (why) => {
      console.error(`${command}: ${why}`);
      end(child);
      finish(1);
    };
    const finish = (code) => {
      for (const timer of [linger, silence, whole]) clearTimeout(timer);
      process.off('exit', onExit);
      resolve({ code, text });
    };
    const onExit = () => end(child);
    process.on('exit', onExit);
    const silence = setTimeout(() => giveUp(`no output for ${silentMs / 60_000} minutes`), silentMs);
    const whole = setTimeout(() => giveUp(`not done after ${mostMs / 60_000} minutes`), mostMs);
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (chunk) => {
        text += chunk;
        process[stream].write(chunk);
        silence.refresh();
        onText(String(chunk));
        if (!linger && summary?.test(text)) {
          linger = setTimeout(() => giveUp('did not exit after its summary: a test left something running'), lingerMs);
        }
      });
    }
    child.on('error', (error) => giveUp(error.message));
    child.on('close', (code) => finish(code ?? 1));
  });
}

/** Notes when each test file gave its first and its last result; the difference is nearly what it took. */
function stopwatch() {
  const files = new Map();
  const onText = (text) => {
    for (const [, title] of text.matchAll(/^(?:not )?ok \d+ - (.+)$/gm)) {
      const file = title.split(' \u203a ').slice(0, -1).join('/');
      const known = files.get(file) ?? { first: performance.now(), tests: 0 };
      files.set(file, { ...known, last: performance.now(), tests: known.tests + 1 });
    }
  };
  const print = () => {
    const rows = [...files].map(([file, { first, last, tests }]) => ({ file, tests, seconds: (last - first) / 1000 }));
    console.log('Slowest test files, first result to last:');
    for (const { file, tests, seconds } of rows.sort((a, b) => b.seconds - a.seconds).slice(0, 8)) {
      console.log(`  ${seconds.toFixed(1).padStart(6)} s  ${file} (${tests})`);
    }
  };
  return { onText, print };
}

const count = (text, pattern) => [...text.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);

/** ava in TAP form ends with `# pass N` and `# fail N`; a file that crashes counts as a failure there. */
async function ava() {
  const { onText, print } = stopwatch();
  const { code, text } = await watch(localBin('ava'), ['--tap', ...process.argv.slice(2)], { summary: /^# fail \d+/m, onText });
  print();
  const passed = count(text, /^# pass (\d+)/gm);
  const failed = count(text, /^# fail (\d+)/gm);
  if (passed + failed === 0) console.error('ava found no tests');
  return { passed, failed: failed || (code === 0 && passed > 0 ? 0 : 1) };
}

async function cargo() {
  if (outputOf('cargo', ['--version']) === null) {
    console.log('cargo was not found: the Rust tests are skipped');
    return { passed: 0, failed: 0 };
  }
  const { code, text } = await watch('cargo', ['test', '--workspace', '--no-fail-fast', '--quiet']);
  const passed = count(text, /^test result: .*?(\d+) passed/gm);
  const failed = count(text, /^test result: .*? (\d+) failed/gm);
  return { passed, failed: failed || (code === 0 ? 0 : 1) };
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
mustRun(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'], { shell: false });
const lintFailed = run(process.execPath, [join(root, 'scripts/lint.mjs')], { shell: false }) === 0 ? 0 : 1;
const results = [await ava(), await cargo()];
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, lintFailed);
console.log(`${passed} passed, ${failed} failed`);
// Pipes of a runner that had to be ended may still be open.
process.exit(failed === 0 ? 0 : 1);
