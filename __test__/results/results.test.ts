/** Result classes side by side with statsig-node's own. */
import test from 'ava';
import * as rival from 'statsig-node';
import {
  DynamicConfig,
  EvaluationDetails,
  Layer,
  makeEmptyFeatureGate,
  makeFeatureGate,
  OWNED,
} from '../../src/results/results';

const RivalConfig = rival.DynamicConfig as unknown as typeof DynamicConfig;
const RivalLayer = rival.Layer as unknown as typeof Layer;

const VALUE = {
  text: 'a',
  empty: '',
  number: 5,
  zero: 0,
  yes: true,
  no: false,
  list: [1, 'x'],
  object: { deep: { er: 1 } },
  nothing: null,
  null: 'n',
  undefined: 'u',
};
const KEYS = [...Object.keys(VALUE), 'missing', 'toString', '__proto__', null, undefined, 0];
const DEFAULTS = ['d', '', 1, 0, true, false, [], {}, null, undefined];
const GUARDS = [
  undefined,
  null,
  (value: unknown): value is string => typeof value === 'string',
  () => false,
  () => true,
];
const VALUES: unknown[] = [
  VALUE,
  {},
  [1, 2],
  null,
  undefined,
  'text',
  7,
  true,
  { toJSON: () => ({ made: 1 }) },
  { at: new Date(0) },
];

/** JSON turns what differs by identity only (functions, undefined) into the same text. */
const shown = (value: unknown): string =>
  `${typeof value}:${typeof value === 'function' ? value.name : JSON.stringify(value)}`;

function outcomeOf(call: () => unknown): string {
  try {
    return shown(call());
  } catch (error) {
    return `threw ${(error as Error).constructor.name}`;
  }
}

test('DynamicConfig has the same keys and JSON', (t) => {
  for (const value of VALUES) {
    for (const args of [
      ['n', value],
      ['', value],
      ['n', value, 'r', 'g', 'userID', [{ gate: 'a', gateValue: 'true', ruleID: 'b' }]],
    ]) {
      const [ours, theirs] = [
        new DynamicConfig(...(args as ['n'])),
        new RivalConfig(...(args as ['n'])),
      ];
      t.deepEqual(Object.keys(ours), Object.keys(theirs));
      t.is(JSON.stringify(ours), JSON.stringify(theirs));
    }
  }
  const withHook = [DynamicConfig, RivalConfig].map((Type) =>
    JSON.stringify(new Type('n', {}, 'r', null, null, [], () => {})),
  );
  t.is(withHook[0], withHook[1]);
  t.is(JSON.stringify(new DynamicConfig(5 as never)), JSON.stringify(new RivalConfig(5 as never)));
});

test('Layer has the same keys and JSON', (t) => {
  for (const value of VALUES) {
    for (const args of [
      ['n', value],
      ['', value],
      ['n', value, 'r', 'g', 'exp', () => {}, null, 'userID'],
    ]) {
      const [ours, theirs] = [new Layer(...(args as ['n'])), new RivalLayer(...(args as ['n']))];
      t.deepEqual(Object.keys(ours), Object.keys(theirs));
      t.is(JSON.stringify(ours), JSON.stringify(theirs));
    }
  }
});

test('for…in lists the same names', (t) => {
  const listed = (object: object): string[] => {
    const names: string[] = [];
    for (const name in object) names.push(name);
    return names.sort();
  };
  t.deepEqual(listed(new DynamicConfig('n')), listed(new RivalConfig('n')));
  t.deepEqual(listed(new Layer('n')), listed(new RivalLayer('n')));
});

test('DynamicConfig.get and getValue answer alike and report the same mismatches', (t) => {
  let compared = 0;
  for (const value of [VALUE, [1, 2], {}]) {
    const reports: string[][] = [[], []];
    const configs = [DynamicConfig, RivalConfig].map(
      (Type, index) =>
        new Type(
          'n',
          value as never,
          'r',
          null,
          null,
          [],
          (_, ...rest) => void reports[index]?.push(rest.join()),
        ),
    );
    for (const key of KEYS) {
      for (const fallback of DEFAULTS) {
        const [ours, theirs] = configs.map((config) =>
          outcomeOf(() => config.getValue(key as string, fallback as never)),
        );
        t.is(ours, theirs, `getValue(${String(key)}, ${shown(fallback)})`);
        for (const guard of GUARDS) {
          reports.forEach((list) => list.splice(0));
          const [mine, rivals] = configs.map((config) =>
            outcomeOf(() => config.get(key as string, fallback as never, guard as never)),
          );
          t.is(mine, rivals, `get(${String(key)}, ${shown(fallback)})`);
          // Q37: a guard that refuses the default of a missing key is no mismatch here.
          const isQ37 =
            guard != null &&
            key != null &&
            (value as Record<string, unknown>)[key as string] == null;
          t.deepEqual(
            reports[0],
            isQ37 ? [] : reports[1],
            `reports of get(${String(key)}, ${shown(fallback)})`,
          );
          compared++;
        }
      }
    }
  }
  t.true(compared > 1000);
});

test('Layer.get and getValue answer alike and expose the same parameters', (t) => {
  let exposed = 0;
  for (const value of [VALUE, [1, 2], {}]) {
    const exposures: string[][] = [[], []];
    const layers = [Layer, RivalLayer].map(
      (Type, index) =>
        new Type(
          'n',
          value as never,
          'r',
          null,
          null,
          (_, parameter) => void exposures[index]?.push(String(parameter)),
        ),
    );
    for (const key of KEYS) {
      for (const fallback of DEFAULTS) {
        const [ours, theirs] = layers.map((layer) =>
          outcomeOf(() => layer.getValue(key as string, fallback as never)),
        );
        t.is(ours, theirs, `getValue(${String(key)}, ${shown(fallback)})`);
        for (const guard of GUARDS) {
          const [mine, rivals] = layers.map((layer) =>
            outcomeOf(() => layer.get(key as string, fallback as never, guard as never)),
          );
          t.is(mine, rivals, `get(${String(key)}, ${shown(fallback)})`);
        }
      }
    }
    t.deepEqual(exposures[0], exposures[1]);
    exposed += exposures[0]?.length ?? 0;
  }
  t.true(exposed > 100);
});

test('a layer tells its own listener of mismatches, and exposes nothing then', (t) => {
  const heard: unknown[][] = [];
  const layerOf = (listener: unknown) => new Layer('n', VALUE, 'r', null, null, listener as never);
  const ours = layerOf((_: unknown, key: string, mismatch: unknown) => heard.push([key, mismatch]));
  t.is(ours.get<unknown>('text', 'd'), 'a');
  t.is(ours.get<unknown>('text', 5), 5);
  t.is(ours.get<unknown>('text', null), 'a');
  t.is(ours.get<unknown>('missing', 5), 5);
  t.is(
    ours.get<unknown>('text', 'd', (value): value is string => value === 'b'),
    'd',
  );
  t.deepEqual(heard.splice(0), [
    ['text', undefined],
    ['text', [5, 'a']],
    ['text', undefined],
  ]);
  layerOf((_: unknown, key: string) => heard.push([key])).get<unknown>('text', 5);
  t.deepEqual(heard, [], 'others hear of exposures only');
});

test('accessors', (t) => {
  const details = new EvaluationDetails(1, 2, 'Network', 3);
  t.is(
    JSON.stringify(details),
    '{"configSyncTime":1,"initTime":2,"reason":"Network","serverTime":3}',
  );
  const exposures = [{ gate: 'a', gateValue: 'true', ruleID: 'b' }];
  const config = new DynamicConfig(
    'n',
    { a: 1 },
    'rule',
    'group',
    'userID',
    exposures,
    null,
    details,
  );
  t.deepEqual(
    [
      config.getRuleID(),
      config.getGroupName(),
      config.getIDType(),
      config.getEvaluationDetails(),
      config._getSecondaryExposures(),
    ],
    ['rule', 'group', 'userID', details, exposures],
  );
  const layer = new Layer('n', { a: 1 }, 'rule', 'group', 'exp', null, details, 'userID');
  t.deepEqual(
    [
      layer.getRuleID(),
      layer.getGroupName(),
      layer.getIDType(),
      layer.getAllocatedExperimentName(),
      layer.getEvaluationDetails(),
    ],
    ['rule', 'group', 'userID', 'exp', details],
  );
  t.is(
    JSON.stringify(makeEmptyFeatureGate('g')),
    '{"name":"g","ruleID":"","value":false,"groupName":null,"idType":null,"evaluationDetails":null}',
  );
});

test('values belong to the caller of the public constructor and to the result', (t) => {
  const value = { list: [1] };
  const config = new DynamicConfig('n', value);
  value.list.push(2);
  t.deepEqual(config.value, { list: [1] });
});

test('what the package made itself is not copied again', (t) => {
  const value = { list: [1] };
  const details = new EvaluationDetails(1, 2, 'Network', 3);
  const config = new DynamicConfig('n', value, '', null, null, [], null, details, OWNED);
  t.is(config.value.list, value.list);
  t.is(
    new Layer('n', value, '', null, null, null, details, null, OWNED).getValue('list'),
    value.list,
  );
});

test('details know the version and the gates of their answer, which comparisons do not see', (t) => {
  const secondaryExposures = [{ gate: 'a', gateValue: 'true', ruleID: 'b', more: 1 }];
  const plain = new EvaluationDetails(1, 2, 'Network', 3);
  const full = new EvaluationDetails(1, 2, 'Network', 3, {
    configVersion: 7,
    secondaryExposures,
  });
  t.deepEqual([plain.version, plain.secondaryExposures], [null, []]);
  t.is(full.version, 7);
  t.deepEqual(full.secondaryExposures, [{ gate: 'a', gateValue: 'true', ruleID: 'b' }]);
  t.deepEqual(Reflect.ownKeys(full), Reflect.ownKeys(plain));
  t.deepEqual(full, plain);
  const layer = new Layer('n', {}, 'r', null, null, null, full);
  t.deepEqual(layer.getSecondaryExposures(), full.secondaryExposures);
  t.deepEqual(new Layer('n').getSecondaryExposures(), []);
});

test('results for tests of an application have what it gave, and the time of now', (t) => {
  const before = Date.now();
  for (const [details, reason, times] of [
    [EvaluationDetails.uninitialized(), 'Uninitialized', [0, 0]],
    [EvaluationDetails.unsupported(1, 2), 'Unsupported', [1, 2]],
    [EvaluationDetails.persisted(1, 2), 'Persisted', [1, 2]],
    [EvaluationDetails.make(1, 2, 'Bootstrap'), 'Bootstrap', [1, 2]],
  ] as const) {
    t.is(details.reason, reason);
    t.deepEqual([details.configSyncTime, details.initTime], times);
    t.true(details.serverTime >= before && details.serverTime <= Date.now());
    t.is(details.version, null);
  }
  const details = EvaluationDetails.make(1, 2, 'Bootstrap');
  t.deepEqual(makeFeatureGate('g', 'r', true, 'group', 'userID', details), {
    name: 'g',
    ruleID: 'r',
    value: true,
    groupName: 'group',
    idType: 'userID',
    evaluationDetails: details,
  });
});

test('results of another copy of the package are recognised, and nothing else is', (t) => {
  const path = require.resolve('../../src/results/results');
  const mine = require.cache[path];
  delete require.cache[path];
  const copy = require(path) as typeof import('../../src/results/results');
  require.cache[path] = mine;
  t.not(copy.Layer, Layer);
  t.true(new copy.DynamicConfig('n') instanceof DynamicConfig);
  t.true(new copy.Layer('n') instanceof Layer);
  t.false((new copy.Layer('n') as object) instanceof DynamicConfig);
  class Special extends Layer {}
  t.true(new Special('n') instanceof copy.Layer);
  t.false(new copy.Layer('n') instanceof Special);
  for (const value of [null, undefined, 'text', {}]) t.false((value as object) instanceof Layer);
});
