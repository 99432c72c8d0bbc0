// Bundles the part of axios that the SDK uses into src/network/generated/axios-http.js: the whole
// of it takes 75 ms of CPU and 18 MB to load, this part a fifth (ARCHITECTURE.md, "Runtime
// dependencies"). What it leaves out is in scripts/build/axios/. Called by build/ts.mjs.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hardened } from './bundle-text.mjs';
import { root } from '../lib/stamp.mjs';

/** What the packages ask for, by importer and path, and what they get instead. */
const standIns = {
  'axios form-data': 'form-data.mjs',
  'axios follow-redirects': 'follow-redirects.mjs',
  'axios https-proxy-agent': 'https-proxy-agent.mjs',
  'axios http2': 'http2.cjs',
};

/**
 * What browsers have: with it axios takes a test environment, or a shim of server-side rendering,
 * for one.
 */
const absent = ['window', 'document', 'self', 'navigator', 'WorkerGlobalScope'];

const withStandIns = {
  name: 'stand-ins',
  setup(build) {
    const asked = new Set();
    build.onResolve({ filter: /.*/ }, ({ path, importer }) => {
      const asker = `${packageOf(importer) ?? ''} ${path}`;
      const standIn = standIns[asker];
      if (standIn === undefined) return undefined;
      asked.add(asker);
      return { path: join(root, 'scripts/build/axios', standIn) };
    });
    build.onEnd(() => {
      const unused = Object.keys(standIns).filter((path) => !asked.has(path));
      return unused.length === 0
        ? undefined
        : { errors: [{ text: `no longer imported: ${unused.join(', ')}` }] };
    });
  },
};

/**
 * Where axios assigns to names that objects inherit, which fails once an application froze
 * Object.prototype: file, text, replacement.
 */
const unfrozen = [
  ['utils.js', 'const reducedDescriptors = {};', 'const reducedDescriptors = { __proto__: null };'],
  [
    'AxiosURLSearchParams.js',
    'const prototype = AxiosURLSearchParams.prototype;',
    'const prototype = (AxiosURLSearchParams.prototype = { __proto__: null });',
  ],
];

/**
 * Before axios looks at an agent's environment of proxies it asks which of Node's flags the
 * environment may give, a list of hundreds that Node makes at the first question. An agent without
 * such an environment, as ours are, is taken as it is either way.
 */
const unasked = [
  [
    'adapters/http.js',
    'function getDirectAgent(configuredAgent, transport) {',
    'function getDirectAgent(configuredAgent, transport) {\n' +
      '  if (configuredAgent && !configuredAgent.options?.proxyEnv) return configuredAgent;',
  ],
];

const mended = [...unfrozen, ...unasked];

const withMends = {
  name: 'with-mends',
  setup(build) {
    build.onLoad(
      {
        filter: /axios[\\/]lib[\\/](utils|helpers[\\/]AxiosURLSearchParams|adapters[\\/]http)\.js$/,
      },
      ({ path }) => {
        let contents = readFileSync(path, 'utf8');
        const isOf = ([file]) => path.replaceAll('\\', '/').endsWith(file);
        for (const [, text, replacement] of mended.filter(isOf)) {
          if (!contents.includes(text))
            return { errors: [{ text: `${path} holds no longer: ${text}` }] };
          contents = contents.replace(text, replacement);
        }
        return { contents };
      },
    );
  },
};

/** Name of the package that a file belongs to; undefined for our own. */
function packageOf(file) {
  return /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file.replaceAll('\\', '/'))?.[1];
}

/**
 * A package's licence: its own file, or the section of its README. A package without either may not
 * be bundled.
 */
function licenceOf(packageFolder) {
  const files = readdirSync(join(root, packageFolder));
  const text = (name) => readFileSync(join(root, packageFolder, name), 'utf8');
  const own = files.find((name) => /^licen[cs]e/i.test(name));
  if (own !== undefined) return text(own).trim();
  const readme = files.find((name) => /^readme/i.test(name));
  const section =
    readme === undefined
      ? null
      : /^(?:#+ *licen[cs]e\b.*|licen[cs]e\r?\n-+)$([^]*)/im.exec(text(readme));
  if (section === null) throw new Error(`${packageFolder} holds no licence text`);
  return section[1].trim();
}

async function bundle() {
  // Loaded late: a checkout without esbuild's binary says so here, not at the first line.
  const { build } = await import('esbuild');
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['scripts/build/axios/entry.mjs'],
    bundle: true,
    write: false,
    metafile: true,
    format: 'cjs',
    platform: 'node',
    target: 'node18',
    // Most of the time that is left is compiling the text. Names stay, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    define: {
      globalThis: 'hostGlobals',
      'process.env': 'hostEnvironment',
      ...Object.fromEntries(absent.map((name) => [name, 'undefined'])),
    },
    inject: ['scripts/build/axios/host-globals.mjs'],
    plugins: [withStandIns, withMends],
    logLevel: 'error',
  });
  const packages = new Set(
    Object.keys(metafile.inputs)
      .map(packageOf)
      .filter((name) => name !== undefined),
  );
  const parts = [...packages].sort().map((packageName) => {
    const path = join('node_modules', packageName);
    const { name, version } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    return { title: `${name} ${version}`, licence: licenceOf(path) };
  });
  const head =
    `// Generated by scripts/build/axios.mjs from ${parts.map(({ title }) => title).join(', ')}.\n` +
    '// Their licences are in axios-http.licenses.txt.\n';
  return {
    'axios-http.js': head + hardened(outputFiles[0].text),
    'axios-http.licenses.txt': parts
      .map(({ title, licence }) => `${title}\n\n${licence}\n`)
      .join(`\n${'-'.repeat(80)}\n\n`),
  };
}

/** Names of the packages in the bundle that was built last. */
export function bundledPackages() {
  const [head] = readFileSync(join(root, 'src/network/generated/axios-http.js'), 'utf8').split(
    '\n',
    1,
  );
  return [...head.matchAll(/([@\w/.-]+) \d+\.\d+\.\d+/g)].map(([, name]) => name);
}

/** Writes the bundle and its licences; build/ts.mjs copies them to dist. */
export async function writeAxios() {
  const files = await bundle();
  const folder = join(root, 'src/network/generated');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  console.log(`axios: ${(files['axios-http.js'].length / 1024).toFixed(0)} KiB`);
}
