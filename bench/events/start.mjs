// Starts the processes of the event scripts: the sink, and one child per SDK and run.
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');
/** `EVENTS_FROM=src` runs this package from its sources, without a build. */
const fromSources = process.env.EVENTS_FROM === 'src' || !existsSync(join(root, 'dist/index.js'));

const once = (child, key) =>
  new Promise((resolve) => {
    const listen = (message) => {
      if (key in message) {
        child.off('message', listen);
        resolve(message[key]);
      }
    };
    child.on('message', listen);
  });

export async function startSink() {
  const child = fork(join(here, 'sink.mjs'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const port = await once(child, 'port');
  const tell = (message, key) => {
    const answer = once(child, key);
    child.send(message);
    return answer;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    fault: (fault) => tell({ fault }, 'done'),
    ask: () => tell({ ask: true }, 'state'),
    down: () => tell({ down: true }, 'done'),
    up: () => tell({ up: true }, 'port'),
    stop: () => child.kill(),
  };
}

/**
 * Runs child.mjs with a task; `result` resolves with what it reports, or null when it ends without.
 */
export function startChild(task, nodeArguments = []) {
  const sources = fromSources && task.sdk === 'ours' ? ['--require=tsx/cjs'] : [];
  const child = fork(join(here, 'child.mjs'), [JSON.stringify({ ...task, fromSources })], {
    cwd: root,
    execArgv: [...sources, ...nodeArguments],
    stdio: ['ignore', 'ignore', process.env.EVENTS_DEBUG ? 'inherit' : 'ignore', 'ipc'],
  });
  const result = new Promise((resolve) => {
    let told = null;
    child.on('message', (message) => {
      if (message.result) told = message.result;
    });
    child.on('exit', () => resolve(told));
  });
  return { child, result, said: (key) => once(child, key), kill: () => child.kill('SIGKILL') };
}

export function argument(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
}
export const flag = (name) => process.argv.includes(`--${name}`);
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
