// References to docs/spec in code, tests and pages, and links between pages: each leads somewhere.
// A page that is packed (package.json, `files`) links packed files only, since a reader of
// node_modules has no others.
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { join } from 'node:path';
import { filesBelow, root } from '../../lib/stamp.mjs';

const number = String.raw`(?:Q\d+|\d+(?:\.\d+)*)`;
const between = String.raw`(?:\s*[,;–-]\s*|\s+(?:and|to|or)\s+)`;
const references = new RegExp(
  String.raw`\b(BEHAVIOUR|NEWER|SERVER_CORE)\.md\s+(${number}(?:${between}${number})*)`,
  'g',
);

/** Every page of the project, as lint's sources are. */
export function pages() {
  const files = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...['docs', 'bench', 'differential'].flatMap(filesBelow),
  ];
  return files
    .filter((file) => file.endsWith('.md'))
    .map((file) => ({
      file: file.replaceAll('\\', '/'),
      text: readFileSync(join(root, file), 'utf8'),
    }));
}

/** Problems of sources and pages; `exists` and `isPacked` answer for other files. */
export function referenceProblems(sources, { exists = existsInTree, isPacked = packed() } = {}) {
  const marked = new Map(
    sources
      .filter(({ file }) => file.endsWith('.md'))
      .map(({ file, text }) => [file, placesIn(text)]),
  );
  const targets = { marked, exists, isPacked };
  return [
    ...sources.flatMap((source) => [
      ...codeProblems(source, marked),
      ...linkProblems(source, targets),
    ]),
    ...unlisted(sources),
    ...sources
      .filter(({ file }) => file === 'ARCHITECTURE.md')
      .flatMap((source) => fileProblems(source, exists)),
  ];
}

/** Files that the architecture names, as its three lives do, are there. */
function fileProblems({ file, text }, exists) {
  const named = text.matchAll(/`((?:src|crates|scripts|__test__|docs|bench)\/[\w./-]+\.\w+)`/g);
  return [...new Set([...named].map(([, path]) => path))]
    .filter((path) => !exists(path))
    .map((path) => `${file}: ${path} is not there`);
}

/** Quirks that this package mends are differences, so the page of differences leads to them. */
function unlisted(sources) {
  const textOf = (file) => sources.find((source) => source.file === file)?.text ?? '';
  const differences = textOf('docs/differences-from-statsig-node.md');
  const mended = [
    ...textOf('docs/spec/BEHAVIOUR.md').matchAll(/^\| <a id="(q\d+)">.*\bmended: [^|]*\|$/gm),
  ].map(([, id]) => id);
  return mended
    .filter((id) => !differences.includes(`(spec/BEHAVIOUR.md#${id})`))
    .map((id) => `docs/differences-from-statsig-node.md: nothing leads to ${id}`);
}

/** What a page can be asked for: section numbers, quirks, and anchors. */
function placesIn(text) {
  const plain = withoutCode(text);
  const titles = [...plain.matchAll(/^#{1,6} (.+)$/gm)].map(([, title]) => title);
  const anchors = [...plain.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id);
  const numbers = titles.map((title) => /^(\d+(?:\.\d+)*)[. ]/.exec(title)?.[1]);
  const quirks = anchors.filter((id) => /^q\d+$/.test(id)).map((id) => id.toUpperCase());
  return {
    numbers: new Set([...numbers, ...quirks]),
    anchors: new Set([...titles.map(slug), ...anchors]),
  };
}

/** GitHub's anchor of a title. */
function slug(title) {
  return title
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-');
}

/** Keeps lines, drops what code blocks hold. */
function withoutCode(text) {
  return text.replace(/^```[^]*?^```/gm, (block) => block.replace(/[^\n]/g, ''));
}

function codeProblems({ file, text }, marked) {
  if (file.startsWith('docs/spec/')) return [];
  // References go on over the lines of a comment.
  const flat = text.replace(/\n\s*(?:\*(?!\/)|\/\/[/!]?|#)?[ \t]*/g, ' ');
  const problems = [];
  for (const [, page, list] of flat.matchAll(references)) {
    const known = marked.get(`docs/spec/${page}.md`)?.numbers;
    for (const place of list.match(new RegExp(number, 'g'))) {
      if (!known?.has(place)) problems.push(`${file}: ${page}.md has no ${place}`);
    }
  }
  const quirks = marked.get('docs/spec/BEHAVIOUR.md')?.numbers;
  for (const [quirk] of flat.matchAll(/\bQ\d+\b/g)) {
    if (!quirks?.has(quirk)) problems.push(`${file}: BEHAVIOUR.md has no ${quirk}`);
  }
  return [...new Set(problems)];
}

function linkProblems({ file, text }, targets) {
  if (!file.endsWith('.md')) return [];
  const links = [...withoutCode(text).matchAll(/\]\(([^()\s]+)\)/g)].map(([, link]) => link);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .flatMap((link) => linkProblem(file, link, targets));
}

function linkProblem(file, link, { marked, exists, isPacked }) {
  const [path, anchor] = link.split('#');
  const target = path === '' ? file : posix.join(posix.dirname(file), path);
  if (!marked.has(target) && !exists(target)) return [`${file}: ${link} leads nowhere`];
  if (anchor !== undefined && !marked.get(target)?.anchors.has(anchor))
    return [`${file}: ${link} has no such anchor`];
  return file.startsWith('docs/') && isPacked(file) && !isPacked(target)
    ? [`${file}: ${link} is not in the package`]
    : [];
}

function existsInTree(file) {
  return existsSync(join(root, file));
}

/** Whether npm packs a file: by `files`, of which pages need only names and `*`. */
function packed() {
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const patterns = files
    .filter((name) => !name.startsWith('!'))
    .map((name) => {
      const escaped = name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
      return new RegExp(`^${escaped}(/|$)`);
    });
  return (file) => file === 'README.md' || patterns.some((pattern) => pattern.test(file));
}
