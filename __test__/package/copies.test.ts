/**
 * Several copies of the built package in one process: which share the singleton, and that classes
 * recognise results.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type * as Package from '../../src';

const ROOT = join(__dirname, '../..');
const KEY = 'secret-copies';
const OPTIONS = { localMode: true, engine: 'js' } as const;
const U = { userID: 'u' };
let folder: string;

/**
 * Installs a copy of dist under another path, optionally as another version; its dependencies are
 * the repository's.
 */
function copy(name: string, version?: string): string {
  const at = join(folder, name);
  mkdirSync(at);
  cpSync(join(ROOT, 'dist'), join(at, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(at, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(at, 'node_modules'));
  if (version !== undefined) {
    const file = join(at, 'dist/sdk.js');
    const text = readFileSync(file, 'utf8');
    const changed = text.replace(/(\bVERSION = ")\d+\.\d+\.\d+"/, `$1${version}"`);
    if (changed === text) throw new Error('the bundle names no version');
    writeFileSync(file, changed);
  }
  return at;
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- copies of the package under
// test
const load = (at: string): typeof Package => require(at) as typeof Package;

/** A path to import from compiled CommonJS without it becoming a `require`. */
const native = new Function('path', 'return import(path)') as (
  path: string,
) => Promise<typeof Package>;

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'statsig-copies-'));
});
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

test.serial(
  "copies of one version are one singleton; results are instances of either's classes",
  async (t) => {
    const [first, second] = [load(copy('first')), load(copy('second'))];
    t.not(first.checkGate, second.checkGate);
    t.throws(() => second.checkGate(U, 'g'), { message: /initialize\(\)/ });
    await first.initialize(KEY, OPTIONS);
    second.overrideGate('g', true);
    t.true(first.checkGate(U, 'g'));
    t.is(second.engineInfo().engine, 'js');
    const [config, layer] = [second.getConfig(U, 'c'), second.getLayer(U, 'l')];
    t.true(config instanceof first.DynamicConfig && config instanceof second.DynamicConfig);
    t.true(layer instanceof first.Layer && layer instanceof second.Layer);
    t.false(layer instanceof second.DynamicConfig);
    t.false((null as unknown) instanceof second.Layer || ({} as unknown) instanceof second.Layer);
    class Mine extends second.DynamicConfig {}
    t.false(config instanceof Mine);
    t.true(new Mine('mine') instanceof Mine);
    second.shutdown();
    t.throws(() => first.checkGate(U, 'g'), { instanceOf: second.StatsigUninitializedError });
    await second.initialize(KEY, OPTIONS);
    t.false(first.checkGate(U, 'g'), 'a new life, without the override');
    await first.shutdownAsync();
  },
);

test.serial('CommonJS of one copy and ES modules of another', async (t) => {
  const required = load(copy('required'));
  const imported = await native(join(copy('imported'), 'dist/index.mjs'));
  await imported.initialize(KEY, OPTIONS);
  imported.default.overrideGate('g', true);
  t.true(required.checkGate(U, 'g'));
  await required.shutdownAsync();
});

test.serial(
  'a patch version shares, a minor version has its own instance, and a warning says so',
  async (t) => {
    const [one, patch, minor] = [
      load(copy('one', '7.1.0')),
      load(copy('patch', '7.1.9')),
      load(copy('minor', '7.2.0')),
    ];
    await one.initialize(KEY, OPTIONS);
    t.false(patch.checkGate(U, 'g'));
    t.throws(() => minor.checkGate(U, 'g'), { message: /initialize\(\)/ });
    const warnings: string[] = [];
    const logger = {
      warn: (line: unknown) => void warnings.push(String(line)),
      error() {},
      logLevel: 'warn',
    } as never;
    await minor.initialize(KEY, { ...OPTIONS, logger });
    t.is(
      warnings.filter((line) => line.includes('statsig-node-native 7.1 is running too')).length,
      1,
      warnings.join('\n'),
    );
    minor.overrideGate('g', true);
    t.false(one.checkGate(U, 'g'));
    await minor.shutdownAsync();
    t.false(patch.checkGate(U, 'g'), 'the other one lives on');
    await one.shutdownAsync();
  },
);

test.serial(
  "a module loaded anew from the same file is a fresh singleton, as statsig-node's is",
  async (t) => {
    const at = copy('reloaded', '8.0.0');
    const before = load(at);
    await before.initialize(KEY, OPTIONS);
    for (const path of Object.keys(require.cache))
      if (path.startsWith(at)) delete require.cache[path];
    const after = load(at);
    t.not(after, before);
    t.throws(() => after.checkGate(U, 'g'), { message: /initialize\(\)/ });
    t.false(before.checkGate(U, 'g'));
    await before.shutdownAsync();
  },
);
