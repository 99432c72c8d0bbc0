/**
 * `bench` measures each SDK that it finds, finds Statsig's where an application has them, and says
 * why it found none.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { rivals, whyAlone } from '../../src/cli/bench/sdks';
import { run, sample } from './support';

const root = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
test.after.always(() => rmSync(folder, { recursive: true }));

/** A folder with packages by the name under which they are installed. */
function application(name: string, installed: Record<string, string>): string {
  const modules = join(folder, name, 'node_modules');
  for (const [alias, path] of Object.entries(installed)) {
    mkdirSync(join(modules, alias, '..'), { recursive: true });
    symlinkSync(join(root, path), join(modules, alias), 'junction');
  }
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(folder, name, 'package.json'), '{}');
  return join(folder, name);
}

test('each format has its SDK', (t) => {
  const both = application('both', {
    'statsig-node': 'node_modules/statsig-node',
    '@statsig/statsig-node-core': 'node_modules/@statsig/statsig-node-core',
  });
  t.regex(
    rivals(both, 1)
      .map(({ label }) => label)
      .join(),
    /^statsig-node \d/,
  );
  t.regex(
    rivals(both, 2)
      .map(({ label }) => label)
      .join(),
    /^statsig-node-core \d/,
  );
});

test('nobody there: which SDK reads the payload, and that it is missing', (t) => {
  const none = application('none', {});
  t.deepEqual(rivals(none, 2), []);
  t.regex(whyAlone(none, 2), /dcs-v2, which @statsig\/statsig-node-core reads, .* not installed/);
});

test('this package under the old name is no rival, and is told as that', (t) => {
  const alias = application('alias', { 'statsig-node': '.' });
  t.deepEqual(rivals(alias, 1), []);
  t.regex(whyAlone(alias, 1), /which statsig-node reads, and that is this package here/);
});

test('bench: every row of each SDK that is installed and reads the format', async (t) => {
  t.timeout(120_000, 'two processes, each of which loads an SDK');
  const { code, out, err } = await run(
    'bench',
    '--specs',
    sample,
    '--rounds',
    '1',
    '--row-ms',
    '1',
    '--json',
  );
  t.is(code, 0, err);
  const { gates, measured } = JSON.parse(out) as {
    gates: number;
    measured: { label: string; rounds: Record<string, number>[] }[];
  };
  t.true(gates > 5);
  t.deepEqual(
    measured.map(({ label }) => label.replace(/^(native|wasm|js) .*/, 'ours')),
    ['ours', 'statsig-node 6.5.2'],
  );
  for (const { rounds } of measured) {
    const names = ['initialize', 'first', 'known', 'fresh', 'few', 'memory'];
    t.deepEqual(Object.keys(rounds[0]!), names);
    t.true(names.every((name) => rounds[0]![name]! > 0));
  }
  const shown = await run('bench', '--specs', sample, '--rounds', '1', '--row-ms', '1');
  t.regex(shown.out, /^13 gates, Node .*medians of 1, events on\n.* statsig-node 6\.5\.2\n/);
  t.regex(shown.out, /^known user, ns a check .*×$/m);
  t.deepEqual(
    shown.out.split('\n').filter((line) => line.length > 80),
    [],
    'fits a terminal',
  );
  t.regex(shown.err, /^round 1 of 1: statsig-node 6\.5\.2$/m);
});

test('bench: wrong use', async (t) => {
  t.is((await run('bench')).code, 2);
  t.regex((await run('bench', '--specs', sample, '--rounds', 'x')).err, /--rounds is no number/);
  const empty = join(folder, 'no-gates.json');
  writeFileSync(
    empty,
    JSON.stringify({ feature_gates: [], dynamic_configs: [], layer_configs: [] }),
  );
  const { code, err } = await run('bench', '--specs', empty);
  t.is(code, 1);
  t.regex(err, /has no gates/);
});
