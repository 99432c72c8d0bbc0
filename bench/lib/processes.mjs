// Child processes of the runner: the server, and one worker per SDK.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SDKS } from '../sdks/index.mjs';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** Starts the local server; `ask(command, key)` talks to it. */
export async function startServer() {
  const child = fork(path('server.mjs'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map();
  let next = 0;
  const url = await new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message.url));
    child.once('exit', (code) => reject(new Error(`server ended with ${code}`)));
  });
  child.on('message', ({ id, result, error }) => {
    const entry = waiting.get(id);
    waiting.delete(id);
    if (error) entry?.reject(new Error(error));
    else entry?.resolve(result);
  });
  const ask = (command, key) =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      child.send({ id, command, key });
    });
  return { url, ask, stop: () => child.kill() };
}

let serial = 0;

/**
 * Starts a worker. `run(command)` rejects when the worker says so, dies, or takes longer than
 * `timeoutMs`.
 */
export function startWorker({
  sdk,
  row,
  project,
  server,
  targetMs,
  cpuProf = false,
  timeoutMs = 240_000,
}) {
  const encoding = row.encoding === undefined ? '' : `${row.encoding}-`;
  const key = `secret-${project}--${encoding}${sdk}-${process.pid}-${serial++}`;
  const env = {
    ...process.env,
    ...SDKS[sdk].env,
    BENCH_WORKER: JSON.stringify({ sdk, rowId: row.id, project, key, url: server.url, targetMs }),
  };
  const execArgv = [
    '--expose-gc',
    '--max-old-space-size=6144',
    ...(cpuProf
      ? [
          '--cpu-prof',
          `--cpu-prof-dir=${path('out')}`,
          `--cpu-prof-name=${row.id}-${sdk}-${serial}.cpuprofile`,
        ]
      : []),
  ];
  const child = fork(path('worker.mjs'), {
    env,
    execArgv,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let noise = '';
  let pending = null;
  child.stderr.on('data', (chunk) => {
    noise = (noise + chunk).slice(-2000);
  });
  const settle = (error, value) => {
    const { resolve, reject, timer } = pending ?? {};
    pending = null;
    clearTimeout(timer);
    if (error) reject?.(new Error(error));
    else resolve?.(value);
  };
  child.on('message', async (message) => {
    if (message.ask) {
      const { id, command, key: asked } = message.ask;
      const answer = await server.ask(command, asked).then(
        (result) => ({ id, result }),
        (error) => ({ id, error: String(error) }),
      );
      if (child.connected) child.send({ answer });
    } else {
      settle(message.error, message.result);
    }
  });
  child.on('exit', (code, signal) => settle(`worker ended with ${signal ?? code}: ${noise}`));
  const run = (command) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        settle(`${command} took over ${timeoutMs} ms`);
        child.kill('SIGKILL');
      }, timeoutMs);
      pending = { resolve, reject, timer };
      if (child.connected) child.send({ command });
      else settle(`worker is gone: ${noise}`);
    });
  return { key, run, kill: () => child.kill('SIGKILL') };
}
