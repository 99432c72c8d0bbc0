// File names and sizes, and columns (CONTRIBUTING.md, "How the code is kept small").

const limits = [
  { files: /^src\/.*\.ts$/, most: 500 },
  { files: /^(scripts|bench|differential|fuzz|__test__)\/.*\.(ts|mjs)$/, most: 600 },
  { files: /\.rs$/, most: 600 },
];

/** Data tables: rows, not code. */
const tables = /(^|\/)(tables?|data)\//;

/** What the formatter cannot do: it breaks no text and no comment. */
const COLUMNS = 100;
/** Its rounds are a table: one step per column. */
const wide = new Set(['src/engine/js/sha256.ts']);

export function layoutProblems(sources) {
  return sources.flatMap(({ file, text }) => [
    ...nameProblems(file),
    ...sizeProblems(file, text),
    ...columnProblems(file, text),
  ]);
}

function nameProblems(file) {
  const name = file.split('/').pop();
  if (file.endsWith('.rs'))
    return /^[a-z0-9_]+\.rs$/.test(name) ? [] : [`${file}: Rust files are snake_case`];
  if (/^[a-z0-9]+([-.][a-z0-9]+)*\.(ts|mts|mjs)$/.test(name)) return [];
  return [`${file}: TypeScript and script files are kebab-case`];
}

function sizeProblems(file, text) {
  const limit = limits.find((entry) => entry.files.test(file));
  const lines = text.split('\n').length - 1;
  if (!limit || lines <= limit.most || tables.test(file)) return [];
  return [`${file}: ${lines} lines, the limit is ${limit.most}`];
}

function columnProblems(file, text) {
  if (!/^src\/.*\.ts$/.test(file) || /\/generated\//.test(file) || wide.has(file)) return [];
  return text.split('\n').flatMap((line, index) => {
    const isAddress = /^\W*https?:\/\/\S+\W*$/.test(line);
    if (line.length <= COLUMNS || isAddress) return [];
    return [`${file}:${index + 1}: ${line.length} columns, the limit is ${COLUMNS}`];
  });
}
