// File names and sizes (CONTRIBUTING.md, "How the code is kept small").

const limits = [
  { files: /^src\/.*\.ts$/, most: 500 },
  { files: /^(scripts|bench|differential|fuzz|__test__)\/.*\.(ts|mjs)$/, most: 600 },
  { files: /\.rs$/, most: 600 },
];

/** Data tables: rows, not code. */
const tables = /(^|\/)(tables?|data)\//;

export function layoutProblems(sources) {
  return sources.flatMap(({ file, text }) => [...nameProblems(file), ...sizeProblems(file, text)]);
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
