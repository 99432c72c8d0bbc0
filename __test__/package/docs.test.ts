import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import test from 'ava';

const root = join(__dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

test('docs/options.md has a row for every option, and none besides', (t) => {
  const source = read('src/options/statsig-options.ts') + read('src/options/http-options.ts');
  const heads = [
    'type ExplicitStatsigOptions =',
    'type AdditionalOptions =',
    'interface HttpOptions',
  ];
  const types = heads.map((name) => {
    const found = new RegExp(`export ${name} \\{([\\s\\S]*?)\\n\\}`).exec(source)?.[1];
    t.truthy(found, name);
    return found ?? '';
  });
  const options = [...types.join('\n').matchAll(/^ {2}(\w+)\??:/gm)].map((match) => match[1]);
  const rows = [...read('docs/options.md').matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
  t.true(options.length > 20);
  t.deepEqual(rows.sort(), options.sort());
});

test('relative links in the documentation lead somewhere', (t) => {
  let links = 0;
  for (const page of pages) {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(target)) continue;
      links += 1;
      t.true(existsSync(join(root, dirname(page), target)), `${page}: ${target}`);
    }
  }
  t.true(links > 5);
});

test('npm scripts that the documentation names exist', (t) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const page of pages) {
    for (const [, name = ''] of read(page).matchAll(/npm run ([\w:-]+)/g))
      t.truthy(scripts[name], `${page}: npm run ${name}`);
  }
});

test('files and folders that the documentation names exist', (t) => {
  // What a build makes, or another system has.
  const made = /generated|node_modules|^dist|^\.changeset\/<words>/;
  for (const page of pages) {
    for (const [, path = ''] of read(page).matchAll(
      /`((?:src|crates|scripts|docs|testdata|differential|bench|npm|__test__|\.github)\/[\w./-]*)`/g,
    )) {
      if (!made.test(path)) t.true(existsSync(join(root, path)), `${page}: ${path}`);
    }
  }
});
