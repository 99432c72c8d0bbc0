/** `bench` finds Statsig's SDKs where an application has them, and says why it found none. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { rivals, whyAlone } from '../../src/cli/bench/sdks';

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
