/**
 * What an editor knows and shows in each way of importing the package: the names that are there at
 * run time, and words for each.
 */
import test from 'ava';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Editor, SETUPS } from './editor';

const root = join(__dirname, '../..');

/** Of statsig-node's, too, it is there at run time and hidden from types (BEHAVIOUR.md 1.1). */
const HIDDEN = '_enforceServer';

/** Names at run time: of the ES module, of its default, of `module.exports` and of its `default`. */
type Shape = 'namespace' | 'default' | 'required' | 'inner';
const SHAPES = JSON.parse(
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import * as namespace from './dist/index.mjs';
       import { createRequire } from 'node:module';
       const required = createRequire(process.cwd() + '/x.js')('./dist/index.js');
       const shapes = { namespace, default: namespace.default, required, inner: required.default };
       for (const [shape, object] of Object.entries(shapes)) shapes[shape] = Object.keys(object);
       console.log(JSON.stringify(shapes));`,
    ],
    { cwd: root, encoding: 'utf8' },
  ),
  (_, value: unknown) =>
    Array.isArray(value) ? value.filter((name) => name !== HIDDEN).sort() : value,
) as Record<Shape, string[]>;

interface Form {
  setup: keyof typeof SETUPS;
  extension: string;
  head: string;
  /** What it is at run time. A default import of compiled CommonJS may be either of two. */
  shape: Shape;
}

const NAMESPACE = "import * as Statsig from 'statsig-node';\n";
const DEFAULT = "import Statsig from 'statsig-node';\n";
const ASSIGNED = "import Statsig = require('statsig-node');\n";
const REQUIRED = "const Statsig = require('statsig-node');\n";

/** Imports that applications write. */
const FORMS: Record<string, Form> = {
  'namespace, node16': {
    setup: 'node16',
    extension: 'mts',
    head: NAMESPACE,
    shape: 'namespace',
  },
  'default, node16': { setup: 'node16', extension: 'mts', head: DEFAULT, shape: 'default' },
  'import =, node16': { setup: 'node16', extension: 'cts', head: ASSIGNED, shape: 'required' },
  'default of CommonJS, node16': {
    setup: 'node16',
    extension: 'cts',
    head: DEFAULT,
    shape: 'inner',
  },
  'require in JavaScript': {
    setup: 'node16',
    extension: 'cjs',
    head: REQUIRED,
    shape: 'required',
  },
  'namespace, bundler': {
    setup: 'bundler',
    extension: 'ts',
    head: NAMESPACE,
    shape: 'namespace',
  },
  'default, bundler': { setup: 'bundler', extension: 'ts', head: DEFAULT, shape: 'default' },
  'namespace, commonjs': {
    setup: 'commonjs',
    extension: 'ts',
    head: NAMESPACE,
    shape: 'required',
  },
  'default, commonjs': { setup: 'commonjs', extension: 'ts', head: DEFAULT, shape: 'inner' },
  'import =, commonjs': { setup: 'commonjs', extension: 'ts', head: ASSIGNED, shape: 'required' },
};

const isOld = (name: string): boolean => /Sync$|WithExposureLoggingDisabled/.test(name);

/** Words at each of some places, and whether they are struck through. */
function checkWords(
  t: { deepEqual(actual: unknown, expected: unknown): unknown },
  editor: Editor,
  file: string,
  places: Map<string, number>,
): void {
  const shown = [...places].map(([name, place]) => ({ name, ...editor.hover(file, place) }));
  const silent = shown.filter(({ words }) => words.length < 15).map(({ name }) => name);
  t.deepEqual(silent, []);
  const old = shown.filter(({ tags }) => tags.includes('deprecated')).map(({ name }) => name);
  t.deepEqual(old, [...places.keys()].filter(isOld));
}

/** The members of a form, each on a line. */
function textOf({ head, shape }: Form): { text: string; places: Map<string, number> } {
  let text = head;
  const places = new Map<string, number>();
  for (const name of SHAPES[shape]) {
    places.set(name, text.length + 'Statsig.'.length);
    text += `Statsig.${name};\n`;
  }
  return { text, places };
}

/** A list of names, each on a line below its import. */
function namedText(): { text: string; places: Map<string, number> } {
  const names = SHAPES.namespace.filter((name) => name !== 'default');
  let text = `import { ${names.join(', ')} } from 'statsig-node';\n`;
  const places = new Map<string, number>();
  for (const name of names) {
    places.set(name, text.length);
    text += `${name};\n`;
  }
  return { text, places };
}

const fileOf = (form: string, extension: string): string =>
  `${form.replace(/\W+/g, '-')}.${extension}`;

for (const [setup, options] of Object.entries(SETUPS)) {
  const forms = Object.entries(FORMS)
    .filter(([, form]) => form.setup === setup)
    .map(([form, parts]) => ({
      form,
      parts,
      file: fileOf(form, parts.extension),
      ...textOf(parts),
    }));
  const named = { file: setup === 'node16' ? 'named.mts' : 'named.ts', ...namedText() };
  const editor = new Editor(
    options,
    Object.fromEntries([...forms, named].map(({ file, text }) => [file, text])),
  );
  for (const { form, parts, file, text, places } of forms)
    test(`${form}: the names of run time, and words for each`, (t) => {
      t.deepEqual(editor.problems(file), []);
      t.deepEqual(editor.offered(file, text.lastIndexOf('.') + 1).sort(), SHAPES[parts.shape]);
      checkWords(t, editor, file, places);
      // A namespace has no words of its own.
      if (parts.shape === 'inner')
        t.regex(editor.hover(file, parts.head.indexOf('Statsig')).words, /The shared instance/);
    });
  test(`named, ${setup}: words for each name`, (t) => {
    t.deepEqual(editor.problems(named.file), []);
    checkWords(t, editor, named.file, named.places);
  });
}

test('a default import of CommonJS with and without interop has the same names', (t) => {
  t.deepEqual(
    SHAPES.required.filter((name) => !['default', 'Statsig'].includes(name)),
    SHAPES.inner,
  );
});
