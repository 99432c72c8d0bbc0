// Gate checks: warm users, new users, ordinary and huge requests.
import { checkAll, timeRequests } from '../lib/checks.mjs';
import { calibrate } from '../lib/measure.mjs';

const suffix = (exposures) => (exposures ? '' : ', exposures off');
const id = (exposures) => (exposures ? '' : '-quiet');

/** One user asks every gate again and again. Value: ns per check. */
function warm(project, exposures, target) {
  return {
    id: `warm-${project}${id(exposures)}`,
    title: `warm user, every gate, ${project}${suffix(exposures)}`,
    unit: 'ns/check',
    project,
    exposures,
    needs: ['gate'],
    target,
    async setup(bench) {
      const user = bench.client.user(bench.user(1));
      const passes = await calibrate(
        () => checkAll(bench.client, user, bench.names.gates),
        bench.targetMs,
      );
      return { user, passes };
    },
    round: (bench, { user, passes }) =>
      timeRequests(passes, bench.names.gates.length, () =>
        checkAll(bench.client, user, bench.names.gates),
      ),
  };
}

/**
 * Every request is a user never seen before, who asks `limit` gates (default: all). Making the
 * SDK's user counts.
 */
function fresh(options) {
  const {
    project,
    exposures,
    target,
    limit,
    repeat = 1,
    shape = 'new',
    title,
    value = (result) => result.value,
    unit = 'ns/check',
    maxRequests = 4000,
  } = options;
  return {
    id: `${shape}-${project}${id(exposures)}`,
    title: `${title ?? 'new user, every gate once'}, ${project}${suffix(exposures)}`,
    unit,
    project,
    exposures,
    needs: ['gate'],
    target,
    async setup(bench) {
      const request = (plain, index) => {
        const user = bench.client.user(plain);
        let names = bench.names.gates;
        if (limit) names = bench.slices[index % bench.slices.length];
        if (repeat === 1) return checkAll(bench.client, user, names);
        return checkAll(bench.client, user, bench.repeated);
      };
      bench.slices = limit ? slices(bench.names.gates, limit) : [];
      bench.repeated = Array.from({ length: repeat }, () => bench.names.gates).flat();
      const count = await calibrate((index) => request(bench.freshUser(), index), bench.targetMs, {
        max: maxRequests,
      });
      return { request, count: Math.max(limit ? 200 : 5, count) };
    },
    async round(bench, { request, count }) {
      const plain = Array.from({ length: count }, () => bench.freshUser());
      const operations = limit ?? bench.names.gates.length * repeat;
      const result = await timeRequests(count, operations, (i) => request(plain[i], i), {
        turnEvery: limit ? 50 : 1,
      });
      return { ...result, value: value(result) };
    },
  };
}

/**
 * Groups of `size` gates, spread over the project, so that five checks aren't always the same five.
 */
function slices(names, size) {
  const step = Math.max(1, Math.floor(names.length / size));
  return Array.from({ length: step }, (_, offset) =>
    Array.from({ length: size }, (_, i) => names[(offset + i * step) % names.length]),
  );
}

/**
 * The scope through which a caller promises that the user won't change; only this package has one.
 */
const scope = {
  id: 'scope-warm',
  title: 'forUser scope, warm, every gate, real',
  unit: 'ns/check',
  project: 'real',
  exposures: true,
  needs: ['gate', 'scope'],
  target: { ratio: 80, against: 'warm-real' },
  async setup(bench) {
    const scoped = bench.client.scope(bench.user(1));
    const once = () => {
      let on = 0;
      for (const name of bench.names.gates) if (scoped.gate(name)) on++;
      return on;
    };
    return { once, passes: await calibrate(once, bench.targetMs) };
  },
  round: (bench, { once, passes }) => timeRequests(passes, bench.names.gates.length, once),
};

/** Many checks in one call; only this package has it. Compare with new-flags1000. */
const batch = {
  id: 'batch-flags1000',
  title: 'checkGates(user, names), new user, flags1000',
  unit: 'ns/check',
  project: 'flags1000',
  exposures: true,
  needs: ['gates'],
  async setup(bench) {
    const once = (plain) =>
      Object.keys(bench.client.gates(bench.client.user(plain), bench.names.gates)).length;
    return {
      once,
      count: await calibrate(() => once(bench.freshUser()), bench.targetMs, { max: 4000 }),
    };
  },
  round(bench, { once, count }) {
    const plain = Array.from({ length: count }, () => bench.freshUser());
    return timeRequests(count, bench.names.gates.length, (i) => once(plain[i]));
  },
};

const p99 = { value: (result) => result.p99RequestMs, unit: 'ms' };

export const rows = [
  warm('real', true, { ratio: 15 }),
  warm('real', false),
  scope,
  fresh({ project: 'real', exposures: true, target: { ratio: 25 } }),
  fresh({ project: 'real', exposures: false }),
  fresh({ project: 'gates150', exposures: true, target: { ratio: 25 } }),
  fresh({ project: 'gates150', exposures: false }),
  fresh({ project: 'gates1500', exposures: true, target: { ratio: 25 } }),
  fresh({ project: 'gates1500', exposures: false }),
  fresh({
    project: 'real',
    exposures: true,
    limit: 5,
    shape: 'five',
    title: 'five checks per new user',
    target: { ratio: 5 },
    maxRequests: 50_000,
  }),
  warm('flags1000', true, { ratioToOthers: 3 }),
  fresh({ project: 'flags1000', exposures: true, target: { ratioToOthers: 3 } }),
  fresh({ project: 'flags1000', exposures: false }),
  batch,
  fresh({
    project: 'flags2000',
    exposures: true,
    shape: 'p99',
    title: 'p99 of a request of 2,000 checks',
    target: { ratio: 20 },
    ...p99,
  }),
];
