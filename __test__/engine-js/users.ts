/** Generated users that hit the conditions of a payload: fields and targets are taken from it. */

import { type User, random } from './oracle';

const AGENTS = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; rv:109.0) Gecko/20100101 Firefox/115.0',
  '',
];
const IPS = [
  '1.0.0.1',
  '8.8.8.8',
  '24.18.183.148',
  '192.168.0.1',
  '::1',
  '999.1.1.1',
  '',
  'a.b.c.d',
];
const PLAIN = [
  '',
  '0',
  '1',
  'true',
  'US',
  'nz',
  'test',
  '1.2.3',
  '2.0',
  '2021-01-01',
  '1700000000',
  5,
  42,
  0,
  true,
  false,
  null,
  ['a', 'b'],
  [1, 2],
];

interface Facts {
  fields: string[];
  targets: unknown[];
  idTypes: string[];
}

/** Collects what conditions anywhere in a payload look at. */
export function factsOf(payload: unknown): Facts {
  const fields = new Set<string>(['email', 'country']);
  const targets: unknown[] = [];
  const idTypes = new Set<string>(['companyID']);
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { field, idType, targetValue } = node as Record<string, unknown>;
    if (typeof field === 'string') fields.add(field);
    if (typeof idType === 'string') idTypes.add(idType);
    if (Array.isArray(targetValue)) targets.push(...targetValue.slice(0, 20));
    else if (targetValue !== undefined && typeof targetValue !== 'object')
      targets.push(targetValue);
    for (const child of Object.values(node)) walk(child);
  };
  walk(payload);
  return { fields: [...fields], targets, idTypes: [...idTypes] };
}

export function makeUsers(facts: Facts, count: number, seed: number): User[] {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const value = (): unknown => {
    if (facts.targets.length === 0 || next() < 0.4) return pick(PLAIN);
    const target = pick(facts.targets);
    return next() < 0.2 && typeof target === 'string' ? target.toUpperCase() : target;
  };
  return Array.from({ length: count }, (_, i) => {
    const user: User = { userID: next() < 0.1 ? String(value()) : `user-${i}-${seed}` };
    if (next() < 0.6) user.email = next() < 0.5 ? `u${i}@statsig.com` : value();
    if (next() < 0.5) user.ip = pick(IPS);
    if (next() < 0.5) user.userAgent = pick(AGENTS);
    if (next() < 0.4) user.country = value();
    if (next() < 0.4) user.appVersion = pick(['1.2', '1.2.3-beta', '3', 'x', '10.0.0.1']);
    for (const [name, chance] of [
      ['custom', 0.8],
      ['privateAttributes', 0.4],
    ] as const) {
      if (next() >= chance) continue;
      const fields: User = {};
      for (let k = 0; k < 8; k++) {
        const field = pick(facts.fields);
        fields[next() < 0.3 ? field.toLowerCase() : field] = value();
      }
      user[name] = fields;
    }
    if (next() < 0.7) {
      const ids: User = {};
      for (const idType of facts.idTypes)
        if (next() < 0.5) ids[next() < 0.3 ? idType.toLowerCase() : idType] = `id-${i % 17}`;
      user.customIDs = ids;
    }
    if (next() < 0.5)
      user.statsigEnvironment = {
        [pick(['tier', 'Tier'])]: pick(['production', 'staging', 'development', 'DEV']),
      };
    return user;
  });
}
