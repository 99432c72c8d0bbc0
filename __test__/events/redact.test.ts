/** The option `redact` on every engine: what events leave out of users, to the byte alike. */
import test from 'ava';
import type { EngineKind } from '../../src/engine/engine';
import type { StatsigUser } from '../../src/types/user';
import { selectEngine } from '../../src/engine/select';
import { Random } from '../../differential/random';
import { FakeNetwork, Log, ENGINES, ours } from '../api/support';

/** More than the types allow: elements of lists that are objects. */
const USER: StatsigUser = {
  userID: 'u',
  email: 'a@b.c',
  custom: { ssn: '078-05-1120', plan: 'free', people: [{ name: 'n', ssn: 1 }] as never },
  customIDs: { companyID: 'c' },
  privateAttributes: { secret: 1 },
};

for (const engine of ENGINES) {
  test(`${engine}: exposures and custom events leave it out, and conditions see it`, async (t) => {
    const [network, log] = [new FakeNetwork(), new Log()];
    const redact = [
      'user.email',
      'user.custom.ssn',
      'user.custom.people.ssn',
      'email',
      'user.',
      5 as never,
    ];
    const server = ours(engine, network, { redact, logger: log });
    await server.initializeAsync();
    t.true(server.checkGate(USER, 'inner'), 'by its email');
    server.logEvent(USER, 'bought');
    server.getLayer(USER, 'layer').get('text', '');
    await server.shutdownAsync();
    const events = network.events.filter(({ eventName }) => eventName !== 'statsig::diagnostics');
    t.is(events.length, 3);
    for (const { user } of events) {
      t.deepEqual(user, {
        userID: 'u',
        custom: { plan: 'free', people: [{ name: 'n' }] },
        customIDs: { companyID: 'c' },
        privateAttributes: null,
      });
    }
    t.is(log.lines.filter((line) => line.includes('redact')).length, 1);
  });
}

const KEYS = ['a', 'b', 'a.b', 'é', '7', '__proto__', 'ssn', 'em"ail', 'userID', 'custom'];
const PATHS = [
  'a',
  'b',
  'a.b',
  'a.b.a',
  'custom',
  'custom.a',
  'custom.ssn',
  'custom.a.b',
  'é',
  '7',
  'custom.7',
  '__proto__',
  'em"ail',
  'privateAttributes',
  'userID',
];

function randomValue(random: Random, depth: number): unknown {
  if (depth === 0 || random.chance(0.4))
    return random.pick([1, -0, 1e21, 'x', '', 'q"\\', '\u2028😀', null, true, 'a.b']);
  if (random.chance(0.3))
    return Array.from({ length: random.below(3) }, () => randomValue(random, depth - 1));
  return Object.fromEntries(
    Array.from({ length: random.below(4) }, () => [
      random.pick(KEYS),
      randomValue(random, depth - 1),
    ]),
  );
}

/** Events of random users, as an engine writes them. */
async function written(kind: EngineKind, users: object[], redact: string[]): Promise<string> {
  const { engine } = selectEngine(kind);
  engine.setOptions({
    tier: null,
    loggingEnabled: true,
    batchLimit: 1000,
    pendingLimit: 10_000,
    sdkType: 's',
    sdkVersion: '1',
    sessionID: 'x',
    redact,
  });
  for (const user of users) {
    engine.setUser(0, JSON.stringify(user), '', '');
    engine.logEvent(0, '{"user":', '}', '');
  }
  const { body } = await engine.takeBatch('[', ']', 1000);
  engine.dispose();
  return new TextDecoder().decode(body);
}

test('all engines write the same', async (t) => {
  const random = new Random(4);
  for (let round = 0; round < 20; round++) {
    const users = Array.from({ length: 40 }, () => ({
      userID: 'u',
      ...(randomValue(random, 4) as object),
      custom: randomValue(random, 3),
      email: 'e',
    }));
    const redact = random.some(PATHS, 4);
    const [first, ...others] = await Promise.all(
      ENGINES.map((kind) => written(kind, users, redact)),
    );
    for (const other of others) t.is(other, first ?? '');
    const parsed = JSON.parse(first ?? '') as { user: Record<string, unknown> }[];
    t.is(parsed.length, users.length);
    for (const path of redact.filter((one) => !one.includes('.')))
      t.false(
        parsed.some(({ user }) => Object.keys(user).includes(path)),
        path,
      );
    if (redact.length === 0) t.true(parsed.every(({ user }) => user['email'] === 'e'));
  }
});
