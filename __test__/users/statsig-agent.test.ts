/** User agents as the newer SDK's own parser reads them, which is asked itself. */
import test from 'ava';
import { Statsig, StatsigUser } from '@statsig/statsig-node-core';
import { Random } from '../../differential/random';
import { userAgentCorpus } from '../../differential/user-agents';
import { parseStatsigAgent } from '../../src/users/statsig-agent';
import type { StatsigOptions } from '../../src/api/public-types';
import { ENGINES, FakeNetwork, isPublic, ours, payload, rule, spec } from '../api/support';

const rival = new Statsig('secret-agents', {
  disableNetwork: true,
  disableAllLogging: true,
  outputLogLevel: 'none',
});

function differences(agents: readonly string[]): string[] {
  const different: string[] = [];
  for (const userAgent of agents) {
    const theirs = rival.getParsedUserAgentValueForUser(
      new StatsigUser({ userID: 'u', userAgent }),
    );
    const { osName, osVersion, browserName, browserVersion } = parseStatsigAgent(userAgent);
    const [a, b] = [
      [theirs?.['os_name'], theirs?.['os_version']],
      [theirs?.['browser_name'], theirs?.['browser_version']],
    ].map((pair) => pair.join(' '));
    if (a !== `${osName} ${osVersion}` || b !== `${browserName} ${browserVersion}`)
      different.push(`${userAgent}: ${a}, ${b}`);
  }
  return different;
}

/** Words that the parser knows. */
const WORDS = `Mac OS X like iOS iPhone CPU Windows NT Phone XP CrOS Better Uptime Bot MSIE Android
  Mobile Version/4.0 Chrome/1.2.3.4 Safari/1 Firefox/3 CFNetwork/1 Silk/1 PlayStation 10_1 16.2, Red
  Hat Kindle/3.0 iPadOS Radius Compilance Uptime Monitoring "IEMobile/3 Mac OS X/10.1 EdgiOS/1 CriOS/2 AdsBot-Google-Mobile; Edge/12 OPR/1.2.3.4 Chrome HuaweiBrowser/1
  Nintendo 3DS AppleTV Ubuntu Linux; OculusBrowser/3 Trident/7.0; rv:11.0) NetworkingExtension/1
  NX/3.1.2.3 YaBrowser/1.2.3.4 Electron/1 GSA/1 Yahoo! Slurp 5.1; 10.0; 6.2 é 日 (iPad; a`.split(
  /\s+/,
);

test('recorded and composed user agents', (t) => {
  const agents = userAgentCorpus(1).filter((agent) => Buffer.byteLength(agent) <= 1000);
  t.true(agents.length > 2000);
  t.deepEqual(differences(agents), []);
});

test('bots that are called by three words', (t) => {
  const names = ['Better Uptime Bot', 'Radius Compilance Bot', 'Uptime Monitoring Bot'];
  t.deepEqual(
    names.map((name) => parseStatsigAgent(`Mozilla/5.0 (compatible; ${name})`).browserName),
    names,
  );
  t.deepEqual(differences(names.map((name) => `Mozilla/5.0 (compatible; ${name}) x`)), []);
});

test('words in any order', (t) => {
  const random = new Random(11);
  const known = userAgentCorpus(2).flatMap((agent) => agent.split(' '));
  const agents = Array.from({ length: 10_000 }, () =>
    Array.from({ length: 1 + random.below(8) }, () =>
      random.pick(random.below(3) === 0 ? known : WORDS),
    ).join(random.pick([' ', ' ', '; ', ';'])),
  );
  t.deepEqual(differences(agents), []);
});

const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15';
const gate = (field: string, target: string) =>
  spec({
    rules: [
      rule({
        id: 'r',
        conditions: [
          { ...isPublic, type: 'ua_based', field, operator: 'any', targetValue: [target] },
        ],
      }),
    ],
  });
const unknown = gate('browser_name', 'Other');
const v1 = payload({ feature_gates: [{ ...unknown, name: 'unknown' }] });
const [condition] = unknown.rules as unknown as { conditions: object[] }[];
const v2 = {
  has_updates: true,
  time: 2000,
  condition_map: { c: condition?.conditions[0] },
  experiment_to_layer: {},
  feature_gates: { unknown: spec({ rules: [rule({ conditions: ['c'] })] }) },
  dynamic_configs: {},
  layer_configs: {},
};

for (const engine of ENGINES) {
  const start = async (specs: unknown, options: StatsigOptions = {}) => {
    const network = new FakeNetwork();
    network.specs = specs;
    const server = ours(engine, network, options);
    await server.initializeAsync();
    return { network, server };
  };
  // ua-parser-js finds nothing in it, the newer SDK's parser 'Other'.
  const user = { userID: 'u', userAgent: 'nobody/1.0' };

  test(`${engine}: the format of the specs decides who parses, or an option`, async (t) => {
    for (const [specs, userAgentParser, expected] of [
      [v1, undefined, false],
      [v2, undefined, true],
      [v1, 'statsig', true],
      [v2, 'ua-parser-js', false],
    ] as const) {
      const { server } = await start(specs, { userAgentParser });
      t.is(server.checkGate(user, 'unknown'), expected);
      t.false(server.checkGate({ userID: 's', userAgent: SAFARI }, 'unknown'));
      t.false(server.checkGate({ userID: 'l', userAgent: 'é'.repeat(501) }, 'unknown'));
      await server.shutdownAsync();
    }
  });

  test(`${engine}: specs of the other format change it`, async (t) => {
    const { server, network } = await start(v1);
    t.false(server.checkGate(user, 'unknown'));
    network.specs = v2;
    await server.syncStoreSpecs();
    t.true(server.checkGate(user, 'unknown'));
    network.specs = { ...v1, time: 3000 };
    await server.syncStoreSpecs();
    t.false(server.checkGate(user, 'unknown'));
    await server.shutdownAsync();
  });
}
