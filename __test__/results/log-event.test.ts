/** `dist/LogEvent`, beside statsig-node's. */
import test from 'ava';
import Theirs from 'statsig-node/dist/LogEvent';
import { Verdict } from '../../src/answers/verdict';
import { SpecKind, type OutcomeRecord } from '../../src/engine/engine';
import {
  LogEvent,
  exposureEvent,
  layerExposureEvent,
  loggedUserOf,
} from '../../src/results/log-event';

const TIME = 1_700_000_000_000;

/** What a sequence of calls makes of an event, in both packages. */
function both(name: unknown, calls: (event: Theirs) => void): object[] {
  return [Theirs, LogEvent].map((Type) => {
    const event = new Type(name as string) as Theirs;
    event.setTime(TIME);
    calls(event);
    const { eventName, user, value, metadata, time, secondaryExposures, statsigMetadata } =
      event.toObject();
    return { eventName, user, value, metadata, time, secondaryExposures, statsigMetadata };
  });
}

test('a new event, its setters and what they refuse are statsig-node’s', (t) => {
  const exposures = [{ gate: 'g', gateValue: 'true', ruleID: 'r' }];
  const cases: [unknown, (event: Theirs) => void][] = [
    ['bought', () => undefined],
    ['', () => undefined],
    [undefined, () => undefined],
    [7, () => undefined],
    [
      'a',
      (event) =>
        event.setUser({
          userID: 'u',
          privateAttributes: { ssn: '1' },
          custom: { a: [1, 2] as never },
        }),
    ],
    ['a', (event) => event.setUser(null as never)],
    ['a', (event) => event.setValue(5)],
    ['a', (event) => event.setValue('text')],
    ['a', (event) => (event.setValue(5), event.setValue(null))],
    ['a', (event) => event.setValue({ b: 1 } as never)],
    ['a', (event) => event.setMetadata({ sku: 'x', since: new Date(0) })],
    ['a', (event) => (event.setMetadata({ sku: 'x' }), event.setMetadata(null))],
    ['a', (event) => event.setMetadata('text' as never)],
    ['a', (event) => event.setTime('soon' as never)],
    ['a', (event) => event.setSecondaryExposures(exposures)],
  ];
  for (const [name, calls] of cases) {
    const [theirs, ours] = both(name, calls);
    t.deepEqual(ours, theirs, `${String(name)}: ${calls.toString()}`);
  }
  t.true(new LogEvent('a').validate());
});

test('what is set is copied, and what cannot be copied changes nothing', (t) => {
  const metadata: Record<string, unknown> = { a: 1 };
  const event = new LogEvent('a');
  event.setMetadata(metadata);
  metadata['a'] = metadata;
  event.setMetadata(metadata);
  t.deepEqual(event.toObject().metadata, { a: 1 });
  event.setValue({
    toString: () => {
      throw new Error('no');
    },
  } as never);
  t.is(event.toObject().value, '{}');
});

const verdictOf = (more: Partial<OutcomeRecord> = {}): Verdict => {
  const record = {
    kind: SpecKind.Gate,
    name: 'spec',
    value: true,
    ruleID: 'r',
    secondaryExposures: [{ gate: 'g', gateValue: 'true', ruleID: 'x' }],
    undelegatedSecondaryExposures: [{ gate: 'u', gateValue: 'false', ruleID: 'y' }],
    explicitParameters: null,
    configDelegate: 'delegate',
    configVersion: null,
    reason: null,
    persistedTime: null,
    ...more,
  } as unknown as OutcomeRecord;
  const spelled = { record, outcome: 0, epoch: 0, copy: () => ({}) };
  return new Verdict(spelled, {}, 4, { reason: 'Network', configSyncTime: 2, initTime: 3 });
};
const CIRCUMSTANCES = {
  isManualExposure: 'true',
  reason: 'Network',
  configSyncTime: 2,
  initTime: 3,
  serverTime: 4,
};
const USER = { userID: 'u' };

test('the exposure of a gate and of a config, and the circumstances of both', (t) => {
  const gate = exposureEvent(verdictOf(), USER).toObject();
  t.like(gate, { eventName: 'statsig::gate_exposure', user: USER });
  t.deepEqual(gate.metadata, { gate: 'spec', gateValue: 'true', ruleID: 'r', ...CIRCUMSTANCES });
  const config = exposureEvent(verdictOf({ kind: SpecKind.Config, value: false }), USER).toObject();
  t.is(config.eventName, 'statsig::config_exposure');
  t.deepEqual(config.metadata, {
    config: 'spec',
    ruleID: 'r',
    rulePassed: 'false',
    ...CIRCUMSTANCES,
  });
});

test('a version and an override are told where there are any', (t) => {
  const { metadata } = exposureEvent(
    verdictOf({ configVersion: 5, overrideConfigName: 'other' }),
    null,
  ).toObject();
  t.like(metadata, { configVersion: '5', overrideConfigName: 'other' });
});

test('exposures on the way are copies', (t) => {
  const verdict = verdictOf();
  const { secondaryExposures } = exposureEvent(verdict, null).toObject();
  t.deepEqual(secondaryExposures, verdict.record.secondaryExposures);
  t.not(secondaryExposures[0], verdict.record.secondaryExposures[0]);
});

test('a parameter of a layer is exposed for its experiment if that says so, else for the layer', (t) => {
  const own = { explicitParameters: ['mine'], parameterRuleIDs: { other: 'p' } };
  const shown = (parameter: string, more: Partial<OutcomeRecord> = own): unknown[] => {
    const event = layerExposureEvent(verdictOf(more), parameter, USER).toObject();
    t.like(event, { eventName: 'statsig::layer_exposure', user: USER });
    const { config, ruleID, allocatedExperiment, parameterName, isExplicitParameter, ...rest } =
      event.metadata!;
    t.deepEqual([config, parameterName, rest], ['spec', parameter, CIRCUMSTANCES]);
    return [ruleID, allocatedExperiment, isExplicitParameter, event.secondaryExposures[0]?.gate];
  };
  t.deepEqual(shown('mine'), ['r', 'delegate', 'true', 'g']);
  t.deepEqual(shown('other'), ['p', '', 'false', 'u']);
  t.deepEqual(shown('mine', {}), ['r', '', 'false', 'u']);
  t.deepEqual(shown('mine', { ...own, configDelegate: null }), ['r', '', 'true', 'g']);
});

test('a logged user has its environment, and no private attributes; who has no JSON is none', (t) => {
  const environment = { json: '{"tier":"x"}', overwrites: true };
  const user = { userID: 'u', privateAttributes: { ssn: '1' } };
  t.deepEqual(loggedUserOf(user, environment) as unknown, {
    userID: 'u',
    statsigEnvironment: { tier: 'x' },
    privateAttributes: null,
  });
  const untold = {
    toJSON() {
      throw new Error('of a test');
    },
  };
  t.is(loggedUserOf(untold, environment), null);
});

test('setters take what statsig-node’s take, and nothing else', (t) => {
  const event = new LogEvent('a');
  event.setUser(USER);
  for (const odd of [null, 'text', 5]) event.setUser(odd as never);
  t.like(event.toObject().user, USER);
  event.setSecondaryExposures([{ gate: 'g', gateValue: 'true', ruleID: 'r' }]);
  event.setSecondaryExposures('text' as never);
  t.deepEqual(event.toObject().secondaryExposures, []);
  event.setSamplingDecision({ samplingRate: 0, shadowLogged: '', samplingMode: null });
  event.setSamplingDecision(null as never);
  t.deepEqual(event.toObject().statsigMetadata, {});
  event.setSamplingDecision({ samplingRate: 5, shadowLogged: 'logged', samplingMode: 'on' });
  t.deepEqual(event.toObject().statsigMetadata, {
    samplingRate: 5,
    shadowLogged: 'logged',
    samplingMode: 'on',
  });
  event.setDiagnosticsMetadata({ a: 1 });
  t.deepEqual(event.toObject().metadata, { a: 1 });
  for (const [value, text] of [
    [true, 'true'],
    [5n, '5'],
  ]) {
    event.setValue(value as never);
    t.is(event.toObject().value, text as string);
  }
});
