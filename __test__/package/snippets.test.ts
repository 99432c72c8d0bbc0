/**
 * Every snippet of the pages compiles against the package as it is built; one with what it prints
 * below it prints that.
 */
import test from 'ava';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');
const app = join(root, '__test__/package/app');
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'bench/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** What the reader has: their user, their application, their own modules, packages of others. */
const READERS = `
import type { StatsigServer, StatsigUser } from 'statsig-node-native';
import type { StatsigProvider as Provider } from 'statsig-node-native/openfeature';
declare global {
  const Statsig: typeof import('statsig-node-native').default;
  const StatsigProvider: typeof Provider;
  const statsig: StatsigServer & import('statsig-node-native/testing').TestStatsig;
  const assert: typeof import('node:assert/strict');
  const user: StatsigUser;
  const key: string, secretKey: string, clientKey: string, url: string;
  const project: string;
  const pageOf: (...flags: boolean[]) => string;
  const testers: Map<string | null | undefined, { gates: Record<string, boolean> }>;
  const reader: { get(address: string): { country: { iso_code: string } } | null };
  type Answers = (path: string, answer: (request: any, response: any) => unknown) => void;
  const app: { get: Answers; use: Answers };
  const page: { write(html: string): void };
  const dataAdapter: import('statsig-node-native').IDataAdapter;
  const db: { one(text: string, values: unknown[]): Promise<{ payload: string } | null> };
  const broker: { subscribe(topic: string, ...told: unknown[]): { end(): void } };
  const handler: (request: Request) => Promise<Response>;
  const beforeAll: any, beforeEach: any, afterEach: any, afterAll: any, expect: any, jest: any;
  const test: any;
}
`;
const OTHERS = `
declare module 'ava';
declare module 'express';
declare module 'fastify';
declare module 'hono';
declare module 'next/headers';
declare module 'next/server';
declare module 'react';
declare module '@nestjs/common';
declare module '@vercel/functions';
declare module 'statsig-node-native/statsig.wasm?module' {
  const module: object;
  export default module;
}
`;
interface Snippet {
  page: string;
  line: number;
  text: string;
  language: string;
}

function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```(js|ts|diff)\n([^]*?)^```$/gm)]
    .map((match) => ({
      page,
      line: text.slice(0, match.index).split('\n').length,
      text: match[1] === 'diff' ? changed(match[2]!) : match[2]!,
      language: match[1]!,
    }))
    .filter(({ language, text: code }) => language !== 'diff' || /\b(import|require)\b/.test(code));
}

/** What a worked diff leads to. */
const changed = (diff: string): string => diff.replace(/^-.*\n/gm, '').replace(/^[+ ]/gm, '');

/** A module: with `require` it is CommonJS, else it may await at its top. */
function fileOf({ page, line, text, language }: Snippet): string {
  const isCommon = /\brequire\(/.test(text);
  const extension = language === 'ts' ? (isCommon ? 'cts' : 'mts') : isCommon ? 'cjs' : 'mjs';
  return join(app, `${page.replace(/\W/g, '-')}-${line}.${extension}`);
}

function problemsOf(files: Map<string, string>): readonly ts.Diagnostic[] {
  const options: ts.CompilerOptions = {
    allowJs: true,
    checkJs: true,
    noEmit: true,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    target: ts.ScriptTarget.ES2022,
    strict: false,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  const packed = (name: string): string =>
    name.replace(/^.*\/node_modules\/statsig-node(-native)?\//, `${root}/`);
  host.readFile = (name) => files.get(name) ?? readFile(packed(name));
  host.fileExists = (name) => files.has(name) || fileExists(packed(name));
  host.directoryExists = (name) =>
    name === app || name === join(app, 'dist') || ts.sys.directoryExists(packed(`${name}/`));
  host.getSourceFile = (name, target) => {
    const text = host.readFile(name);
    return text === undefined ? undefined : ts.createSourceFile(name, text, target);
  };
  host.realpath = (name) => name;
  return ts.getPreEmitDiagnostics(ts.createProgram([...files.keys()], options, host));
}

test('every snippet compiles', (t) => {
  const snippets = pages.flatMap(snippetsOf);
  const files = new Map(
    snippets.map((snippet) => [fileOf(snippet), `${snippet.text}\nexport {};`]),
  );
  for (const [file, text] of files)
    if (file.endsWith('.cjs'))
      files.set(file, text.replace(/\nexport \{\};$/, '\nmodule.exports = {};'));
  files.set(join(app, 'reader.d.mts'), READERS);
  files.set(join(app, 'others.d.ts'), OTHERS);
  for (const file of ['checkout.d.ts', 'dist/checkout.d.ts'])
    files.set(join(app, file), 'export const buttonFor: (user: object) => string;');
  const problems = problemsOf(files)
    .filter(({ file }) => file?.fileName.startsWith(app))
    .map(({ file, start, messageText }) => {
      const { line } = file!.getLineAndCharacterOfPosition(start ?? 0);
      const says = ts.flattenDiagnosticMessageText(messageText, ' ');
      return `${file!.fileName.slice(app.length + 1)}, its line ${line + 1}: ${says}`;
    });
  t.deepEqual(problems, []);
  t.true(snippets.length > 20);
});

/** Fences of a page: language and text. */
const fencesOf = (page: string): [string, string][] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^ *```(\w*)\n([^]*?)^ *```$/gm)].map(
    ([, language = '', text = '']) => [language, text],
  );

test('no fence has a language that nothing looks at, and JSON is JSON', (t) => {
  const known = ['js', 'ts', 'json', 'sh', 'console', 'text', 'diff', ''];
  for (const page of pages)
    for (const [language, text] of fencesOf(page)) {
      t.true(known.includes(language), `${page}: ${language}`);
      // A member of an object may stand alone.
      if (language === 'json')
        t.notThrows(() => JSON.parse(/^\s*[[{]/.test(text) ? text : `{${text}}`) as unknown, page);
    }
});

test('each entry point is imported by a snippet', (t) => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  const text = pages
    .flatMap(snippetsOf)
    .map((snippet) => snippet.text)
    .join('\n');
  const silent = Object.keys(exports)
    .filter((entry) => !/^\.\/(dist\/|package\.json)/.test(entry))
    .map((entry) => `statsig-node-native${entry.slice(1)}`)
    .filter((entry) => !new RegExp(`['(]${entry}(\\?module)?'`).test(text));
  t.deepEqual(silent, []);
});

/** Snippets with what they print. The README's is run on each engine by `readme.test.ts`. */
const printing = pages
  .filter((page) => page !== 'README.md')
  .flatMap((page) =>
    [
      ...readFileSync(join(root, page), 'utf8').matchAll(
        /^```js\n(import[^]*?)^```\n\n```text\n([^]*?)^```$/gm,
      ),
    ].map(([, program = '', printed = '']) => ({ page, program, printed })),
  );

for (const [index, { page, program, printed }] of printing.entries()) {
  test(`${page}: a snippet prints what is below it (${index + 1})`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'snippet-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/statsig-node-native'), 'junction');
    writeFileSync(join(folder, 'example.mjs'), program);
    const output = execFileSync(process.execPath, [join(folder, 'example.mjs')], {
      cwd: root,
      encoding: 'utf8',
    });
    t.is(output, printed);
  });
}

test('there are snippets that print', (t) => t.true(printing.length > 0));
