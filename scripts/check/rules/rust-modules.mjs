// No circle of Rust modules: a file that uses what another defines must not be used by it, on
// whatever way. A path is followed through `pub use` to the file that defines its item, so that a
// facade like js_semantics/mod.rs connects nothing; tests beside the code do not count.

/** Circles of modules within each crate of `sources`, as sentences. */
export function moduleProblems(sources) {
  const crates = new Map();
  for (const { file, text } of sources) {
    const [, folder, path] = /^(crates\/\w+\/src)\/(.+)\.rs$/.exec(file) ?? [];
    if (folder === undefined) continue;
    if (!crates.has(folder)) crates.set(folder, new Map());
    const name = path
      .replace(/(^|\/)(mod|lib)$/, '')
      .split('/')
      .join('::');
    crates.get(folder).set(name, withoutTestsAndComments(text));
  }
  return [...crates].flatMap(([folder, modules]) =>
    circlesOf(graphOf(modules)).map(
      (circle) => `${folder}: circle of modules: ${circle.map((name) => name || 'lib').join(', ')}`,
    ),
  );
}

function withoutTestsAndComments(text) {
  const code = text.replace(/\/\/.*$/gm, '');
  const tests = code.search(/#\[cfg\(test\)\]\s*mod \w+ \{/);
  return tests < 0 ? code : code.slice(0, tests);
}

/** Module → modules whose items it uses. */
function graphOf(modules) {
  const facades = new Map();
  for (const [name, text] of modules) facades.set(name, reexports(modules, name, text));
  const defining = (path) => definingModule(modules, facades, path);
  const graph = new Map();
  for (const [name, text] of modules) {
    const targets = usedPaths(modules, name, text).map(defining);
    graph.set(name, new Set(targets.filter((target) => target !== name)));
  }
  return graph;
}

const USE = /\b(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);/g;

/** Names that a module passes on, each with the path that it stands for. */
function reexports(modules, name, text) {
  const names = new Map();
  for (const [, isPublic, tree] of text.matchAll(USE)) {
    if (!isPublic) continue;
    for (const { path, as } of leaves(tree)) {
      const absolute = absolutePath(modules, name, path);
      if (absolute !== null) names.set(as, absolute);
    }
  }
  return names;
}

/** Absolute paths of what the code of a module names. */
function usedPaths(modules, name, text) {
  const code = text.replace(USE, '');
  const imported = [...text.matchAll(USE)].flatMap(([, isPublic, tree]) =>
    // What is only passed on is not used here.
    leaves(tree).filter(({ as }) => !isPublic || new RegExp(`\\b${as}\\b`).test(code)),
  );
  const inline = [...code.matchAll(/(?<![\w:])(\w+(?:::\w+)+)/g)].map(([path]) => ({ path }));
  return [...imported, ...inline]
    .map(({ path }) => absolutePath(modules, name, path))
    .filter((path) => path !== null);
}

/** The leaves of a use tree. */
function leaves(tree) {
  const [, head, inner] = /^([^{]*)\{([\s\S]*)\}$/.exec(tree.trim()) ?? [];
  if (inner === undefined) {
    const [path, alias] = tree.trim().split(/\s+as\s+/);
    const whole = path.replace(/::self$/, '');
    return [{ path: whole, as: (alias ?? whole.split('::').at(-1)).trim() }];
  }
  return branches(inner).flatMap((branch) => leaves(head.trim() + branch.trim()));
}

/** What stands between the commas of the outermost level. */
function branches(text) {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '{') depth++;
    if (character === '}') depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.filter((part) => part.trim() !== '');
}

/** Segments from the crate's root; null for what another crate has. */
function absolutePath(modules, name, path) {
  const segments = path.split('::').map((segment) => segment.trim());
  let base = name === '' ? [] : name.split('::');
  if (segments[0] === 'crate') {
    base = [];
    segments.shift();
  } else if (segments[0] === 'self') segments.shift();
  else if (segments[0] === 'super') {
    for (; segments[0] === 'super'; segments.shift()) base.pop();
  } else if (!modules.has([...base, segments[0]].join('::'))) return null;
  return [...base, ...segments];
}

/** The module that defines what a path names: the deepest on the way, through what others pass on. */
function definingModule(modules, facades, path) {
  let rest = [...path];
  for (let jumps = 0; jumps < 10; jumps++) {
    const at = [];
    while (rest.length > 0 && modules.has([...at, rest[0]].join('::'))) at.push(rest.shift());
    const passedOn = facades.get(at.join('::')).get(rest[0]);
    if (passedOn === undefined) return at.join('::');
    rest = [...passedOn, ...rest.slice(1)];
  }
  return '';
}

/** Sets of modules each of which reaches all others of its set (Tarjan's algorithm). */
function circlesOf(graph) {
  const circles = [];
  const order = new Map();
  const lowest = new Map();
  const open = [];
  const visit = (name) => {
    order.set(name, order.size);
    lowest.set(name, order.get(name));
    open.push(name);
    for (const target of graph.get(name)) {
      if (!order.has(target)) visit(target);
      if (open.includes(target)) lowest.set(name, Math.min(lowest.get(name), lowest.get(target)));
    }
    if (lowest.get(name) !== order.get(name)) return;
    const circle = open.splice(open.indexOf(name));
    if (circle.length > 1) circles.push(circle);
  };
  for (const name of graph.keys()) if (!order.has(name)) visit(name);
  return circles;
}
