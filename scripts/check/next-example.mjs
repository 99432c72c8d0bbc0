// examples/next, built, started alone and asked for two users: middleware at the edge, server
// components over one scope, the React SDK over its bootstrap, events by after() and waitUntil().
// Part of check/bundlers.mjs --next.
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gate, onlyUser, project as payloadOf } from '../../examples/specs.mjs';
import { build, start } from './next.mjs';
import { root } from '../lib/stamp.mjs';

const specs = payloadOf(1000, { gates: [gate('new_checkout', onlyUser('new'))] });
/** A page's check is one exposure, its middleware's another. */
const EXPOSURES = 4;
const LONGEST_MS = 20_000;

/** What middleware, server component and client component say to a user. */
async function said(url, userID) {
  const response = await fetch(url, { headers: { cookie: `user=${userID}` } });
  const html = await response.text();
  const heading = /<h1>(\w+)<\/h1>/.exec(html)?.[1];
  const button = /<button[^>]*>([^<]+)</.exec(html)?.[1];
  return [response.headers.get('x-checkout'), heading, button].join(', ');
}

async function problemOf(url, service) {
  for (const [userID, word] of [
    ['new', 'new'],
    ['old', 'old'],
  ]) {
    const text = await said(url, userID);
    if (text !== `${word}, ${word}, ${word} checkout`) return `to ${userID}: ${text}`;
  }
  const limit = Date.now() + LONGEST_MS;
  for (;;) {
    const exposures = service.events().filter(({ eventName }) => /exposure$/.test(eventName));
    if (exposures.length === EXPOSURES) return null;
    if (Date.now() > limit) return `${exposures.length} exposures arrived`;
    await sleep(50);
  }
}

/** `project`: a folder that has Next, React and the package installed; the example replaces it. */
export async function checkNextExample({ project, folder, step }) {
  for (const entry of readdirSync(project)) {
    if (!/^(node_modules|package(-lock)?\.json)$/.test(entry))
      rmSync(join(project, entry), { recursive: true });
  }
  const example = join(root, 'examples/next');
  for (const entry of readdirSync(example)) {
    if (entry !== 'package.json')
      cpSync(join(example, entry), join(project, entry), { recursive: true });
  }
  const { createLocalServer } = createRequire(join(project, 'package.json'))(
    'statsig-node-native/local-server',
  );
  const service = await createLocalServer({ specs });
  const env = { NEXT_PUBLIC_STATSIG_CLIENT_KEY: 'client-example' };
  const problem = build(project, 'turbopack', env);
  step('examples/next: builds without warnings', problem);
  if (!problem?.startsWith('exit code')) {
    const alone = join(folder, 'next-example');
    cpSync(join(project, '.next/standalone'), alone, { recursive: true, verbatimSymlinks: true });
    const keys = { ...env, STATSIG_API: service.api, STATSIG_SECRET_KEY: 'secret-example' };
    const server = await start(alone, keys).catch((error) => ({ problem: error.message }));
    step('examples/next: starts', server.problem ?? null);
    if (server.child) {
      const name =
        'examples/next: answers by middleware, server and browser components, events arrive';
      step(name, await problemOf(server.url, service).catch(String));
      server.child.removeAllListeners('exit');
      server.child.kill();
    }
  }
  await service.close();
}
