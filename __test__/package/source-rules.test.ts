import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import test from 'ava';

type Source = { file: string; text: string };
type Check = (sources: Source[]) => string[];

/** A function of scripts/, which are ES modules. */
async function script(file: string, name: string): Promise<Check> {
  const url = pathToFileURL(join(__dirname, '..', '..', 'scripts', file)).href;
  const module = (await import(url)) as Record<string, Check>;
  return module[name] as Check;
}

test('imports against the layers are found', async (t) => {
  const check = await script('check/rules/imports.mjs', 'importProblems');
  const violations: [string, string][] = [
    ['src/engine/js/engine.ts', "import { a } from '../../options';"],
    ['src/engine/js/engine.ts', "import { a } from 'node:crypto';"],
    ['src/engine/js/engine.ts', "import { a } from 'axios';"],
    ['src/engine/native.ts', "const a = require('./wasm');"],
    ['src/events/queue.ts', "import type { Engine } from '../engine/engine';"],
    ['src/network/http.ts', "export * from '../events/queue';"],
    ['src/api/statsig.ts', "import { createJsEngine } from '../engine/js/engine';"],
    ['src/host/host.ts', "import { read } from '../users/user-reader';"],
    ['src/users/user-table.ts', "import type { Server } from '../api/server';"],
    ['src/network/http.ts', "import type { Server } from '../api/server';"],
    ['src/api/server.ts', "import { Statsig } from '../index';"],
    ['src/local-server/server.ts', "import { a } from '../network/http';"],
    ['__test__/conformance/vectors.test.ts', "await import('../../src/engine/js/engine');"],
  ];
  for (const [file, text] of violations)
    t.true(check([{ file, text }]).length > 0, `${file}: ${text}`);
});

test('suites that run packed load only what a package has, helpers that they load too', async (t) => {
  const check = (await script('check/rules/packed-tests.mjs', 'packedTestProblems')) as (
    sources: Source[],
    packed: Set<string>,
  ) => string[];
  const packed = new Set(['src/index.ts']);
  const problems = (...files: [string, string][]): string[] =>
    check(
      [...files, ['src/index.ts', ''], ['src/own.ts', '']].map(([file, text]) => ({
        file: file as string,
        text: text as string,
      })),
      packed,
    );
  const suite = '__test__/api/a.test.ts';
  const ofOwn = (file: string): string[] => [
    `${file}: runs packed, where src/own.ts is missing (TESTED in scripts/build/sdk.mjs)`,
  ];
  t.deepEqual(problems([suite, "import { a } from '../../src/index';"]), []);
  t.deepEqual(problems([suite, "import { type B, a } from '../../src/own';"]), ofOwn(suite));
  t.deepEqual(problems([suite, "require('../../src/own');"]), ofOwn(suite));
  t.deepEqual(problems([suite, "import type { A } from '../../src/own';"]), []);
  t.deepEqual(problems([suite, "import { type A, type B } from '../../src/own';"]), []);
  t.deepEqual(problems([suite, "type A = typeof import('../../src/own');"]), []);
  t.deepEqual(problems(['__test__/users/a.test.ts', "import { a } from '../../src/own';"]), []);
  const helper = '__test__/helper.ts';
  t.deepEqual(
    problems([suite, "import '../helper';"], [helper, "import { a } from '../src/own';"]),
    ofOwn(helper),
  );
});

test('allowed imports and comments are let through', async (t) => {
  const check = await script('check/rules/imports.mjs', 'importProblems');
  const allowed: [string, string][] = [
    ['src/engine/js/engine.ts', "import type { Engine } from '../engine';"],
    ['src/engine/select.ts', "require('./native');"],
    ['src/updates/sync.ts', "import { a } from '../network/http';"],
    ['src/engine/js/engine.ts', "// import { a } from 'axios';\n/* require('axios') */"],
  ];
  for (const [file, text] of allowed) t.deepEqual(check([{ file, text }]), [], `${file}: ${text}`);
});

test('cycles are found, those of types too', async (t) => {
  const check = await script('check/rules/imports.mjs', 'importProblems');
  const pair = (keyword: string): Source[] => [
    { file: 'src/a.ts', text: `${keyword} { b } from './b';` },
    { file: 'src/b.ts', text: `import { a } from './a';` },
  ];
  t.deepEqual(check(pair('import')), ['import cycle: src/a -> src/b -> src/a']);
  t.deepEqual(check(pair('import type')), ['import cycle: src/a -> src/b -> src/a']);
});

test('circles of Rust modules are found, facades and tests are none', async (t) => {
  const check = await script('check/rules/rust-modules.mjs', 'moduleProblems');
  const crate = (files: Record<string, string>): Source[] =>
    Object.entries(files).map(([file, text]) => ({ file: `crates/engineHost/src/${file}`, text }));
  const leaf = { 'a/leaf.rs': 'pub struct Leaf;' };
  const circle = (files: Record<string, string>): number => check(crate(files)).length;
  t.deepEqual(check(crate({ 'a.rs': 'use crate::b::{self, B};', 'b.rs': 'use super::a::A;' })), [
    'crates/engineHost/src: circle of modules: a, b',
  ]);
  t.is(circle({ 'a.rs': 'fn f() { crate::b::f() }', 'b.rs': 'use crate::a::{c::D, A as E};' }), 1);
  // A facade that passes on what its children define.
  const passesOn = 'mod leaf; mod user; pub use leaf::Leaf;';
  t.is(circle({ ...leaf, 'a/mod.rs': passesOn, 'a/user.rs': 'use super::Leaf;' }), 0);
  // One that needs a child which needs it.
  const needs = `${passesOn} use user::User; pub struct Own;`;
  t.is(circle({ ...leaf, 'a/mod.rs': needs, 'a/user.rs': 'use super::Own;' }), 1);
  t.is(circle({ ...leaf, 'a/mod.rs': needs, 'a/user.rs': 'use super::Leaf;' }), 0);
  const tested = 'pub struct B;\n#[cfg(test)]\nmod tests { use crate::a::A; }';
  t.is(circle({ 'a.rs': 'use crate::b::B; // use', 'b.rs': `// use crate::a;\n${tested}` }), 0);
});

test('long files and odd names are found', async (t) => {
  const check = await script('check/rules/layout.mjs', 'layoutProblems');
  const lines = (count: number): string => 'x\n'.repeat(count);
  t.is(check([{ file: 'src/a.ts', text: lines(500) }]).length, 0);
  t.is(check([{ file: 'src/a.ts', text: lines(501) }]).length, 1);
  t.is(check([{ file: 'crates/engineHost/src/a.rs', text: lines(601) }]).length, 1);
  t.is(check([{ file: 'src/engine/fooBar.ts', text: '' }]).length, 1);
  t.is(check([{ file: 'crates/engineHost/src/fooBar.rs', text: '' }]).length, 1);
  t.is(check([{ file: 'src/types/IDataAdapter.ts', text: '' }]).length, 1);
});

const spec =
  '## 3. Evaluation\n\n### 3.9 Users\n\n| <a id="q8"></a>Q8 | [3.9](#39-users) | mutates | mended: a copy |\n';
const pageOf = (text: string): Source => ({ file: 'docs/differences-from-statsig-node.md', text });
const specPages: Source[] = [
  { file: 'docs/spec/BEHAVIOUR.md', text: spec },
  pageOf('[Q8](spec/BEHAVIOUR.md#q8)'),
];

test('references to the specification lead to sections and quirks that exist', async (t) => {
  const check = await script('check/rules/references.mjs', 'referenceProblems');
  const problems = (text: string): string[] => check([...specPages, { file: 'src/a.ts', text }]);
  const fine = [
    'BEHAVIOUR.md 3',
    '(BEHAVIOUR.md 3.9, Q8)',
    'BEHAVIOUR.md 3–3.9',
    '/** BEHAVIOUR.md 3,\n * 3.9; Q8 */',
    'BEHAVIOUR.md says so',
    'SQ99',
  ];
  for (const text of fine) t.deepEqual(problems(text), [], text);
  t.deepEqual(problems('BEHAVIOUR.md 3.8'), ['src/a.ts: BEHAVIOUR.md has no 3.8']);
  t.deepEqual(problems('// BEHAVIOUR.md 3.9,\n// 4'), ['src/a.ts: BEHAVIOUR.md has no 4']);
  t.deepEqual(problems('BEHAVIOUR.md 3.9 and 3.10, Q9'), [
    'src/a.ts: BEHAVIOUR.md has no 3.10',
    'src/a.ts: BEHAVIOUR.md has no Q9',
  ]);
  t.deepEqual(problems(`(Q${51})`), [`src/a.ts: BEHAVIOUR.md has no Q${51}`]);
  t.deepEqual(problems('SERVER_CORE.md 1'), ['src/a.ts: SERVER_CORE.md has no 1']);
  t.deepEqual(check([specPages[0] as Source, pageOf('')]), [
    'docs/differences-from-statsig-node.md: nothing leads to q8',
  ]);
});

test('links of pages lead to files and titles, those of packed pages to packed ones', async (t) => {
  const check = (await script('check/rules/references.mjs', 'referenceProblems')) as (
    sources: Source[],
    files: object,
  ) => string[];
  const files = {
    exists: (file: string) => file === 'src/a.ts',
    isPacked: (file: string) => file.startsWith('docs/'),
  };
  const problems = (file: string, text: string): string[] =>
    check([...specPages, { file, text }], files).filter((line) => line.startsWith(file));
  t.deepEqual(
    problems(
      'docs/a.md',
      '[a](spec/BEHAVIOUR.md#39-users) [b](#own) [c](https://x/#y)\n# Own\n```\n[d](nowhere)\n```',
    ),
    [],
  );
  t.deepEqual(problems('README.md', '[a](src/a.ts)'), []);
  t.deepEqual(problems('docs/a.md', '[a](../src/a.ts)'), [
    'docs/a.md: ../src/a.ts is not in the package',
  ]);
  t.deepEqual(problems('docs/a.md', '[a](b.md)'), ['docs/a.md: b.md leads nowhere']);
  t.deepEqual(problems('docs/a.md', '[a](spec/BEHAVIOUR.md#310-users)'), [
    'docs/a.md: spec/BEHAVIOUR.md#310-users has no such anchor',
  ]);
});

test('the lists of files in ARCHITECTURE.md are what walking the code gives', async (t) => {
  const check = await script('check/rules/lives.mjs', 'lifeProblems');
  const page = (...lines: string[]): Source => ({
    file: 'ARCHITECTURE.md',
    text: ['## Three lives, file by file', ...lines, '## Next'].join('\n\n'),
  });
  const lists = (last: string): Source =>
    page(
      '**A hit**: `src/a.ts` → `src/b.ts`',
      '**A cold one** goes on through `src/c.ts`',
      '**An exposure**: `src/b.ts` → `crates/node/src/hot.rs` → `crates/evaluator/src/eval/mod.rs`',
      `**A payload**: ${last}`,
    );
  const files: Source[] = [
    { file: 'src/a.ts', text: "import { b } from './b';" },
    { file: 'src/b.ts', text: "import type { C } from './c';" },
    { file: 'src/c.ts', text: "import type { Engine } from './engine/engine';" },
    { file: 'src/d.ts', text: "import type { Engine } from './engine/engine';" },
    { file: 'crates/evaluator/src/eval/mod.rs', text: 'mod met;' },
  ];
  t.deepEqual(check([...files, lists('`src/c.ts` → `src/d.ts`')]), []);
  const [turned] = check([...files, lists('`src/b.ts` → `src/a.ts`')]);
  t.regex(turned ?? '', /"A payload": nothing before src\/a\.ts/);
  const inRust = '`crates/evaluator/src/eval/mod.rs` → `crates/evaluator/src/store/rule.rs`';
  t.is(check([...files, lists(inRust)]).length, 1);
  t.is(
    check([
      ...files,
      lists('`crates/evaluator/src/eval/mod.rs` → `crates/evaluator/src/eval/met.rs`'),
    ]).length,
    0,
  );
  t.regex(check([...files, page('nothing')])[0] ?? '', /no lists/);
});
