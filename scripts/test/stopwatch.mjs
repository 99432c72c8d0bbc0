// When each test file gave its first and its last result; the difference is nearly what it took.

const result = /^ {2}(?:[✔√]|[✘×] \[fail\]:) (.+)$/gm;

/** `onText` takes ava's output as it comes, `print` shows the slowest files. */
export function stopwatch() {
  const files = new Map();
  const onText = (text) => {
    for (const [, title] of text.matchAll(result)) {
      const file = title.split(' › ').slice(0, -1).join('/');
      const known = files.get(file) ?? { first: performance.now(), tests: 0 };
      files.set(file, { ...known, last: performance.now(), tests: known.tests + 1 });
    }
  };
  const print = () => {
    const rows = [...files].map(([file, { first, last, tests }]) => ({
      file,
      tests,
      seconds: (last - first) / 1000,
    }));
    console.log('Slowest test files, first result to last:');
    for (const { file, tests, seconds } of rows.sort((a, b) => b.seconds - a.seconds).slice(0, 8)) {
      console.log(`  ${seconds.toFixed(1).padStart(6)} s  ${file} (${tests})`);
    }
  };
  return { onText, print };
}
