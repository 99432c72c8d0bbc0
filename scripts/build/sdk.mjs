// Bundles what `require` of the package loads into dist/sdk.js: eighty small files took twice the
// time to load that one does. From the sources, as in build/engines.mjs. Called by build/ts.mjs,
// after tsc and whatever else writes modules.
//
// What is required late (the engines, axios, tables) stays a file of its own. Every other file of
// dist that requires a module of the bundle gets it from there, so that a process has each class
// once. Modules that nothing needs go.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, normalize, posix, relative, sep } from 'node:path';
import { hardened, inAscii } from './bundle-text.mjs';
import { root } from '../lib/stamp.mjs';

const bundle = 'dist/sdk.js';
const require = createRequire(import.meta.url);
const slashes = (path) => path.split(sep).join('/');
const outputOf = (source) => source.replace(/^src\//, 'dist/').replace(/\.ts$/, '.js');
const inputOf = (output) => output.replace(/^dist\//, './src/').replace(/\.js$/, '');

/**
 * What the behaviour suites ask of an installed package besides what it offers (use-packed.cjs).
 */
export const TESTED = [
  'api/composed',
  'api/deprecated-calls',
  'api/singleton',
  'engine-host/time-zone',
  'engine/engine',
  'engine/select',
  'platform/platform-node',
  'runtime/djb2',
  'users/asked-names',
  'users/user-agent',
  'users/user-encoder',
  'users/user-json',
].map((name) => `dist/${name}.js`);

/** Leaves `require('./x')` as it is, but for the place that it is called from. */
const lateLoads = {
  name: 'late-loads',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'require-call') return undefined;
      return {
        external: true,
        path: `./${slashes(relative(join(root, 'src'), join(resolveDir, path)))}`,
      };
    });
  },
};

const options = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  metafile: true,
  format: 'cjs',
  platform: 'node',
  target: 'node18',
  packages: 'external',
  tsconfig: 'tsconfig.build.json',
  plugins: [lateLoads],
  logLevel: 'error',
};

/** Modules of the bundle, as files of dist: all that dist/index.js imports. */
async function partsOf(build) {
  const { metafile } = await build({ ...options, entryPoints: ['src/index.ts'] });
  return new Set(
    Object.keys(metafile.inputs)
      .map(outputOf)
      .filter((file) => file !== 'dist/index.js'),
  );
}

/**
 * The modules that the bundle exports, by their file: each costs 20 µs at load. CommonJS that
 * TypeScript wrote looks for the mark.
 */
function entryText(parts) {
  const imports = parts.map((file, i) => `import * as part${i} from '${inputOf(file)}';`);
  const marked =
    "const marked = (names) => Object.defineProperty({ ...names }, '__esModule', { value: true });";
  const exported = parts.map((file, i) => `  get '${file}'() { return marked(part${i}); },`);
  return [...imports, marked, 'module.exports = {', ...exported, '};'].join('\n');
}

/** Targets of package.json's exports and commands. */
function exported(value) {
  if (typeof value === 'string') return [value.replace(/^\.\//, '')];
  return Object.values(value ?? {}).flatMap(exported);
}

const access = (from, file) =>
  `require('${posix.relative(posix.dirname(from), bundle).replace(/^(?!\.)/, './')}')['${file}']`;

/**
 * The text of a module of the bundle that package.json exports. Each name stands there, for Node to
 * see what `import` may name.
 */
function doorText(file) {
  const names = Object.keys(require(join(root, file))).map(
    (name) => `exports.${name} = source.${name};`,
  );
  return [
    "'use strict';",
    "Object.defineProperty(exports, '__esModule', { value: true });",
    `const source = ${access(file, file)};`,
    ...names,
    '',
  ].join('\n');
}

/** The text of a file that takes modules of the bundle from there; notes which. */
function rewritten(file, parts, needed) {
  return readFileSync(join(root, file), 'utf8').replace(
    /require\((["'])(\.[^"']*)\1\)/g,
    (call, _quote, path) => {
      const base = posix.join(posix.dirname(file), path);
      const part = [base, `${base}.js`, `${base}/index.js`].find((candidate) =>
        parts.has(candidate),
      );
      if (part === undefined) return call;
      needed.add(part);
      return access(file, part);
    },
  );
}

/**
 * The modules that what package.json offers needs beside the bundle, with their texts; notes what
 * they need of the bundle.
 */
function outside(offered, parts, needed) {
  const texts = new Map();
  const waiting = offered.filter((file) => !parts.has(file));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (texts.has(file)) continue;
    const text = rewritten(file, parts, needed);
    texts.set(file, text);
    for (const [, path] of text.matchAll(/require(?:\.resolve)?\(["'](\.[^"']*)["']\)/g)) {
      const base = posix.join(posix.dirname(file), path);
      const found = [base, `${base}.js`, `${base}/index.js`].find((candidate) =>
        isFile(join(root, candidate)),
      );
      if (found === undefined) throw new Error(`${file} requires ${path}, which is not there`);
      if (found !== bundle && !parts.has(found)) waiting.push(found);
    }
  }
  return texts;
}

/** Declarations of the js engine's own modules, which no other file names. */
const isInner = (file) => /^dist\/engine\/js\/(?!engine\.d\.ts$)/.test(file);
const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/**
 * `files`: those of dist; `late`: those that the bundle requires late. Returns those that are left.
 */
export async function bundleSdk(files, late) {
  const { build } = await import('esbuild');
  const { exports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const parts = await partsOf(build);
  const named = [...exported([exports, bin])];
  const offered = [...new Set(named)].filter((file) => file.endsWith('.js'));
  writeFileSync(join(root, bundle), '');
  const doors = offered.filter((file) => parts.has(file));
  const needed = new Set([...doors, ...TESTED]);
  const texts = outside(offered, parts, needed);
  for (const file of doors) texts.set(file, doorText(file));
  const stdin = { contents: entryText([...needed].sort()), resolveDir: root, loader: 'ts' };
  const { outputFiles } = await build({
    ...options,
    stdin,
    banner: { js: '// Generated by scripts/build/sdk.mjs.' },
  });
  for (const [file, text] of texts) writeFileSync(join(root, file), text);
  writeFileSync(join(root, bundle), inAscii(hardened(outputFiles[0].text)));
  const others = files.filter((file) => !/\.js(on)?$/.test(file) && !isInner(slashes(file)));
  return [...others, ...[...texts.keys(), ...late, bundle].map((file) => normalize(file))];
}
