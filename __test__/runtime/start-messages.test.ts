/** What is said when the start does not go as it should. */
import test from 'ava';
import { StatsigServer } from '../../src/index';
import { createLocalServer } from '../../src/local-server';

/** An instance that keeps what it warns of. */
function warned(api: string, more: object): { statsig: StatsigServer; lines: string[] } {
  const lines: string[] = [];
  const statsig = new StatsigServer('secret-start', {
    api,
    disableDiagnostics: true,
    logger: {
      logLevel: 'warn',
      warn: (message: unknown) => void lines.push(String(message)),
      error: () => undefined,
    },
    ...more,
  });
  return { statsig, lines };
}

test('a timeout of initialize says what is still being loaded', async (t) => {
  let fail: (error: Error) => void = () => undefined;
  const stuck = new Promise<never>((_, reject) => (fail = reject));
  const { statsig, lines } = warned('http://127.0.0.1:9/v1', {
    initTimeoutMs: 1,
    networkOverrideFunc: () => stuck,
  });
  const { success } = await statsig.initializeAsync();
  t.false(success);
  t.deepEqual(lines, [
    'statsigSDK::initialize> 1 ms (initTimeoutMs) are over: config specs are still being loaded, ' +
      'and serve when they come.',
  ]);
  fail(new Error('gone'));
  await statsig.shutdownAsync();
});

test('a refused key is said once', async (t) => {
  const server = await createLocalServer();
  server.fail({ route: 'specs', status: 401 });
  const { statsig, lines } = warned(server.api, {});
  await statsig.initializeAsync();
  await statsig.syncStoreSpecs();
  t.deepEqual(
    lines.filter((line) => line.includes('refused')),
    [
      'statsigSDK> The secret key was refused (401): is it a server secret key of this project ' +
        'that was not revoked?',
    ],
  );
  await statsig.shutdownAsync();
  await server.close();
});
