// The SDK against a local server, in one command on a fresh clone:
//
//   npm run quickstart                       the sample project and its four users
//   npm run quickstart -- --specs FILE       any payload; users are made from its own target values
//   npm run quickstart -- --users FILE       a JSON array of users
//   npm run quickstart -- --id-lists DIR     members of the payload's ID lists (NAME.txt, one unit ID per line)
//
// Installs dependencies and builds first when that is needed. Works without cargo.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measure } from './quickstart/measure.mjs';
import { printAnswers, printEvents } from './quickstart/print.mjs';
import { prepare } from './quickstart/prepare.mjs';
import { usersFor } from './quickstart/users.mjs';
import { root } from './stamp.mjs';

const require = createRequire(import.meta.url);
const payloads = join(root, 'testdata', 'payloads');

function readArguments() {
  const { values } = parseArgs({
    options: {
      specs: { type: 'string' },
      users: { type: 'string' },
      'id-lists': { type: 'string' },
    },
  });
  const isSample = values.specs === undefined;
  const specsFile = isSample ? join(payloads, 'sample-project.json') : resolve(values.specs);
  const usersFile = values.users ?? (isSample ? join(payloads, 'sample-users.json') : undefined);
  const idListsDirectory =
    values['id-lists'] ?? (isSample ? join(payloads, 'sample-id-lists') : undefined);
  return { specsFile, usersFile, idListsDirectory };
}

function describeEngine(info) {
  console.log(`\nEngine: ${info.engine} ${info.version}`);
  for (const { kind, reason } of info.rejected) console.log(`  not ${kind}: ${reason}`);
  if (info.rejected.length === 0) {
    const forced = process.env.STATSIG_ENGINE;
    console.log(forced ? `  forced by STATSIG_ENGINE=${forced}` : '  the first choice loaded');
  }
}

async function main() {
  const { specsFile, usersFile, idListsDirectory } = readArguments();
  prepare();
  const { StatsigServer } = require(join(root, 'dist/index.js'));
  const { createLocalServer } = require(join(root, 'dist/local-server/index.js'));
  const server = await createLocalServer({ specsFile, idListsDirectory, log: console.error });
  const statsig = new StatsigServer('secret-quickstart', { api: server.api });
  try {
    const started = performance.now();
    const details = await statsig.initializeAsync();
    console.log(`\nServing ${specsFile}\n     on ${server.url}`);
    console.log(
      `Initialized from ${details.source ?? 'nothing'} in ${Math.round(performance.now() - started)} ms`,
    );
    if (!details.success) throw details.error ?? new Error('initialization failed');
    describeEngine(statsig.engineInfo());

    const users = usersFile
      ? JSON.parse(readFileSync(usersFile, 'utf8'))
      : usersFor(JSON.parse(readFileSync(specsFile, 'utf8')));
    printAnswers(statsig, users);
    await statsig.flush();
    printEvents(server.events());
    console.log(measure(statsig, users[0]));
  } finally {
    await statsig.shutdownAsync();
    await server.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
