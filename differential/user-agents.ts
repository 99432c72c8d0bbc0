/**
 * A corpus of user agents: assembled from parts, and sampled from the patterns of the uap-core
 * database.
 */
import { readFileSync } from 'node:fs';
import { Random } from './random';

/**
 * What browsers of the last years send, one of a kind; written out from their published schemes.
 */
const chromeVersions = [
  '49.0.2623.112',
  '70.0.3538.77',
  '96.0.4664.110',
  '108.0.0.0',
  '120.0.0.0',
  '126.0.6478.61',
];
const desktopSystems = [
  'Windows NT 5.1',
  'Windows NT 6.1; WOW64',
  'Windows NT 6.3; Win64; x64',
  'Windows NT 10.0; Win64; x64',
  'Macintosh; Intel Mac OS X 10_15_7',
  'Macintosh; Intel Mac OS X 10_9_5',
  'Macintosh; Intel Mac OS X 14_2',
  'X11; Linux x86_64',
  'X11; Ubuntu; Linux x86_64',
  'X11; CrOS x86_64 14541.0.0',
  'X11; Fedora; Linux x86_64',
  'X11; FreeBSD amd64',
  'X11; OpenBSD i386',
];
const androids = [
  'Linux; Android 4.4.2; Nexus 5',
  'Linux; Android 8.1.0; SM-T580',
  'Linux; Android 10; K',
  'Linux; Android 13; Pixel 7',
  'Linux; Android 14; SM-S918B',
  'Linux; Android 9; Lenovo TB-X605F',
  'Linux; Android 11; moto g power',
];
const appleSystems = [
  'iPhone; CPU iPhone OS 12_5_7 like Mac OS X',
  'iPhone; CPU iPhone OS 17_2 like Mac OS X',
  'iPad; CPU OS 15_6_1 like Mac OS X',
  'iPod touch; CPU iPhone OS 9_3_5 like Mac OS X',
];

function chromium(): string[] {
  const suffixes = [
    '',
    ' Edg/120.0.2210.91',
    ' OPR/106.0.0.0',
    ' Vivaldi/6.5.3206.50',
    ' YaBrowser/24.1.0 Yowser/2.5',
    ' Brave/1.60',
    ' SamsungBrowser/23.0',
    ' Whale/3.24.223.21',
    ' Electron/28.0.0',
    ' HeadlessChrome/120.0',
  ];
  const made: string[] = [];
  for (const version of chromeVersions) {
    for (const suffix of suffixes) {
      for (const system of desktopSystems)
        made.push(
          `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} Safari/537.36${suffix}`,
        );
      for (const system of androids) {
        for (const mobile of ['Mobile ', ''])
          made.push(
            `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} ${mobile}Safari/537.36${suffix}`,
          );
      }
    }
  }
  return made;
}

function geckoAndApple(): string[] {
  const made: string[] = [];
  for (const version of ['52.0', '78.0', '115.0', '121.0']) {
    for (const system of [...desktopSystems, 'Android 13; Mobile', 'Android 9; Tablet'])
      made.push(`Mozilla/5.0 (${system}; rv:${version}) Gecko/20100101 Firefox/${version}`);
    for (const system of appleSystems)
      made.push(
        `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/${version} Mobile/15E148 Safari/605.1.15`,
      );
  }
  for (const system of [
    ...appleSystems,
    ...desktopSystems.filter((name) => name.startsWith('Mac')),
  ]) {
    for (const version of ['9.1.2', '12.1.2', '15.6.1', '17.2'])
      made.push(
        `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version} Mobile/15E148 Safari/604.1`,
      );
    for (const app of [
      'CriOS/120.0.6099.119',
      'EdgiOS/120.0.2210.116',
      'GSA/295.0.590048842',
      'FBAN/FBIOS;FBAV/445.0.0.34.118',
      'Instagram 312.0.0.22.111',
      'DuckDuckGo/7',
    ]) {
      made.push(
        `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) ${app} Mobile/15E148 Safari/604.1`,
      );
    }
  }
  return made;
}

const others = [
  '',
  ' ',
  'curl/8.4.0',
  'Wget/1.21.3',
  'PostmanRuntime/7.36.0',
  'python-requests/2.31.0',
  'Go-http-client/2.0',
  'okhttp/4.12.0',
  'Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ3A)',
  'axios/1.6.2',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'facebookexternalhit/1.1',
  'Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko',
  'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.0; Trident/4.0)',
  'Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18',
  'Mozilla/5.0 (PlayStation 5 3.11) AppleWebKit/605.1.15',
  'Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/537.36 SamsungBrowser/5.0 Chrome/94.0 TV Safari/537.36',
  'Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 Chrome/94.0 Safari/537.36',
  'Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 NF/6.0.2.21.3 NintendoBrowser/5.1.0.22474',
  'Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 CrKey/1.56',
  'MyApp/3.2 (iPhone; iOS 16.1; Scale/3.00)',
  'MyApp/12 CFNetwork/1410.0.3 Darwin/22.6.0',
  'Roku/DVP-12.5 (12.5.0.4178-88)',
  'AppleTV11,1/11.1',
  'x'.repeat(1000),
  '😀 agent/1.0',
  'Mozilla/5.0',
  'null',
  'Mozilla/5.0 (Linux; Android) Chrome Mobile Safari',
];

/** A few dozen for users of fuzz cases. */
export const userAgentSamples: string[] = [
  ...chromium().filter((_, index) => index % 97 === 0),
  ...geckoAndApple().filter((_, index) => index % 11 === 0),
  ...others,
];

/**
 * A string that a pattern of the database could match: quantifiers and classes are replaced by an
 * example.
 */
function sampleOf(pattern: string, random: Random): string {
  return pattern
    .replace(/\(\?[:!=i<][^()]*\)/g, '')
    .replace(/\[[^\]]*\][+*?]?/g, () => random.pick(['1', '7', 'a', '_']))
    .replace(/\\d(\{[^}]*\})?[+*?]?/g, () => String(random.below(20)))
    .replace(/\\[swb][+*?]?/g, ' ')
    .replace(/\.[*+]\??/g, () => random.pick(['', ' ', '; x']))
    .replace(/\(([^()|]*)(\|[^()]*)?\)\??/g, '$1')
    .replace(/\\(.)/g, '$1')
    .replace(/[\^$()|?*+]/g, '');
}

function databasePatterns(): string[] {
  const text = readFileSync(require.resolve('uap-core/regexes.yaml'), 'utf8');
  return [...text.matchAll(/^\s*- regex: '(.*)'$/gm)].map((match) => match[1] as string);
}

/** At least 2,000 distinct user agents, the same ones for the same seed. */
export function userAgentCorpus(seed = 1): string[] {
  const random = new Random(seed);
  const corpus = new Set([...chromium(), ...geckoAndApple(), ...others]);
  for (const pattern of databasePatterns()) {
    const sample = sampleOf(pattern, random);
    const shell = random.pick([
      '@',
      'Mozilla/5.0 (@) AppleWebKit/537.36',
      'Mozilla/5.0 (Linux; Android 12; @) Chrome/100.0 Mobile Safari/537.36',
      'Mozilla/5.0 (Windows NT 10.0) @',
    ]);
    corpus.add(shell.replace('@', () => sample));
  }
  return [...corpus];
}
