/** What the js engine keeps of a user's evaluations: cells, generations, how long they hold. */
import test from 'ava';
import { Scratch, ScratchPool } from '../../src/engine/js/eval/scratch';
import { holdsUntil } from '../../src/engine/js/eval/tracking';
import { Notes } from '../../src/engine/js/regexp/notes';
import type { Condition } from '../../src/engine/js/store';
import { User } from '../../src/engine/js/user';

const user = (): User => new User('{"userID":"u"}', '', '');

test('cells are made when they are reached, in powers of two, and keep what they held', (t) => {
  const scratch = new Scratch();
  scratch.reachCondition(0);
  scratch.reachOperand(64);
  scratch.reachGate(300);
  t.deepEqual(
    [scratch.conditions, scratch.operandStamps, scratch.textStamps, scratch.lowerStamps].map(
      ({ length }) => length,
    ),
    [64, 128, 128, 128],
  );
  t.is(scratch.gateStamps.length, 512);
  for (const { length } of [scratch.gatesFound, scratch.gateHeights, scratch.gateSerials])
    t.is(length, 512);
  scratch.conditions[63] = 7;
  const before = scratch.conditions;
  scratch.reachCondition(63);
  t.is(scratch.conditions, before);
  scratch.reachCondition(64);
  t.is(scratch.conditions.length, 128);
  t.is(scratch.conditions[63], 7);
  const [operands, gates] = [scratch.operandStamps, scratch.gateStamps];
  scratch.reachOperand(127);
  scratch.reachGate(511);
  t.true(scratch.operandStamps === operands && scratch.gateStamps === gates);
});

test('another user is another generation; when those run out, all cells are emptied', (t) => {
  const scratch = new Scratch();
  scratch.reachCondition(0);
  scratch.reachOperand(0);
  scratch.reachGate(0);
  const cells = [
    scratch.conditions,
    scratch.operandStamps,
    scratch.textStamps,
    scratch.lowerStamps,
    scratch.gateStamps,
  ];
  for (const one of cells) one[0] = 2;
  const first = user();
  scratch.assign(first, 3);
  t.like(scratch, { user: first, answers: 3, generation: 1 });
  scratch.generation = 0x3fff_fffd;
  scratch.assign(first, 3);
  t.is(scratch.generation, 0x3fff_fffe);
  t.true(cells.every(([cell]) => cell === 2));
  scratch.assign(first, 3);
  t.is(scratch.generation, 1);
  t.true(cells.every(([cell]) => cell === 0));
});

test('32 slots have a memo each, which is the same until the user or the answers change', (t) => {
  const pool = new ScratchPool();
  const first = user();
  const memo = pool.for(0, first, 1);
  t.is(memo.generation, 1);
  t.is(pool.for(0, first, 1), memo);
  t.is(memo.generation, 1);
  pool.for(0, first, 2);
  t.is(memo.generation, 2);
  pool.for(0, user(), 2);
  t.is(memo.generation, 3);
  for (let slot = 1; slot < 32; slot++) t.not(pool.for(slot, first, 2), memo);
  t.is(pool.for(32, first, 2), memo);
});

test('an unsettled condition holds until it settles, by clocks that count milliseconds', (t) => {
  const until = (settledBefore: number, nowMs: number): number =>
    holdsUntil({ settledBefore } as Condition, nowMs);
  const settles = 1_750_000_000_000;
  t.is(until(settles, settles - 1), settles);
  t.is(until(settles, settles), -Infinity);
  t.is(until(settles, 10_000_000_000), settles);
  t.is(until(settles, 9_999_999_999), -Infinity);
  t.is(until(-Infinity, settles), -Infinity);
});

test('a place of a search is new once, as soon as places are noted', (t) => {
  const notes = new Notes(127);
  t.false(notes.isOpen);
  t.true(notes.add(0, 0) && notes.add(0, 0));
  t.is(notes.clear(0, 2), 0);
  t.is(notes.open(3), 6);
  t.true(notes.isOpen);
  t.false(notes.has(0, 127));
  t.deepEqual(
    [notes.add(0, 127), notes.add(0, 127), notes.add(1, 0), notes.add(2, 127)],
    [true, false, true, true],
  );
  t.true(notes.has(0, 127) && notes.has(1, 0) && notes.has(2, 127));
  t.is(notes.clear(1, 3), 4);
  t.deepEqual([notes.has(0, 127), notes.has(1, 0), notes.has(2, 127)], [true, false, false]);
});
