/** Instances that come and go one after the other leave nothing behind. */
import test from 'ava';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { StatsigServer } from '../../src/api/statsig';
import { ENGINES, isPublic, payload, rule, spec } from './support';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Conditions that need the tables, parsers and machines that are loaded late. */
const tables = [
  { ...isPublic, type: 'ip_based', field: 'country', operator: 'any', targetValue: ['US'] },
  {
    ...isPublic,
    type: 'ua_based',
    field: 'browser_name',
    operator: 'any',
    targetValue: ['Chrome'],
  },
  {
    ...isPublic,
    type: 'user_field',
    field: 'email',
    operator: 'str_matches',
    targetValue: '^(a+)+$',
  },
].map((condition, i) => spec({ name: `late ${i}`, rules: [rule({ conditions: [condition] })] }));
const base = payload();
const specs = JSON.stringify({ ...base, feature_gates: [...base.feature_gates, ...tables] });
const user = {
  userID: 'u',
  ip: '8.8.8.8',
  userAgent: 'Mozilla/5.0 Chrome/120.0.0.0',
  email: 'aaa',
};

async function live(engine: (typeof ENGINES)[number]): Promise<void> {
  const server = new StatsigServer('secret-lives', {
    engine,
    localMode: true,
    bootstrapValues: specs,
    logger: { warn() {}, error() {}, logLevel: 'none' },
  });
  await server.initializeAsync();
  tables.forEach((_, i) => server.checkGate(user, `late ${i}`));
  server.logEvent(user, 'event');
  server.getClientInitializeResponse(user);
  await server.shutdownAsync(100);
}

/** Children of all modules together: a module that is loaded anew each time is one more. */
const children = (): number =>
  Object.values(require.cache).reduce(
    (sum, module) => sum + ((module?.children as unknown[] | undefined)?.length ?? 0),
    0,
  );

async function held(): Promise<{ buffers: number; children: number }> {
  // Memory of buffers is given back in a turn of its own.
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return { buffers: process.memoryUsage().arrayBuffers, children: children() };
}

for (const engine of ENGINES) {
  test.serial(`${engine}: fifty lives hold no more than two`, async (t) => {
    for (let i = 0; i < 2; i++) await live(engine);
    const before = await held();
    for (let i = 0; i < 50; i++) await live(engine);
    const after = await held();
    t.is(after.children, before.children);
    // The IP table alone has 0.4 MB.
    t.true(after.buffers - before.buffers < 1e6, `${after.buffers - before.buffers} bytes`);
  });
}
