// Who may import whom (ARCHITECTURE.md, "Rooms"). Reads import and require of literal strings;
// type-only imports count like others.
import { posix } from 'node:path';

/** Rooms of src from the roof down: a room stands above all that it imports. */
export const ROOMS = [
  'cli',
  'testing',
  'openfeature',
  'otel',
  'flags',
  'server-core',
  'forward-proxy',
  'spec-sources',
  'compat',
  'inspector',
  'project',
  'api',
  'explain',
  'runtime',
  'features',
  'platform',
  'options',
  'engine-host',
  'results',
  'answers',
  'users',
  'updates',
  'events',
  'storage',
  'network',
  'exit',
  'observability',
  'types',
  'local-server',
  'engine',
  'host',
];

/**
 * Each rule: files it holds for, what they may not import (by target path below src/, or by
 * package), and why.
 */
const rules = [
  {
    name: 'engines import nothing from the rest of src',
    from: /^src\/engine\//,
    allows: (target) => target.startsWith('src/engine/'),
  },
  {
    name: 'engines do not import each other',
    from: /^src\/engine\/js\//,
    allows: (target) => target.startsWith('src/engine/js/') || target === 'src/engine/engine',
  },
  {
    name: 'engines do not import each other',
    from: /^src\/engine\/(native|wasm)\.ts$/,
    allows: (target) => !/^src\/engine\/(js(\/|$)|native$|wasm$|select)/.test(target),
  },
  {
    name: 'network, storage, updates, events and observability never import engine/',
    from: /^src\/(network|storage|updates|events|observability)\//,
    allows: (target) => !target.startsWith('src/engine'),
  },
  {
    name: 'observability imports only itself and errors',
    from: /^src\/observability\//,
    allows: (target) => /^src\/(observability|types)\//.test(target),
  },
  {
    name: 'network, storage and events do not import updates',
    from: /^src\/(network|storage|events)\//,
    allows: (target) => !target.startsWith('src/updates'),
  },
  {
    name: 'network and storage import neither events nor each other',
    from: /^src\/(network|storage)\//,
    allows: (target, file) =>
      !/^src\/(network|storage|events)\//.test(target) || sameFolder(target, file),
  },
  {
    // On edge runtimes bundlers need static imports, so platform-edge is their select.
    name: 'only engine/select imports an engine',
    from: /^src\/(?!engine\/(select|js\/|native|wasm)|platform\/platform-edge)/,
    allows: (target) => !/^src\/engine\/(native|wasm|js(\/|$))/.test(target),
  },
  {
    name: 'a room imports only rooms that stand below it (ROOMS in scripts/check/rules/imports.mjs)',
    from: /^src\/[^/]+\//,
    allows: (target, file) =>
      roomOf(target) === roomOf(file) || isBelow(target, file) || isDoor(target, file),
  },
  {
    name: 'the root of src holds entries only, which nobody imports',
    from: /^src\//,
    allows: (target) => !/^src\/(cli|index(\.edge)?)$/.test(target),
  },
  {
    name: 'the local server stands alone',
    from: /^src\/local-server\//,
    allows: (target, file) => target.startsWith('src/local-server/') || isDoor(target, file),
  },
  {
    name: 'conformance tests choose engines through select.ts only, so that they cannot favour one',
    from: /^__test__\/conformance\//,
    allows: (target) =>
      !target.startsWith('src/engine/') || /^src\/engine\/(engine|select)$/.test(target),
  },
];

/** Node's own modules an engine may use: none, but for the adapters that load a file. */
const nodeModulesAllowed = /^src\/engine\/(native|node-host|wasm|select)[^/]*\.ts$/;

const importPattern =
  /(?:^|[^.\w])(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?\s*['"]([^'"]+)['"]|(?:require|import)\(\s*['"]([^'"]+)['"]\s*\)/gm;

/** The import graph's violations, as sentences. */
export function importProblems(sources) {
  const graph = new Map();
  const problems = [];
  for (const { file, text } of sources) {
    if (!/\.(ts|mts)$/.test(file)) continue;
    const imports = importsOf(file, text);
    graph.set(
      file.replace(/\.ts$/, ''),
      imports.map((entry) => entry.target),
    );
    for (const { target, request } of imports) problems.push(...violations(file, target, request));
  }
  return [...problems, ...cycles(graph)];
}

const roomOf = (file) => /^src\/([^/]+)/.exec(file)?.[1];
const sameFolder = (target, file) => roomOf(target) === roomOf(file);

/** The local server loads its inspector late, and through one file. */
const isDoor = (target, file) =>
  file === 'src/local-server/door.ts' && target === 'src/inspector/local';

/** A room that is not in the list is below none and above none. */
function isBelow(target, file) {
  const above = ROOMS.indexOf(roomOf(file));
  return above >= 0 && ROOMS.indexOf(roomOf(target)) > above;
}

function importsOf(file, text) {
  const withoutComments = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...withoutComments.matchAll(importPattern)].map((match) => {
    const request = match[1] ?? match[2];
    const isRelative = request.startsWith('.');
    const target = isRelative
      ? posix.join(posix.dirname(file), request).replace(/\.(js|ts)$/, '')
      : request;
    return { request, target };
  });
}

function violations(file, target, request) {
  const found = [];
  if (!request.startsWith('.')) {
    if (file.startsWith('src/engine/') && !nodeModulesAllowed.test(file))
      found.push('engines import no packages and no node:*');
  } else {
    found.push(
      ...rules
        .filter((rule) => rule.from.test(file) && !rule.allows(target, file))
        .map((rule) => rule.name),
    );
  }
  return found.map((name) => `${file}: imports ${request}: ${name}`);
}

/** Import cycles, those of types too: none of the files can be read, or moved, without the others. */
function cycles(graph) {
  const state = new Map();
  const problems = [];
  const visit = (node, path) => {
    if (state.get(node) === 'done') return;
    if (state.get(node) === 'open') {
      problems.push(`import cycle: ${[...path.slice(path.indexOf(node)), node].join(' -> ')}`);
      return;
    }
    state.set(node, 'open');
    for (const target of graph.get(node) ?? []) {
      const known = graph.has(target) ? target : `${target}/index`;
      if (graph.has(known)) visit(known, [...path, node]);
    }
    state.set(node, 'done');
  };
  for (const node of graph.keys()) visit(node, []);
  return problems;
}
