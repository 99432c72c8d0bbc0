/** The module's shape: every import form, and that functions can be taken apart. */
import test from 'ava';
import * as rival from 'statsig-node';
import { DataAdapterKeyPath } from '../../src/compat/data-adapter';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the form under test
const required = require('../../src/index') as Record<string, unknown> & {
  default: Record<string, unknown>;
};
// eslint-disable-next-line @typescript-eslint/no-require-imports -- the form under test
const theirs = require('statsig-node') as Record<string, unknown> & {
  default: Record<string, unknown>;
};

/**
 * What this package adds; a new name belongs here and in the types' test
 * (`__test__/package/types`).
 */
const OURS = [
  'getClientInitializeResponseString',
  'getClientInitializeResponseBuffer',
  'engineInfo',
  'eventStats',
  'forUser',
  'checkGates',
  'checkAllGates',
  'flushAfter',
  'health',
  'getParameterStore',
  'getParameterStoreList',
  'getDynamicConfig',
  'getConfigs',
  'getExperiments',
  'getLayers',
  'getExperimentGroups',
  'getExperimentByGroupName',
  'getExperimentByGroupIdAdvanced',
  'getFieldsNeededForGate',
  'getFieldsNeededForDynamicConfig',
  'getFieldsNeededForExperiment',
  'getFieldsNeededForLayer',
  'getFieldsNeededForParameterStore',
  'overrideDynamicConfig',
  'overrideExperiment',
  'overrideExperimentByGroupName',
  'overrideParameterStore',
  'removeGateOverride',
  'removeConfigOverride',
  'removeDynamicConfigOverride',
  'removeExperimentOverride',
  'removeLayerOverride',
  'removeParameterStoreOverride',
  'removeAllOverrides',
  'identify',
  'forwardLogLineEvent',
  'explain',
  'explainGate',
  'explainConfig',
  'explainExperiment',
  'explainLayer',
  'explainParameterStore',
  'isInitialized',
  'on',
  'addEvaluationHooks',
  'Statsig',
  'formatExplanation',
  'StatsigError',
  'StatsigInitializeFromNetworkError',
  'StatsigInitializeIDListsError',
  'StatsigInvalidBootstrapValuesError',
  'StatsigInvalidDataAdapterValuesError',
  'StatsigInvalidIDListsResponseError',
  'StatsigInvalidConfigSpecsResponseError',
  'StatsigSDKKeyMismatchError',
  'StatsigInitTimeoutError',
  'EngineUnavailableError',
  'EngineDiedError',
];

test('module.exports has the keys of statsig-node, in order, then ours', (t) => {
  const names = Object.keys(theirs);
  t.deepEqual(Object.keys(required).slice(0, names.length), names);
  const added = Object.keys(required).slice(names.length);
  t.deepEqual([...added].sort(), [...OURS].sort());
  t.false('__esModule' in required);
});

test('default is the singleton, another object with the same members', (t) => {
  const names = Object.keys(theirs.default);
  t.deepEqual(Object.keys(required.default).slice(0, names.length), names);
  t.not(required.default as unknown, required);
  t.is(required.default['default'], undefined);
  t.is(required['Statsig'], required.default);
  for (const name of names) t.is(required[name], required.default[name], name);
});

test('members have the same types', (t) => {
  for (const name of Object.keys(theirs)) t.is(typeof required[name], typeof theirs[name], name);
});

test('the enum of key paths', (t) => {
  t.deepEqual({ ...(required['DataAdapterKeyPath'] as object) }, {
    ...(theirs['DataAdapterKeyPath'] as object),
  } as object);
  t.deepEqual({ ...DataAdapterKeyPath } as object, { ...rival.DataAdapterKeyPath } as object);
});

test('functions need no this', (t) => {
  const { checkGate, getFeatureGateList } = required as unknown as typeof import('../../src/index');
  t.throws(() => checkGate({ userID: 'u' }, 'g'), {
    message: 'Call and wait for initialize() to finish first.',
  });
  t.throws(() => getFeatureGateList(), {
    message: 'Call and wait for initialize() to finish first.',
  });
});

test('StatsigServer has every method of statsig-node’s', (t) => {
  const methods = (type: unknown): string[] => {
    const names = new Set<string>();
    let prototype = (type as { prototype: object | null }).prototype;
    while (prototype !== null && prototype !== Object.prototype) {
      Object.getOwnPropertyNames(prototype).forEach((name) => names.add(name));
      prototype = Object.getPrototypeOf(prototype) as object | null;
    }
    return [...names];
  };
  const internal = /^_|Impl$|^eval[A-Z]|^constructor$/;
  const ours = methods(required['StatsigServer']);
  for (const name of methods(theirs['StatsigServer']).filter(
    (candidate) => !internal.test(candidate),
  )) {
    t.true(ours.includes(name), name);
  }
});

test('functions carry their names, as statsig-node’s do', (t) => {
  for (const [name, value] of Object.entries(theirs)) {
    if (typeof value === 'function')
      t.is((required[name] as { name: string }).name, value.name, name);
  }
});
