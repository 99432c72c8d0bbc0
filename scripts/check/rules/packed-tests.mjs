// The suites that check/runtimes.mjs runs on an installed package import from src only what such a
// package has: what package.json offers, what is loaded late, and TESTED of build/sdk.mjs. Anything
// else passes here and is undefined there. Types are not loaded, so they may come from anywhere.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { deepImports } from '../../build/deep-imports.mjs';
import { TESTED } from '../../build/sdk.mjs';
import { root } from '../../lib/stamp.mjs';

const suite = /^__test__\/(?:api|features|conformance)\/[^/]+\.test\.ts$/;
const imported = /^(?:import|export)\s+(?!type\b)([^'"`;]*?)\s*(?:from\s+)?['"](\.[^'"]+)['"]/gm;
const asked = /(?<!typeof )\b(?:require|require\.resolve|import)\(\s*['"](\.[^'"]+)['"]\s*\)/g;
const comments = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/** One sentence per import of a suite, or of a file that it imports, that no package answers. */
export function packedTestProblems(sources, packed = packedModules(sources)) {
  const texts = new Map(sources.map(({ file, text }) => [file, text.replace(comments, '')]));
  const problems = [];
  const waiting = [...texts.keys()].filter((file) => suite.test(file));
  const seen = new Set(waiting);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const target of loadedBy(file, texts)) {
      if (!target.startsWith('src/')) {
        if (!seen.has(target)) waiting.push(target);
        seen.add(target);
      } else if (!packed.has(target)) {
        problems.push(
          `${file}: runs packed, where ${target} is missing (TESTED in scripts/build/sdk.mjs)`,
        );
      }
    }
  }
  return problems;
}

/** Files that a file loads: imports of types alone are none. */
function loadedBy(file, texts) {
  const text = texts.get(file) ?? '';
  const values = [...text.matchAll(imported)].filter(([, names]) => !isOnlyTypes(names));
  const paths = [...values.map(([, , path]) => path), ...[...text.matchAll(asked)].map(pathOf)];
  return paths.flatMap((path) => fileOf(posix.join(posix.dirname(file), path), texts));
}

const pathOf = ([, path]) => path;
const isOnlyTypes = (names) => /^\{\s*type\s[^,]*(?:,\s*type\s[^,]*)*,?\s*\}$/.test(names);

function fileOf(path, texts) {
  return [path, `${path}.ts`, `${path}/index.ts`].filter((file) => texts.has(file)).slice(0, 1);
}

function packedModules(sources) {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const offered = JSON.stringify(exports).match(/dist\/[\w./-]+\.js(?=")/g);
  const late = sources
    .filter(({ file }) => file.startsWith('src/'))
    .flatMap(({ file, text }) =>
      [...text.replace(comments, '').matchAll(asked)].map(
        (call) => `${posix.join(posix.dirname(file), pathOf(call))}.ts`,
      ),
    );
  const files = [...offered, ...TESTED].map((file) =>
    file.replace(/^dist\/(.*)\.js$/, 'src/$1.ts'),
  );
  const deep = Object.values(deepImports).flatMap(({ from }) => (from ? [`src/${from}.ts`] : []));
  return new Set([...files, ...deep, ...late]);
}
