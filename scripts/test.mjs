// All tests, as `npm test` and `npm it` run them: build what is stale, lint, ava, cargo test. The last line is
// `N passed, N failed` over both test runners; the exit code is non-zero when anything failed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { localBin, mustRun, outputOf, run } from './run.mjs';
import { root } from './stamp.mjs';

/** How long a runner may live on after its summary. */
const lingerMs = 30_000;

/**
 * Runs a test program, showing its output as it comes, and returns its exit code and that output. `summary` matches its
 * last line: a program left behind by a test can hold the runner's pipes open for ever, so the runner is ended then.
 */
function watch(command, args, summary) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, shell: process.platform === 'win32' });
    let text = '';
    let linger;
    const lookForSummary = () => {
      if (linger || !summary?.test(text)) return;
      linger = setTimeout(() => {
        console.error(`${command} did not exit after its summary: a test left something running`);
        child.kill();
        resolve({ code: 1, text });
      }, lingerMs);
    };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (chunk) => {
        text += chunk;
        process[stream].write(chunk);
        lookForSummary();
      });
    }
    child.on('error', (error) => resolve({ code: 1, text: String(error) }));
    child.on('close', (code) => {
      clearTimeout(linger);
      resolve({ code: code ?? 1, text });
    });
  });
}

const count = (text, pattern) => [...text.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);

/** ava in TAP form ends with `# pass N` and `# fail N`; a file that crashes counts as a failure there. */
async function ava() {
  const { code, text } = await watch(localBin('ava'), ['--tap', ...process.argv.slice(2)], /^# fail \d+/m);
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

mustRun(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'], { shell: false });
const lintFailed = run(process.execPath, [join(root, 'scripts/lint.mjs')], { shell: false }) === 0 ? 0 : 1;
const results = [await ava(), await cargo()];
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, lintFailed);
console.log(`${passed} passed, ${failed} failed`);
// Pipes of a runner that had to be ended may still be open.
process.exit(failed === 0 ? 0 : 1);
