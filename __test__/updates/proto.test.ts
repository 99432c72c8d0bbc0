/** Config specs in protobuf's form: what they say, and what changed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import test from 'ava';
import { ChecksumMismatch, ProtoSpecs } from '../../src/updates/proto/proto-specs';
import { NO_RECORDED_PROJECT, unless } from '../needs';
import * as proto from './proto-writer';
import type { Envelope, Fields } from './proto-writer';

type Json = Record<string, Record<string, unknown>>;

function reader() {
  const told: string[] = [];
  const specs = new ProtoSpecs((message) => told.push(message));
  const read = (...envelopes: Envelope[]): Json => {
    const json = JSON.parse(specs.read(proto.body(...envelopes))) as Json;
    specs.commit();
    return json;
  };
  return { specs, told, read };
}

const data = (fields: Fields): Fields => fields;

test('a spec, its rules and its conditions', (t) => {
  const { read, told } = reader();
  const config = data([
    [1, 'salt'],
    [2, true],
    [3, [[2, '{"color":"grey"}']]],
    [4, 4],
    [5, [[2, 'companyID']]],
    [6, 7],
    [
      7,
      [
        [1, 'name'],
        [3, 'id'],
        [4, ''],
        [5, 'one'],
        [5, 'two'],
        [6, [[1, 2]]],
        [7, [[2, '{"color":"red"}']]],
        [8, 'Test'],
        [9, 'other'],
        [10, true],
        [13, { double: 12.5 }],
      ],
    ],
    [8, true],
    [9, 'color'],
    [11, 'app'],
    [14, 'email'],
  ]);
  const condition = data([
    [1, 6],
    [2, [[1, 1]]],
    [3, [[6, '["a","b"]']]],
    [4, 17],
    [5, 'email'],
    [6, '{"salt":"x"}'],
  ]);
  const json = read(
    proto.top(12, 'sum', { experiment_to_layer: { e: 'l' }, cmab_configs: {} }),
    [4, 'e', '', config],
    [7, 'one', '', condition],
    [6, 'store', '', []],
    proto.DONE,
  );
  t.deepEqual(told, []);
  t.like(json, { time: 12, has_updates: true, checksum: 'sum', response_format: 'dcs-v2' });
  t.deepEqual([json['experiment_to_layer'], json['cmab_configs']], [{ e: 'l' }, {}]);
  t.deepEqual(json['param_stores'], { store: {} });
  t.deepEqual(json['condition_map'], {
    one: {
      type: 'user_field',
      idType: 'userID',
      targetValue: ['a', 'b'],
      operator: 'any_case_sensitive',
      field: 'email',
      additionalValues: { salt: 'x' },
    },
  });
  t.deepEqual(json['dynamic_configs'], {
    e: {
      type: 'dynamic_config',
      salt: 'salt',
      enabled: true,
      defaultValue: { color: 'grey' },
      entity: 'experiment',
      idType: 'companyID',
      rules: [
        {
          name: 'name',
          passPercentage: 12.5,
          id: 'id',
          conditions: ['one', 'two'],
          idType: 'stableID',
          returnValue: { color: 'red' },
          salt: '',
          groupName: 'Test',
          configDelegate: 'other',
          isExperimentGroup: true,
        },
      ],
      version: 7,
      isActive: true,
      explicitParameters: ['color'],
      targetAppIDs: ['app'],
      fieldsUsed: ['email'],
    },
  });
});

test('what may be left out is told when it is there, be it false', (t) => {
  for (const given of [true, false]) {
    const { read, told } = reader();
    const rule = data([
      [2, 50],
      [6, [[1, 1]]],
      [10, given],
      [11, given],
      [12, { float: 0.5 }],
    ]);
    const spec = data([
      [4, 5],
      [5, [[1, 1]]],
      [7, rule],
      [8, given],
      [10, given],
      [12, given],
      [13, given],
    ]);
    const json = read(proto.top(12, 'sum'), [5, 'l', '', spec], proto.DONE);
    t.deepEqual(told, []);
    t.deepEqual(json['layer_configs'], {
      l: {
        type: 'dynamic_config',
        salt: '',
        enabled: false,
        defaultValue: {},
        entity: 'layer',
        idType: 'userID',
        rules: [
          {
            name: '',
            passPercentage: 50,
            id: '',
            conditions: [],
            idType: 'userID',
            returnValue: {},
            isExperimentGroup: given,
            isControlGroup: given,
            samplingRate: 0.5,
          },
        ],
        isActive: given,
        hasSharedParams: given,
        useNewLayerEval: given,
        forwardAllExposures: given,
      },
    });
  }
});

test('each optional field is told by its own number', (t) => {
  const membersOf = (kind: number, map: string, fields: Fields): string[] => {
    const { read, told } = reader();
    const json = read(proto.top(12, 'sum'), [kind, 'x', '', fields], proto.DONE);
    t.deepEqual(told, []);
    const entity = json[map]!['x'] as { rules?: object[] };
    return [
      ...Object.keys(entity),
      ...Object.keys(entity.rules?.[0] ?? {}).map((key) => `r.${key}`),
    ];
  };
  const ofSpec = (fields: Fields): string[] =>
    membersOf(4, 'dynamic_configs', data([[4, 2], ...fields]));
  const ofRule = (fields: Fields): string[] => ofSpec([[7, fields]]);
  const ofCondition = (fields: Fields): string[] =>
    membersOf(7, 'condition_map', data([[1, 1], ...fields]));
  const text = '';
  const number = { float: 1 };
  for (const [members, value, names] of [
    [ofSpec, 1, { 6: 'version', 8: 'isActive', 10: 'hasSharedParams', 12: 'useNewLayerEval' }],
    [ofSpec, 1, { 13: 'forwardAllExposures' }],
    [ofSpec, text, { 9: 'explicitParameters', 11: 'targetAppIDs', 14: 'fieldsUsed' }],
    [ofRule, text, { 4: 'r.salt', 8: 'r.groupName', 9: 'r.configDelegate' }],
    [ofRule, 1, { 10: 'r.isExperimentGroup', 11: 'r.isControlGroup' }],
    [ofRule, number, { 12: 'r.samplingRate' }],
    [ofCondition, 4, { 4: 'operator' }],
    [ofCondition, text, { 5: 'field', 6: 'additionalValues' }],
    [ofCondition, [[1, 'x']], { 3: 'targetValue' }],
  ] as [typeof ofRule, Fields[number][1], Record<number, string>][])
    for (const [field, name] of Object.entries(names)) {
      const without = new Set(members([]));
      const added = members([[Number(field), value]]).filter((key) => !without.has(key));
      t.deepEqual(added, [name]);
    }
});

test('each boolean of a spec is read from its own number', (t) => {
  const members = {
    8: 'isActive',
    10: 'hasSharedParams',
    12: 'useNewLayerEval',
    13: 'forwardAllExposures',
  };
  for (const field of Object.keys(members).map(Number)) {
    const { read } = reader();
    const fields = Object.keys(members).map((number): Fields[number] => [
      Number(number),
      Number(number) === field ? 1 : 0,
    ]);
    const json = read(proto.top(12, 'sum'), [4, 'x', '', data([[4, 2], ...fields])], proto.DONE);
    const entity = json['dynamic_configs']!['x'] as Record<string, unknown>;
    for (const [number, name] of Object.entries(members))
      t.is(entity[name], Number(number) === field, `${name}, ${field} set`);
  }
});

test('values of every type', (t) => {
  const { read } = reader();
  const values: [Fields, unknown][] = [
    [[[1, 'text']], 'text'],
    [[[2, false]], false],
    [[[3, -5n]], -5],
    [[[4, 2n ** 40n]], 2 ** 40],
    [[[5, { double: 0.1 }]], 0.1],
    [[[6, '[1,null]']], [1, null]],
    [[], null],
  ];
  const conditions = values.map(
    ([value], at) =>
      [
        7,
        `c${at}`,
        '',
        data([
          [1, 6],
          [3, value],
        ]),
      ] as const,
  );
  const json = read(proto.top(1, ''), ...conditions, proto.DONE);
  values.forEach(([, value], at) =>
    t.deepEqual((json['condition_map']![`c${at}`] as Json)['targetValue'], value as never),
  );
});

test('what nobody here knows costs itself alone, and is told', (t) => {
  const { read, told } = reader();
  const json = read(
    proto.top(1, ''),
    proto.gate('good', '1', true),
    proto.gate('later', '2', true, 99_999),
    [999_999, 'what'],
    [7, 'group', '', data([[1, 99]])],
    [4, 'broken', '', data([[3, [[2, '{']]]])],
    proto.DONE,
  );
  t.deepEqual(Object.keys(json['feature_gates']!), ['good']);
  t.deepEqual([json['condition_map'], json['dynamic_configs']], [{}, {}]);
  t.is(told.length, 4);
});

const recorded = join(__dirname, '../../../shared/data/newer/unknown_enum.pb.br');
unless(existsSync(recorded) ? null : NO_RECORDED_PROJECT)(
  'of a recorded response, what nobody here knows costs itself alone',
  (t) => {
    const { specs, told } = reader();
    const json = JSON.parse(specs.read(brotliDecompressSync(readFileSync(recorded)))) as Json;
    t.deepEqual(Object.keys(json['feature_gates']!), ['gate_without_unexpected_field']);
    t.is(json['time'] as unknown, 1_234_567_890);
    t.is(told.length, 2);
  },
);

test('a delta changes what it names', (t) => {
  const { read } = reader();
  read(
    proto.top(1, 'a', { sdk_configs: { x: 1 }, overrides: { gone: [], kept: [] } }),
    proto.gate('same', '1', true),
    proto.gate('changed', '2', true),
    proto.gate('gone', '3', true),
    proto.everybody('4294967295'),
    proto.DONE,
  );
  const json = read(
    proto.COPY_PREVIOUS,
    proto.top(2, 'b', { overrides: { gone: [], kept: [] } }),
    proto.gate('changed', '5', false),
    proto.gate('new', '6', true),
    [3, 'same', '1'],
    [
      8,
      '',
      '',
      [
        [2, 'gone'],
        [10, 'gone'],
      ],
    ],
    proto.checksums({ feature_gates: 12n, condition_map: 4294967295n }),
    proto.DONE,
  );
  t.deepEqual(Object.keys(json['feature_gates']!), ['same', 'changed', 'new']);
  t.deepEqual([json['time'], json['sdk_configs'], json['overrides']], [
    2,
    undefined,
    { kept: [] },
  ] as never);
  const passes = (name: string): unknown =>
    (json['feature_gates']![name] as { rules: { returnValue: unknown }[] }).rules[0]!.returnValue;
  t.deepEqual([passes('same'), passes('changed'), passes('new')], [true, false, true]);
});

test('each kind of entry goes by its own number', (t) => {
  const inMaps = { dynamic_configs: 1, feature_gates: 2, layer_configs: 3, condition_map: 5 };
  const stores = { param_stores: 7 };
  const inRest = { experiment_to_layer: 4, sdk_configs: 6, cmab_configs: 8, override_rules: 9 };
  const numbers = { ...inMaps, ...stores, ...inRest, overrides: 10 };
  for (const [gone, number] of Object.entries(numbers)) {
    const { read } = reader();
    const rest = Object.fromEntries(
      [...Object.keys(inRest), 'overrides'].map((map) => [map, { x: 1, y: 1 }]),
    );
    const names = ['x', 'y'];
    const json = read(
      proto.top(1, 'a', rest),
      ...names.flatMap((name): Envelope[] => [
        [3, name, '', [[4, 1]]],
        [4, name, '', [[4, 2]]],
        [5, name, '', [[4, 5]]],
        [6, name, '', []],
        [7, name, '', [[1, 1]]],
      ]),
      [8, '', '', [[number, 'x']]],
      proto.DONE,
    );
    for (const map of Object.keys(numbers))
      t.deepEqual(Object.keys(json[map]!), map === gone ? ['y'] : names, `${gone}: ${map}`);
  }
});

test('a delta that adds up to something else is refused, and what was there stays', (t) => {
  const { specs, read } = reader();
  read(proto.top(1, 'a'), proto.gate('one', '7', true), proto.DONE);
  const wrong = proto.body(
    proto.COPY_PREVIOUS,
    proto.top(2, 'b'),
    proto.gate('two', '8', true),
    proto.checksums({ feature_gates: 16n }),
    proto.DONE,
  );
  t.throws(() => specs.read(wrong), { instanceOf: ChecksumMismatch });
  const json = read(proto.COPY_PREVIOUS, proto.top(2, 'b'), proto.DONE);
  t.deepEqual(Object.keys(json['feature_gates']!), ['one']);
});

test('checksums that are no numbers count nothing', (t) => {
  const { read } = reader();
  const json = read(
    proto.top(1, 'a'),
    proto.gate('one', 'zk6Bcqadwj==', true),
    proto.gate('two', '4294967296', true),
    proto.checksums({ feature_gates: 0n, unknown: 5n }),
    proto.DONE,
  );
  t.is(Object.keys(json['feature_gates']!).length, 2);
});

for (const [what, envelopes] of [
  ['without an end', [proto.top(1, '')]],
  ['of no kind', [proto.top(1, ''), [0], proto.DONE]],
  ['that changes what is not here', [proto.COPY_PREVIOUS, proto.DONE]],
] as [string, Envelope[]][])
  test(`a response ${what} is refused`, (t) => {
    const { specs } = reader();
    t.throws(() => specs.read(proto.body(...envelopes)));
    t.false(specs.isReady);
  });

test('a response that is cut off anywhere is refused', (t) => {
  const { specs } = reader();
  const whole = proto.body(proto.top(1, ''), proto.gate('one', '1', true), proto.DONE);
  for (let length = 0; length < whole.length - 1; length++)
    t.throws(() => specs.read(whole.subarray(0, length)), undefined, String(length));
});
