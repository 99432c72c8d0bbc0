/** What `explain` tells, on every engine: the answer of a check, and each step to it. */
import test from 'ava';
import type { EngineKind } from '../../src/engine/engine';
import { formatExplanation } from '../../src/api/explain-calls';
import type { Explanation, StatsigOptions } from '../../src/index';
import {
  circle,
  ENGINES,
  FakeNetwork,
  isPublic,
  ours,
  payload,
  rule,
  spec,
  type AnyServer,
} from '../api/support';

const condition = (type: string, more: object): object => ({ ...isPublic, type, ...more });
const field = (name: string, operator: string, targetValue: unknown): object =>
  condition('user_field', { field: name, operator, targetValue });

const project = (): Record<string, unknown[]> => {
  const base = payload() as unknown as Record<string, unknown[]>;
  const secret = [field('ssn', 'any', ['1-2-3'])];
  base['feature_gates']!.push(
    circle,
    spec({
      name: 'steps',
      salt: 'spec-salt',
      rules: [
        rule({ id: 'first', name: 'Staff', conditions: [field('email', 'any', ['x@y.z'])] }),
        rule({
          id: 'second',
          salt: 'rule-salt',
          passPercentage: 1,
          conditions: [field('age', 'gte', 18), condition('pass_gate', { targetValue: 'always' })],
        }),
        rule({ id: 'third', name: 'Others', groupName: 'Rest' }),
      ],
    }),
    spec({ name: 'secret', rules: [rule({ id: 's', conditions: secret })] }),
    spec({
      name: 'long',
      rules: [
        rule({
          conditions: [
            field(
              'email',
              'any',
              Array.from({ length: 500 }, (_, i) => i),
            ),
          ],
        }),
      ],
    }),
    spec({
      name: 'twice',
      rules: ['one', 'two'].map((id) =>
        rule({ id, conditions: [condition('fail_gate', { targetValue: 'always' })] }),
      ),
    }),
  );
  return base;
};

const user = {
  userID: 'u',
  email: 'a@b.c',
  custom: { age: 20 },
  privateAttributes: { ssn: '1-2-3' },
};

async function server(engine: EngineKind, options: StatsigOptions = {}): Promise<AnyServer> {
  const network = new FakeNetwork();
  network.specs = {
    ...project(),
    param_stores: {
      store: {
        parameters: {
          color: { ref_type: 'static', param_type: 'string', value: 'red' },
          big: {
            ref_type: 'gate',
            param_type: 'number',
            gate_name: 'always',
            pass_value: 2,
            fail_value: 1,
          },
          text: {
            ref_type: 'experiment',
            param_type: 'string',
            experiment_name: 'experiment',
            param_name: 'text',
          },
        },
      },
    },
  };
  const made = ours(engine, network, options);
  await made.initializeAsync();
  return made;
}

for (const engine of ENGINES) {
  test(`${engine}: each rule and condition, in order, and nothing exposed`, async (t) => {
    const statsig = await server(engine);
    const { queued } = statsig.eventStats();
    const told = statsig.explain(user, 'gate', 'steps');
    t.is(told.value, statsig.checkGate(user, 'steps', { disableExposureLogging: true }));
    t.is(told.ruleID, 'second');
    const [first, second, third] = told.spec!.rules;
    t.is(first!.outcome, 'failed');
    t.is(first!.name, 'Staff');
    t.like(first!.conditions[0], { field: 'email', value: 'a@b.c', place: 'user', met: false });
    t.is(second!.outcome, 'outside');
    t.like(second!.conditions[0], { operator: 'gte', target: 18, value: 20, place: 'custom' });
    t.like(second!.conditions[1]!.specs![0], { name: 'always', value: true, ruleID: 'all' });
    t.like(second!.bucket, {
      salt: 'spec-salt.rule-salt',
      unitID: 'u',
      idType: 'userID',
      below: 100,
    });
    t.true(second!.bucket!.number >= 100 && second!.bucket!.number < 10_000);
    t.like(third, { id: 'third', outcome: 'notReached', groupName: 'Rest' });
    t.deepEqual(told.exposures, [
      {
        eventName: 'statsig::gate_exposure',
        metadata: { gate: 'steps', gateValue: 'false', ruleID: 'second' },
        secondaryExposures: [{ gate: 'always', gateValue: 'true', ruleID: 'all' }],
      },
    ]);
    t.is(statsig.eventStats().queued, queued);
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: private attributes are masked unless asked for`, async (t) => {
    const statsig = await server(engine);
    const masked = statsig.explainGate(user, 'secret');
    t.true(masked.value);
    t.like(masked.spec!.rules[0]!.conditions[0], { place: 'private', isMasked: true, met: true });
    const text = JSON.stringify(
      statsig.explainGate({ ...user, privateAttributes: { ssn: 'HUSH' } }, 'secret'),
    );
    t.notRegex(text, /HUSH/);
    const shown = statsig.explainGate(user, 'secret', { showPrivate: true });
    t.is(shown.spec!.rules[0]!.conditions[0]!.value, '1-2-3');
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: configs, experiments, layers and their delegates`, async (t) => {
    const statsig = await server(engine);
    const quiet = { disableExposureLogging: true };
    const config = statsig.explainConfig(user, 'config');
    t.deepEqual(config.value, statsig.getConfig(user, 'config', quiet).value);
    t.like(config, { ruleID: 'c1', groupName: 'G', reason: 'Network' });
    const experiment = statsig.explainExperiment(user, 'experiment');
    t.like(experiment, { ruleID: 'A', groupName: 'Control' });
    const layer = statsig.explainLayer(user, 'layer');
    t.like(layer, { ruleID: 'A', groupName: 'Control', value: { text: 'A', n: 1 } });
    const [allocation] = layer.spec!.rules;
    t.like(allocation, { id: 'alloc', outcome: 'delegated' });
    t.like(allocation!.spec, { name: 'experiment', ruleID: 'A', value: true });
    t.deepEqual(
      layer.exposures.map(({ metadata }) => [
        metadata['parameterName'],
        metadata['allocatedExperiment'],
      ]),
      [
        ['text', 'experiment'],
        ['n', ''],
      ],
    );
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: overrides, an adapter, sticky values`, async (t) => {
    const statsig = await server(engine, {
      overrideAdapter: { overrideGate: (_, name) => (name === 'never' ? true : null) },
    });
    statsig.overrideGate('steps', true);
    t.like(statsig.explainGate(user, 'steps'), { value: true, reason: 'LocalOverride' });
    t.is(statsig.explainGate(user, 'steps').spec!.reason, 'LocalOverride');
    t.like(statsig.explainGate(user, 'never'), { value: true, spec: null });
    const stored = {
      value: true,
      json_value: { text: 'kept' },
      rule_id: 'B',
      group_name: 'Test',
      secondary_exposures: [],
      undelegated_secondary_exposures: [],
      config_delegate: null,
      explicit_parameters: null,
      time: 7,
    };
    const userPersistedValues = { experiment: stored };
    const sticky = statsig.explainExperiment(user, 'experiment', { userPersistedValues });
    t.like(sticky, { ruleID: 'B', reason: 'Persisted', value: { text: 'kept' } });
    t.deepEqual(sticky.sticky, { ruleID: 'B', groupName: 'Test', savedAt: 7 });
    t.is(sticky.spec!.ruleID, 'A');
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: parameter stores`, async (t) => {
    const statsig = await server(engine);
    const told = statsig.explainParameterStore(user, 'store');
    const store = statsig.getParameterStore(user, 'store', { disableExposureLogging: true });
    t.deepEqual(
      told.value,
      Object.fromEntries(store.names().map((name) => [name, store.get(name)])),
    );
    t.is(told.parameters!['color']!.from, 'value');
    t.is(told.parameters!['big']!.explanation!.name, 'always');
    t.is(told.parameters!['text']!.explanation!.ruleID, 'A');
    t.is(statsig.explainParameterStore(user, 'none').reason, 'Unrecognized');
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: unknown names, circles, what nobody knows`, async (t) => {
    const statsig = await server(engine);
    t.like(statsig.explainGate(user, 'misspelt'), { value: false, reason: 'Unrecognized' });
    const circular = statsig.explainGate(user, 'circle');
    t.is(circular.value, false);
    t.regex(circular.error!, /refer|itself/);
    const odd = statsig.explainGate(user, 'odd');
    t.like(odd, { value: false, reason: 'Unsupported' });
    t.is(odd.spec!.rules[0]!.outcome, 'unsupported');
    t.is(odd.spec!.rules[0]!.conditions[0]!.met, null);
    for (const one of [circular, odd]) t.is(typeof formatExplanation(one), 'string');
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: long targets and gates that were told are cut short`, async (t) => {
    const statsig = await server(engine);
    const [long] = statsig.explainGate(user, 'long').spec!.rules[0]!.conditions;
    t.deepEqual(long!.target, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    t.is(long!.targetMore, 490);
    const rules = statsig.explainGate(user, 'twice').spec!.rules;
    t.is(rules[0]!.conditions[0]!.specs![0]!.isRepeated, undefined);
    t.like(rules[1]!.conditions[0]!.specs![0], { isRepeated: true, value: true });
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: an explanation changes no check`, async (t) => {
    const statsig = await server(engine);
    const all = (): unknown => statsig.checkAllGates(user, { disableExposureLogging: true });
    const before = all();
    for (const name of Object.keys(before as object)) statsig.explainGate(user, name);
    t.deepEqual(all(), before);
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: in plain words`, async (t) => {
    const statsig = await server(engine);
    const text = formatExplanation(statsig.explainGate(user, 'steps'));
    const [, bucket] = /bucket (\d+) /.exec(text) ?? [];
    t.deepEqual(text.replace(bucket!, 'N').split('\n'), [
      'gate steps is false: rule "r" (second) applies, but leaves this user out',
      '  ✗ rule "Staff" (first)',
      '    ✗ email "a@b.c" (of the user) is not one of ["x@y.z"]',
      '  ✗ rule "r" (second)',
      '    ✓ age 20 (in custom) is at least 18',
      '    ✓ gate always is true',
      '      feature_gate always is true',
      '        ✓ rule "All" (all)',
      '          ✓ everyone',
      '          ✓ 100 %',
      '    ✗ 1 %: bucket N of 10000 is not below 100, from userID "u" with salt spec-salt.rule-salt',
      '  - not reached: rule "Rest" (third)',
      'logs statsig::gate_exposure, with always true',
    ]);
    await statsig.shutdownAsync(200);
  });
}

test('trees are the same on every engine, to the byte', async (t) => {
  const told = async (engine: EngineKind): Promise<string> => {
    const statsig = await server(engine);
    const names = ['steps', 'secret', 'outer', 'twice', 'off', 'odd', 'none'];
    const trees: Explanation[] = names.map((name) => statsig.explainGate(user, name));
    trees.push(statsig.explainLayer(user, 'layer'), statsig.explainParameterStore(user, 'store'));
    await statsig.shutdownAsync(200);
    return JSON.stringify(trees);
  };
  const [first, ...others] = await Promise.all(ENGINES.map(told));
  for (const other of others) t.is(other, first!);
  t.regex(first!, /"why"/);
});
