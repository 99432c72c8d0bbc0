/** What is answered. */
import test, { type ExecutionContext } from 'ava';
import { StatsigServer } from '../../src/api/statsig';
import { createInspector } from '../../src/inspector';
import { Feed } from '../../src/inspector/feed';
import { createLocalServer } from '../../src/local-server';
import type { EngineKind } from '../../src/engine/engine';
import { TESTED_ENGINES } from '../engines';
import { API, ask, inspected, instance, openStream, payload, serve, TOKEN } from './support';

/** What is asked of an engine is asked of each. */
function onEach(
  title: string,
  run: (t: ExecutionContext, engine: EngineKind) => Promise<void>,
): void {
  for (const engine of TESTED_ENGINES) test(`${engine}: ${title}`, (t) => run(t, engine));
}

const ada = { userID: 'ada', custom: { city: 'Utrecht' } };

test('each path has its methods, bodies are JSON and bounded', async (t) => {
  const { url, get } = await inspected(t);
  const wrong = await get('flags', { body: {} });
  t.deepEqual([wrong.status, wrong.headers.allow], [405, 'GET']);
  t.is((await get('explain')).status, 405);
  t.is((await ask(`${url}/`, { method: 'POST', body: {} })).status, 405);
  t.is((await ask(`${url}/`, { method: 'HEAD' })).body, '');
  t.is((await get('nothing')).status, 404);
  t.is((await get('__proto__')).status, 404);
  const typed = { 'content-type': 'text/plain' };
  t.is((await get('explain', { body: {}, headers: typed })).status, 415);
  t.is((await get('explain', { body: [] })).status, 400);
  t.is((await get('explain', { body: { user: 'x'.repeat(300_000) } })).status, 413);
  for (const user of [null, 'ada', [], 1])
    t.is((await get('explain', { body: { user, kind: 'gate', name: 'bike_lanes' } })).status, 400);
  for (const asked of [{}, { kind: { toString: 1 }, name: 'x' }, { kind: 'gate', name: 1 }])
    t.is((await get('explain', { body: { user: ada, ...asked } })).status, 400);
  const nobody = await get('explain', { body: { user: {}, kind: 'gate', name: 'bike_lanes' } });
  t.is(nobody.status, 400);
  t.regex(String(nobody.json().error), /userID/);
  const unknown = await get('explain', { body: { user: ada, kind: 'gate', name: 'none' } });
  t.is(unknown.status, 404);
});

onEach('flags with their rules in words', async (t, engine) => {
  const { get } = await inspected(t, { token: TOKEN }, engine);
  const { flags } = (await get('flags')).json() as { flags: { name: string; kind: string }[] };
  t.deepEqual(
    flags.map(({ kind, name }) => `${kind} ${name}`),
    ['gate bike_lanes', 'experiment button', 'gate new_checkout', 'layer search', 'config tariff'],
  );
  const flag = (await get('flag?kind=gate&name=bike_lanes')).json();
  const [rule] = flag.rules as Record<string, unknown>[];
  t.like(rule, { id: 'cities', passPercentage: 100, delegate: null });
  t.regex(String(rule!.conditions), /city.*Utrecht/);
  t.is((await get('flag?kind=gate&name=tariff')).status, 404);
});

onEach('what a user gets, without an exposure', async (t, engine) => {
  const { get, statsig } = await inspected(t, { token: TOKEN }, engine);
  const { queued } = statsig.eventStats();
  for (const [kind, name, value] of [
    ['gate', 'bike_lanes', true],
    ['config', 'tariff', { perMinute: 0.3 }],
    ['experiment', 'button', { label: 'Pay' }],
    ['layer', 'search', { ranking: 'price' }],
  ] as const) {
    const { answer } = (await get('explain', { body: { user: ada, kind, name } })).json() as {
      answer: { value: unknown };
    };
    t.deepEqual(answer.value, value, name);
  }
  const client = (await get('client', { body: { user: ada } })).json();
  t.true('bike_lanes' in (client.feature_gates as object));
  t.is(statsig.eventStats().queued, queued);
});

onEach('callbacks of the application hear of nothing that is asked here', async (t, engine) => {
  const heard: unknown[] = [];
  const hear = (...told: unknown[]) => void heard.push(told);
  const statsig = await instance(t, {
    engine,
    evaluationCallback: hear,
    evaluationCallbacks: {
      gateCallback: hear,
      dynamicConfigCallback: hear,
      experimentCallback: hear,
      layerCallback: hear,
      layerParamCallback: hear,
    },
  });
  const inspector = createInspector(statsig, { token: TOKEN });
  t.teardown(() => inspector.close());
  const url = await serve(t, inspector);
  for (const [kind, name] of [
    ['gate', 'bike_lanes'],
    ['config', 'tariff'],
    ['experiment', 'button'],
    ['layer', 'search'],
  ])
    t.is((await ask(`${url}${API}explain`, { body: { user: ada, kind, name } })).status, 200);
  t.deepEqual(heard, []);
});

onEach('why, as a tree, without what is private', async (t, engine) => {
  const { get } = await inspected(t, { token: TOKEN }, engine);
  const user = { userID: 'eva', privateAttributes: { city: 'hidden' } };
  const asked = await get('explain', { body: { user, kind: 'gate', name: 'new_checkout' } });
  const { explanation } = asked.json() as { explanation: { spec: { rules: object[] } } };
  const [withLanes] = explanation.spec.rules;
  t.like(withLanes, { id: 'with_lanes', outcome: 'failed' });
  t.true(JSON.stringify(withLanes).includes('bike_lanes'));
  t.false(asked.body.includes('hidden'));
});

onEach('health, engine and sync times, without a secret', async (t, engine) => {
  const { get } = await inspected(t, { token: TOKEN }, engine);
  const status = await get('status');
  t.like(status.json(), {
    ...{ isReadOnly: true, api: null, health: { isReady: true } },
    engine: { engine, rejected: [] },
  });
  t.false(status.body.includes('secret-inspected'));
});

test('an application is read-only', async (t) => {
  const { get, statsig } = await inspected(t);
  const body = { kind: 'gate', name: 'bike_lanes', value: true };
  t.is((await get('override', { body })).status, 403);
  t.false(statsig.checkGate({ userID: 'eva' }, 'bike_lanes', { disableExposureLogging: true }));
});

onEach('events are told as they are sent, without private attributes', async (t, engine) => {
  const { url, get, statsig } = await inspected(t, { token: TOKEN }, engine);
  const stream = await openStream(`${url}${API}stream`);
  await get('status');
  await statsig.flush();
  const { delivered } = statsig.eventStats();
  statsig.logEvent({ ...ada, privateAttributes: { ssn: 'hidden' } }, 'ride', 3);
  await statsig.flush();
  const isRide = (data: unknown): boolean => JSON.stringify(data).includes('ride');
  const events = (await stream.told('events', isRide)) as { eventName: string }[];
  t.deepEqual(
    events.map(({ eventName }) => eventName),
    ['ride'],
  );
  const users = await get('users');
  t.deepEqual(users.json(), { users: [ada] });
  t.false((JSON.stringify(events) + users.body).includes('hidden'));
  t.is(statsig.eventStats().delivered, delivered + 1);
  stream.close();
});

test('no more than eight streams, and a closed one makes room', async (t) => {
  const { url, inspector } = await inspected(t);
  const open = () => openStream(`${url}${API}stream`);
  const streams = await Promise.all(Array.from({ length: 8 }, open));
  t.true(streams.every(({ status }) => status === 200));
  t.is((await open()).status, 503);
  inspector.close();
  await Promise.all(streams.map(({ ended }) => ended));
  t.is((await open()).status, 200);
});

test('below a path: as frameworks cut it off, and as they leave it', async (t) => {
  const statsig = await instance(t);
  const whole = createInspector(statsig, { token: TOKEN, basePath: '/_statsig/' });
  const url = await serve(t, whole);
  t.is((await ask(`${url}/_statsig/`)).status, 200);
  t.is((await ask(`${url}/_statsig/_inspector/api/flags`)).status, 200);
  const without = await ask(`${url}/_statsig`);
  t.deepEqual([without.status, without.headers.location], [302, './_statsig/']);
  const inner = createInspector(statsig, { token: TOKEN });
  const mounted = await serve(t, (request, response) => {
    Object.assign(request, { originalUrl: request.url });
    request.url = String(request.url).replace(/^\/app/, '') || '/';
    inner(request, response);
  });
  t.is((await ask(`${mounted}/app/_inspector/api/flags`)).status, 200);
  t.is((await ask(`${mounted}/app`)).headers.location, './app/');
});

test('before initialize, after shutdown, and with nothing at all it answers', async (t) => {
  const bare = new StatsigServer('secret-bare', { localMode: true });
  const absent = {
    _enforceServer(): never {
      throw new Error('secret-absent is not there');
    },
  };
  for (const statsig of [bare, absent]) {
    const inspector = createInspector(statsig, { token: TOKEN });
    const url = await serve(t, inspector);
    for (const path of ['status', 'flags', 'users', 'changes', 'flag?kind=gate&name=x']) {
      const answer = await ask(`${url}${API}${path}`);
      t.true([200, 500, 503].includes(answer.status), `${path} ${answer.status}`);
      t.false(answer.body.includes('secret-'), path);
    }
    inspector.close();
  }
});

onEach('a payload that changes is told in words, with users who move', async (t, engine) => {
  let specs = payload();
  const statsig = await instance(t, {
    engine,
    bootstrapValues: null,
    networkOverrideFunc: async () => new Response(JSON.stringify(specs)),
  });
  const inspector = createInspector(statsig, { token: TOKEN });
  const url = await serve(t, inspector);
  const stream = await openStream(`${url}${API}stream`);
  await ask(`${url}${API}status`);
  specs = payload(true, 2_000);
  await statsig.syncStoreSpecs();
  await stream.told('changed');
  const { changes } = (await ask(`${url}${API}changes`)).json() as {
    changes: { from: number; to: number; sample: number; flags: Record<string, unknown>[] }[];
  };
  t.like(changes[0], { from: 1_000, to: 2_000, sample: 200 });
  const [lanes, checkout] = changes[0]!.flags;
  t.like(lanes, { name: 'bike_lanes', what: 'changed', moved: 200 });
  t.regex(String(lanes!.details), /rule cities: .*Utrecht.* → .*everyone/);
  // Its own rules are the same: it asks the other gate.
  t.like(checkout, { name: 'new_checkout', details: [] });
  t.true(Number(checkout!.moved) > 50);
  t.is((checkout!.examples as object[]).length, 3);
  inspector.close();
});

test('a page is told which edition of the list answers, also one that asked too early', async (t) => {
  let specs = payload();
  const networkOverrideFunc = async (): Promise<Response> => new Response(JSON.stringify(specs));
  const statsig = await instance(t, { bootstrapValues: null, networkOverrideFunc });
  const inspector = createInspector(statsig, { token: TOKEN });
  t.teardown(() => inspector.close());
  const api = `${await serve(t, inspector)}${API}`;
  const editionOf = async (): Promise<unknown> => (await ask(`${api}flags`)).json()['edition'];
  const first = await editionOf();
  t.is(await editionOf(), first);
  specs = payload(true, 2_000);
  await statsig.syncStoreSpecs();
  const stream = await openStream(`${api}stream`);
  const second = await stream.told('specs');
  t.not(second, first);
  t.is(await editionOf(), second);
  specs = payload(false, 3_000);
  await statsig.syncStoreSpecs();
  const third = await stream.told('specs', (edition) => edition !== second);
  t.is(await editionOf(), third);
  // Another life of the process has other editions: pages that connect again load again.
  const later = createInspector(statsig, { token: TOKEN });
  t.teardown(() => later.close());
  const other = await ask(`${await serve(t, later)}${API}flags`);
  t.not(other.json()['edition'], third);
});

test('what is served and is no payload is told as that', async (t) => {
  const server = await createLocalServer({ specs: { time: 1 } });
  t.teardown(() => server.close(0));
  const { status, body } = await ask(`${server.url}${API}flags`, { headers: {} });
  t.is(status, 503);
  t.regex(body, /it has no feature_gates/);
  server.setSpecs(payload() as Record<string, unknown>);
  t.is((await ask(`${server.url}${API}flags`)).status, 200);
});

onEach(
  'parameter stores are in the list, with where their parameters are from, and explained',
  async (t, engine) => {
    const parameters = {
      colour: { ref_type: 'static', param_type: 'string', value: 'blue' },
      lanes: {
        ref_type: 'gate',
        param_type: 'string',
        gate_name: 'bike_lanes',
        pass_value: 'wide',
        fail_value: 'none',
      },
      price: {
        ref_type: 'dynamic_config',
        param_type: 'number',
        config_name: 'tariff',
        param_name: 'perMinute',
      },
      odd: { ref_type: 'none' },
    };
    const bootstrapValues = {
      ...payload(),
      param_stores: { shop: { targetAppIDs: [], parameters } },
    };
    const statsig = await instance(t, {
      engine,
      bootstrapValues,
    });
    const inspector = createInspector(statsig, { token: TOKEN });
    t.teardown(() => inspector.close());
    const api = `${await serve(t, inspector)}${API}`;
    const { flags } = (await ask(`${api}flags`)).json() as {
      flags: { kind: string; name: string }[];
    };
    const line = { kind: 'parameter_store', name: 'shop', entity: 'parameter_store' };
    t.like(
      flags.find(({ name }) => name === 'shop'),
      { ...line, isEnabled: true, rules: 4, isOverridden: false },
    );
    const page = (await ask(`${api}flag?kind=parameter_store&name=shop`)).json();
    t.deepEqual(page['parameters'], [
      { name: 'colour', from: '"blue"' },
      { name: 'lanes', from: '"wide" for those who pass bike_lanes, "none" for others' },
      { name: 'price', from: 'perMinute of the config tariff' },
      { name: 'odd', from: 'nothing that this SDK knows' },
    ]);
    const body = { kind: 'parameter_store', name: 'shop', user: ada };
    const { answer, explanation } = (await ask(`${api}explain`, { body })).json() as {
      answer: object;
      explanation: { parameters: Record<string, { from: string }> };
    };
    const value = { colour: 'blue', lanes: 'wide', odd: null, price: 0.3 };
    t.like(answer, { name: 'shop', kind: 'parameter_store', value });
    t.is(explanation.parameters['lanes']?.from, 'gate');
    for (const path of [
      'flag?kind=parameter_store&name=toString',
      'flag?kind=parameter_store&name=x',
    ])
      t.is((await ask(api + path)).status, 404, path);
    const unknown = { ...body, name: '__proto__' };
    t.is((await ask(`${api}explain`, { body: unknown })).status, 404);
  },
);

onEach('a parameter store that changes is told, with users who move', async (t, engine) => {
  const withStore = (price: object, time: number): object => ({
    ...payload(false, time),
    param_stores: { shop: { parameters: { price, title: { value: 'Bikes' } } } },
  });
  let specs = withStore({ value: 1 }, 1_000);
  const statsig = await instance(t, {
    engine,
    bootstrapValues: null,
    networkOverrideFunc: async () => new Response(JSON.stringify(specs)),
  });
  const inspector = createInspector(statsig, { token: TOKEN });
  const url = await serve(t, inspector);
  const stream = await openStream(`${url}${API}stream`);
  await ask(`${url}${API}status`);
  specs = withStore({ gate_name: 'new_checkout', pass_value: 2, fail_value: 1 }, 2_000);
  await statsig.syncStoreSpecs();
  await stream.told('changed');
  const { changes } = (await ask(`${url}${API}changes`)).json() as {
    changes: { flags: { moved: number; examples: object[] }[] }[];
  };
  const [shop] = changes[0]!.flags;
  t.like(shop, {
    kind: 'parameter_store',
    name: 'shop',
    what: 'changed',
    details: ['price: 1 → 2 for those who pass new_checkout, 1 for others'],
  });
  t.true(shop!.moved > 50 && shop!.moved < 150);
  t.like(shop!.examples[0], {
    before: { price: 1, title: 'Bikes' },
    after: { price: 2, title: 'Bikes' },
  });
  inspector.close();
});

test('events of other SDKs are shown without private attributes, too', (t) => {
  const feed = new Feed();
  const event = { eventName: 'ride', user: { userID: 'eva', privateAttributes: { ssn: 'HUSH' } } };
  feed.add([event, { eventName: 'odd', user: 'eva' }, null, 'odd'], 1);
  t.is(feed.latest().length, 4);
  t.deepEqual(feed.recentUsers(), [{ userID: 'eva' }]);
  t.false(JSON.stringify(feed.latest()).includes('HUSH'));
});
