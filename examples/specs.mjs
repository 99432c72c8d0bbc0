// Projects of the examples, in the words of Statsig's service. An application has its own in the console.

const common = {
  salt: 's',
  enabled: true,
  idType: 'userID',
};

/** Conditions that everybody, and that one user meets. */
export const everyone = condition('public');
export const onlyUser = (id) =>
  condition('user_field', { field: 'userID', operator: 'any', targetValue: [id] });

function condition(type, more = {}) {
  const nothing = { targetValue: null, operator: null, field: null };
  return { type, ...nothing, additionalValues: {}, idType: 'userID', ...more };
}

/** A gate, on for whom the condition holds. */
export function gate(name, condition) {
  const rule = {
    name: 'r',
    id: 'r',
    salt: 'r',
    passPercentage: 100,
    idType: 'userID',
    returnValue: true,
    groupName: null,
    conditions: [condition],
  };
  const kind = { type: 'feature_gate', entity: 'feature_gate' };
  return { name, ...common, ...kind, defaultValue: false, rules: [rule] };
}

/** A dynamic config with one value for all. */
export function config(name, value) {
  const kind = { type: 'dynamic_config', entity: 'dynamic_config' };
  return { name, ...common, ...kind, defaultValue: value, rules: [] };
}

/** A payload; a later `time` is an update. */
export function project(time, { gates = [], configs = [] }) {
  return {
    has_updates: true,
    time,
    feature_gates: gates,
    dynamic_configs: configs,
    layer_configs: [],
  };
}
