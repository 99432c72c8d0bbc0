/** What is evaluated together with what was asked for, as far as earlier requests tell. */
import test from 'ava';
import type { Answers } from '../../src/answers/answers';
import { MOST_AHEAD, ReadAhead } from '../../src/answers/read-ahead';
import { UserRecord } from '../../src/users/user-table';

const user = (name: string): UserRecord => new UserRecord(0, name, 0);

/** Answers of which some are known, and some were read ahead and not asked for. */
function reading(specs = 100) {
  const known = new Set<number>();
  const unasked = new Set<number>();
  const answers = {
    isKnown: (_: UserRecord, index: number) => known.has(index),
    wasAsked: (_: UserRecord, index: number) => !unasked.has(index),
    keepAhead: (_: UserRecord, __: number, code: number) => code > 0,
  } as unknown as Answers;
  const ahead = new ReadAhead();
  ahead.reset(specs);
  const plan = (record: UserRecord, index: number): number[] => {
    const count = ahead.plan(answers, record, index);
    return [...ahead.specs.slice(0, count)];
  };
  /** A request that asks for these, one after the other. */
  const request = (...asked: number[]): UserRecord => {
    const record = user('of a request');
    for (const index of asked) plan(record, index);
    return record;
  };
  return { known, unasked, answers, ahead, plan, request };
}

test('a user starts with nothing ahead; what was asked for doubles it', (t) => {
  const { plan, request } = reading();
  request(...Array.from({ length: 40 }, (_, i) => i));
  const record = user('a');
  t.deepEqual(plan(record, 0), [0]);
  t.deepEqual(plan(record, 1), [1, 2]);
  t.deepEqual(plan(record, 3), [3, 4, 5, 6]);
  t.deepEqual(plan(record, 7), [7, 8, 9, 10, 11, 12, 13, 14]);
  t.deepEqual(
    plan(record, 15),
    Array.from({ length: 16 }, (_, i) => 15 + i),
  );
  t.is(record.ahead, MOST_AHEAD);
  plan(record, 31);
  t.is(record.ahead, MOST_AHEAD, 'and no more');
});

test('nothing is ahead again once something was not asked for, and the order is learnt anew', (t) => {
  const { plan, request, unasked } = reading();
  request(0, 1, 2, 3, 4, 5);
  const record = user('a');
  for (const index of [0, 1, 3]) plan(record, index);
  t.is(record.ahead, 3);
  unasked.add(5);
  t.deepEqual(plan(record, 9), [9]);
  t.is(record.ahead, 0);
  unasked.clear();
  // 4 is the last that was asked for, so 9 comes behind it from now on.
  const other = user('b');
  plan(other, 3);
  t.deepEqual(plan(other, 4), [4, 9]);
});

test('what is known, refused or planned already is passed over', (t) => {
  const { plan, request, known, ahead, answers } = reading();
  request(0, 1, 2, 3, 4);
  known.add(2);
  ahead.refuse(3);
  const record = user('a');
  plan(record, 0);
  t.deepEqual(plan(record, 1), [1, 4]);
  t.is(ahead.plan(answers, record, 3), 1, 'a refused one is evaluated alone');
});

test('a round ends where it began, or at the 64th step', (t) => {
  const round = reading();
  round.request(1, 2, 1);
  const record = user('a');
  record.ahead = MOST_AHEAD;
  t.deepEqual(round.plan(record, 1), [1, 2]);
  const aside = reading();
  aside.request(0, 1, 2, 1);
  const other = user('b');
  other.ahead = MOST_AHEAD;
  t.deepEqual(aside.plan(other, 0), [0, 1, 2]);
  const long = reading();
  long.request(...Array.from({ length: 70 }, (_, i) => i));
  for (let i = 1; i < 64; i++) long.known.add(i);
  const third = user('c');
  third.ahead = MOST_AHEAD;
  t.deepEqual(long.plan(third, 0), [0, 64]);
});

test('the first spec follows others, too', (t) => {
  const { plan, request } = reading();
  request(1, 0, 2);
  const record = user('a');
  record.ahead = 3;
  t.deepEqual(plan(record, 1), [1, 0, 2]);
});

test('users do not teach each other’s order, and what was forgotten is', (t) => {
  const { plan, ahead } = reading();
  plan(user('a'), 0);
  const record = user('b');
  plan(record, 1);
  record.ahead = 1;
  t.deepEqual(plan(user('c'), 0), [0]);
  const learner = user('d');
  plan(learner, 5);
  plan(learner, 6);
  ahead.reset(100);
  const after = user('e');
  after.ahead = 3;
  t.deepEqual(plan(after, 5), [5]);
  t.is(ahead.count, 1);
});

test('of what was read ahead the answers are kept that may be; others are refused for good', (t) => {
  const { ahead, answers, plan, request } = reading();
  request(0, 1, 2, 3, 4, 5);
  const record = user('a');
  for (const index of [0, 1]) plan(record, index);
  t.deepEqual(plan(record, 2), [2, 3, 4, 5]);
  ahead.codes.set([7, 7, 0, -1]);
  ahead.keep(answers, record, 4);
  t.is(ahead.count, 2);
  t.deepEqual([...ahead.specs.slice(0, 2)], [2, 3]);
  const other = user('b');
  other.ahead = 3;
  t.deepEqual(plan(other, 2), [2, 3, 5], '4 depends on the time; 5 had no answer');
  ahead.codes.fill(0);
  ahead.keep(answers, other, 2);
  other.ahead = 3;
  t.deepEqual(plan(other, 2), [2, 5], 'what was not evaluated says nothing');
});
