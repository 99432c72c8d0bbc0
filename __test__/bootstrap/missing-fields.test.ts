/** Responses about specs that lack fields, on every engine; the first shape as statsig-node's. */
import test from 'ava';
import type { JsonObject } from '../../differential/case';
import { expectedEngines } from '../conformance/engines';
import { loaded, respond } from './engine-calls';

const everyone = {
  type: 'public',
  targetValue: null,
  operator: null,
  field: null,
  idType: 'userID',
};
const rule = (id: string, more: JsonObject = {}): JsonObject => ({
  name: id,
  id,
  salt: id,
  passPercentage: 100,
  returnValue: { a: 1 },
  conditions: [everyone],
  idType: 'userID',
  ...more,
});
const spec = (name: string, more: JsonObject): JsonObject => ({
  name,
  salt: name,
  enabled: true,
  defaultValue: {},
  rules: [rule('r')],
  ...more,
});
const config = (name: string, more: JsonObject = {}): JsonObject =>
  spec(name, { type: 'dynamic_config', entity: 'dynamic_config', ...more });
const gate = (name: string, more: JsonObject = {}): JsonObject =>
  spec(name, { type: 'feature_gate', entity: 'feature_gate', defaultValue: false, ...more });

const PAYLOAD: JsonObject = {
  has_updates: true,
  time: 1,
  feature_gates: [
    gate('bare'),
    gate('typed', { idType: 'userID' }),
    gate('null', { idType: null }),
  ],
  dynamic_configs: [
    config('bare'),
    config('typed', { idType: 'StableID' }),
    config('handed', { entity: 'experiment', explicitParameters: ['a'], isActive: true }),
  ],
  layer_configs: [
    config('own', { entity: 'layer', explicitParameters: ['b'] }),
    config('handing', { entity: 'layer', rules: [rule('d', { configDelegate: 'handed' })] }),
    config('lost', { entity: 'layer', rules: [rule('l', { configDelegate: 'nowhere' })] }),
  ],
  layers: {},
};

interface Response {
  feature_gates: Record<string, JsonObject>;
  dynamic_configs: Record<string, JsonObject>;
  layer_configs: Record<string, JsonObject>;
}

for (const kind of expectedEngines) {
  const respondTo = async (options: object): Promise<Response> => {
    const engine = await loaded(kind, PAYLOAD);
    const text = respond(engine, { userID: 'u' }, { hash: 'none', ...options })!;
    engine.dispose();
    return JSON.parse(text) as Response;
  };

  test(`${kind}: gates without an ID type say nothing of one, configs say null`, async (t) => {
    const { feature_gates: gates, dynamic_configs: configs } = await respondTo({});
    t.false('id_type' in gates['bare']!);
    t.is(gates['typed']!['id_type'], 'userID');
    t.is(gates['null']!['id_type'], null);
    t.is(configs['bare']!['id_type'], null);
    t.like(configs['typed'], { id_type: 'StableID', is_device_based: true });
    const without = await respondTo({ removeIdType: true });
    for (const entry of [without.feature_gates['typed'], without.dynamic_configs['typed']])
      t.false('id_type' in entry!);
  });

  test(`${kind}: newer shapes leave out ID types that there are not`, async (t) => {
    const { feature_gates: gates, dynamic_configs: configs } = await respondTo({
      responseFormat: 'v2',
    });
    for (const entry of [gates['bare'], gates['null'], configs['bare']])
      t.false('id_type' in entry!, JSON.stringify(entry));
    t.is(gates['typed']!['id_type'], 'userID');
    const short = await respondTo({ responseFormat: 'init-v2' });
    t.is(short.feature_gates['typed']!['i'], 'userID');
    for (const entry of [short.feature_gates['bare'], short.feature_gates['null']])
      t.false('i' in entry!, JSON.stringify(entry));
  });

  test(`${kind}: layers list the explicit parameters of who answers`, async (t) => {
    const { layer_configs: layers } = await respondTo({});
    t.deepEqual(layers['own']!['explicit_parameters'], ['b']);
    t.deepEqual(layers['handing']!['explicit_parameters'], ['a']);
    t.like(layers['handing'], {
      allocated_experiment_name: 'handed',
      is_experiment_active: true,
      is_user_in_experiment: false,
    });
    t.deepEqual(layers['lost']!['explicit_parameters'], []);
    const short = await respondTo({ responseFormat: 'init-v2' });
    t.deepEqual(short.layer_configs['own']!['ep'], ['b']);
    t.deepEqual(short.layer_configs['handing']!['ep'], ['a']);
    t.false('ep' in short.layer_configs['lost']!);
    t.false('ae' in short.layer_configs['own']!);
  });
}
