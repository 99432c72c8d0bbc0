// What the output of a test runner says: how many tests passed, which failed, which were skipped
// and why. Read line by line and not from the runner's own summary, which is missing when it
// crashes or is ended.

/** ava's summary begins with this line; without it ava did not get to its end. */
export const avaSummary = /^ {2}─$/m;

const pass = /^ {2}[✔√] (?:\[expected fail\] )?(.*?)(?: \([\d.]+m?s\)| \(\d+m [\d.]+s\))?$/;
const skip = /^ {2}- \[(?:skip|todo)\] (.*?)(?: \(([^()]+)\))?$/;
/**
 * In order: a test, a test that never ended, a test file that ended early or ran nothing, an error
 * outside of any test.
 */
const fails = [
  /^ {2}[✘×] \[(?:fail|unexpected pass)\]: (.+)$/,
  /^ {2}(?:◌|\( \)) (.+)$/,
  /^ {2}[✘×] (?!\[|Timed out|Exiting due to process|.* tests? remaining)(.+)$/,
  /^ {2}(Failed to exit when running .+|(?:Uncaught exception|Unhandled rejection) in .+)$/,
];
/** Tests that were never started count each. */
const remaining = /^ {2}[✘×] ((\d+) tests? remaining in .+)$/;

/** Results of ava's default reporter. */
export function avaResults({ code, text, ended }) {
  const results = { passed: 0, failed: [], skipped: [] };
  // Its details come after the summary's first line, one test after the other; nothing there is a
  // result.
  const [progress] = text.split(avaSummary);
  for (const line of progress.split(/\r?\n/)) {
    const failure = fails.map((pattern) => pattern.exec(line)?.[1]).find(Boolean);
    const [, left, count] = remaining.exec(line) ?? [];
    const [, skipped, reason] = skip.exec(line) ?? [];
    if (pass.test(line)) results.passed += 1;
    else if (failure) results.failed.push(failure);
    else if (left) results.failed.push(...Array(Number(count)).fill(left));
    else if (skipped) results.skipped.push({ title: skipped, reason: reason ?? 'no reason given' });
  }
  return settled('ava', results, { code, ended, isComplete: avaSummary.test(text) });
}

/** What ava says in detail about the tests that failed, as it says it. */
export function avaDetails(text) {
  const [, details = '', ...rest] = text.split(avaSummary);
  return rest.length === 0 ? '' : details.trim();
}

/** Results of `cargo test`, which has a summary per test program. */
export function cargoResults({ code, text, ended }) {
  const sum = (pattern) =>
    [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  const failed = [...text.matchAll(/^---- (.+) stdout ----$/gm)].map(
    (match) => `cargo: ${match[1]}`,
  );
  // Without output of its own a failed test has no section.
  const unnamed = sum(/^test result: .*? (\d+) failed/gm) - failed.length;
  const results = {
    passed: sum(/^test result: .*?(\d+) passed/gm),
    failed: [...failed, ...Array(Math.max(0, unnamed)).fill('cargo: a test without output')],
    skipped: Array(sum(/^test result: .*? (\d+) ignored/gm)).fill({
      title: 'a Rust test',
      reason: 'marked as ignored',
    }),
  };
  return settled('cargo', results, { code, ended, isComplete: true });
}

/** The sections of failed tests, one after the other. */
export function cargoDetails(text) {
  return [...text.matchAll(/^---- .+ stdout ----\r?\n[^]*?(?=^---- |^failures:)/gm)]
    .map(([section]) => section.trim())
    .join('\n\n');
}

/** A runner that was ended, crashed, or failed without naming a test is a failure of its own. */
function settled(runner, results, { code, ended, isComplete }) {
  const failed = [...results.failed];
  if (ended !== null) failed.push(`${runner}: ${ended}`);
  else if (!isComplete) failed.push(`${runner} ended before its summary, with exit code ${code}`);
  else if (code !== 0 && failed.length === 0) failed.push(`${runner} ended with exit code ${code}`);
  else if (code === 0 && results.passed === 0 && results.skipped.length === 0)
    failed.push(`${runner} found no tests`);
  return { ...results, failed };
}
