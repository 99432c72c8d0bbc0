/** The options that statsig-node does not have, through the public API. */
import test from 'ava';
import type { StatsigServer } from '../../src/api/statsig';
import type { ClientInitializeResponseOptions } from '../../src/api/public-types';
import { ENGINES, FakeNetwork, ours } from '../api/support';

async function started(engine: (typeof ENGINES)[number]): Promise<StatsigServer> {
  const server = ours(engine, new FakeNetwork());
  await server.initializeAsync();
  return server;
}

const user = { userID: 'u', email: '</script><b>&\u2028\u2029' };

for (const engine of ENGINES) {
  test(`${engine}: htmlSafe escapes what could end a script, and nothing else`, async (t) => {
    const server = await started(engine);
    const options: ClientInitializeResponseOptions = { hash: 'none', htmlSafe: true };
    const text = server.getClientInitializeResponseString(user, undefined, options)!;
    t.notRegex(text, /[<>&\u2028\u2029]/);
    const plain = server.getClientInitializeResponseString(user, undefined, { hash: 'none' })!;
    t.true(plain.includes('</script><b>&'));
    t.deepEqual(JSON.parse(text), JSON.parse(plain));
    t.is(
      Buffer.from(server.getClientInitializeResponseBuffer(user, undefined, options)!).toString(),
      text,
    );
    t.deepEqual(
      server.getClientInitializeResponse(user, undefined, options) as object,
      JSON.parse(plain),
    );
    await server.shutdownAsync(200);
  });

  test(`${engine}: filters take arrays, sets and null, and keep autotunes`, async (t) => {
    const server = await started(engine);
    const ask = (options: object) =>
      server.getClientInitializeResponse({ userID: 'u' }, undefined, {
        hash: 'none',
        ...options,
      } as ClientInitializeResponseOptions)!;
    t.deepEqual(
      Object.keys(ask({ featureGateFilter: new Set(['inner', 'no such']) }).feature_gates),
      ['inner'],
    );
    const narrow = ask({
      dynamicConfigFilter: [],
      experimentFilter: ['experiment'],
      layerFilter: ['plain'],
    });
    t.deepEqual(Object.keys(narrow.dynamic_configs), ['experiment', 'tune']);
    t.deepEqual(Object.keys(narrow.layer_configs), ['plain']);
    t.is(
      Object.keys(ask({ featureGateFilter: null, layerFilter: undefined }).feature_gates).length,
      7,
    );
    await server.shutdownAsync(200);
  });

  test(`${engine}: an unchanged response is empty and no failure`, async (t) => {
    const server = await started(engine);
    const { full_checksum: previousResponseHash } = server.getClientInitializeResponse(
      user,
      undefined,
      { previousResponseHash: '' },
    )!;
    const again = server.getClientInitializeResponse(user, undefined, {
      previousResponseHash: previousResponseHash!,
    })!;
    t.deepEqual(
      [again.has_updates, again.feature_gates, again.full_checksum],
      [false, {}, undefined],
    );
    await server.shutdownAsync(200);
  });

  test(`${engine}: a filter that cannot be read costs the response, not the process`, async (t) => {
    const server = await started(engine);
    const hostile = {
      [Symbol.iterator]: () => {
        throw new Error('unreadable');
      },
    };
    t.is(
      server.getClientInitializeResponse(user, undefined, { featureGateFilter: hostile } as never),
      null,
    );
    t.not(server.getClientInitializeResponse(user), null);
    await server.shutdownAsync(200);
  });
}
