// Dynamic configs, experiments and layers with one `get`, and custom events.
import { timeRequests } from '../lib/checks.mjs';
import { calibrate, sink } from '../lib/measure.mjs';

function value(kind, list, freshUsers) {
  return {
    id: `${kind}${freshUsers ? '-new' : ''}`,
    title: `${kind} with one get, ${freshUsers ? 'new' : 'warm'} user, real`,
    unit: 'ns/call',
    project: 'real',
    exposures: true,
    needs: [kind],
    target: freshUsers ? undefined : { ratio: 10 },
    async setup(bench) {
      const entries = bench.names[list];
      const read = bench.client[kind];
      const once = (user) => {
        for (const { name, key } of entries) sink.use(read(user, name, key) !== null);
        return entries.length;
      };
      const warmUser = bench.client.user(bench.user(1));
      const passes = await calibrate(
        () => once(freshUsers ? bench.client.user(bench.freshUser()) : warmUser),
        bench.targetMs,
      );
      return {
        once,
        passes: Math.min(passes, freshUsers ? 5000 : 1e6),
        warmUser,
        operations: entries.length,
      };
    },
    round(bench, { once, passes, warmUser, operations }) {
      if (!freshUsers) return timeRequests(passes, operations, () => once(warmUser));
      const plain = Array.from({ length: passes }, () => bench.freshUser());
      return timeRequests(passes, operations, (i) => once(bench.client.user(plain[i])));
    },
  };
}

const logEvent = {
  id: 'log-event',
  title: 'logEvent',
  unit: 'ns/call',
  project: 'real',
  exposures: true,
  needs: ['logEvent'],
  target: { ratio: 5 },
  async setup(bench) {
    const user = bench.client.user(bench.user(1));
    const hundred = () => {
      for (let i = 0; i < 100; i++) bench.client.logEvent(user);
      return 100;
    };
    return { hundred, passes: await calibrate(hundred, bench.targetMs, { max: 2000 }) };
  },
  async round(bench, { hundred, passes }) {
    const result = await timeRequests(passes, 100, hundred);
    await bench.drain();
    return result;
  },
};

export const rows = [
  value('config', 'configs', false),
  value('experiment', 'experiments', false),
  value('layer', 'layers', false),
  value('config', 'configs', true),
  value('experiment', 'experiments', true),
  value('layer', 'layers', true),
  logEvent,
];
