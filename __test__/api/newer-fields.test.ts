/** What countries and parts of a user agent are derived from in a dcs-v2 project (NEWER.md 14). */
import test from 'ava';
import type { StatsigUser } from '../../src/api/public-types';
import { ENGINES, FakeNetwork, isPublic, ours, rule, spec } from './support';

const asks = (type: string, field: string, value: string): object => ({
  ...isPublic,
  type,
  operator: 'any',
  field,
  targetValue: [value],
});
const gate = (condition: string): object =>
  spec({ rules: [{ ...rule({ id: condition }), conditions: [condition] }] });

const specs = {
  has_updates: true,
  time: 1,
  response_format: 'dcs-v2',
  feature_gates: { country: gate('country'), browser: gate('browser') },
  dynamic_configs: {},
  layer_configs: {},
  condition_map: {
    country: asks('ip_based', 'country', 'US'),
    browser: asks('ua_based', 'browser_name', 'Chrome'),
  },
  experiment_to_layer: {},
};

const ip = '24.18.183.148';
const userAgent =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ' +
  'Chrome/120.0.0.0 Safari/537.36';

const COUNTRIES: [user: object, isAmerican: boolean][] = [
  [{ ip }, true],
  [{ ip, country: '' }, true],
  [{ ip, country: '', custom: { country: 'DE' } }, false],
  [{ ip, custom: { country: null } }, false],
  [{ ip: '', custom: { ip } }, true],
  [{ privateAttributes: { ip } }, true],
  [{ custom: { ip: null }, privateAttributes: { ip } }, false],
];
const BROWSERS: [user: object, isChrome: boolean][] = [
  [{ userAgent }, true],
  [{ userAgent, custom: { browser_name: null } }, false],
  [{ userAgent, custom: { browser_name: 'Chrome', os_name: null } }, true],
  [{ userAgent: '', custom: { userAgent } }, true],
  [{ privateAttributes: { userAgent } }, true],
  [{ custom: { userAgent: null }, privateAttributes: { userAgent } }, false],
];

/** The same user as an instance of a class. */
const instance = (user: object): StatsigUser =>
  Object.assign(Object.create({ isOdd: true }) as StatsigUser, user);

for (const engine of ENGINES)
  test(`${engine}: null hides what a country or a browser would be derived from`, async (t) => {
    const network = new FakeNetwork();
    network.specs = specs;
    const server = ours(engine, network, { disableDiagnostics: true });
    await server.initializeAsync();
    for (const [name, users] of [
      ['country', COUNTRIES],
      ['browser', BROWSERS],
    ] as const)
      for (const [user, passes] of users) {
        const told = JSON.stringify(user);
        t.is(server.checkGate({ userID: 'u', ...user }, name), passes, told);
        t.is(server.checkGate(instance({ userID: 'i', ...user }), name), passes, told);
      }
    server.shutdown();
  });
