// Users for a payload nobody wrote users for: attributes are drawn from what its conditions compare
// with.

const topLevel = ['userID', 'email', 'ip', 'userAgent', 'country', 'locale', 'appVersion'];
const userAgents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
];

/** Calls `visit` for every condition of a payload of either format. */
function eachCondition(payload, visit) {
  const conditions = (value) => {
    if (value === null || typeof value !== 'object') return;
    if (typeof value.type === 'string' && 'operator' in value) visit(value);
    for (const child of Object.values(value)) conditions(child);
  };
  for (const key of ['feature_gates', 'dynamic_configs', 'layer_configs', 'condition_map'])
    conditions(payload[key]);
}

/** field → values it is compared with, at most 50 each. */
function targetsOf(payload) {
  const targets = new Map();
  eachCondition(payload, ({ type, field, targetValue }) => {
    if (type !== 'user_field' && type !== 'ip_based') return;
    if (typeof field !== 'string' || targetValue === null || targetValue === undefined) return;
    const known = targets.get(field) ?? [];
    const values = Array.isArray(targetValue) ? targetValue : [targetValue];
    targets.set(
      field,
      [...known, ...values.filter((value) => typeof value !== 'object')].slice(0, 50),
    );
  });
  return targets;
}

/** Custom unit IDs that the payload's specs and conditions name. */
function idTypesOf(payload) {
  const found = new Set();
  JSON.stringify(payload, (key, value) => {
    if (key === 'idType' && typeof value === 'string' && value.toLowerCase() !== 'userid')
      found.add(value);
    return value;
  });
  return [...found].slice(0, 20);
}

/** `count` users, the same ones every time. */
export function usersFor(payload, count = 3) {
  const targets = targetsOf(payload);
  const idTypes = idTypesOf(payload);
  return Array.from({ length: count }, (_, index) => {
    const user = {
      userID: `user-${index}`,
      userAgent: userAgents[index % userAgents.length],
      custom: {},
      customIDs: {},
    };
    for (const [field, values] of targets) {
      const value = values[index % values.length];
      const name = topLevel.find((candidate) => candidate.toLowerCase() === field.toLowerCase());
      if (name) user[name] = String(value);
      else user.custom[field] = value;
    }
    for (const idType of idTypes) user.customIDs[idType] = `${idType}-${index}`;
    return user;
  });
}
