/**
 * Diagnostics of single calls and of client-initialize responses: same markers as statsig-node
 * (BEHAVIOUR.md 10).
 */
import test from 'ava';
import { ENGINES, FakeNetwork, ours, payload, theirs, type AnyServer } from './support';

const U = { userID: 'u' };

/** Markers of one context, without what differs from run to run. */
function markers(network: FakeNetwork, context: string): unknown[] {
  return network.events
    .filter(
      (event) =>
        event.eventName === 'statsig::diagnostics' && event.metadata?.['context'] === context,
    )
    .flatMap((event) => event.metadata?.['markers'] as Record<string, unknown>[])
    .map(({ timestamp: _, ...marker }) => marker);
}

function script(s: AnyServer): void {
  s.checkGate(U, 'always');
  s.getFeatureGate(U, 'always', { disableExposureLogging: true });
  s.checkGateSync(U, 'never');
  s.checkGateWithExposureLoggingDisabled(U, 'never');
  s.getConfig(U, 'config');
  s.getConfigSync(U, 'config');
  s.getConfigWithExposureLoggingDisabled(U, 'config');
  s.getExperiment(U, 'experiment');
  s.getLayer(U, 'layer').get('text', '');
  s.logGateExposure(U, 'always');
  s.getClientInitializeResponse(U);
}

/** Answers of the service, by what is wrong with them. */
const ANSWERS: Record<string, () => unknown> = {
  'a failed status': () => new Response('no', { status: 500 }),
  'a failed status with a region': () =>
    new Response('no', { status: 404, headers: { 'x-statsig-region': 'az-1' } }),
  'a failed status of a fake without headers': () => ({
    ok: false,
    status: 503,
    text: () => Promise.resolve(''),
  }),
  'an error with a code': () => {
    throw Object.assign(new TypeError('no way'), { code: 'ECONNREFUSED' });
  },
  'an error without': () => Promise.reject(new Error('no way')),
  'a text': () => Promise.reject('no way'),
  'a region': () =>
    new Response(JSON.stringify(payload()), { headers: { 'x-statsig-region': 'az-1' } }),
  'no region': () => new Response(JSON.stringify(payload())),
  'a fake without headers': () => ({
    ok: true,
    status: 200,
    text: () => Promise.resolve(JSON.stringify(payload())),
  }),
};

for (const [name, answer] of Object.entries(ANSWERS)) {
  test(`markers of the first download, ${name}`, async (t) => {
    const found: unknown[][] = [];
    for (const make of [(n: FakeNetwork, o: object) => ours('js', n, o), theirs]) {
      const network = new FakeNetwork();
      const networkOverrideFunc = async (url: string, init: RequestInit): Promise<Response> =>
        (url.includes('download_config_specs')
          ? answer()
          : network.override(url, init)) as Response;
      const server = make(network, {
        networkOverrideFunc,
        initStrategyForIDLists: 'none',
        postLogsRetryLimit: 0,
      });
      await server.initializeAsync();
      await server.flush();
      await server.shutdownAsync(200);
      found.push(
        markers(network, 'initialize').filter(
          (marker) => (marker as { step?: string }).step === 'network_request',
        ),
      );
    }
    // The key is shown by statsig-node (Q17).
    t.is(
      JSON.stringify(found[0]),
      JSON.stringify(found[1]).replaceAll('secret-api-tests', '******'),
    );
    t.is(found[0]?.length, 2);
  });
}

for (const engine of ENGINES) {
  for (const [name, rates, options] of [
    ['all on', { api_call: 10_000, gcir: 10_000 }, {}],
    ['disableDiagnostics', { api_call: 10_000, gcir: 10_000 }, { disableDiagnostics: true }],
    ['rates of zero', { api_call: 0, gcir: 0 }, {}],
  ] as const) {
    test(`${engine}: markers of calls, ${name}`, async (t) => {
      const found: unknown[][] = [];
      for (const make of [
        (n: FakeNetwork) => ours(engine, n, options),
        (n: FakeNetwork) => theirs(n, options),
      ]) {
        const network = new FakeNetwork();
        network.specs = payload({ diagnostics: rates });
        const server = make(network);
        await server.initializeAsync();
        script(server);
        await server.flush();
        await server.shutdownAsync(200);
        found.push([
          markers(network, 'api_call'),
          markers(network, 'get_client_initialize_response'),
        ]);
      }
      t.deepEqual(found[0], found[1]);
      if (name === 'all on') t.true((found[0]?.[0] as unknown[]).length > 10);
    });
  }

  test(`${engine}: values are the same with markers on`, async (t) => {
    const network = new FakeNetwork();
    network.specs = payload({ diagnostics: { api_call: 10_000 } });
    const server = ours(engine, network);
    await server.initializeAsync();
    t.true(server.checkGate(U, 'always'));
    t.throws(() => server.checkGate(U, ''), { message: 'Lookup key must be a non-empty string' });
    await server.shutdownAsync(200);
  });
}
