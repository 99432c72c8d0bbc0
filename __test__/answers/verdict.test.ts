/** What an outcome says to applications, and how outcomes are kept by number. */
import test from 'ava';
import { OutcomeCache } from '../../src/answers/outcome-cache';
import { Verdict } from '../../src/answers/verdict';
import type { Engine, OutcomeRecord } from '../../src/engine/engine';

const record = (more: Partial<OutcomeRecord> = {}): OutcomeRecord =>
  ({
    ruleID: 'r',
    json: { list: [1] },
    reason: null,
    persistedTime: null,
    ...more,
  }) as OutcomeRecord;

test('times and reason are those of the specs, but for what is without specs or kept', (t) => {
  const times = { reason: 'Network', configSyncTime: 5, initTime: -1 };
  const shown = (more: Partial<OutcomeRecord>) => {
    const verdict = new Verdict(new OutcomeCache().spell(record(more), 3), {}, 9, times);
    return [verdict.reason, verdict.configSyncTime, verdict.initTime, verdict.serverTime];
  };
  t.deepEqual(shown({}), ['Network', 5, -1, 9]);
  t.deepEqual(shown({ reason: 'Unrecognized' }), ['Unrecognized', 5, -1, 9]);
  t.deepEqual(shown({ reason: 'Uninitialized' }), ['Uninitialized', 0, 0, 9]);
  t.deepEqual(shown({ reason: 'Persisted', persistedTime: 4 }), ['Persisted', 4, -1, 9]);
  t.deepEqual(shown({ reason: 'Persisted', persistedTime: 0 }), ['Persisted', 0, -1, 9]);
});

test('a value is a copy each time', (t) => {
  const verdict = new Verdict(new OutcomeCache().spell(record(), 3), {}, 9, {} as never);
  (verdict.value as { list: number[] }).list.push(2);
  t.deepEqual(verdict.value, { list: [1] });
  t.like(verdict, { outcome: 3, epoch: 0, ruleID: 'r' });
});

test('an outcome is asked for once an epoch, and again when too many are kept', (t) => {
  const asked: number[] = [];
  const engine = {
    outcome: (number: number) => {
      asked.push(number);
      return number === 7 ? null : record({ ruleID: String(number) });
    },
  } as unknown as Engine;
  const cache = new OutcomeCache();
  t.is(cache.get(engine, 7), null);
  t.is(cache.get(engine, 7), null);
  const first = cache.get(engine, 0);
  t.like(first, { outcome: 0, epoch: 0, record: { ruleID: '0' } });
  t.is(cache.get(engine, 0), first);
  t.deepEqual(asked.splice(0), [7, 7, 0]);
  cache.startEpoch();
  t.like(cache.get(engine, 0), { outcome: 0, epoch: 1 });
  t.deepEqual(asked.splice(0), [0]);
  for (let number = 10; number < 20_009; number++) cache.get(engine, number);
  asked.length = 0;
  cache.get(engine, 0);
  t.deepEqual(asked, [], '20,000 are kept');
  cache.get(engine, 1);
  cache.get(engine, 0);
  t.deepEqual(asked, [1, 0]);
});
