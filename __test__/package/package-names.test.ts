import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import test from 'ava';

interface Manifest {
  name: string;
  version: string;
  os?: string[];
  cpu?: string[];
  optionalDependencies?: Record<string, string>;
}

const repository = { url: 'git+https://example.test/a.git' };
const platform = (os: string, version = '1.2.3'): Manifest => ({
  name: `flags-${os}`,
  version,
  os: [os],
  cpu: ['x64'],
});

/** Problems of a release of `flags` and these platforms, which it depends on as it should. */
async function problemsOf(platforms: Manifest[], changes: Partial<Manifest> = {}) {
  const url = pathToFileURL(join(__dirname, '../../scripts/release/package-names.mjs')).href;
  const { setProblems } = (await import(url)) as {
    setProblems: (manifests: object[], main: string) => string[];
  };
  const optionalDependencies = Object.fromEntries(platforms.map(({ name }) => [name, '1.2.3']));
  const main = { name: 'flags', version: '1.2.3', optionalDependencies, ...changes };
  const manifests = [...platforms, main].map((manifest) => ({ repository, ...manifest }));
  return setProblems(manifests, main.name);
}

test('packages that fit each other can be published together', async (t) => {
  t.deepEqual(await problemsOf([platform('linux'), platform('win32')]), []);
});

test('names that npm would refuse are found', async (t) => {
  for (const name of ['Flags', '.flags', 'flags ', 'events', 'a'.repeat(215), 'statsignode'])
    t.is((await problemsOf([], { name })).length, 1, name);
  const alike = { ...platform('linux'), name: 'fla-gs' };
  t.deepEqual(await problemsOf([alike]), ['flags: npm cannot tell it from fla-gs']);
});

test('versions and platforms that do not fit each other are found', async (t) => {
  const other = platform('linux', '1.2.4');
  t.deepEqual(await problemsOf([other]), ['flags-linux: 1.2.4, flags is 1.2.3']);
  const forgotten = await problemsOf([platform('linux')], { optionalDependencies: {} });
  t.deepEqual(forgotten, ['flags: wants flags-linux@undefined, there is 1.2.3']);
  const twice = [platform('linux'), { ...platform('linux'), name: 'flags-gnu' }];
  t.deepEqual(await problemsOf(twice), ['flags-gnu: for linux x64 , as flags-linux is']);
  const everywhere = await problemsOf([{ name: 'flags-all', version: '1.2.3' }]);
  t.deepEqual(everywhere, ['flags-all: says no os or cpu, so it is installed everywhere']);
  const early = await problemsOf([], { version: '1.2.3-beta.1' });
  t.deepEqual(early, ['1.2.3-beta.1: not for the tag latest']);
});
