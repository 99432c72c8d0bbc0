/** Usual user agents, read without ua-parser-js, as statsig-node reads them with it. */
import test from 'ava';
import { oracleUserAgent } from '../../differential/oracle';
import { userAgentCorpus } from '../../differential/user-agents';
import { readCommonAgent } from '../../src/users/common-agents';

const PLATFORMS = [
  'Windows NT 10.0; Win64; x64',
  'Windows NT 6.1; Win64; x64',
  'X11; Linux x86_64',
  'X11; Ubuntu; Linux x86_64',
  'Macintosh; Intel Mac OS X 10_15_7',
  'Macintosh; Intel Mac OS X 10_15',
  'Macintosh; Intel Mac OS X 10.15',
  'Macintosh; Intel Mac OS X 10_',
  'Linux; Android 10; K',
  'Linux; Android 9; K',
  'Linux; Android 14; Pixel 8',
  'iPhone; CPU iPhone OS 17_4_1 like Mac OS X',
  'iPhone; CPU iPhone OS 18_0 like Mac OS X',
  'iPad; CPU OS 17_4 like Mac OS X',
];
const VERSIONS = ['1', '9.0', '17.4.1', '123.0.0.0', '1234.56.7890.12', '.', '4..5'];
const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const APPLE = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';

const browsersOf = (version: string): string[] => [
  `${WEBKIT} Chrome/${version} Safari/537.36`,
  `${WEBKIT} Chrome/${version} Mobile Safari/537.36`,
  `${WEBKIT} Chrome/123.0.0.0 Safari/537.36 Edg/${version}`,
  `${WEBKIT} Chrome/123.0.0.0 Mobile Safari/537.36 Edg/${version}`,
  `${WEBKIT} Chrome/123.0.0.0 Safari/537.36 OPR/${version}`,
  `${APPLE} Version/${version} Safari/605.1.15`,
  `${APPLE} Version/${version} Mobile/15E148 Safari/604.1`,
  `${APPLE} CriOS/${version} Mobile/15E148 Safari/604.1`,
  `Gecko/20100101 Firefox/${version}`,
];

/** Every platform with every browser, those that nobody sends included. */
const combined = PLATFORMS.flatMap((platform) =>
  [platform, `${platform}; rv:125.0`].flatMap((system) =>
    VERSIONS.flatMap((version) =>
      browsersOf(version).map((browser) => `Mozilla/5.0 (${system}) ${browser}`),
    ),
  ),
);

const differences = (agents: readonly string[]): string[] =>
  agents.filter((userAgent) => {
    const parts = readCommonAgent(userAgent);
    return (
      parts !== null && JSON.stringify(parts) !== JSON.stringify(oracleUserAgent({ userAgent }))
    );
  });

test('what is answered is what statsig-node answers', (t) => {
  t.deepEqual(differences(combined), []);
  t.deepEqual(differences(userAgentCorpus()), []);
});

test('nor does a character more or less make a difference', (t) => {
  const changed = combined.flatMap((agent, i) => {
    const at = (i * 7919) % agent.length;
    return [agent.slice(0, at) + agent.slice(at + 1), `${agent} x`, ` ${agent}`].concat(
      ['mobile', '9', '_', '; ', 'Edge/1 ', 'tab;'].map(
        (more) => agent.slice(0, at) + more + agent.slice(at),
      ),
    );
  });
  t.deepEqual(differences(changed), []);
});

test('the usual ones are answered, others are not', (t) => {
  const answered = (platform: string, browser: string): boolean =>
    readCommonAgent(`Mozilla/5.0 (${platform}) ${browser}`) !== null;
  const [chrome, mobile, edge] = browsersOf('123.0.0.0');
  for (const platform of PLATFORMS.slice(0, 5)) {
    const isUsual = !/NT 6|Ubuntu/.test(platform);
    t.is(answered(platform, chrome!), isUsual, platform);
    t.is(answered(platform, edge!), isUsual, platform);
    t.is(answered(`${platform}; rv:125.0`, browsersOf('125.0').at(-1)!), isUsual, platform);
  }
  t.true(answered('Linux; Android 10; K', mobile!));
  t.true(answered('Macintosh; Intel Mac OS X 10_15_7', browsersOf('17.4.1')[5]!));
  t.true(answered('iPhone; CPU iPhone OS 17_4_1 like Mac OS X', browsersOf('17.4.1')[6]!));
  t.false(answered('Linux; Android 14; Pixel 8', mobile!));
  t.is(readCommonAgent(''), null);
  t.is(readCommonAgent('curl/8.4.0'), null);
});
