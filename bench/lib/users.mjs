// The people of the benchmark: ten fields each, as an API server would know them.
import { pick, seeded } from './random.mjs';

export const COUNTRIES = [
  'US',
  'DE',
  'FR',
  'GB',
  'JP',
  'BR',
  'IN',
  'CA',
  'AU',
  'NL',
  'SE',
  'PL',
  'ES',
  'IT',
  'MX',
  'KR',
];
export const DOMAINS = [
  'example.com',
  'acme.io',
  'mail.test',
  'corp.example',
  'school.example',
  'shop.example',
];
export const PLANS = ['free', 'starter', 'team', 'business', 'enterprise'];
const LOCALES = ['en_US', 'de_DE', 'fr_FR', 'en_GB', 'ja_JP', 'pt_BR', 'hi_IN', 'es_ES'];
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.6422.165 Mobile Safari/537.36',
];

/**
 * The `index`-th user: always the same fields and values for the same index, its own object on each
 * call.
 */
export function user(index) {
  const random = seeded(index * 2654435761 + 17);
  const name = `user-${index.toString(36)}-${Math.floor(random() * 1e9).toString(36)}`;
  return {
    userID: name,
    email: `${name}@${pick(random, DOMAINS)}`,
    ip: `${1 + Math.floor(random() * 222)}.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}.${1 + Math.floor(random() * 254)}`,
    userAgent: pick(random, AGENTS),
    country: pick(random, COUNTRIES),
    locale: pick(random, LOCALES),
    appVersion: `${1 + Math.floor(random() * 8)}.${Math.floor(random() * 20)}.${Math.floor(random() * 10)}`,
    custom: {
      plan: pick(random, PLANS),
      age: 18 + Math.floor(random() * 60),
      beta: random() < 0.2,
    },
    customIDs: { companyID: `company-${Math.floor(random() * 5000)}`, stableID: `stable-${name}` },
    privateAttributes: { phone: `+1${Math.floor(random() * 1e10)}` },
  };
}
