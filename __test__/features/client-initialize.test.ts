/** getClientInitializeResponse side by side with statsig-node, and its string and byte forms. */
import test from 'ava';
import {
  ENGINES,
  FakeNetwork,
  isPublic,
  ours,
  outcome,
  payload,
  rule,
  spec,
  theirs,
  type AnyServer,
} from '../api/support';

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
  [
    undefined,
    {
      hash: 'none',
      overrides: {
        featureGates: { always: false },
        dynamicConfigs: { experiment: { groupName: 'Test' }, config: { value: { o: 1 } } },
        layers: { plain: { value: { o: 2 } } },
      },
    },
  ],
];

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0';
const browserIs = (name: string) => ({
  ...isPublic,
  type: 'ua_based',
  field: 'browser_name',
  operator: 'any',
  targetValue: [name],
});

/** Our identity is a decision of ours (Q39 adds the session). */
function comparable(text: string): string {
  return text.replace(/"sdkInfo":\{[^}]*\}/, '"sdkInfo":{}');
}

for (const engine of ENGINES) {
  for (const options of [{}, { environment: { tier: 'staging' } }]) {
    test(`${engine}: responses are byte for byte alike, ${JSON.stringify(options)}`, async (t) => {
      const servers: AnyServer[] = [
        ours(engine, new FakeNetwork(), options),
        theirs(new FakeNetwork(), options),
      ];
      for (const server of servers) {
        server.overrideGate('never', true);
        server.overrideConfig('experiment', { text: 'local' }, 'u');
        await server.initializeAsync();
      }
      for (const user of USERS) {
        for (const [key, ask] of CALLS) {
          const [mine, rivals] = servers.map((server) =>
            outcome(() =>
              server.getClientInitializeResponse(structuredClone(user) as never, key, ask as never),
            ),
          );
          t.is(
            comparable(mine!),
            comparable(rivals!),
            `${JSON.stringify(user)} ${key} ${JSON.stringify(ask)}`,
          );
        }
      }
      await Promise.all(servers.map((server) => server.shutdownAsync(200)));
    });
  }

  test(`${engine}: the keys of a response have lone surrogates as the user has them, as statsig-node`, async (t) => {
    const users = [
      { userID: '\ude00' },
      { custom: { userID: '\ufffd' }, userID: 'a"\ud83d\\', customIDs: { '\ud83d': '\ude00' } },
      { userID: '\ufffd😀', customIDs: { companyID: '\ud83d' } },
      { userID: '\ufffd\n' },
    ];
    const servers: AnyServer[] = [ours(engine, new FakeNetwork()), theirs(new FakeNetwork())];
    for (const server of servers) await server.initializeAsync();
    const keys = servers.map((server) =>
      users.map((user) => {
        const response = server.getClientInitializeResponse(user as never) as Record<
          string,
          unknown
        >;
        return [response['evaluated_keys'], response['user']];
      }),
    );
    t.deepEqual(keys[0], keys[1]);
    await Promise.all(servers.map((server) => server.shutdownAsync(200)));
  });

  test(`${engine}: user agents decide from the first response to the last, in every order`, async (t) => {
    const names = ['Mobile Safari', 'Firefox', 'Chrome'];
    const gates = names.map((name) =>
      spec({ name, rules: [rule({ conditions: [browserIs(name)] })] }),
    );
    const specs = { ...payload(), feature_gates: [...payload().feature_gates, ...gates] };
    const networks = [new FakeNetwork(), new FakeNetwork()] as const;
    for (const network of networks) network.specs = specs;
    const mine = ours(engine, networks[0]);
    const rivals = theirs(networks[1]);
    await Promise.all([mine.initializeAsync(), rivals.initializeAsync()]);
    const users = [
      {},
      { userAgent: FIREFOX },
      { userAgent: IPHONE },
      { userAgent: FIREFOX },
      { userAgent: 5 },
      { userAgent: `${FIREFOX}${' '.repeat(1000)}` },
      { custom: { userAgent: IPHONE } },
      { browser_name: 'Chrome', userAgent: IPHONE },
      {},
    ].map((fields, i) => ({ userID: `u${i}`, ...fields }));
    for (const user of [...users, ...users]) {
      const expected = JSON.stringify(
        rivals.getClientInitializeResponse({ ...user } as never, undefined, { hash: 'none' }),
      );
      const text = mine.getClientInitializeResponseString(user as never, undefined, {
        hash: 'none',
      });
      t.is(comparable(text!), comparable(expected), JSON.stringify(user));
    }
    await Promise.all([mine.shutdownAsync(200), rivals.shutdownAsync(200)]);
  });

  test(`${engine}: string and bytes are the object's JSON`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    const user = { userID: 'u' };
    const text = server.getClientInitializeResponseString(user);
    t.deepEqual(JSON.parse(text ?? ''), server.getClientInitializeResponse(user) as object);
    t.is(
      Buffer.from(server.getClientInitializeResponseBuffer(user) ?? []).toString(),
      text ?? 'none',
    );
    await server.shutdownAsync(200);
  });

  test(`${engine}: a response is the caller's own (Q13)`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    const response = server.getClientInitializeResponse({ userID: 'u' }, undefined, {
      hash: 'none',
    });
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
