/** Which config specs are asked for: the option `configFormat`. */
import test from 'ava';
import { StatsigHttp } from '../../src/network/http';
import { nodeTransport } from '../../src/network/node-transport';
import { baseOfV2, type WantedFormat } from '../../src/network/specs-format';
import { SafeLogger } from '../../src/observability/logger';
import { Loopback } from './loopback';

const KEY = 'secret-format';
const silent = { warn: () => {}, error: () => {}, logLevel: 'none' as const };

type Statuses = { v1: number; v2: number };

async function served(configFormat: WantedFormat, statuses: Statuses, path = '/v1') {
  const server = await Loopback.start((request, response) => {
    response.statusCode = request.url?.startsWith('/v2/') === true ? statuses.v2 : statuses.v1;
    response.end('{}');
  });
  const base = server.base + path;
  const http = new StatsigHttp({
    sdkKey: KEY,
    api: base,
    apiForDownloadConfigSpecs: base,
    apiForGetIdLists: base,
    fallbackToStatsigAPI: false,
    configFormat,
    localMode: false,
    sdkType: 't',
    sdkVersion: 'v',
    sessionID: 's',
    transport: nodeTransport(),
    networkOverrideFunc: null,
    logger: new SafeLogger(silent, [KEY]),
  });
  const ask = async (sinceTime = 0): Promise<string> =>
    http.downloadSpecs({ sinceTime }).then(
      ({ response }) => String(response.status),
      (error: Error) => error.message.replace(/.*failed with /, ''),
    );
  const seen = (): string[] =>
    server.seen.map(({ url }) => url.replace(`/download_config_specs/${KEY}.json`, ''));
  return { ask, seen, stop: () => server.stop() };
}

test('v1 asks as statsig-node does, v2 beside it', async (t) => {
  for (const format of ['v1', 'v2'] as const) {
    const { ask, seen, stop } = await served(format, { v1: 200, v2: 200 });
    t.deepEqual([await ask(), await ask(7)], ['200', '200']);
    t.deepEqual(seen(), [`/${format}`, `/${format}?sinceTime=7`]);
    await stop();
  }
});

test('v2 is an error where there is none', async (t) => {
  const { ask, seen, stop } = await served('v2', { v1: 200, v2: 404 });
  t.is(await ask(), 'status 404');
  t.deepEqual(seen(), ['/v2']);
  await stop();
});

test('auto keeps to v2 where it is served', async (t) => {
  const { ask, seen, stop } = await served('auto', { v1: 200, v2: 200 });
  t.deepEqual([await ask(), await ask(7)], ['200', '200']);
  t.deepEqual(seen(), ['/v2', '/v2?sinceTime=7']);
  await stop();
});

for (const status of [400, 403, 404, 410, 501]) {
  test(`auto remembers that v2 was refused with ${status}`, async (t) => {
    const { ask, seen, stop } = await served('auto', { v1: 200, v2: status });
    t.deepEqual([await ask(), await ask(7)], ['200', '200']);
    t.deepEqual(seen(), ['/v2', '/v1', '/v1?sinceTime=7']);
    await stop();
  });
}

for (const status of [408, 429, 500, 503]) {
  test(`auto asks for v2 again after ${status}`, async (t) => {
    const { ask, seen, stop } = await served('auto', { v1: 200, v2: status });
    t.deepEqual([await ask(), await ask()], [`status ${status}`, `status ${status}`]);
    t.deepEqual(seen(), ['/v2', '/v2']);
    await stop();
  });
}

test('auto remembers nothing while v1 is refused too', async (t) => {
  const statuses = { v1: 403, v2: 403 };
  const { ask, seen, stop } = await served('auto', statuses);
  t.is(await ask(), 'status 403');
  statuses.v2 = 200;
  t.is(await ask(), '200');
  t.deepEqual(seen(), ['/v2', '/v1', '/v2']);
  await stop();
});

test('a base without a version is asked once', async (t) => {
  const { ask, seen, stop } = await served('auto', { v1: 404, v2: 404 }, '/proxy');
  t.is(await ask(), 'status 404');
  t.deepEqual(seen(), ['/proxy']);
  await stop();
});

test('only the end of a base is its version', (t) => {
  t.is(baseOfV2('https://api.statsigcdn.com/v1'), 'https://api.statsigcdn.com/v2');
  t.is(baseOfV2('http://x/v1/y'), 'http://x/v1/y');
  t.is(baseOfV2('http://x/v2'), 'http://x/v2');
  t.is(baseOfV2('http://x/av1'), 'http://x/av1');
});
