// What an update does to the requests that are being served meanwhile.
import {
  collect,
  delayedRequests,
  longestStall,
  now,
  processCpu,
  sink,
  sleep,
} from '../lib/measure.mjs';

function poll(project, big) {
  return {
    id: `poll-${project}`,
    title: `longest event-loop stall during an update, ${project}`,
    unit: 'ms',
    project,
    exposures: false,
    needs: ['gate', 'config'],
    polls: true,
    big,
    async setup(bench) {
      const user = bench.client.user(bench.user(1));
      let at = 0;
      return {
        each: () =>
          sink.use(bench.client.gate(user, bench.names.gates[at++ % bench.names.gates.length])),
      };
    },
    /**
     * The loop turns as fast as it can with one check per turn, while the SDK fetches and swaps in
     * the new specs.
     */
    async round(bench, { each }) {
      collect();
      const idle = await longestStall(() => sleep(200), each);
      const result = await longestStall(() => update(bench), each);
      return { ...result, idleMs: idle.value };
    },
  };
}

/**
 * As long for everybody: of SDKs that tell when an update is in, the window would be a tenth as long
 * as of those that don't, and their p99 the second longest of 150 delays instead of the tenth of
 * 1,000.
 */
const WINDOW_MS = 1_200;

/** Ends when an update is in and the window is over, so that what follows parsing is seen as well. */
async function update(bench) {
  const start = performance.now();
  const time = await bench.ask('bump');
  if (bench.client.sync) {
    await bench.client.sync();
  } else {
    for (let waited = 0; (await bench.ask('served')) < time; waited += 50) {
      if (waited > 20_000) throw new Error('the update was never asked for');
      await sleep(50);
    }
    await sleep(1000);
  }
  if ((await bench.ask('served')) < time) throw new Error('the update was not fetched');
  await sleep(Math.max(100, WINDOW_MS - (performance.now() - start)));
}

/**
 * A busy server: one request of 1 ms after the other. How late they begin while an update arrives.
 */
function requests(project, big) {
  const row = poll(project, big);
  return {
    ...row,
    id: `poll-requests-${project}`,
    title: `p99 delay of 1 ms requests during an update, ${project}`,
    async round(bench, { each }) {
      const request = () => {
        for (const end = performance.now() + 1; performance.now() < end; ) each();
      };
      collect();
      const idle = await delayedRequests(() => sleep(500), request);
      const result = await delayedRequests(() => update(bench), request);
      return { ...result, idleMs: idle.value, idleMaxMs: idle.max };
    },
  };
}

/** What an update costs, whoever pays for it: one spec of the project changed, and the time. */
function cost(project) {
  const row = poll(project, false);
  return {
    ...row,
    id: `update-${project}`,
    title: `update, one spec changed, CPU of all threads, ${project}`,
    async round(bench) {
      collect();
      const perMs = await cpuOf(() => sleep(500));
      const { cpuMs, wallMs } = await cpuOf(() => update(bench));
      return { value: Math.max(0, cpuMs - (perMs.cpuMs / perMs.wallMs) * wallMs), wallMs };
    },
  };
}

async function cpuOf(work) {
  const [cpu, start] = [processCpu(), now()];
  await work();
  return { cpuMs: (processCpu() - cpu) / 1000, wallMs: (now() - start) / 1e6 };
}

/** Specs that come compressed, as real services send them. */
function compressed(row, encoding) {
  return { ...row, id: `${row.id}-${encoding}`, title: `${row.title}, ${encoding}`, encoding };
}

export const rows = [
  poll('specs5mb', false),
  poll('specs50mb', true),
  requests('specs5mb', false),
  compressed(poll('specs5mb', false), 'gzip'),
  compressed(requests('specs5mb', false), 'gzip'),
  requests('specs50mb', true),
  compressed(cost('specs3000'), 'gzip'),
];
