/**
 * Users of generated dcs-v2 projects, and what conditions may ask of them. Values have the types
 * that conditions ask for: of others the two SDKs think differently on purpose (operators are
 * JavaScript's in both dialects here).
 */
import type { Json, JsonObject } from '../case';
import type { Random } from '../random';

export const ID_TYPES = [
  ...['userID', 'userID', 'userID', 'userID', 'userID', 'userID'],
  ...['stableID', 'stableID', 'companyID', 'companyID', 'CompanyID', 'USERID'],
];
export const COUNTRIES = ['US', 'DE', 'IN', 'NZ', 'JP'];
export const EMAILS = ['example.com', 'statsig.test', 'mail.org', 'ünï.example'];
export const LOCALES = ['en_US', 'de_DE', 'ja_JP'];
export const VERSIONS = ['1.0.0', '1.2.3', '2.0', '10.1.4', '1.2.3-beta'];
export const PLANS = ['free', 'pro', 'team', 'Trial', 'größer'];
export const TAGS = ['red', 'green', 'blue', 'black', 'Über'];
export const TIERS = ['production', 'staging', 'development'];
export const ADDRESSES = ['24.18.183.148', '115.240.90.163', '1.1.1.1', '10.0.0.1'];
/** Both parsers say the same of them. */
export const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1',
];
/** Fields of users themselves. */
const OWN = ['email', 'country', 'locale', 'appVersion', 'ip', 'userAgent'];
const ODD_IDS = ['stableid', 'StableID', 'companyid', 'COMPANYID', 'userID', 'userid', 'CompanyID'];
/** Milliseconds; the newer SDK takes small numbers for seconds. */
export const MOMENTS = [1_500_000_000_000, 1_600_000_000_000, 1_700_000_000_123];

function attributes(random: Random): JsonObject {
  const custom: JsonObject = {};
  const add = (name: string, value: () => Json): void => {
    if (random.chance(0.6)) custom[name] = value();
  };
  add('plan', () => random.pick(PLANS));
  add('age', () => random.between(10, 60));
  add('score', () => random.between(0, 40) / 4);
  add('tags', () => [...new Set(random.some(TAGS, 4))]);
  add('joined', () => random.pick(MOMENTS) + random.between(-2, 2));
  add('beta', () => random.chance(0.5));
  add('appBuild', () => random.pick(VERSIONS));
  return custom;
}

/**
 * Fields that it lacks are those of the SDK's. A `tier` alone is found as `Tier`, too, where core
 * finds the SDK's (NEWER.md 14).
 */
function environment(random: Random): JsonObject {
  const [tier, Tier] = [random.pick(TIERS), random.pick(TIERS)];
  return random.pick<JsonObject>([{ tier, Tier }, { tier, Tier }, { Tier }, { region: 'x' }, {}]);
}

/** Each of a seed is another one, with and without a user ID. */
export function generateUser(random: Random, name: string): JsonObject {
  const user: JsonObject = { customIDs: { stableID: `s-${name}` } };
  if (random.chance(0.9)) user['userID'] = `u-${name}`;
  if (random.chance(0.5)) (user['customIDs'] as JsonObject)['companyID'] = `c-${random.below(40)}`;
  const set = (field: string, value: () => Json, probability = 0.5): void => {
    if (random.chance(probability)) user[field] = value();
  };
  set('email', () => `user${random.below(100)}@${random.pick(EMAILS)}`, 0.7);
  set('country', () => random.pick(COUNTRIES));
  set('locale', () => random.pick(LOCALES));
  set('appVersion', () => random.pick(VERSIONS));
  set('ip', () => random.pick(ADDRESSES), 0.4);
  set('userAgent', () => random.pick(AGENTS), 0.4);
  set('custom', () => attributes(random), 0.85);
  set('privateAttributes', () => ({ secret: random.pick(PLANS), plan: random.pick(PLANS) }), 0.3);
  set('statsigEnvironment', () => environment(random), 0.4);
  if (random.chance(0.4)) oddity(random, user, name);
  return user;
}

/** What few users have: empty texts, nulls, other spellings, fields where others have theirs. */
function oddity(random: Random, user: JsonObject, name: string): void {
  const within = (section: string, field: string, value: Json): void => {
    user[section] = { ...(user[section] as JsonObject | undefined), [field]: value };
  };
  const text = random.pick([...COUNTRIES, ...LOCALES, ...PLANS, 'user1@x', '']);
  random.pick([
    () => (user[random.pick(OWN)] = ''),
    () => (user[random.pick(['custom', 'privateAttributes', 'statsigEnvironment'])] = {}),
    () => within('custom', random.pick(['PLAN', 'Plan', 'AGE', 'Tags', 'BETA', 'absent']), text),
    () => within('custom', random.pick([...OWN, 'Country', 'browser_name', 'os_name']), text),
    () => within('custom', random.pick(['plan', 'age', 'beta', 'tags', 'appBuild']), null),
    () => within('custom', 'tags', random.pick<Json>([[], ['red', 'red'], ['']])),
    () => within('privateAttributes', random.pick(['PLAN', 'plan', 'absent', ...OWN]), text),
    () => within('privateAttributes', random.pick(['PLAN', 'beta', 'country']), null),
    () => within('customIDs', random.pick(ODD_IDS), random.pick<Json>([`x-${name}`, '', 7, 0.5])),
  ])();
}
