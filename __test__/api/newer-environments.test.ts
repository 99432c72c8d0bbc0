/** Whose environment a condition of a dcs-v2 project reads (NEWER.md 14). */
import test from 'ava';
import type { StatsigUser } from '../../src/api/public-types';
import { ENGINES, FakeNetwork, isPublic, ours, rule, spec } from './support';

const field = (name: string, values: string[]): object => ({
  ...isPublic,
  type: 'environment_field',
  operator: 'any',
  field: name,
  targetValue: values,
});
const gate = (condition: string): object =>
  spec({ rules: [{ ...rule({ id: condition }), conditions: [condition] }] });

const specs = {
  has_updates: true,
  time: 1,
  response_format: 'dcs-v2',
  feature_gates: { sdk: gate('sdk'), capitals: gate('capitals'), own: gate('own') },
  dynamic_configs: {},
  layer_configs: {},
  condition_map: {
    sdk: field('tier', ['staging']),
    capitals: field('TIER', ['staging']),
    own: field('Region', ['north']),
  },
  experiment_to_layer: {},
};

class Visitor {
  constructor(readonly statsigEnvironment: object) {}
  get userID(): string {
    return 'u';
  }
}

const USERS: [environment: object | undefined, passes: [boolean, boolean, boolean]][] = [
  [undefined, [true, true, false]],
  [{}, [true, true, false]],
  [{ region: 'north' }, [true, true, true]],
  [{ Region: 'north', tier: undefined }, [true, true, true]],
  [{ REGION: 'north' }, [true, true, false]],
  [{ tier: 'production', Region: 'north' }, [false, false, true]],
  [{ tier: '' }, [false, false, false]],
  [{ TIER: 'production' }, [true, false, false]],
];

for (const engine of ENGINES) {
  test(`${engine}: fields that a user’s own environment lacks are those of the SDK’s`, async (t) => {
    for (const [payload, options] of [
      [specs, { environment: { tier: 'staging' } }],
      [{ ...specs, default_environment: 'staging' }, {}],
    ] as const) {
      for (const [environment, passes] of USERS) {
        const plain = { userID: 'u', ...(environment && { statsigEnvironment: environment }) };
        const users = [plain, ...(environment ? [new Visitor(environment)] : [])];
        for (const user of users as StatsigUser[]) {
          const network = new FakeNetwork();
          network.specs = payload;
          const server = ours(engine, network, { disableDiagnostics: true, ...options });
          await server.initializeAsync();
          const names = ['sdk', 'capitals', 'own'];
          const told = JSON.stringify(environment);
          t.deepEqual(
            names.map((name) => server.checkGate(user, name)),
            passes,
            told,
          );
          const response = server.getClientInitializeResponse(user, undefined, { hash: 'none' });
          const gates = response?.feature_gates as Record<string, { value: boolean }>;
          t.deepEqual(
            names.map((name) => gates[name]?.value),
            passes,
            `response, ${told}`,
          );
          await server.flush();
          const logged = environment ?? { tier: 'staging' };
          const asJson = JSON.parse(JSON.stringify(logged)) as object;
          const exposures = network.events.filter(({ eventName }) => /exposure/.test(eventName));
          t.is(exposures.length, 3);
          for (const { user: sent } of exposures)
            t.deepEqual(sent?.statsigEnvironment, asJson, told);
          server.shutdown();
        }
      }
    }
  });
}
