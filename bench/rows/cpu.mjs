// CPU of a whole request, all threads, until its events are on the wire.
import { checkAll } from '../lib/checks.mjs';
import { calibrate, collect, now, processCpu, sink, turn } from '../lib/measure.mjs';

export const rows = [
  {
    id: 'cpu-request',
    title: 'CPU of a 1,000-check request, all threads, events on the wire, flags1000',
    unit: 'ms',
    project: 'flags1000',
    exposures: true,
    needs: ['gate'],
    target: { ratio: 10 },
    async setup(bench) {
      const count = await calibrate(
        () => checkAll(bench.client, bench.client.user(bench.freshUser()), bench.names.gates),
        bench.targetMs,
        { max: 400 },
      );
      await bench.drain();
      return { count: Math.max(5, count) };
    },
    async round(bench, { count }) {
      const plain = Array.from({ length: count }, () => bench.freshUser());
      collect();
      const before = await bench.ask('events');
      const cpu = processCpu();
      const start = now();
      for (const one of plain) {
        sink.use(await checkAll(bench.client, bench.client.user(one), bench.names.gates));
        await turn();
      }
      await bench.drain();
      const spent = processCpu() - cpu;
      const after = await bench.ask('events');
      return {
        value: spent / 1000 / count,
        wallMs: (now() - start) / 1e6 / count,
        eventsPerRequest: (after.events - before.events) / count,
        bytesPerRequest: (after.bytes - before.bytes) / count,
        count,
      };
    },
  },
];
