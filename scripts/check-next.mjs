// Next.js with its two bundlers: a server route and an edge route that ask the packed package for a gate, and a route that
// asks the instance that instrumentation.js made.
// Part of check-bundlers.mjs --next.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeProject, quietInstall } from './packed.mjs';
import { root } from './stamp.mjs';

const versions = { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' };
const expected = { gate: true, unknown: false, currency: 'EUR' };

/** `next build` with one bundler; returns its warnings and errors, or null. */
function build(project, bundler) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', CI: '1', NODE_ENV: 'production' };
  rmSync(join(project, '.next'), { recursive: true, force: true });
  const next = join(project, 'node_modules/next/dist/bin/next');
  const { status, stdout, stderr } = spawnSync(process.execPath, [next, 'build', `--${bundler}`], { cwd: project, env, encoding: 'utf8', timeout: 600_000 });
  const text = `${stdout}${stderr}`;
  if (status !== 0) return `exit code ${status}: ${text.slice(-3000)}`;
  // Next itself says that CI has no cache and what it thinks of edge routes.
  const ours = text.split('\n').filter((line) => /warn|⚠|error/i.test(line) && !/No build cache found|disables static generation|Edge Runtime is deprecated/.test(line));
  return ours.length === 0 ? null : text.slice(0, 3000);
}

/** The standalone server, alone in a folder that has no other node_modules than what Next traced. */
function start(project, folder, bundler) {
  const alone = join(folder, `next-${bundler}`);
  cpSync(join(project, '.next/standalone'), alone, { recursive: true });
  const child = spawn(process.execPath, ['server.js'], { cwd: alone, env: { ...process.env, PORT: '0', HOSTNAME: '127.0.0.1' } });
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

async function ask(url, route) {
  const response = await fetch(`${url}/${route}`);
  const text = await response.text();
  if (response.status !== 200) return `HTTP ${response.status}: ${text.slice(0, 500)}`;
  const { engine, ...answers } = JSON.parse(text);
  console.log(`       /${route} runs on ${engine}`);
  return JSON.stringify(answers) === JSON.stringify(expected) ? null : text;
}

/** Builds and asks both routes, with webpack and with turbopack. */
export async function checkNext({ folder, main, payload, step }) {
  const project = makeProject(folder, 'next', { 'statsig-node-native': main, ...versions }, quietInstall);
  cpSync(join(root, 'scripts/next-fixtures'), project, { recursive: true });
  writeFileSync(join(project, 'sample-project.json'), payload);
  const route = readFileSync(join(project, 'route.mjs'), 'utf8');
  for (const [name, runtime] of [['server', 'nodejs'], ['edge', 'edge']]) {
    mkdirSync(join(project, 'app', name), { recursive: true });
    writeFileSync(join(project, 'app', name, 'route.js'), route.replace("'RUNTIME'", `'${runtime}'`));
  }
  mkdirSync(join(project, 'app/shared'), { recursive: true });
  cpSync(join(project, 'shared-route.mjs'), join(project, 'app/shared/route.js'));
  for (const bundler of ['webpack', 'turbopack']) {
    const problem = build(project, bundler);
    step(`next build --${bundler}: no warnings`, problem);
    if (problem?.startsWith('exit code')) continue;
    const server = await start(project, folder, bundler).catch((error) => ({ problem: error.message }));
    step(`next --${bundler}: starts`, server.problem ?? null);
    if (!server.child) continue;
    for (const name of ['server', 'edge', 'shared']) step(`next --${bundler}: /${name} answers`, await ask(server.url, name).catch(String));
    server.child.removeAllListeners('exit');
    server.child.kill();
  }
}
