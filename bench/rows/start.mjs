// Starting: loading the module, initialize, memory afterwards. Each round is a new process.
import { createRequire } from 'node:module';
import { readFileSync, statSync } from 'node:fs';
import { collect, mainThreadCpu, now, processCpu, rss, sleep } from '../lib/measure.mjs';

const require = createRequire(import.meta.url);

const moduleLoad = {
  id: 'module-load',
  title: 'load the module',
  unit: 'ms',
  project: 'flags1000',
  exposures: true,
  needs: [],
  fresh: true,
  async round(bench) {
    const before = new Set(Object.keys(require.cache));
    const memory = rss();
    const cpu = processCpu();
    const start = now();
    bench.adapter.load();
    const value = (now() - start) / 1e6;
    const files = Object.keys(require.cache).filter((file) => !before.has(file));
    return {
      value,
      cpuMs: (processCpu() - cpu) / 1000,
      files: files.length,
      kilobytes: Math.round(bytesOf(files) / 1000),
      rssMB: (rss() - memory) / 1e6,
    };
  },
};

/**
 * Bytes of the JavaScript that was required, and of native or WASM files that the process has
 * mapped or opened.
 */
function bytesOf(files) {
  const mapped = new Set();
  try {
    for (const line of readFileSync('/proc/self/maps', 'utf8').split('\n'))
      if (line.endsWith('.node')) mapped.add(line.slice(line.indexOf('/')));
  } catch {
    /* not Linux: what require knows must do */
  }
  return [...new Set([...files, ...mapped])].reduce((sum, file) => sum + statSync(file).size, 0);
}

function initialize(project, target, big) {
  return {
    id: `initialize-${project}`,
    title: `initialize, CPU on the main thread, ${project}`,
    unit: 'ms',
    project,
    exposures: true,
    needs: ['config'],
    fresh: true,
    target,
    big,
    async round(bench) {
      const module = bench.adapter.load();
      await sleep(50);
      collect();
      const main = mainThreadCpu();
      const cpu = processCpu();
      const start = now();
      const client = await bench.create(module);
      const wallMs = (now() - start) / 1e6;
      const value = (mainThreadCpu() - main) / 1000;
      const result = { value, wallMs, allThreadsMs: (processCpu() - cpu) / 1000 };
      client.gate(client.user(bench.user(1)), bench.names.gates[0]);
      return result;
    },
  };
}

/** The same with specs that come compressed, which is the one that counts. */
function compressed(row, encoding) {
  return { ...row, id: `${row.id}-${encoding}`, title: `${row.title}, ${encoding}`, encoding };
}

function memory(project) {
  return {
    id: `memory-${project}`,
    title: `memory after load, ${project}`,
    unit: 'MB',
    project,
    exposures: true,
    needs: ['gate'],
    fresh: true,
    async round(bench) {
      collect();
      const before = rss();
      const client = await bench.create();
      client.gate(client.user(bench.user(1)), bench.names.gates[0]);
      for (let i = 0; i < 5; i++) {
        collect();
        await sleep(60);
      }
      return {
        value: (rss() - before) / 1e6,
        totalMB: rss() / 1e6,
        heapMB: process.memoryUsage().heapUsed / 1e6,
      };
    },
  };
}

export const rows = [
  moduleLoad,
  initialize('specs5mb', { ratio: 20 }),
  compressed(initialize('specs5mb'), 'gzip'),
  compressed(initialize('specs5mb'), 'br'),
  compressed(initialize('real'), 'gzip'),
  memory('real'),
  memory('flags1000'),
  memory('specs5mb'),
  compressed(memory('specs5mb'), 'gzip'),
];
