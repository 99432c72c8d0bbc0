/** What is shown of objects that hold secrets. */
import { inspect } from 'node:util';
import test from 'ava';
import Statsig, { StatsigServer } from '../../src/index';
import { TESTED_ENGINES } from '../engines';

const KEY = 'secret-DoNotShow';
const SPECS = JSON.stringify({
  has_updates: true,
  time: 1,
  feature_gates: [],
  dynamic_configs: [],
  layer_configs: [],
});
const SECRETS = ['DoNotShow', '123-45-6789'];

/** Every way in which a log takes an object. */
function shownAs(value: unknown): string[] {
  return [
    inspect(value),
    inspect(value, { depth: 12, showHidden: true }),
    inspect({ value }, { depth: 12 }),
    // What console.dir, assert's messages, copies and loops over entries see.
    inspect(value, { depth: 12, customInspect: false }),
    inspect({ ...(value as object) }, { depth: 12 }),
    inspect(Object.entries(value as object), { depth: 12 }),
    JSON.stringify(value) ?? '',
    `${JSON.stringify([value])}`,
  ];
}

for (const engine of TESTED_ENGINES) {
  test(`${engine}: instances, scopes and results show no secret`, async (t) => {
    const server = new StatsigServer(KEY, {
      engine,
      localMode: true,
      bootstrapValues: SPECS,
      disableDiagnostics: true,
    });
    const user = { userID: 'u', privateAttributes: { ssn: '123-45-6789' } };
    t.true(inspect(server).includes("state: 'not initialized'"));
    const details = await server.initializeAsync();
    const scope = server.forUser(user);
    const shown = [
      server,
      scope,
      details,
      server.getFeatureGate(user, 'g'),
      server.getConfig(user, 'c'),
      server.getLayer(user, 'l'),
      scope.getLayer('l'),
      scope.getConfig('c'),
      server.engineInfo(),
      server.eventStats(),
    ];
    for (const value of shown) {
      for (const text of shownAs(value))
        t.false(
          SECRETS.some((secret) => text.includes(secret)),
          text,
        );
    }
    t.regex(
      inspect(server),
      new RegExp(`^StatsigServer \\{[^]*engine: '${engine}'[^]*state: 'ready'`),
    );
    t.true(inspect(server).length < 600);
    t.deepEqual(JSON.parse(JSON.stringify(scope)), { userID: 'u' });
    await server.shutdownAsync();
    t.true(inspect(server).includes("state: 'shut down'"));
  });
}

test('what is shown is no member of copies, and the shared instance shows none of its own', (t) => {
  const server = new StatsigServer(KEY, { localMode: true });
  const names: string[] = [];
  for (const name in server) names.push(name);
  t.false(names.includes('toJSON'));
  t.false(inspect(Statsig, { depth: 12 }).includes('DoNotShow'));
});

test('what cannot be told shows nothing', (t) => {
  const broken = Object.create(StatsigServer.prototype) as object;
  t.is(inspect(broken), 'StatsigServer {}');
  t.is(JSON.stringify(broken), '{}');
  t.regex(inspect(StatsigServer.prototype), /^\w*Server \{\}$/);
});
