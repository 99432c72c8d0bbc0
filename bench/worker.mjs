// One SDK, one row, one process. Told what to do over IPC by run.mjs: setup, round, round, …, stop.
import { SDKS } from './sdks/index.mjs';
import { ROWS } from './rows/index.mjs';
import { names } from './payloads/index.mjs';
import { user } from './lib/users.mjs';
import { sink, sleep } from './lib/measure.mjs';

const { sdk, rowId, project, key, url, targetMs } = JSON.parse(process.env.BENCH_WORKER);
const row = ROWS.find((candidate) => candidate.id === rowId);
const adapter = await import(SDKS[sdk].file.replace('./', './sdks/'));
const context = { url, key, project, exposures: row.exposures, polls: row.polls === true };

let nextAsk = 0;
const answers = new Map();
let nextUser = 1_000_000;

/** Everything a row may use; see rows/index.mjs. */
const bench = {
  adapter,
  sdk,
  context,
  project,
  targetMs,
  user,
  names: names(project),
  client: null,
  freshUser: () => user(nextUser++),
  async create(module = adapter.load()) {
    bench.client = await adapter.create(module, context);
    return bench.client;
  },
  /** A question to the local server, through the runner. */
  ask: (command) =>
    new Promise((resolve, reject) => {
      const id = nextAsk++;
      answers.set(id, { resolve, reject });
      process.send({ ask: { id, command, key } });
    }),
  /** Flushes until the server has heard nothing new for a while. */
  async drain() {
    for (let quiet = 0, last = -1; quiet < 3; ) {
      await bench.client.flush();
      await sleep(80);
      const { events } = await bench.ask('events');
      quiet = events === last ? quiet + 1 : 0;
      last = events;
    }
  },
};

const missing = () => row.needs.filter((need) => typeof bench.client[need] !== 'function');

const commands = {
  async setup() {
    if (row.fresh) return { ready: true };
    await bench.create();
    if (missing().length) return { missing: missing() };
    bench.state = await row.setup?.(bench);
    if (row.exposures) await bench.drain();
    return { ready: true };
  },
  async round() {
    const result = await row.round(bench, bench.state);
    if (row.exposures && bench.client && !row.fresh) await bench.drain();
    return { ...result, sink: sink.total };
  },
  async stop() {
    const events = row.exposures && bench.client ? await bench.ask('events') : undefined;
    await Promise.race([bench.client?.shutdown(), sleep(4000)]);
    return { events };
  },
};

process.on('message', async (message) => {
  if ('answer' in message) {
    const { id, result, error } = message.answer;
    const waiting = answers.get(id);
    answers.delete(id);
    return error ? waiting.reject(new Error(error)) : waiting.resolve(result);
  }
  try {
    process.send({ done: message.command, result: await commands[message.command]() });
  } catch (error) {
    // The stack is for who watches: results are kept, and name no machine's paths.
    console.error(error);
    process.send({ done: message.command, error: String(error) });
  }
  if (message.command === 'stop') setImmediate(() => process.exit(0));
});
process.on('disconnect', () => process.exit(1));
