/** The first example of the README prints what is written below it, on each engine. */
import test from 'ava';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ENGINES } from '../api/support';

const root = join(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const [, program = '', printed = ''] =
  /```js\n(import[^]*?)```\n\n```text\n([^]*?)```/.exec(readme) ?? [];
const folder = mkdtempSync(join(tmpdir(), 'readme-'));

test.before(() => {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/statsig-node'), 'junction');
  writeFileSync(join(folder, 'example.mjs'), program);
});
test.after.always(() => rmSync(folder, { recursive: true }));

for (const engine of ENGINES) {
  test(`${engine}: the first example`, (t) => {
    const env = { ...process.env, STATSIG_ENGINE: engine };
    const output = execFileSync(process.execPath, [join(folder, 'example.mjs')], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    t.is(output, printed.replace('native', engine));
    t.regex(output, /^true\n/);
  });
}

type Rewritten = (readme: string, run: unknown, name: string) => string;

test('factor, words of the picture and rows of the table are those of the run', async (t) => {
  const url = pathToFileURL(join(root, 'bench/readme.mjs')).href;
  const { rewritten } = (await import(url)) as { rewritten: Rewritten };
  const [, name = ''] = /\(bench\/results\/([\w-]+)\.json\)/.exec(readme) ?? [];
  const run: unknown = JSON.parse(readFileSync(join(root, `bench/results/${name}.json`), 'utf8'));
  const written = rewritten(readme, run, name);
  const [factor, picture] = [/\d+( to \d+)? times\s+faster/, /!\[Cost of a check.*/];
  for (const part of [factor, picture]) t.is(part.exec(readme)?.[0], part.exec(written)?.[0]);
  const rowsOf = (text: string): Map<string, string> =>
    new Map(
      [...text.matchAll(/^\| (.*?) \| (.*) \|$/gm)].map(([, row = '', cells = '']) => [row, cells]),
    );
  const rows = rowsOf(readme);
  const same = [...rowsOf(written)].filter(([row]) => rows.has(row));
  for (const [row, cells] of same) t.is(rows.get(row), cells, row);
  t.true(same.length > 8);
  for (const [, path = ''] of readme.matchAll(/\((bench\/results\/[^)]+)\)/g))
    t.true(existsSync(join(root, path)), path);
});

/** Pages that tell of measurements of their own, beside how to repeat them. */
const MEASURED = ['openfeature.md', 'newer-calls.md', 'first-hour.md'];

test('no page and no comment on a call repeats a number of the table, or has a factor of its own', (t) => {
  const cost = /\d ?(ns|µs)\b|\b(nano|micro)seconds/;
  const factor = /\b(\d[\d.]*|two|three|five|ten|twenty) ?(×|times (faster|cheaper|less|as fast))/;
  const pages = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'));
  const texts = [
    ...pages.filter((page) => !MEASURED.includes(page)).map((page) => `docs/${page}`),
    ...['server', 'user-scope', 'statsig-object'].map((file) => `src/api/${file}.ts`),
    ...['listening', 'lookups', 'newer-calls', 'operations'].map((file) => `src/api/${file}.ts`),
    'package.json',
  ].flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .map((line) => `${file}: ${line}`),
  );
  t.deepEqual(
    texts.filter((line) => factor.test(line) || cost.test(line)),
    ['docs/index.md:   text: Feature checks in nanoseconds'],
  );
});
