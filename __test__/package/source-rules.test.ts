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
  const check = await script('check-imports.mjs', 'importProblems');
  const violations: [string, string][] = [
    ['src/engine/js/engine.ts', "import { a } from '../../options';"],
    ['src/engine/js/engine.ts', "import { a } from 'node:crypto';"],
    ['src/engine/js/engine.ts', "import { a } from 'axios';"],
    ['src/engine/native.ts', "const a = require('./wasm');"],
    ['src/events/queue.ts', "import type { Engine } from '../engine/engine';"],
    ['src/network/http.ts', "export * from '../events/queue';"],
    ['src/statsig.ts', "import { createJsEngine } from './engine/js/engine';"],
    ['src/local-server/server.ts', "import { a } from '../network/http';"],
    ['__test__/conformance/vectors.test.ts', "await import('../../src/engine/js/engine');"],
  ];
  for (const [file, text] of violations) t.true(check([{ file, text }]).length > 0, `${file}: ${text}`);
});

test('allowed imports and comments are let through', async (t) => {
  const check = await script('check-imports.mjs', 'importProblems');
  const allowed: [string, string][] = [
    ['src/engine/js/engine.ts', "import type { Engine } from '../engine';"],
    ['src/engine/select.ts', "require('./native');"],
    ['src/updates/sync.ts', "import { a } from '../network/http';"],
    ['src/engine/js/engine.ts', "// import { a } from 'axios';\n/* require('axios') */"],
  ];
  for (const [file, text] of allowed) t.deepEqual(check([{ file, text }]), [], `${file}: ${text}`);
});

test('cycles are found, mutual type imports are none', async (t) => {
  const check = await script('check-imports.mjs', 'importProblems');
  const pair = (keyword: string): Source[] => [
    { file: 'src/a.ts', text: `${keyword} { b } from './b';` },
    { file: 'src/b.ts', text: `import { a } from './a';` },
  ];
  t.deepEqual(check(pair('import')), ['import cycle: src/a -> src/b -> src/a']);
  t.deepEqual(check(pair('import type')), []);
});

test('long files and odd names are found', async (t) => {
  const check = await script('check-layout.mjs', 'layoutProblems');
  const lines = (count: number): string => 'x\n'.repeat(count);
  t.is(check([{ file: 'src/a.ts', text: lines(400) }]).length, 0);
  t.is(check([{ file: 'src/a.ts', text: lines(401) }]).length, 1);
  t.is(check([{ file: 'crates/evaluator/src/a.rs', text: lines(601) }]).length, 1);
  t.is(check([{ file: 'src/engine/fooBar.ts', text: '' }]).length, 1);
  t.is(check([{ file: 'crates/evaluator/src/fooBar.rs', text: '' }]).length, 1);
  t.is(check([{ file: 'src/interfaces/IDataAdapter.ts', text: '' }]).length, 0);
});
