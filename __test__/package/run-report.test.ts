/** What `npm test` says in its last lines, for runners that end, hang, crash or are ended. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';

interface Output {
  code: number;
  text: string;
  ended: string | null;
}
interface Results {
  passed: number;
  failed: string[];
  skipped: { title: string; reason: string }[];
  details?: string;
}
interface Module {
  avaResults(output: Output): Results;
  avaDetails(text: string): string;
  cargoResults(output: Output): Results;
  cargoDetails(text: string): string;
  reportLines(results: Results[]): string[];
}

const folder = join(__dirname, '../../scripts/test');
const load = async (): Promise<Module> => {
  const [results, report] = await Promise.all(
    ['results.mjs', 'report.mjs'].map((file) => import(pathToFileURL(join(folder, file)).href)),
  );
  return { ...results, ...report } as Module;
};

const GOOD = `
  ✔ a › fine
  - [skip] b › stores (redis-server is not installed)
  ✔ a › slow (1.2s)
    ℹ a note
`;
const DETAILS = `  a › wrong

  Difference (- actual, + expected):

  - 1
  + 2

`;
const END = '  ─\n';

test('ava: passed, skipped with its reason, and failed with its details', async (t) => {
  const { avaResults, avaDetails } = await load();
  t.deepEqual(avaResults({ code: 0, text: `${GOOD}${END}\n  2 tests passed\n`, ended: null }), {
    passed: 2,
    failed: [],
    skipped: [{ title: 'b › stores', reason: 'redis-server is not installed' }],
  });
  const text = `${GOOD}  ✘ [fail]: a › wrong a message\n${END}\n${DETAILS}${END}\n  1 test failed\n`;
  t.deepEqual(avaResults({ code: 1, text, ended: null }).failed, ['a › wrong a message']);
  t.is(avaDetails(text), DETAILS.trim());
});

test('ava: a test that hangs, files that end early, tests that never ran', async (t) => {
  const { avaResults } = await load();
  const text = `${GOOD}
  ✘ c.test.ts exited due to SIGKILL
  ✘ 2 tests remaining in d.test.ts

  Uncaught exception in e.test.ts

  ✘ e.test.ts exited with a non-zero exit code: 1
  ✘ No tests found in f.test.ts

  ✘ Timed out while running tests

  1 tests were pending in b.test.ts

  ◌ b › hangs

${END}`;
  const { passed, failed } = avaResults({ code: 1, text, ended: null });
  t.is(passed, 2);
  t.deepEqual(failed, [
    'c.test.ts exited due to SIGKILL',
    '2 tests remaining in d.test.ts',
    '2 tests remaining in d.test.ts',
    'Uncaught exception in e.test.ts',
    'e.test.ts exited with a non-zero exit code: 1',
    'No tests found in f.test.ts',
    'b › hangs',
  ]);
});

test('ava: what passed before it crashed or was ended counts', async (t) => {
  const { avaResults } = await load();
  const crashed = avaResults({
    code: 1,
    text: `${GOOD}\nTypeError: Cannot set properties of undefined\n    at tap.js:38\n`,
    ended: null,
  });
  t.deepEqual(
    [crashed.passed, crashed.failed],
    [2, ['ava ended before its summary, with exit code 1']],
  );
  const ended = avaResults({ code: 1, text: GOOD, ended: 'no output for 10 minutes' });
  t.deepEqual([ended.passed, ended.failed], [2, ['ava: no output for 10 minutes']]);
  t.deepEqual(avaResults({ code: 0, text: END, ended: null }).failed, ['ava found no tests']);
  t.deepEqual(avaResults({ code: 2, text: `${GOOD}${END}`, ended: null }).failed, [
    'ava ended with exit code 2',
  ]);
});

test('cargo: all its test programs, one that aborts, one that does not compile', async (t) => {
  const { cargoResults, cargoDetails } = await load();
  const failing = `
failures:

---- date::tests::leap stdout ----

thread panicked at src/date.rs:1:1:
left: 1

failures:
    date::tests::leap

test result: FAILED. 10 passed; 1 failed; 0 ignored; 0 measured
test result: ok. 5 passed; 0 failed; 2 ignored; 0 measured
`;
  const results = cargoResults({ code: 101, text: failing, ended: null });
  t.deepEqual(
    [results.passed, results.failed, results.skipped.length],
    [15, ['cargo: date::tests::leap'], 2],
  );
  t.regex(cargoDetails(failing), /^---- date::tests::leap stdout ----[^]*left: 1$/);
  const aborted = cargoResults({
    code: 101,
    text: 'test result: ok. 5 passed; 0 failed; 0 ignored\nerror: test failed (signal: 6, SIGABRT)',
    ended: null,
  });
  t.deepEqual([aborted.passed, aborted.failed], [5, ['cargo ended with exit code 101']]);
  t.deepEqual(cargoResults({ code: 101, text: 'error: could not compile', ended: null }).failed, [
    'cargo ended with exit code 101',
  ]);
});

test('the report: skipped by reason with the one command, then failures, then the closing line', async (t) => {
  const { reportLines } = await load();
  const skipped = [
    { title: 'b › stores', reason: 'redis-server is not installed' },
    { title: 'b › keeps', reason: 'redis-server is not installed' },
  ];
  t.deepEqual(
    reportLines([
      { passed: 3, failed: [], skipped },
      { passed: 4, failed: ['cargo: x'], skipped: [], details: 'why' },
    ]),
    [
      '',
      'What was skipped:',
      '  redis-server is not installed:',
      '    b › stores',
      '    b › keeps',
      '  This installs what is missing: npm run setup',
      '',
      'What failed:',
      'why',
      '',
      '  FAILED cargo: x',
      '',
      '7 passed, 1 failed, 2 skipped',
    ],
  );
  t.deepEqual(reportLines([{ passed: 3, failed: [], skipped: [] }]), [
    '',
    '3 passed, 0 failed, 0 skipped',
  ]);
  t.false(
    reportLines([
      { passed: 3, failed: [], skipped: [{ title: 'x', reason: 'Windows has no SIGTERM' }] },
    ])
      .join()
      .includes('npm run setup'),
  );
});
