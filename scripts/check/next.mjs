// Next.js with its two bundlers: a server route and an edge route that ask the packed package for a
// gate, and a route that asks the instance that instrumentation.js made. Without configuration,
// which gives js, and by the recipe of docs/packaging.md, which gives native, or wasm where there
// is no binary. Part of check/bundlers.mjs --next.
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeProject, quietInstall } from './packed/packages.mjs';
import { root } from '../lib/stamp.mjs';

/** What the example of Next.js has: one installation is enough. */
const { dependencies } = JSON.parse(readFileSync(join(root, 'examples/next/package.json'), 'utf8'));
const expected = { gate: true, unknown: false, currency: 'EUR' };

/** `next build` with one bundler; returns its warnings and errors, or null. */
export function build(project, bundler, more = {}) {
  const own = { NEXT_TELEMETRY_DISABLED: '1', CI: '1', NODE_ENV: 'production' };
  const env = { ...process.env, ...own, ...more };
  // All but what the bundler keeps for its next run.
  for (const entry of existsSync(join(project, '.next'))
    ? readdirSync(join(project, '.next'))
    : []) {
    if (entry !== 'cache') rmSync(join(project, '.next', entry), { recursive: true, force: true });
  }
  const next = join(project, 'node_modules/next/dist/bin/next');
  const { status, stdout, stderr } = spawnSync(process.execPath, [next, 'build', `--${bundler}`], {
    cwd: project,
    env,
    encoding: 'utf8',
    timeout: 1_200_000,
  });
  const text = `${stdout}${stderr}`;
  if (status !== 0) return `exit code ${status}: ${text.slice(-3000)}`;
  // Next itself says that CI has no cache and what it thinks of edge routes.
  const ours = text
    .split('\n')
    .filter(
      (line) =>
        /warn|⚠|error/i.test(line) &&
        !/No build cache found|disables static generation|Edge Runtime is deprecated|"middleware" file convention/.test(
          line,
        ),
    );
  return ours.length === 0 ? null : text.slice(0, 3000);
}

/**
 * The standalone server, alone in a folder that has no other node_modules than what Next traced.
 */
export function start(alone, more = {}) {
  const { STATSIG_ENGINE: _, ...inherited } = process.env;
  const child = spawn(process.execPath, ['server.js'], {
    cwd: alone,
    env: { ...inherited, ...more, PORT: '0', HOSTNAME: '127.0.0.1' },
  });
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error(`next did not start: ${text}`)), 60_000);
    const onData = (chunk) => {
      text += chunk;
      const url = /http:\/\/(?:127\.0\.0\.1|localhost):(\d+)/.exec(text);
      if (!url || url[1] === '0') return;
      clearTimeout(timer);
      resolve({ child, url: `http://127.0.0.1:${url[1]}` });
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.on('exit', () => reject(new Error(`next ended: ${text}`)));
  });
}

/** `engine`: the one that has to answer. */
async function ask(url, route, engine) {
  const response = await fetch(`${url}/${route}`);
  const text = await response.text();
  if (response.status !== 200) return `HTTP ${response.status}: ${text.slice(0, 500)}`;
  return JSON.stringify(JSON.parse(text)) === JSON.stringify({ engine, ...expected }) ? null : text;
}

/** Starts what was built and asks all routes. Edge routes are bundled whole and run on js. */
async function answers(name, alone, { engine, step }) {
  const server = await start(alone).catch((error) => ({ problem: error.message }));
  step(`${name}: starts`, server.problem ?? null);
  if (!server.child) return;
  for (const [route, wanted] of [
    ['server', engine],
    ['edge', 'js'],
    ['shared', engine],
  ]) {
    step(
      `${name}: /${route} answers on ${wanted}`,
      await ask(server.url, route, wanted).catch(String),
    );
  }
  server.child.removeAllListeners('exit');
  server.child.kill();
}

/** A project with all routes. `native`: the platform's package, or null. */
function makeNextProject({ folder, main, native, payload }) {
  const given = {
    ...dependencies,
    'statsig-node-native': main,
    ...(native ? { [native.name]: native.spec } : {}),
  };
  const project = makeProject(folder, 'next', given, quietInstall);
  cpSync(join(root, 'scripts/check/fixtures/next'), project, { recursive: true });
  writeFileSync(join(project, 'sample-project.json'), payload);
  const route = readFileSync(join(project, 'route.mjs'), 'utf8');
  for (const [name, runtime] of [
    ['server', 'nodejs'],
    ['edge', 'edge'],
  ]) {
    mkdirSync(join(project, 'app', name), { recursive: true });
    writeFileSync(
      join(project, 'app', name, 'route.js'),
      route.replace("'RUNTIME'", `'${runtime}'`),
    );
  }
  mkdirSync(join(project, 'app/shared'), { recursive: true });
  cpSync(join(project, 'shared-route.mjs'), join(project, 'app/shared/route.js'));
  return project;
}

/** Builds and asks all routes, with webpack and with turbopack. Returns the project's folder. */
export async function checkNext({ folder, main, native, payload, step }) {
  const project = makeNextProject({ folder, main, native, payload });
  const configs = {
    plain: readFileSync(join(project, 'next.config.mjs')),
    recipe: readFileSync(join(root, 'examples/next/next.config.mjs')),
  };
  for (const bundler of ['webpack', 'turbopack']) {
    for (const [config, text] of Object.entries(configs)) {
      const name = `next --${bundler}, ${config}`;
      writeFileSync(join(project, 'next.config.mjs'), text);
      const problem = build(project, bundler);
      step(`${name}: builds without warnings`, problem);
      if (problem?.startsWith('exit code')) continue;
      const alone = join(folder, `next-${bundler}-${config}`);
      // Links as they are, or they would lead back to the project.
      cpSync(join(project, '.next/standalone'), alone, { recursive: true, verbatimSymlinks: true });
      if (config === 'plain') await answers(name, alone, { engine: 'js', step });
      if (config === 'recipe' && native) await answers(name, alone, { engine: 'native', step });
      if (config === 'recipe')
        await answers(`${name}, without a binary`, withoutBinary(alone), { engine: 'wasm', step });
    }
  }
  return project;
}

function withoutBinary(alone) {
  const modules = join(alone, 'node_modules');
  for (const entry of readdirSync(modules))
    if (entry.startsWith('statsig-node-native-')) rmSync(join(modules, entry), { recursive: true });
  return alone;
}
