// The first requests of a fresh process, each of a new user who asks every gate.
import { now, sink } from '../lib/measure.mjs';

const REQUESTS = 10;

function cold(id, title, valueOf) {
  return {
    id,
    title,
    unit: 'µs/request',
    project: 'real',
    exposures: true,
    needs: ['gate'],
    fresh: true,
    encoding: 'gzip',
    async round(bench) {
      const client = await bench.create();
      const users = Array.from({ length: REQUESTS }, () => bench.freshUser());
      const times = users.map((user) => {
        const start = now();
        const own = client.user(user);
        for (const name of bench.names.gates) sink.use(client.gate(own, name));
        return (now() - start) / 1e3;
      });
      const total = times.reduce((sum, time) => sum + time, 0);
      return { value: valueOf(times, total), firstUs: times[0], tenthUs: times[REQUESTS - 1] };
    },
  };
}

export const rows = [
  cold('cold-first', 'the very first request, every gate, real', ([first]) => first),
  cold('cold-ten', 'first 10 requests of a fresh process, real', (_, total) => total / REQUESTS),
];
