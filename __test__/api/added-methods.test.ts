/**
 * Methods that statsig-node does not have: before initialize, after shutdown, with bad arguments;
 * and none is forgotten.
 */
import test from 'ava';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StatsigServer } from '../../src/api/statsig';
import { ENGINES, FakeNetwork, ours, outcome, type AnyServer } from './support';

const U = { userID: 'u' };
const UNINITIALIZED =
  'threw StatsigUninitializedError: Call and wait for initialize() to finish first.';

/** call, and what it gives while not ready; bad users and names are handed to it */
type Row = [(s: AnyServer, user?: unknown, name?: unknown) => unknown, string];

type Explain = Exclude<`explain${string}` & keyof AnyServer, 'explain'>;

function explainRow(method: Explain, of: string): Row {
  return [(s, user = U, name = of) => s[method](user as never, name as never).kind, UNINITIALIZED];
}

const ADDED: Record<string, Row> = {
  checkGates: [
    (s, user = U, name = ['always']) => s.checkGates(user as never, name as never),
    UNINITIALIZED,
  ],
  checkAllGates: [
    (s, user = U) => Object.keys(s.checkAllGates(user as never)).length > 0,
    UNINITIALIZED,
  ],
  forUser: [
    (s, user = U, name = 'always') => s.forUser(user as never).checkGate(name as never),
    UNINITIALIZED,
  ],
  getClientInitializeResponseString: [
    (s, user = U) => typeof s.getClientInitializeResponseString(user as never),
    UNINITIALIZED,
  ],
  getClientInitializeResponseBuffer: [
    (s, user = U) => s.getClientInitializeResponseBuffer(user as never) instanceof Uint8Array,
    UNINITIALIZED,
  ],
  getParameterStore: [
    (s, user = U, name = 'store') => s.getParameterStore(user as never, name as never).names(),
    UNINITIALIZED,
  ],
  explain: [
    (s, user = U, name = 'always') => s.explain(user as never, 'gate', name as never).value,
    UNINITIALIZED,
  ],
  explainGate: explainRow('explainGate', 'always'),
  explainConfig: explainRow('explainConfig', 'config'),
  explainExperiment: explainRow('explainExperiment', 'experiment'),
  explainLayer: explainRow('explainLayer', 'layer'),
  explainParameterStore: explainRow('explainParameterStore', 'store'),
  getParameterStoreList: [(s) => s.getParameterStoreList(), '[]'],
  engineInfo: [(s) => s.engineInfo().engine.length > 0, 'true'],
  health: [(s) => s.health().isReady, 'false'],
  flushAfter: [(s) => typeof s.flushAfter(() => undefined), '"function"'],
  getDynamicConfig: [
    (s, user = U, name = 'config') => s.getDynamicConfig(user as never, name as never).name,
    UNINITIALIZED,
  ],
  getConfigs: [(s) => Object.keys(s.getConfigs(U, ['config'])), UNINITIALIZED],
  getExperiments: [(s) => Object.keys(s.getExperiments(U, ['experiment'])), UNINITIALIZED],
  getLayers: [(s) => Object.keys(s.getLayers(U, ['layer'])), UNINITIALIZED],
  identify: [(s) => s.identify(U), UNINITIALIZED],
  forwardLogLineEvent: [(s) => s.forwardLogLineEvent(U, 'info', 'line'), UNINITIALIZED],
  isInitialized: [(s) => s.isInitialized(), 'false'],
  on: [(s) => typeof s.on('ready', () => undefined), '"function"'],
  addEvaluationHooks: [(s) => typeof s.addEvaluationHooks({}), '"function"'],
  overrideDynamicConfig: [(s) => s.overrideDynamicConfig('config', { a: 1 }), 'undefined'],
  overrideExperiment: [(s) => s.overrideExperiment('experiment', { a: 1 }), 'undefined'],
  overrideExperimentByGroupName: [
    (s) => s.overrideExperimentByGroupName('experiment', 'Control'),
    'undefined',
  ],
  overrideParameterStore: [(s) => s.overrideParameterStore('store', { a: 1 }), 'undefined'],
  removeGateOverride: [(s) => s.removeGateOverride('gate'), 'undefined'],
  removeConfigOverride: [(s) => s.removeConfigOverride('config'), 'undefined'],
  removeDynamicConfigOverride: [(s) => s.removeDynamicConfigOverride('config'), 'undefined'],
  removeExperimentOverride: [(s) => s.removeExperimentOverride('experiment'), 'undefined'],
  removeLayerOverride: [(s) => s.removeLayerOverride('layer'), 'undefined'],
  removeParameterStoreOverride: [(s) => s.removeParameterStoreOverride('store'), 'undefined'],
  removeAllOverrides: [(s) => s.removeAllOverrides(), 'undefined'],
  getExperimentGroups: [(s) => s.getExperimentGroups('none'), '{"groups":[]}'],
  getExperimentByGroupName: [(s) => s.getExperimentByGroupName('none', 'Control').value, '{}'],
  getExperimentByGroupIdAdvanced: [
    (s) => s.getExperimentByGroupIdAdvanced('none', 'A').value,
    '{}',
  ],
  getFieldsNeededForGate: [(s) => s.getFieldsNeededForGate('none'), '[]'],
  getFieldsNeededForDynamicConfig: [(s) => s.getFieldsNeededForDynamicConfig('none'), '[]'],
  getFieldsNeededForExperiment: [(s) => s.getFieldsNeededForExperiment('none'), '[]'],
  getFieldsNeededForLayer: [(s) => s.getFieldsNeededForLayer('none'), '[]'],
  getFieldsNeededForParameterStore: [(s) => s.getFieldsNeededForParameterStore('none'), '[]'],
  eventStats: [
    (s) => Object.keys(s.eventStats()).sort(),
    '["delivered","dropped","droppedByReason","kept","lastError","queued","retried"]',
  ],
};

for (const engine of ENGINES) {
  for (const [name, [call, whileNotReady]] of Object.entries(ADDED)) {
    test(`${engine}: ${name} before initialize and after shutdown`, async (t) => {
      const server = ours(engine, new FakeNetwork());
      t.is(
        outcome(() => call(server)),
        whileNotReady,
      );
      await server.initializeAsync();
      t.notRegex(
        outcome(() => call(server)),
        /^threw/,
      );
      await server.shutdownAsync(200);
      t.is(
        outcome(() => call(server)),
        whileNotReady,
      );
    });
  }

  test(`${engine}: bad arguments throw what checkGate throws, or give the default`, async (t) => {
    const server = ours(engine, new FakeNetwork());
    await server.initializeAsync();
    for (const user of [null, 5, 'u', {}, { userID: null }]) {
      const expected = outcome(() => server.checkGate(user as never, 'always'));
      t.regex(expected, /valid user/);
      t.is(
        outcome(() => server.forUser(user as never).checkGate('always')),
        expected,
      );
      t.is(
        outcome(() => server.checkGates(user as never, ['always'])),
        expected,
      );
      t.is(
        outcome(() => server.checkAllGates(user as never)),
        expected,
      );
      t.is(
        outcome(() => server.getParameterStore(user as never, 'store')),
        expected,
      );
      t.notRegex(
        outcome(() => server.getClientInitializeResponseString(user as never)),
        /^threw/,
      );
      t.notRegex(
        outcome(() => server.getClientInitializeResponseBuffer(user as never)),
        /^threw/,
      );
    }
    for (const name of ['', null, 5, {}]) {
      const expected = outcome(() => server.checkGate(U, name as never));
      t.regex(expected, /non-empty string/);
      t.is(
        outcome(() => server.forUser(U).checkGate(name as never)),
        expected,
      );
      t.is(
        outcome(() => server.checkGates(U, [name as never])),
        expected,
      );
      t.is(
        outcome(() => server.getParameterStore(U, name as never)),
        expected,
      );
    }
    await server.shutdownAsync(200);
  });
}

test('every public method is in one of the tables', (t) => {
  const states = readFileSync(join(__dirname, 'states.test.ts'), 'utf8');
  const elsewhere = new Set([
    'constructor',
    'initializeAsync',
    'warn',
    'isShutDown',
    'toJSON',
    'account',
    'invocations',
    'specsInForce',
    'insides',
  ]);
  const names = new Set<string>();
  for (
    let type = StatsigServer.prototype as object;
    type !== Object.prototype;
    type = Object.getPrototypeOf(type) as object
  ) {
    for (const name of Object.getOwnPropertyNames(type)) names.add(name);
  }
  const isPrivate = new Set([
    'beginLife',
    'end',
    'override',
    'guarded',
    'log',
    'respond',
    'refuse',
    'lineMetadata',
    'valueOfGroup',
    'fieldsOf',
    'configOf',
    'groupOf',
  ]);
  const missing = [...names].filter(
    (name) =>
      !elsewhere.has(name) &&
      !isPrivate.has(name) &&
      !(name in ADDED) &&
      !new RegExp(`^  ${name}: \\(s\\)`, 'm').test(states),
  );
  t.deepEqual(missing, []);
});
