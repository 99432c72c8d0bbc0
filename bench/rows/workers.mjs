// Worker threads of one process, each with an SDK of its own on the same project.
import { Worker } from 'node:worker_threads';
import { SDKS } from '../sdks/index.mjs';
import { collect, rss, sleep } from '../lib/measure.mjs';

const FURTHER = 3;

/** Starts a thread; resolves when its SDK has answered (or, without one, when it runs). */
function start(workerData) {
  const worker = new Worker(new URL('../lib/thread.mjs', import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve(worker)).once('error', reject);
  });
}

async function settled() {
  for (let i = 0; i < 5; i++) {
    collect();
    await sleep(60);
  }
  return rss() / 1e6;
}

/** Megabytes of each of some more threads, behind the first. */
async function further(workerData) {
  const workers = [await start(workerData)];
  const before = await settled();
  for (let i = 0; i < FURTHER; i++) workers.push(await start(workerData));
  const grown = (await settled()) - before;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return grown / FURTHER;
}

const memory = {
  id: 'worker-memory-specs5mb',
  title: 'each further worker thread on specs5mb, less a bare one',
  unit: 'MB',
  project: 'specs5mb',
  exposures: false,
  needs: ['gate'],
  fresh: true,
  encoding: 'gzip',
  async round(bench) {
    const { context, sdk } = bench;
    const bareMB = await further({ file: null });
    const user = bench.user(1);
    const gate = bench.names.gates[0];
    const file = SDKS[sdk].file.replace('./', '../sdks/');
    const withSdkMB = await further({ file, context, user, gate });
    return { value: withSdkMB - bareMB, bareMB, withSdkMB };
  },
};

export const rows = [memory];
