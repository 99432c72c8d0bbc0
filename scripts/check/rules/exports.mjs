// Values that src exports and no file imports: what is used in its own file alone is not exported.
// Exempt are files that applications import, and types, which say what a function takes.
import { posix } from 'node:path';
import { deepImports } from '../../build/deep-imports.mjs';

const declared =
  /^export (?:abstract )?(?:async )?(?:function\*?|class|const enum|const|let) ([A-Za-z_$][\w$]*)/gm;
const listed = /^export \{([^}]*)\}/gm;
const imported =
  /(?:import|export)\s+(?:type\s+)?(?:[\w$]+\s*,\s*)?(\{[^}]*\}|\*(?:\s+as\s+[\w$]+)?)\s+from\s+['"](\.[^'"]+)['"]/g;
const asked = /(?:require|import)\(\s*['"](\.[^'"]+)['"]\s*\)/g;

/** What packages and programs load by its path. */
const offered =
  /^src\/(index|index\.edge|cli|compat\/.*|(local-server|testing|openfeature|otel|flags|inspector|forward-proxy|spec-sources)\/index|storage\/(redis|file-adapter|memory-adapter|compressed-adapter)|types\/errors|engine\/generated\/.*)\.ts$/;

/** One sentence per export that nothing imports. `sources`: all files that may import. */
export function unusedExports(sources) {
  const used = usedNames(sources);
  return sources
    .filter(({ file }) => /^src\/.*\.ts$/.test(file) && !offered.test(file))
    .flatMap(({ file, text }) => {
      const names = used.get(file.replace(/(\.d)?\.ts$/, '')) ?? new Set();
      return exportedNames(text)
        .filter((name) => !names.has(name) && !names.has('*'))
        .map((name) => `${file}: nothing imports ${name}; it need not be exported`);
    });
}

function exportedNames(text) {
  const names = [...text.matchAll(declared)].map(([, name]) => name);
  for (const [, list] of text.matchAll(listed)) names.push(...namesIn(list, 1));
  return names;
}

/** Names of a list of imports or exports: 0 = as there, 1 = as here. */
function namesIn(list, side) {
  return list
    .replace(/[{}]|\/\/.*/g, '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && (side === 0 || !entry.startsWith('type ')))
    .map((entry) => entry.replace(/^type\s+/, ''))
    .map((entry) => entry.split(/\s+as\s+/)[side] ?? entry);
}

function usedNames(sources) {
  const used = new Map();
  for (const { from, names = [], default: main } of Object.values(deepImports))
    if (from)
      used.set(`src/${from}`, new Set([...(used.get(`src/${from}`) ?? []), ...names, main]));
  const use = (file, path, names) => {
    const target = posix.join(posix.dirname(file), path).replace(/\.(js|ts)$/, '');
    for (const key of [target, `${target}/index`]) {
      if (!used.has(key)) used.set(key, new Set());
      for (const name of names) used.get(key).add(name);
    }
  };
  for (const { file, text } of sources) {
    for (const [, what, path] of text.matchAll(imported))
      use(file, path, what.startsWith('*') ? ['*'] : namesIn(what, 0));
    for (const [, path] of text.matchAll(asked)) use(file, path, ['*']);
  }
  return used;
}
