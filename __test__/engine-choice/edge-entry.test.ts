import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import test from 'ava';
import { build } from 'esbuild';

const root = join(__dirname, '..', '..');

/** The edge entry as one script that defines `sdk`. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/index.edge.ts'],
    bundle: true,
    format: 'iife',
    globalName: 'sdk',
    write: false,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return outputFiles[0]!.text;
}

/** Globals of an edge runtime; each use of what must not happen at import is written down. */
function edgeGlobals(used: string[]): Record<string, unknown> {
  const forbidden = (name: string) => () => {
    used.push(name);
    throw new Error(`${name} at import`);
  };
  const watched = (name: string) =>
    new Proxy({}, { get: (_, key) => forbidden(`${name}.${String(key)}`) });
  const names = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'eval'];
  return {
    ...Object.fromEntries(names.map((name) => [name, forbidden(name)])),
    crypto: watched('crypto'),
    caches: watched('caches'),
    performance: watched('performance'),
    WebAssembly: watched('WebAssembly'),
    console: watched('console'),
    TextEncoder,
    TextDecoder,
    URL,
    Response,
    AbortController,
  };
}

let code = '';
test.before(async () => {
  code = await bundled();
});

test('importing the edge entry starts nothing, draws nothing, asks nobody, and needs nothing of Node', (t) => {
  const used: string[] = [];
  const context = createContext(edgeGlobals(used));
  runInContext("Math.random = () => { throw new Error('Math.random at import'); }", context);
  runInContext("Date.now = () => { throw new Error('Date.now at import'); }", context);
  // Where code from text is forbidden, as in workerd, import must not need it either.
  runInContext(
    "globalThis.Function = function () { throw new Error('new Function at import'); }",
    context,
  );
  t.notThrows(() => runInContext(code, context));
  t.deepEqual(used, []);
  t.is(runInContext('typeof sdk.initialize', context), 'function');
  t.deepEqual(
    runInContext(
      "['process', 'require', 'Buffer', 'global'].filter((name) => name in globalThis)",
      context,
    ).length,
    0,
  );
});

test('no import or require of anything is left in the edge bundle', (t) => {
  t.notRegex(code, /\brequire\(["'](?!\.)/);
  t.notRegex(code, /["']node:/);
  t.true(code.length > 100_000);
});

test('fetch and its like are looked up when they are needed, not kept from the import', async (t) => {
  const timers = { setTimeout, clearTimeout, setInterval, clearInterval };
  const context = createContext({
    ...edgeGlobals([]),
    ...timers,
    crypto: globalThis.crypto,
    console,
    Blob,
    CompressionStream,
    fetch: undefined,
  });
  runInContext(code, context);
  const asked: string[] = [];
  const fetchLater = async (url: string): Promise<Response> => {
    asked.push(url.replace(/.*\/v\d\//, ''));
    return new Response(
      JSON.stringify({
        has_updates: true,
        time: 1,
        feature_gates: [],
        dynamic_configs: [],
        layer_configs: [],
      }),
    );
  };
  Object.assign(context, { fetch: fetchLater, key: 'secret-edge' });
  const details = (await runInContext(
    "(async () => { const s = new sdk.StatsigServer(key); const d = await s.initializeAsync(); s.logEvent({ userID: 'u' }, 'e'); await s.flush(); await s.shutdownAsync(); return d; })()",
    context,
  )) as { success: boolean; error: unknown };
  t.true(details.success, String(details.error));
  t.true(
    asked.some((path) => path.startsWith('download_config_specs')) &&
      asked.includes('log_event') &&
      !asked.some((path) => path.startsWith('http')),
    asked.join(),
  );
});

type Exports = string | { [condition: string]: Exports };

/** What a resolver with these conditions takes. */
function resolve(target: Exports, conditions: string[]): string | null {
  if (typeof target === 'string') return target;
  for (const [condition, next] of Object.entries(target)) {
    if (condition !== 'default' && !conditions.includes(condition)) continue;
    const found = resolve(next, conditions);
    if (found !== null) return found;
  }
  return null;
}

test('each runtime and tool finds its build', (t) => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, Exports>;
  };
  const cases: Record<string, [string[], string]> = {
    'node import': [['node', 'import'], './dist/index.mjs'],
    'node require': [['node', 'require'], './dist/index.js'],
    bun: [['bun', 'node', 'import'], './dist/index.mjs'],
    deno: [['deno', 'node', 'import'], './dist/index.mjs'],
    wrangler: [['workerd', 'worker', 'browser', 'import'], './dist/edge/workerd.mjs'],
    'next edge': [['edge-light', 'worker', 'browser', 'import'], './dist/edge/index.mjs'],
    'jest with jsdom': [['browser', 'require'], './dist/index.js'],
    'a bundler for the browser': [['browser', 'import', 'module'], './dist/edge/index.mjs'],
    'types of a module': [['types', 'node', 'import'], './dist/index.d.mts'],
    'types of a script': [['types', 'node', 'require'], './dist/index.d.ts'],
  };
  for (const [name, [conditions, file]] of Object.entries(cases))
    t.is(resolve(exports['.']!, conditions), file, name);
  t.false(JSON.stringify(exports).includes('"browser"'));
});
