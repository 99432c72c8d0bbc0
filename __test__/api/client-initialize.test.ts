/** getClientInitializeResponse side by side with statsig-node, and its string and byte forms. */
import test from 'ava';
import { ENGINES, FakeNetwork, ours, outcome, theirs, type AnyServer } from './support';

const USERS: unknown[] = [
  { userID: 'u' },
  { userID: 'u2', email: 'a@b.c', customIDs: { companyID: 'c' }, privateAttributes: { p: 1 } },
  { userID: 'u3', statsigEnvironment: { tier: 'mine' } },
  { userID: 'ü', email: 'привет@😀.example', custom: { half: '\ud83d' } },
  {},
  null,
  undefined,
  5,
];
const CALLS: [string | undefined, object | undefined][] = [
  [undefined, undefined],
  [undefined, { hash: 'none' }],
  [undefined, { hash: 'sha256' }],
  [undefined, { hash: 'other' }],
  ['client-x', { hash: 'none' }],
  [undefined, { hash: 'none', includeLocalOverrides: true }],
  [undefined, {
    hash: 'none',
    overrides: {
      featureGates: { always: false }, dynamicConfigs: { experiment: { groupName: 'Test' }, config: { value: { o: 1 } } },
      layers: { plain: { value: { o: 2 } } },
    },
  }],
];

/** Our identity is a decision of ours (Q39 adds the session). */
function comparable(text: string): string {
  return text.replace(/"sdkInfo":\{[^}]*\}/, '"sdkInfo":{}');
}

for (const engine of ENGINES) {
  for (const options of [{}, { environment: { tier: 'staging' } }]) {
    test(`${engine}: responses are byte for byte alike, ${JSON.stringify(options)}`, async (t) => {
      const servers: AnyServer[] = [ours(engine, new FakeNetwork(), options), theirs(new FakeNetwork(), options)];
      for (const server of servers) {
        server.overrideGate('never', true);
        server.overrideConfig('experiment', { text: 'local' }, 'u');
        await server.initializeAsync();
      }
      for (const user of USERS) {
        for (const [key, ask] of CALLS) {
          const [mine, rivals] = servers.map((server) =>
            outcome(() => server.getClientInitializeResponse(structuredClone(user) as never, key, ask as never)));
          t.is(comparable(mine!), comparable(rivals!), `${JSON.stringify(user)} ${key} ${JSON.stringify(ask)}`);
        }
      }
      await Promise.all(servers.map((server) => server.shutdownAsync(200)));
    });
  }

  test(`${engine}: string and bytes are the object's JSON`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    const user = { userID: 'u' };
    const text = server.getClientInitializeResponseString(user);
    t.deepEqual(JSON.parse(text ?? ''), server.getClientInitializeResponse(user) as object);
    t.is(Buffer.from(server.getClientInitializeResponseBuffer(user) ?? []).toString(), text ?? 'none');
    await server.shutdownAsync(200);
  });

  test(`${engine}: a response is the caller's own (Q13)`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    const response = server.getClientInitializeResponse({ userID: 'u' }, undefined, { hash: 'none' });
    (response?.dynamic_configs['config']?.value as Record<string, unknown>)['text'] = 'changed';
    t.is(server.getConfig({ userID: 'u' }, 'config').get('text', ''), 'default');
    await server.shutdownAsync(200);
  });

  test(`${engine}: without specs it is null`, async (t) => {
    const server = ours(engine, new FakeNetwork(), { localMode: true });
    await server.initializeAsync();
    t.is(server.getClientInitializeResponse({ userID: 'u' }), null);
    t.is(server.getClientInitializeResponseString({ userID: 'u' }), null);
    t.is(server.getClientInitializeResponseBuffer({ userID: 'u' }), null);
    await server.shutdownAsync(200);
  });
}
