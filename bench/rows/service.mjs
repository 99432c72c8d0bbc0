// A whole service: Fastify, each request a new user, exposures on; load and flag server are
// processes of their own. What a user of a service gets of everything else that is measured here.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fastify from 'fastify';
import { processCpu } from '../lib/measure.mjs';

const LOAD = fileURLToPath(new URL('../lib/load.mjs', import.meta.url));
/** Load is counted in seconds, and a shorter time shows little but the start of it. */
const LEAST_S = 2;

async function loaded(url, seconds) {
  const child = fork(LOAD, [url, String(seconds)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [result] = await once(child, 'message');
  return result;
}

async function serve(bench, checks) {
  const { gates } = bench.names;
  const app = fastify();
  app.get('/', async () => {
    const { client } = bench;
    const user = client.user(bench.freshUser());
    let on = 0;
    if (client.gate)
      for (let i = 0; i < checks; i++) if (client.gate(user, gates[i % gates.length])) on++;
    return { on };
  });
  return app.listen({ port: 0, host: '127.0.0.1' });
}

/** `checks`: of each request. `valueOf`: what of a round counts. */
const service = (id, checks, title, unit, valueOf) => ({
  id,
  title: `Fastify, ${checks} checks of a new user, ${title}`,
  unit,
  project: 'real',
  exposures: true,
  alone: true,
  needs: ['user'],
  async setup(bench) {
    const url = await serve(bench, checks);
    await loaded(url, LEAST_S);
    return { url };
  },
  async round(bench, { url }) {
    const cpu = processCpu();
    const { total, seconds, p50, p99 } = await loaded(
      url,
      Math.max(LEAST_S, Math.round(bench.targetMs / 1000)),
    );
    const cpuUs = (processCpu() - cpu) / total;
    const requestsPerSecond = total / seconds;
    const round = { requestsPerSecond, p50Ms: p50, p99Ms: p99, cpuUs };
    return { value: valueOf(round), ...round };
  },
});

const perRequest = ({ requestsPerSecond }) => 1e6 / requestsPerSecond;

export const rows = [
  service('service-20', 20, 'time a request', 'µs', perRequest),
  service('service-1000', 1000, 'time a request', 'µs', perRequest),
  service('service-20-p99', 20, 'p99', 'ms', ({ p99Ms }) => p99Ms),
];
