// A benchmark of wrong answers is worthless: before timing, the SDKs must agree on the equivalent
// project wherever no hash decides, and this package must answer exactly like statsig-node on a
// generated one. node bench/agree.mjs runs it alone.
import { fileURLToPath } from 'node:url';
import { fork } from 'node:child_process';
import { OURS, SDKS } from './sdks/index.mjs';
import { expected, flags } from './payloads/flags.mjs';
import { names } from './payloads/index.mjs';
import { user } from './lib/users.mjs';
import { startServer } from './lib/processes.mjs';
import { isBuilt } from './lib/machine.mjs';

const FLAGS = 'flags1000';
const MIXED = 'specs150';
const PEOPLE = 12;

/** In a child: the answers of one SDK, `people × gates`, as a text of 0 and 1. */
async function answer({ sdk, project, url }) {
  const adapter = await import(SDKS[sdk].file.replace('./', './sdks/'));
  const client = await adapter.create(adapter.load(), {
    url,
    key: `secret-${project}--agree-${sdk}`,
    project,
    exposures: false,
  });
  let text = '';
  for (let i = 0; i < PEOPLE; i++) {
    const person = client.user(user(i));
    for (const name of names(project).gates)
      text += (await client.gate(person, name)) === true ? '1' : '0';
  }
  process.send(text);
  await client.shutdown();
  process.exit(0);
}

function ask(sdk, project, url) {
  const env = {
    ...process.env,
    ...SDKS[sdk].env,
    BENCH_AGREE: JSON.stringify({ sdk, project, url }),
  };
  const child = fork(fileURLToPath(import.meta.url), {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`${sdk} gave no answers (exit ${code})`)));
  });
}

/** Contradictions between the rules of the equivalent project and the answers given. */
function contradictions(text) {
  const list = flags(1000);
  const wrong = [];
  let decided = 0;
  for (let i = 0; i < PEOPLE; i++) {
    const person = user(i);
    list.forEach((flag, j) => {
      const want = expected(flag, person);
      if (want === undefined) return;
      decided++;
      if ((text[i * list.length + j] === '1') !== want) wrong.push(`${flag.name} for user ${i}`);
    });
  }
  return { wrong, decided };
}

/** Throws when an SDK contradicts the rules, or an engine of ours differs from statsig-node. */
export async function agree(sdks) {
  const server = await startServer();
  try {
    for (const sdk of sdks) {
      const { wrong, decided } = contradictions(await ask(sdk, FLAGS, server.url));
      if (wrong.length)
        throw new Error(
          `${sdk}: ${wrong.length} of ${decided} answers are wrong, the first: ${wrong[0]}`,
        );
    }
    const ours = sdks.filter((sdk) => OURS.includes(sdk));
    const oracle = ours.length ? await ask('statsig-node', MIXED, server.url) : '';
    for (const sdk of ours) {
      const text = await ask(sdk, MIXED, server.url);
      const at = [...text].findIndex((bit, i) => bit !== oracle[i]);
      if (at >= 0 || text.length !== oracle.length)
        throw new Error(
          `${sdk} differs from statsig-node: ${names(MIXED).gates[at % names(MIXED).gates.length]} for user ${Math.floor(at / names(MIXED).gates.length)}`,
        );
    }
    console.log(`answers agree: ${sdks.join(', ')}`);
  } finally {
    server.stop();
  }
}

if (process.env.BENCH_AGREE) await answer(JSON.parse(process.env.BENCH_AGREE));
else if (process.argv[1] === fileURLToPath(import.meta.url))
  await agree(
    Object.keys(SDKS).filter((sdk) => sdk !== 'none' && (isBuilt() || !OURS.includes(sdk))),
  );
