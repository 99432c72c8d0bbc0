// The project of the examples' checks: one gate.

/** `new_checkout` is on for the user `new`, off for everybody else. */
export const specs = {
  has_updates: true,
  time: 1000,
  dynamic_configs: [],
  layer_configs: [],
  feature_gates: [
    {
      name: 'new_checkout',
      type: 'feature_gate',
      salt: 's',
      enabled: true,
      defaultValue: false,
      idType: 'userID',
      entity: 'feature_gate',
      rules: [
        {
          name: 'r',
          id: 'r',
          salt: 'r',
          passPercentage: 100,
          idType: 'userID',
          returnValue: true,
          groupName: null,
          conditions: [
            {
              type: 'user_field',
              field: 'userID',
              operator: 'any',
              targetValue: ['new'],
              additionalValues: {},
              idType: 'userID',
            },
          ],
        },
      ],
    },
  ],
};
