/** Projects of gates that have one condition each. */

export interface OneCondition {
  type: string;
  field: string;
  operator: string;
  targetValue: unknown;
}

/** A gate that whoever meets the condition passes. */
export function gateOf(name: string, condition: OneCondition): object {
  const rule = {
    name: 'r',
    id: 'r',
    salt: 's',
    passPercentage: 100,
    returnValue: true,
    idType: 'userID',
    conditions: [{ ...condition, additionalValues: {}, idType: 'userID' }],
  };
  return {
    name,
    type: 'feature_gate',
    salt: 's',
    enabled: true,
    defaultValue: false,
    idType: 'userID',
    entity: 'feature_gate',
    rules: [rule],
  };
}

/** The text of a payload that has these gates and nothing else. */
export function payloadOfGates(gates: object[]): string {
  return JSON.stringify({
    has_updates: true,
    time: 1,
    feature_gates: gates,
    dynamic_configs: [],
    layer_configs: [],
    layers: {},
  });
}
