/** An explanation: how often the engine is asked, and what is done in between. */
import test from 'ava';
import { EvaluationFailedError } from '../../src/answers/verdict';
import { EvalBits, EvalCode, SpecKind } from '../../src/engine/engine';
import type { EngineHost } from '../../src/engine-host/engine-host';
import { explained } from '../../src/engine-host/explained';

const ANSWER = (6 << EvalBits.OutcomeShift) | EvalBits.Value;

/** A host whose engine gives these indexes and codes, one after the other, the last one for ever. */
function hostOf({ indexes = [4], codes = [ANSWER], spelled = [true] } = {}) {
  const did: string[] = [];
  const next = <T>(list: T[]): T => (list.length > 1 ? list.shift()! : list[0]!);
  const engine = {
    generation: 1,
    specIndex: (kind: number, name: string) => (did.push(`look up ${kind} ${name}`), next(indexes)),
    reset: () => void did.push('reset'),
    explain(slot: number, index: number, now: number) {
      did.push(`explain ${slot} ${index} ${now}`);
      return { code: next(codes), isCut: false, steps: [] };
    },
    lastError: () => 'the last error',
  };
  const record = { ruleID: 'r' };
  const host = {
    engine,
    specTimes: { reason: 'Network', configSyncTime: 1, initTime: 2 },
    time: () => 9,
    current: () => ({ slot: 3 }),
    outcomes: {
      get: (_: unknown, outcome: number) => {
        did.push(`spell ${outcome}`);
        return next(spelled) ? { record, outcome, epoch: 0, copy: () => ({}) } : null;
      },
    },
    actOn: (code: number) => {
      did.push(`act on ${code}`);
      if (code === EvalCode.Failed) throw new EvaluationFailedError('circular');
    },
  };
  const ask = () => explained(host as unknown as EngineHost, { userID: 'u' }, SpecKind.Gate, 'g');
  return { did, engine, host, ask };
}

test('an answer comes with its trace, of its own user and time', (t) => {
  const { did, ask } = hostOf();
  const { trace, verdict, error } = ask();
  t.deepEqual(did, ['look up 0 g', 'explain 3 4 9', 'spell 6']);
  t.like(trace, { code: ANSWER });
  t.like(verdict, { ruleID: 'r', serverTime: 9, reason: 'Network', user: { userID: 'u' } });
  t.is(error, '');
});

test('the first spec and the first outcome are some', (t) => {
  const { did, ask } = hostOf({ indexes: [0], codes: [0] });
  t.is(ask().error, '');
  t.is(did.at(-1), 'spell 0');
});

test('what the engine needs is done, and it is asked again', (t) => {
  const { did, ask } = hostOf({ codes: [EvalCode.NeedsUserAgent, ANSWER] });
  t.not(ask().verdict, null);
  t.deepEqual(did.slice(1), [
    'explain 3 4 9',
    'act on -1',
    'look up 0 g',
    'explain 3 4 9',
    'spell 6',
  ]);
});

test('a full table of names is emptied once, unless another engine took over', (t) => {
  const full = hostOf({ indexes: [-2, 4] });
  t.not(full.ask().verdict, null);
  t.deepEqual(full.did.slice(0, 3), ['look up 0 g', 'reset', 'look up 0 g']);
  const replaced = hostOf({ indexes: [-2, 4] });
  const { specIndex } = replaced.engine;
  replaced.engine.specIndex = (kind, name) => (replaced.engine.generation++, specIndex(kind, name));
  t.not(replaced.ask().verdict, null);
  t.false(replaced.did.includes('reset'));
});

test('an engine that dies before its outcome is spelled is asked again', (t) => {
  const { did, ask } = hostOf({ spelled: [false, true] });
  t.not(ask().verdict, null);
  t.is(did.filter((what) => what.startsWith('explain')).length, 2);
});

test('an evaluation that fails gives its trace and says why', (t) => {
  const { ask } = hostOf({ codes: [EvalCode.Failed] });
  t.like(ask(), { trace: { code: -3 }, verdict: null, error: 'circular' });
});

test('what else is thrown is not kept back', (t) => {
  const { host, ask } = hostOf({ codes: [EvalCode.NeedsUserAgent] });
  host.actOn = () => {
    throw new RangeError('a bug');
  };
  t.throws(ask, { instanceOf: RangeError });
});

test('five attempts are enough', (t) => {
  const { did, ask } = hostOf({ codes: [EvalCode.NeedsUserAgent] });
  t.like(ask(), { trace: { code: -1 }, verdict: null, error: 'the last error' });
  t.is(did.filter((what) => what.startsWith('explain')).length, 5);
  const trace = { code: 0, isCut: false, steps: [] };
  t.deepEqual(hostOf({ indexes: [-2] }).ask(), { trace, verdict: null, error: 'the last error' });
});
