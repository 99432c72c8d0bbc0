/** User agents by uap-core's patterns: its own test cases, and the crate against our reader. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { Random } from '../../differential/random';
import { userAgentCorpus } from '../../differential/user-agents';
import type { UapReader } from '../../src/engine/uap-reader';
import { selectEngine, uapReaderOf } from '../../src/engine/select';
import { Server } from '../../src/api/server';
import { edgePlatform, useAssets } from '../../src/platform/platform-edge';
import { uapReader } from '../../src/users/uap-agent';
import { UserAgentCache } from '../../src/users/user-agent';
import { ENGINES, FakeNetwork, isPublic, Log, ours, payload, rule, spec } from '../api/support';

type Case = [agent: string, name: string, version: string];
const corpora = JSON.parse(
  gunzipSync(readFileSync('testdata/uap-core.json.gz')).toString(),
) as Record<'systems' | 'browsers', Case[]>;

const readers: [string, UapReader][] = [['typescript', uapReader]];
if (ENGINES.includes('native')) {
  selectEngine('native').engine.dispose();
  readers.push(['crate', uapReaderOf('native')!]);
}

test('the patterns are those of the installed uap-core', (t) => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build/uap-data.mjs', '--check']);
  t.is(status, 0, String(stderr));
});

for (const [name, reader] of readers) {
  test(`${name}: the test cases of uap-core`, (t) => {
    reader.load();
    t.true(corpora.browsers.length > 14_000 && corpora.systems.length > 450);
    const different = [
      ...corpora.browsers.filter(([agent, family, version]) => {
        const { browserName, browserVersion } = reader.read(agent);
        return browserName !== family || browserVersion !== version;
      }),
      ...corpora.systems.filter(([agent, family, version]) => {
        const { osName, osVersion } = reader.read(agent);
        return osName !== family || osVersion !== version;
      }),
    ];
    t.deepEqual(different, []);
  });
}

/** Characters that JavaScript and Rust class differently, and others. */
const ODD = [...'é日\u{1F600}\x85\xa0\ufeff\u2028\r\n\t\0ſKİ٣_-. /1', '\ud800', '\udc00'];

function mixed(count: number): string[] {
  const random = new Random(7);
  const agents = [...corpora.systems.map(([agent]) => agent), ...userAgentCorpus(1)];
  const words = agents.flatMap((agent) => agent.split(/(?<=[ ;/()])/));
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + random.below(8) }, () =>
      random.pick(random.below(6) === 0 ? ODD : words),
    ).join(''),
  );
}

if (readers.length === 2)
  test('the crate and our reader agree on words and odd characters in any order', (t) => {
    const [mine, theirs] = readers.map(([, reader]) => new UserAgentCache(reader));
    const agents = mixed(5_000);
    t.deepEqual(
      agents.map((agent) => mine!.parse(agent)),
      agents.map((agent) => theirs!.parse(agent)),
    );
  });

test('what throws finds nothing', (t) => {
  const broken: UapReader = { load: () => undefined, read: () => JSON.parse('{') };
  t.is(new UserAgentCache(broken).parse('x').osName, null);
});

const gate = (name: string, field: string, target: string) => {
  const condition = {
    ...isPublic,
    type: 'ua_based',
    field,
    operator: 'any',
    targetValue: [target],
  };
  return { ...spec({ rules: [rule({ id: 'r', conditions: [condition] })] }), name };
};
const specs = payload({
  feature_gates: [
    gate('firefox', 'browser_version', '120.0.0'),
    gate('unknown', 'os_name', 'Other'),
  ],
});
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; rv:120.0) Gecko/20100101 Firefox/120.0';

for (const engine of ENGINES) {
  test(`${engine}: the option`, async (t) => {
    const network = new FakeNetwork();
    network.specs = specs;
    const server = ours(engine, network, { userAgentParser: 'uap' });
    await server.initializeAsync();
    const check = (userAgent: string, name: string) =>
      server.checkGate({ userID: userAgent.slice(0, 20), userAgent }, name);
    t.true(check(FIREFOX, 'firefox'));
    t.false(check(FIREFOX, 'unknown'));
    t.true(check('nobody/1.0', 'unknown'));
    t.true(check('\ud800 nobody', 'unknown'));
    t.false(check('é'.repeat(501), 'unknown'));
    await server.shutdownAsync();
  });
}

test.serial('on the edge they are handed in', async (t) => {
  const check = async () => {
    const logger = new Log();
    const network = new FakeNetwork();
    network.specs = specs;
    const options = {
      userAgentParser: 'uap',
      logger,
      networkOverrideFunc: network.override,
    } as const;
    const server = new Server('secret-edge', options, { platform: edgePlatform });
    await server.initializeAsync();
    const value = server.checkGate({ userID: 'u', userAgent: FIREFOX }, 'firefox');
    await server.shutdownAsync();
    return { value, warned: logger.lines.some((line) => line.includes('uapReader')) };
  };
  t.deepEqual(await check(), { value: false, warned: true });
  useAssets({ uapReader });
  t.deepEqual(await check(), { value: true, warned: false });
});

test('an agent is parsed once while it is remembered', (t) => {
  const parsed: string[] = [];
  const reader = {
    load: () => undefined,
    read: (agent: string) => {
      parsed.push(agent);
      return { osName: agent, osVersion: null, browserName: null, browserVersion: null };
    },
  };
  const cache = new UserAgentCache(reader);
  for (let round = 0; round < 3; round++)
    for (const agent of ['a', 'b']) t.is(cache.parse(agent).osName, agent);
  t.deepEqual(parsed, ['a', 'b']);
  for (let i = 0; i < 100_000; i++) cache.parse(`agent ${i}`);
  t.is(cache.parse('a').osName, 'a');
  t.is(parsed.filter((agent) => agent === 'a').length, 2, 'what is forgotten is parsed anew');
});
