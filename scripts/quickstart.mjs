// The SDK against a local server, in one command on a fresh clone:
//
//   npm run quickstart                       the sample project as one of its users sees it
//   npm run quickstart -- --all              as each of them sees it
//   npm run quickstart -- --stay             the server stays, for its inspector in a browser
//   npm run quickstart -- --specs FILE       any payload; users are made from its own target values
//   npm run quickstart -- --users FILE       a JSON array of users
//   npm run quickstart -- --id-lists DIR     members of the payload's ID lists (NAME.txt, one unit ID per line)
//
// Installs dependencies and builds first when that is needed. Works without cargo.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { printNumbers } from './quickstart/measure.mjs';
import { printAnswers, printEvents } from './quickstart/print.mjs';
import { prepare } from './quickstart/prepare.mjs';
import { usersFor } from './quickstart/users.mjs';
import { root } from './lib/stamp.mjs';

const require = createRequire(import.meta.url);
const payloads = join(root, 'testdata', 'payloads');

function readArguments() {
  const { values } = parseArgs({
    options: {
      specs: { type: 'string' },
      users: { type: 'string' },
      'id-lists': { type: 'string' },
      all: { type: 'boolean', default: false },
      stay: { type: 'boolean', default: false },
    },
  });
  const isSample = values.specs === undefined;
  const specsFile = isSample ? join(payloads, 'sample-project.json') : resolve(values.specs);
  const usersFile = values.users ?? (isSample ? join(payloads, 'sample-users.json') : undefined);
  const idListsDirectory =
    values['id-lists'] ?? (isSample ? join(payloads, 'sample-id-lists') : undefined);
  return { specsFile, usersFile, idListsDirectory, isAll: values.all, stays: values.stay };
}

function describeEngine(info) {
  console.log(`\nEngine: ${info.engine} ${info.version}`);
  for (const { kind, reason } of info.rejected) console.log(`  not ${kind}: ${reason}`);
  if (info.rejected.length === 0) {
    const forced = process.env.STATSIG_ENGINE;
    console.log(forced ? `  forced by STATSIG_ENGINE=${forced}` : '  the first choice loaded');
  }
}

/** Where an inspector that stays is found; another port when that one is taken. */
const stayingPort = 4470;

async function serve(options, stays) {
  const { createLocalServer } = require(join(root, 'dist/local-server/index.js'));
  if (!stays) return createLocalServer(options);
  return createLocalServer({ ...options, port: stayingPort }).catch(() =>
    createLocalServer(options),
  );
}

async function show({ StatsigServer, formatExplanation }, server, given) {
  const { specsFile, usersFile, isAll } = given;
  const statsig = new StatsigServer('secret-quickstart', { api: server.api });
  try {
    const started = performance.now();
    const details = await statsig.initializeAsync();
    const took = Math.round(performance.now() - started);
    console.log(`\nServing ${specsFile}\n     on ${server.url}`);
    console.log(`Initialized from ${details.source ?? 'nothing'} in ${took} ms`);
    if (!details.success) throw details.error ?? new Error('initialization failed');
    describeEngine(statsig.engineInfo());

    const users = usersFile
      ? JSON.parse(readFileSync(usersFile, 'utf8'))
      : usersFor(JSON.parse(readFileSync(specsFile, 'utf8')));
    printAnswers(statsig, formatExplanation, users, isAll);
    await statsig.flush();
    printEvents(server.events());
    await printNumbers(statsig, users[0], server.api);
  } finally {
    await statsig.shutdownAsync();
  }
}

async function main() {
  const given = readArguments();
  prepare();
  const { specsFile, idListsDirectory, stays } = given;
  const server = await serve({ specsFile, idListsDirectory, log: console.error }, stays);
  try {
    await show(require(join(root, 'dist/index.js')), server, given);
  } catch (error) {
    await server.close();
    throw error;
  }
  if (stays) {
    console.log(`\nOpen ${server.url}/ in a browser: who gets what, and why. Ctrl-C ends it.`);
    process.once('SIGINT', () => void server.close());
    return;
  }
  await server.close();
  console.log('\nWho gets what, and why, in a browser:');
  console.log(`  npm run quickstart -- --stay   and open http://127.0.0.1:${stayingPort}/`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
