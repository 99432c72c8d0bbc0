// What only dcs-v2 has: parameter stores and contextual autotunes (docs/spec/NEWER.md 9, 10).
import { PLANS } from '../lib/users.mjs';
import { seeded } from '../lib/random.mjs';

const STORES = 20;
const AUTOTUNES = 20;
const PARAMETERS = ['limit', 'label', 'on'];

/** A dcs-v2 project with both, of what is in it already. */
export function withNewer(project) {
  const random = seeded(7);
  const gates = Object.keys(project.feature_gates).filter((name) => name.startsWith('gate_'));
  const [configs, layers] = [project.dynamic_configs, project.layer_configs].map(Object.keys);
  const experimentNames = configs.filter((name) => name.startsWith('experiment_'));
  return {
    ...project,
    param_stores: Object.fromEntries(
      Array.from({ length: STORES }, (_, i) => [
        storeName(i),
        store(at(gates, i), at(experimentNames, i), at(layers, i)),
      ]),
    ),
    cmab_configs: Object.fromEntries(
      Array.from({ length: AUTOTUNES }, (_, i) => [autotuneName(i), autotune(random, i)]),
    ),
  };
}

/** Names and a parameter of each, as `names` has them. */
export const newerNames = () => ({
  stores: Array.from({ length: STORES }, (_, i) => ({
    name: storeName(i),
    key: at(PARAMETERS, i),
  })),
  autotunes: Array.from({ length: AUTOTUNES }, (_, i) => ({
    name: autotuneName(i),
    key: 'color',
  })),
});

const at = (list, index) => list[index % list.length];
const storeName = (index) => `store_${index}`;
const autotuneName = (index) => `autotune_${index}`;

const store = (gate, experiment, layer) => ({
  parameters: {
    limit: {
      ref_type: 'experiment',
      param_type: 'number',
      experiment_name: experiment,
      param_name: 'limit',
    },
    label: { ref_type: 'layer', param_type: 'string', layer_name: layer, param_name: 'label' },
    on: {
      ref_type: 'gate',
      param_type: 'boolean',
      gate_name: gate,
      pass_value: true,
      fail_value: false,
    },
  },
});

/** Three groups that learned of two fields; nothing is drawn. */
function autotune(random, index) {
  const ids = ['a', 'b', 'c'].map((letter) => `${autotuneName(index)}_${letter}`);
  const learned = () => ({
    alpha: random(),
    intercept: random(),
    records: 1000,
    weightsNumerical: { age: random() - 0.5 },
    weightsCategorical: { plan: Object.fromEntries(PLANS.map((plan) => [plan, random()])) },
  });
  return {
    salt: `salt_${index}`,
    defaultValue: { color: 'none' },
    idType: 'userID',
    enabled: true,
    version: 1,
    sampleRate: 0,
    higherIsBetter: true,
    groups: ids.map((id) => ({ id, name: id, parameterValues: { color: id } })),
    config: Object.fromEntries(ids.map((id) => [id, learned()])),
  };
}
