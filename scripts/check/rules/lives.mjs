// The lists of files in ARCHITECTURE.md ("Three lives, file by file") are what walking the code
// gives: each file is used by one before it in its list. Two TypeScript files may meet in a file
// that only wires or describes; what crosses into Rust is first of its crate.
import { posix } from 'node:path';

const PAGE = 'ARCHITECTURE.md';
/** Files where others meet: interfaces, and where the parts of a life are put together. */
const MEETINGS = [
  'src/api/call-parts.ts',
  'src/engine/engine.ts',
  'src/events/spool/event-spool.ts',
  'src/platform/platform.ts',
  'src/platform/platform-node.ts',
  'src/network/transport.ts',
  'src/runtime/runtime.ts',
  'src/runtime/runtime-parts.ts',
];

/** Problems of the page's lists; `sources` has the page, too. */
export function lifeProblems(sources) {
  const texts = new Map(sources.map(({ file, text }) => [file, text]));
  const page = texts.get(PAGE);
  if (page === undefined) return [];
  const lists = listsIn(page);
  const problems = lists.length < 4 ? [`${PAGE}: has no lists of files, or lost some`] : [];
  return [...problems, ...lists.flatMap((list) => listProblems(list, texts))];
}

/** Each paragraph that begins with a bold name; what goes on with another has its files first. */
function listsIn(page) {
  const [, section = ''] = /^## Three lives[^\n]*\n([\s\S]*?)^## /m.exec(page) ?? [];
  const lists = [];
  for (const paragraph of section.trim().split(/\n{2,}/)) {
    const [, title] = /^\*\*([^*]+)\*\*/.exec(paragraph) ?? [];
    if (title === undefined) continue;
    const named = [...paragraph.matchAll(/`((?:src|crates)\/[^`]+\.(?:ts|rs))`/g)];
    const before = / goes on through /.test(paragraph) ? (lists.at(-1)?.files ?? []) : [];
    const files = [...before, ...named.map(([, file]) => file)];
    lists.push({ title, files, from: Math.max(1, before.length) });
  }
  return lists;
}

function listProblems({ title, files, from }, texts) {
  const imports = (file, target) => importsOf(file, texts).has(target);
  const touch = (file, other) => imports(file, other) || imports(other, file);
  const isLinked = (file, earlier) =>
    file.endsWith('.rs')
      ? isUsedInRust(file, earlier, texts)
      : earlier.some(
          (one) =>
            imports(one, file) ||
            MEETINGS.some((meeting) => touch(one, meeting) && touch(file, meeting)),
        );
  return files.flatMap((file, index) =>
    index < from || isLinked(file, files.slice(0, index))
      ? []
      : [`${PAGE}: "${title}": nothing before ${file} in the list uses it`],
  );
}

function importsOf(file, texts) {
  const found = (texts.get(file) ?? '').matchAll(/\b(?:from|import|require)\s*\(?\s*'(\.[^']+)'/g);
  return new Set([...found].map(([, path]) => `${posix.join(posix.dirname(file), path)}.ts`));
}

/** First of its crate, or it or its folder is named by another of its crate before it. */
function isUsedInRust(file, earlier, texts) {
  const crateOf = (path) => path.split('/').slice(0, 2).join('/');
  const module = file.replace(/\/mod\.rs$/, '').replace(/\.rs$/, '');
  const same = earlier.filter((one) => one.endsWith('.rs') && crateOf(one) === crateOf(file));
  const [folder, name] = module.split('/').slice(-2);
  const named = new RegExp(`\\b(?:${folder}|${name})\\b`);
  return same.length === 0 || same.some((one) => named.test(texts.get(one) ?? ''));
}
