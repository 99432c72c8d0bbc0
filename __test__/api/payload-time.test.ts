/**
 * The `time` of a payload, whatever it is: which payload serves, what is asked for next, and what
 * is reported.
 */
import test from 'ava';
import {
  ENGINES,
  FakeNetwork,
  isPublic,
  ours,
  payload,
  rule,
  spec,
  theirs,
  type AnyServer,
} from './support';

/** As JSON writes them; '' = none. Numbers that no double holds included. */
const TIMES = [
  '1000',
  '-5',
  '0',
  '1.5',
  '1e999',
  '-1e999',
  '"1000"',
  '"1e3"',
  '" 7 "',
  '"soon"',
  '"1e999"',
  'true',
  '[1000]',
  '{}',
  'null',
  '',
];

const gate = (name: string) =>
  spec({ name: 'g', rules: [rule({ id: name, conditions: [isPublic] })] });

function withTime(time: string, id: string): string {
  const text = JSON.stringify(payload({ feature_gates: [gate(id)], time: 'TIME' }));
  return time === '' ? text.replace('"time":"TIME",', '') : text.replace('"TIME"', time);
}

/** What an application sees of a bootstrap, and of a payload from the network after it. */
async function life(server: AnyServer, network: FakeNetwork, next: string): Promise<unknown> {
  const { success, source } = await server.initializeAsync();
  const gates = [server.getFeatureGate({ userID: 'u' }, 'g')];
  network.specs = next;
  network.status = 200;
  await server.syncStoreSpecs();
  gates.push(server.getFeatureGate({ userID: 'u' }, 'g'));
  const asked = network.requests
    .filter((request) => request.includes('download_config_specs'))
    .map((request) => /sinceTime=(.*)$/.exec(request)?.[1] ?? 'all');
  await server.shutdownAsync(500);
  return {
    success,
    source,
    asked,
    gates: gates.map(({ value, ruleID, evaluationDetails: details }) => [
      value,
      ruleID,
      details?.reason,
      details?.configSyncTime,
      details?.initTime,
    ]),
  };
}

/** Ours says the number where statsig-node says whatever was there. */
function asNumbers(seen: unknown): unknown {
  const text = JSON.stringify(seen, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
  const { gates, asked, ...rest } = JSON.parse(text) as { gates: unknown[][]; asked: string[] };
  const number = (value: unknown): string => String(Number(value));
  // Whoever asks with NaN gets all, as does who asks without.
  const since = (value: string): string => {
    const given = decodeURIComponent(value);
    return given === 'true' ? '1' : Number.isNaN(Number(given)) ? 'all' : number(given);
  };
  return {
    ...rest,
    asked: asked.map(since),
    gates: gates.map(([value, ruleID, reason, ...times]) => [
      value,
      ruleID,
      reason,
      ...times.map(number),
    ]),
  };
}

for (const engine of ENGINES) {
  for (const time of TIMES) {
    for (const next of ['2000', '500']) {
      test(`${engine}: time ${time === '' ? 'absent' : time}, then ${next}`, async (t) => {
        const seen: unknown[] = [];
        for (const start of [
          theirs,
          (network: FakeNetwork, options: object) => ours(engine, network, options),
        ]) {
          const network = new FakeNetwork();
          network.specs = '{"has_updates":false}';
          seen.push(
            asNumbers(
              await life(
                start(network, { bootstrapValues: withTime(time, 'first') }),
                network,
                withTime(next, 'second'),
              ),
            ),
          );
        }
        t.deepEqual(seen[1], seen[0]);
      });
    }
  }

  test(`${engine}: a time that JSON cannot carry is null in events and responses`, async (t) => {
    const network = new FakeNetwork();
    const server = ours(engine, network, { bootstrapValues: withTime('1e999', 'first') });
    await server.initializeAsync();
    t.true(server.checkGate({ userID: 'u' }, 'g'));
    t.like(JSON.parse(server.getClientInitializeResponseString({ userID: 'u' }) ?? 'null'), {
      time: null,
      has_updates: true,
    });
    await server.flush();
    t.like(
      network.events.find(({ eventName }) => eventName === 'statsig::gate_exposure')?.metadata,
      { configSyncTime: null, initTime: null },
    );
    await server.shutdownAsync(500);
  });
}
