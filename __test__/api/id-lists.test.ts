/** ID lists from the network into the engines, and on into a data adapter. */
import { createHash } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import test from 'ava';
import { MemoryDataAdapter } from '../../src/storage/memory-adapter';
import { StatsigServer } from '../../src/api/statsig';
import { Loopback } from '../network/loopback';
import { ENGINES, KEY, Log, isPublic, payload, rule, spec } from './support';

const hashOf = (id: string): string => createHash('sha256').update(id).digest('base64').slice(0, 8);
const IDS = Array.from({ length: 300 }, (_, i) => `u${i}`);
const LIST = IDS.map((id) => `+${hashOf(id)}\n`).join('');
const vip = spec({
  name: 'vip',
  rules: [
    rule({
      conditions: [
        { ...isPublic, type: 'unit_id', operator: 'in_segment_list', targetValue: 'vips' },
      ],
    }),
  ],
});
const SPECS = JSON.stringify(payload({ feature_gates: [vip] }));

interface Service {
  server: Loopback;
  /** Text of the list. */
  list: string;
  /** Stands for the index. */
  index: string | null;
  /** What a list's answer becomes. */
  encode(text: string): { body: Buffer; encoding?: string };
}

async function start(list = LIST): Promise<Service> {
  const service = { list, index: null, encode: (text) => ({ body: Buffer.from(text) }) } as Service;
  service.server = await Loopback.start(({ url, headers }, response) => {
    if (url.includes('download_config_specs')) return void response.end(SPECS);
    if (url.includes('/list/')) {
      const offset = Number(/\d+/.exec(String(headers['range']))?.[0]);
      const { body, encoding } = service.encode(service.list.slice(offset));
      return void response
        .writeHead(206, {
          'content-length': body.length,
          ...(encoding !== undefined && { 'content-encoding': encoding }),
        })
        .end(body);
    }
    const entry = {
      name: 'vips',
      url: `${service.server.base}/list/vips`,
      fileID: 'f',
      creationTime: 1,
      size: service.list.length,
    };
    response.end(
      url.includes('get_id_lists') ? (service.index ?? JSON.stringify({ vips: entry })) : '{}',
    );
  });
  return service;
}

for (const engine of ENGINES) {
  const make = ({ server }: Service, options = {}): StatsigServer =>
    new StatsigServer(KEY, {
      engine,
      api: `${server.base}/v1`,
      disableRulesetsSync: true,
      disableIdListsSync: true,
      disableAllLogging: true,
      logger: new Log(),
      ...options,
    });
  const members = (s: StatsigServer): number =>
    IDS.filter((userID) => s.checkGate({ userID }, 'vip')).length;

  test(`${engine}: a 200 in place of the index changes nothing`, async (t) => {
    const service = await start();
    const s = make(service);
    t.teardown(async () => [await s.shutdownAsync(1_000), await service.server.stop()]);
    await s.initializeAsync();
    t.is(members(s), IDS.length);
    for (service.index of [
      '{"success":false,"error":"upstream timeout"}',
      '[]',
      'null',
      '5',
      '"no"',
      '<html></html>',
      '',
      '{"vips":{"size":1}}',
      '{"a":true}',
    ]) {
      await s.syncStoreIdLists();
      t.is(members(s), IDS.length, service.index ?? '');
    }
    service.index = '{}';
    await s.syncStoreIdLists();
    t.is(members(s), 0, 'an index without lists is one');
  });

  const encoders = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
  for (const [encoding, encoder] of Object.entries(encoders)) {
    test(`${engine}: a list that is cut off (${encoding}) is refused, and the next whole answer is read`, async (t) => {
      const service = await start(LIST.slice(0, 1_000));
      const s = make(service);
      t.teardown(async () => [await s.shutdownAsync(1_000), await service.server.stop()]);
      const cut = (text: string) => ({
        encoding,
        body: encoder(text).subarray(0, encoder(text).length >> 1),
      });
      service.encode = cut;
      await s.initializeAsync();
      t.is(members(s), 0);
      service.encode = (text) => ({ encoding, body: encoder(text) });
      await s.syncStoreIdLists();
      t.is(members(s), 100);
      // The same while the list grows.
      service.list = LIST;
      service.encode = cut;
      await s.syncStoreIdLists();
      t.is(members(s), 100);
      service.encode = (text) => ({ encoding, body: encoder(text) });
      await s.syncStoreIdLists();
      t.is(members(s), IDS.length);
    });
  }

  test(`${engine}: a data adapter gets a list in the order in which its IDs came`, async (t) => {
    const [a, b, c] = ['zzzzzzzz', 'AAAAAAAA', 'mmmmmmmm'];
    const service = await start(`+${a}\n+short\n+${b}\n+é\n+${a}\n`);
    const adapter = new MemoryDataAdapter();
    const s = make(service, { dataAdapter: adapter });
    t.teardown(async () => [await s.shutdownAsync(1_000), await service.server.stop()]);
    const stored = async (): Promise<unknown> =>
      (
        await adapter.get(
          `statsig|id_list::vips|plain_text|${createHash('sha256').update(KEY).digest('base64')}`,
        )
      ).result;
    service.list = Buffer.from(service.list).toString('latin1');
    service.encode = (text) => ({ body: Buffer.from(text, 'latin1') });
    await s.initializeAsync();
    t.is(await stored(), `+${a}\n+short\n+${b}\n+é\n`);
    service.list += `-${a}\n-short\n+${c}\n+short\n+${a}\n`;
    await s.syncStoreIdLists();
    t.is(await stored(), `+${b}\n+é\n+${c}\n+short\n+${a}\n`);
    // Enough of them that a table in any order would show.
    service.list += LIST;
    await s.syncStoreIdLists();
    t.is(await stored(), `+${b}\n+é\n+${c}\n+short\n+${a}\n${LIST}`);
    // Another process starts from it, keeps the order and adds to it.
    const other = make(service, { dataAdapter: adapter });
    t.teardown(() => other.shutdownAsync(1_000));
    await other.initializeAsync();
    t.is(members(other), IDS.length);
  });
}
