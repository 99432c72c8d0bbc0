/** The first example of the README prints what is written below it, on each engine. */
import test from 'ava';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

test('its factors are those of the run that it shows', (t) => {
  const [, path = ''] = /\((bench\/results\/\S+-release\.json)\)/.exec(readme) ?? [];
  const run = JSON.parse(readFileSync(join(root, path), 'utf8')) as {
    rows: { id: string; sdks: Record<string, { rounds: { value: number }[] }> }[];
  };
  const median = (row: string, sdk: string): number => {
    const values = run.rows
      .find(({ id }) => id === row)!
      .sdks[sdk]!.rounds.map(({ value }) => value)
      .sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)]!;
  };
  const times = (row: string, sdk: string): number => median(row, sdk) / median(row, 'native');
  const factors = ['new-real', 'new-flags1000']
    .map((row) => Math.round(times(row, 'statsig-core')))
    .sort((a, b) => a - b);
  t.true(times('new-real', 'statsig-node') > times('new-real', 'statsig-core'));
  const [, ...written] = /(\d+) to (\d+) times faster/.exec(readme.replace(/\s+/g, ' ')) ?? [];
  t.deepEqual(written.map(Number), factors);
});
