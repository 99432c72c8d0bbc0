/** Config specs in protobuf's form from a host, on every engine. */
import { brotliCompressSync } from 'node:zlib';
import test from 'ava';
import { StatsigServer } from '../../src/api/statsig';
import { ENGINES, KEY, Log } from '../api/support';
import { Loopback } from '../network/loopback';
import * as proto from './proto-writer';

type Answer = Uint8Array | string;

/** Gives the answers one after the other; the last again and again. */
async function host(answers: Answer[]): Promise<Loopback> {
  return Loopback.start(({ url }, response) => {
    if (url?.includes('/download_config_specs/') !== true) return void response.end('{}');
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (typeof answer === 'string') return void response.end(answer);
    response.setHeader('content-type', 'application/octet-stream');
    response.setHeader('content-encoding', 'statsig-br');
    response.end(brotliCompressSync(answer));
  });
}

const full = (time: number, ...names: string[]): Uint8Array =>
  proto.body(
    proto.top(time, `sum ${time}`),
    ...names.map((name) => proto.gate(name, '5', true)),
    proto.everybody('1'),
    proto.DONE,
  );

for (const engine of ENGINES) {
  const start = async (answers: Answer[], specsDeltas: boolean) => {
    const server = await host(answers);
    const base = `${server.base}/v1`;
    const statsig = new StatsigServer(KEY, {
      engine,
      logger: new Log(),
      api: base,
      apiForDownloadConfigSpecs: base,
      configFormat: 'v2',
      specsDeltas,
      disableRulesetsSync: true,
      disableIdListsSync: true,
      disableDiagnostics: true,
    });
    const details = await statsig.initializeAsync();
    const queries = (): string[] =>
      server.seen
        .filter(({ url }) => url.includes('/v2/download_config_specs/'))
        .map(({ url }) => url.split('?')[1] ?? '');
    const stop = async (): Promise<void> => {
      await statsig.shutdownAsync();
      await server.stop();
    };
    return { statsig, details, queries, stop };
  };
  const user = { userID: 'u' };

  test(`${engine}: protobuf is read whoever asked for it`, async (t) => {
    const { statsig, details, queries, stop } = await start([full(1, 'a')], false);
    t.true(details.success);
    t.true(statsig.checkGate(user, 'a'));
    t.is(statsig.getFeatureGate(user, 'a').ruleID, 'rule of a');
    t.deepEqual(queries(), ['']);
    await stop();
  });

  test(`${engine}: what changed is asked for and taken over`, async (t) => {
    const delta = proto.body(
      proto.COPY_PREVIOUS,
      proto.top(2, 'sum 2'),
      proto.gate('b', '6', true),
      proto.checksums({ feature_gates: 11n, condition_map: 1n }),
      proto.DONE,
    );
    const { statsig, queries, stop } = await start([full(1, 'a'), delta], true);
    await statsig.syncStoreSpecs();
    t.true(statsig.checkGate(user, 'a'));
    t.true(statsig.checkGate(user, 'b'));
    t.deepEqual(queries(), [
      'supports_proto=true&accept_deltas=true',
      'supports_proto=true&accept_deltas=true&sinceTime=1&checksum=sum%201',
    ]);
    await stop();
  });

  test(`${engine}: after changes that do not add up all is asked for`, async (t) => {
    const wrong = proto.body(
      proto.COPY_PREVIOUS,
      proto.top(2, 'sum 2'),
      proto.checksums({ feature_gates: 6n }),
      proto.DONE,
    );
    const answers = [full(1, 'a'), wrong, '{"has_updates":false}', full(3, 'c')];
    const { statsig, queries, stop } = await start(answers, true);
    for (let i = 0; i < 3; i++) await statsig.syncStoreSpecs();
    t.false(statsig.checkGate(user, 'a'));
    t.true(statsig.checkGate(user, 'c'));
    const known = '&sinceTime=1&checksum=sum%201';
    t.deepEqual(queries(), [
      'supports_proto=true&accept_deltas=true',
      `supports_proto=true&accept_deltas=true${known}`,
      `supports_proto=true${known}`,
      `supports_proto=true&accept_deltas=true${known}`,
    ]);
    await stop();
  });

  test(`${engine}: a payload of an equal checksum changes nothing`, async (t) => {
    const of = (time: number, checksum: string, enabled: boolean): string =>
      JSON.stringify({
        has_updates: true,
        time,
        checksum,
        response_format: 'dcs-v2',
        feature_gates: {
          a: {
            type: 'feature_gate',
            salt: 's',
            defaultValue: enabled,
            enabled: true,
            rules: [],
            idType: 'userID',
            entity: 'feature_gate',
          },
        },
        dynamic_configs: {},
        layer_configs: {},
        condition_map: {},
        experiment_to_layer: {},
      });
    const answers = [of(1, 'x', true), of(2, 'x', false), of(3, 'y', false)];
    const { statsig, queries, stop } = await start(answers, false);
    await statsig.syncStoreSpecs();
    t.true(statsig.checkGate(user, 'a'));
    await statsig.syncStoreSpecs();
    t.false(statsig.checkGate(user, 'a'));
    await statsig.syncStoreSpecs();
    t.deepEqual(queries(), [
      '',
      'sinceTime=1&checksum=x',
      'sinceTime=1&checksum=x',
      'sinceTime=3&checksum=y',
    ]);
    await stop();
  });
}
