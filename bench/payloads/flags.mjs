// The equivalent project: N boolean flags of three rules each, written once and projected onto
// every SDK's format.
//   rule 1: country is one of five   rule 2: e-mail domain (even flags) or app version (odd)   rule 3: percentage
// Rules are tried in order; the first that matches turns the flag on; none: off.
import { COUNTRIES, DOMAINS } from '../lib/users.mjs';
import { pick, sample, seeded } from '../lib/random.mjs';

/** `[{name, countries, domain | minVersion, percent}]`; the same for the same count. */
export function flags(count) {
  const random = seeded(4711);
  return Array.from({ length: count }, (_, index) => ({
    name: `flag_${String(index).padStart(4, '0')}`,
    countries: sample(random, COUNTRIES, 5),
    ...(index % 2
      ? { minVersion: `${2 + Math.floor(random() * 7)}.${Math.floor(random() * 15)}.0` }
      : { domain: `@${pick(random, DOMAINS)}` }),
    percent: index % 4 === 0 ? 0 : index % 4 === 1 ? 100 : 10 * (1 + Math.floor(random() * 9)),
  }));
}

/** True or false when every SDK must say so; undefined when only the SDK's own hash decides. */
export function expected(flag, user) {
  if (flag.countries.includes(user.country)) return true;
  if (flag.domain ? user.email.endsWith(flag.domain) : isNewer(user.appVersion, flag.minVersion))
    return true;
  return flag.percent === 0 ? false : flag.percent === 100 ? true : undefined;
}

export function isNewer(version, than) {
  const a = version.split('.');
  const b = than.split('.');
  for (let i = 0; i < 3; i++) if (+a[i] !== +b[i]) return +a[i] > +b[i];
  return false;
}

export function toStatsig(list) {
  const condition = (type, field, operator, targetValue) => ({
    type,
    field,
    operator,
    targetValue,
    additionalValues: {},
    idType: 'userID',
  });
  const rule = (flag, number, passPercentage, conditions) => ({
    name: `${flag.name}_r${number}`,
    id: `${flag.name}_r${number}`,
    groupName: null,
    salt: `salt_${flag.name}_${number}`,
    passPercentage,
    conditions: [conditions],
    returnValue: true,
    idType: 'userID',
  });
  return list.map((flag) => ({
    name: flag.name,
    type: 'feature_gate',
    entity: 'feature_gate',
    salt: `salt_${flag.name}`,
    idType: 'userID',
    enabled: true,
    defaultValue: false,
    rules: [
      rule(flag, 1, 100, condition('user_field', 'country', 'any', flag.countries)),
      rule(
        flag,
        2,
        100,
        flag.domain
          ? condition('user_field', 'email', 'str_ends_with_any', [flag.domain])
          : condition('user_field', 'appVersion', 'version_gt', flag.minVersion),
      ),
      rule(flag, 3, flag.percent, condition('public', null, null, null)),
    ],
  }));
}

export function toUnleash(list) {
  const strategy = (constraint, rollout, groupId) => ({
    name: 'flexibleRollout',
    constraints: constraint
      ? [{ inverted: false, caseInsensitive: false, values: [], ...constraint }]
      : [],
    parameters: { rollout: String(rollout), stickiness: 'userId', groupId },
  });
  return list.map((flag) => ({
    name: flag.name,
    type: 'release',
    enabled: true,
    stale: false,
    impressionData: false,
    project: 'default',
    variants: [],
    strategies: [
      strategy({ contextName: 'country', operator: 'IN', values: flag.countries }, 100, flag.name),
      strategy(
        flag.domain
          ? { contextName: 'email', operator: 'STR_ENDS_WITH', values: [flag.domain] }
          : { contextName: 'appVersion', operator: 'SEMVER_GT', value: flag.minVersion },
        100,
        flag.name,
      ),
      strategy(null, flag.percent, flag.name),
    ],
  }));
}

export function toGrowthBook(list) {
  const features = {};
  for (const flag of list) {
    features[flag.name] = {
      defaultValue: false,
      rules: [
        { condition: { country: { $in: flag.countries } }, force: true },
        {
          condition: flag.domain
            ? { email: { $regex: `${flag.domain.replaceAll('.', '\\.')}$` } }
            : { appVersion: { $vgt: flag.minVersion } },
          force: true,
        },
        { force: true, coverage: flag.percent / 100, hashAttribute: 'id' },
      ],
    };
  }
  return { features };
}

export function toLaunchDarkly(list) {
  const clause = (attribute, op, values) => ({
    attribute,
    op,
    values,
    negate: false,
    contextKind: 'user',
  });
  return list.map((flag) => ({
    key: flag.name,
    version: 1,
    on: true,
    salt: `salt_${flag.name}`,
    variations: [true, false],
    offVariation: 1,
    targets: [],
    prerequisites: [],
    rules: [
      { id: `${flag.name}_1`, clauses: [clause('country', 'in', flag.countries)], variation: 0 },
      {
        id: `${flag.name}_2`,
        clauses: [
          flag.domain
            ? clause('email', 'endsWith', [flag.domain])
            : clause('appVersion', 'semVerGreaterThan', [flag.minVersion]),
        ],
        variation: 0,
      },
    ],
    fallthrough: {
      rollout: {
        contextKind: 'user',
        variations: [
          { variation: 0, weight: flag.percent * 1000 },
          { variation: 1, weight: 100000 - flag.percent * 1000 },
        ],
      },
    },
  }));
}

export function toFlagd(list) {
  const flags = {};
  for (const flag of list) {
    const second = flag.domain
      ? { ends_with: [{ var: 'email' }, flag.domain] }
      : { sem_ver: [{ var: 'appVersion' }, '>', flag.minVersion] };
    flags[flag.name] = {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      targeting: {
        if: [
          { in: [{ var: 'country' }, flag.countries] },
          'on',
          second,
          'on',
          {
            fractional: [
              { cat: [flag.name, { var: 'targetingKey' }] },
              ['on', flag.percent],
              ['off', 100 - flag.percent],
            ],
          },
        ],
      },
    };
  }
  return { flags };
}
