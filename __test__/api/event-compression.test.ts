/** `eventCompression`, and what a project's flag does to it. */
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { StatsigServer } from '../../src/api/statsig';
import type { StatsigOptions } from '../../src/api/public-types';
import { ENGINES, FakeNetwork, Log, payload } from './support';

interface Post {
  encoding: string | undefined;
  body: string | Uint8Array;
}

/** What 200 events are posted as. */
async function posted(
  options: object,
  specs: object = payload(),
): Promise<{ post: Post; log: Log }> {
  const network = new FakeNetwork();
  network.specs = specs;
  const posts: Post[] = [];
  const log = new Log();
  const networkOverrideFunc: StatsigOptions['networkOverrideFunc'] = (url, init) => {
    const headers = init.headers as Record<string, string>;
    if (url.endsWith('/log_event'))
      posts.push({ encoding: headers['Content-Encoding'], body: init.body as never });
    return network.override(url, init);
  };
  const statsig = new StatsigServer('secret-compression', {
    networkOverrideFunc,
    logger: log,
    disableDiagnostics: true,
    ...options,
  });
  await statsig.initializeAsync();
  for (let i = 0; i < 200; i += 1)
    statsig.logEvent({ userID: `user-${i * 7919}` }, 'event', i, { page: `/shop/${i % 17}` });
  await statsig.shutdownAsync();
  const [post] = posts;
  if (post === undefined || posts.length !== 1) throw new Error(`${posts.length} posts`);
  return { post, log };
}

/** Extra flags of a gzip header: 4 for the fastest level, 2 for the smallest, 0 between. */
const extraFlags = ({ body }: Post): number => (body as Uint8Array)[8] ?? -1;
const eventsIn = ({ body }: Post): unknown[] =>
  (
    JSON.parse(typeof body === 'string' ? body : gunzipSync(body).toString()) as {
      events: { eventName: string }[];
    }
  ).events.filter(({ eventName }) => eventName === 'event');

for (const engine of ENGINES) {
  test(`${engine}: gzip at the wanted level, or text`, async (t) => {
    const { post: fast } = await posted({ engine });
    const { post: named } = await posted({ engine, eventCompression: 'gzip' });
    const { post: small } = await posted({ engine, eventCompression: { type: 'gzip', level: 9 } });
    const { post: plain } = await posted({ engine, eventCompression: 'none' });
    t.deepEqual(
      [fast, named, small, plain].map(({ encoding }) => encoding),
      ['gzip', 'gzip', 'gzip', undefined],
    );
    t.deepEqual([fast, named, small].map(extraFlags), [4, 4, 2]);
    t.is(typeof plain.body, 'string');
    t.true(small.body.length < fast.body.length && fast.body.length < plain.body.length);
    for (const post of [fast, named, small, plain]) t.is(eventsIn(post).length, 200);
  });

  test(`${engine}: the project's flag turns it off`, async (t) => {
    const { post } = await posted(
      { engine, eventCompression: { type: 'gzip', level: 6 } },
      payload({ sdk_flags: { stop_log_event_compression: true } }),
    );
    t.is(post.encoding, undefined);
    t.is(eventsIn(post).length, 200);
  });
}

test('a value that makes no sense is told, and gzip stays', async (t) => {
  const level = (value: unknown): object => ({ type: 'gzip', level: value });
  const hostile = {
    get type() {
      throw new Error('no');
    },
  };
  for (const eventCompression of [
    'zstd',
    0,
    true,
    {},
    [],
    hostile,
    level(0),
    level(10),
    level(1.5),
    level('6'),
    level(NaN),
    { type: 'br' },
  ]) {
    const { post, log } = await posted({ eventCompression });
    t.is(post.encoding, 'gzip');
    t.is(extraFlags(post), 4);
    t.is(
      log.lines.filter((line) => line.includes('The option eventCompression must be')).length,
      1,
    );
  }
  for (const eventCompression of [
    undefined,
    null,
    { type: 'gzip' },
    { type: 'gzip', level: null },
    level(1),
    level(9),
  ]) {
    t.false(
      (await posted({ eventCompression })).log.lines.some((line) =>
        line.includes('eventCompression'),
      ),
    );
  }
});
