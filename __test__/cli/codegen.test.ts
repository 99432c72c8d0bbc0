/** What `codegen` writes, checks, and watches; that it compiles: package/typed-flags.test.ts. */
import test from 'ava';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchSource } from '../../src/cli/watch';
import { run, sample } from './support';

const folder = mkdtempSync(join(tmpdir(), 'codegen-'));
test.after.always(() => rmSync(folder, { recursive: true }));

test('codegen: types, a manifest, JSON, a check, and what is wrong', async (t) => {
  const types = join(folder, 'flags.d.ts');
  const manifest = join(folder, 'flags.json');
  const printed = await run('codegen', '--specs', sample);
  t.is(printed.code, 0);
  t.regex(printed.out, /^\/\/ Generated: .*\nimport "statsig-node-native";\n/);
  t.regex(printed.out, /\n {6}new_checkout: boolean;\n[^]*\n {8}perMinute: number;\n/);
  t.false(printed.out.includes('segment:') || printed.out.includes('strict'));
  const args = ['codegen', '--specs', sample, '--to', types, '--manifest', manifest, '--strict'];
  t.is((await run(...args, '--check')).code, 1);
  const counts = '13 gates, 3 configs, 4 experiments, 1 layer, 0 parameter stores';
  t.deepEqual(await run(...args), {
    code: 0,
    out: '',
    err: `${types}: ${counts}\n${manifest}: ${counts}`,
  });
  t.regex(readFileSync(types, 'utf8'), /strict: true;/);
  t.deepEqual(await run(...args, '--check'), { code: 0, out: '', err: '' });
  t.deepEqual(await run(...args), { code: 0, out: '', err: '' });
  const { flags } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    flags: Record<string, { flagType: string; defaultValue: unknown }>;
  };
  t.deepEqual(flags['new_checkout'], { flagType: 'boolean', defaultValue: false });
  t.deepEqual(flags['tariff.unlockFee'], { flagType: 'integer', defaultValue: 1 });
  t.deepEqual(flags['tariff.perMinute'], { flagType: 'float', defaultValue: 0.19 });
  t.is(flags['support_hours']?.flagType, 'object');
  t.is(flags['support_hours.languages'], undefined);
  const data = JSON.parse((await run('codegen', '--specs', sample, '--json')).out) as {
    gates: string[];
    layers: object;
  };
  t.is(data.gates.length, 13);
  t.deepEqual(data.layers, {
    search: { maxResults: 'number', ranking: 'string', showPrice: 'boolean' },
  });
  t.regex((await run('codegen', '--specs', join(folder, 'none.json'))).err, /none\.json/);
});

test('codegen: the module that the nearest package.json names', async (t) => {
  const app = mkdtempSync(join(folder, 'app-'));
  const to = join(app, 'flags.d.ts');
  const dependencies = { 'statsig-node': 'npm:statsig-node-native@^0.1.0' };
  writeFileSync(join(app, 'package.json'), JSON.stringify({ dependencies }));
  await run('codegen', '--specs', sample, '--to', to);
  t.regex(readFileSync(to, 'utf8'), /^declare module "statsig-node" \{$/m);
  await run('codegen', '--specs', sample, '--to', to, '--module', 'flags');
  t.regex(readFileSync(to, 'utf8'), /^declare module "flags" \{$/m);
});

test('codegen --watch looks again when the file changed', async (t) => {
  const file = join(folder, 'watched.json');
  writeFileSync(file, '{}');
  const seen = new Promise<void>((resolve) => {
    const end = watchSource(file, () => {
      end();
      resolve();
    });
  });
  // What is written before the first look at the file is no change, so it is written until it is seen.
  const writing = setInterval(() => writeFileSync(file, String(Math.random())), 100);
  await t.notThrowsAsync(seen.finally(() => clearInterval(writing)));
});

test('a payload that no SDK would take leaves the types as they are', async (t) => {
  const to = join(folder, 'kept.d.ts');
  const source = join(folder, 'refused.json');
  writeFileSync(to, 'good');
  for (const payload of [{ feature_gates: null }, { feature_gates: [], dynamic_configs: 5 }]) {
    writeFileSync(source, JSON.stringify(payload));
    const { code, err } = await run('codegen', '--specs', source, '--to', to);
    t.is(code, 1);
    t.regex(err, /cannot be used/);
    t.is(readFileSync(to, 'utf8'), 'good');
  }
});
