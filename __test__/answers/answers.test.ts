/** Which remembered answers may be given without the engine, and until when. */
import test from 'ava';
import { Answers, UNKNOWN, isVolatile } from '../../src/answers/answers';
import {
  EXPERIMENT_KIND,
  EvalBits,
  EvalMode,
  SpecKind,
  type Engine,
} from '../../src/engine/engine';
import type { UserRecord } from '../../src/users/user-table';

const PASSES = (5 << EvalBits.OutcomeShift) | EvalBits.Value;
const VOLATILE = PASSES | EvalBits.Volatile;
const { Quiet, Expose } = EvalMode;

/** Answers about 10 specs for four users, and the users in slots 0 to 3. */
function setup() {
  const clock = { now: 1000 };
  const answers = new Answers(() => clock.now);
  answers.resize(10, 4);
  const users = [0, 1, 2, 3].map((slot) => {
    const record = { slot, row: 0, version: -1, parameters: new Set([1]) } as unknown as UserRecord;
    answers.renew(record);
    return record;
  });
  return { clock, answers, users, user: users[1]! };
}

test('the table has a row of 64 spare cells for each user, 64 users at least and 4 Mi cells at most', (t) => {
  const { answers } = setup();
  t.deepEqual([answers.stride, answers.slots], [74, 4]);
  t.deepEqual([answers.codes.length, answers.windows.length], [4 * 74, 4 * 74]);
  answers.resize(1024 - 64, 10_000);
  t.is(answers.slots, 4096);
  answers.resize(1_000_000, 10_000);
  t.is(answers.slots, 64);
});

test('another number of specs voids answers and names', (t) => {
  const { answers } = setup();
  const { version } = answers;
  answers.names.gates.add('a', 3);
  answers.resize(10, 4);
  t.is(answers.version, version + 1);
  t.is(answers.names.gates.get('a'), undefined);
});

test('a new row has no answers, and no exposures of parameters; those of others stay', (t) => {
  const { answers, users } = setup();
  users.forEach((user, i) => answers.keep(user, 73, Quiet, (i << EvalBits.OutcomeShift) | 1));
  answers.renew(users[1]!);
  t.is(users[1]!.parameters, null);
  t.deepEqual(
    users.map((user) => answers.free(user, 73, Quiet)),
    [1, UNKNOWN, 17, 25],
  );
});

test('what was kept without an exposure is free for quiet checks only', (t) => {
  const { answers, user } = setup();
  t.is(answers.free(user, 3, Quiet), UNKNOWN);
  t.is(answers.known(user, 3, Quiet), UNKNOWN);
  t.false(answers.isKnown(user, 3));
  answers.keep(user, 3, Quiet, PASSES | EvalBits.BatchFull);
  t.is(answers.free(user, 3, Quiet), PASSES, 'that a batch was due is not remembered');
  t.is(answers.free(user, 3, Expose), UNKNOWN);
  t.is(answers.known(user, 3, Expose), PASSES);
  t.true(answers.isKnown(user, 3));
});

test('an exposure holds for its window', (t) => {
  const { answers, user } = setup();
  answers.keep(user, 3, Expose, PASSES);
  t.is(answers.free(user, 3, Expose), PASSES);
  answers.free(user, 3, Quiet);
  t.is(answers.free(user, 3, Expose), PASSES, 'a quiet check takes nothing back');
  answers.rotateWindow();
  t.is(answers.free(user, 3, Expose), UNKNOWN);
  t.is(answers.free(user, 3, Quiet), PASSES);
  t.true(answers.expose(user, 3, PASSES));
  t.is(answers.free(user, 3, Expose), PASSES);
});

test('windows go from 1 to 65,534 and begin anew, without the exposures of the last round', (t) => {
  const { answers, user } = setup();
  answers.keep(user, 3, Expose, PASSES);
  for (let window = 2; window <= 65_534; window++) {
    answers.rotateWindow();
    t.is(answers.window, window);
  }
  answers.rotateWindow();
  t.is(answers.window, 1);
  t.is(answers.free(user, 3, Expose), UNKNOWN);
});

test('what was read ahead in one window was not asked for in the next', (t) => {
  const { answers, user } = setup();
  answers.keepAhead(user, 3, PASSES);
  answers.rotateWindow();
  t.false(answers.wasAsked(user, 3));
});

test('what is no answer, or of a mode with rules of its own, is not kept', (t) => {
  const { answers, user } = setup();
  answers.keep(user, 3, Quiet, -1);
  answers.keep(user, 3, Quiet, VOLATILE);
  answers.keep(user, 3, EvalMode.TargetingOnly, PASSES);
  t.false(answers.isKnown(user, 3));
  answers.keep(user, 3, Quiet, PASSES);
  t.is(answers.free(user, 3, EvalMode.TargetingOnly), UNKNOWN);
  t.is(answers.known(user, 3, EvalMode.TargetingOnly), UNKNOWN);
  answers.keep(user, 4, Quiet, 0);
  t.is(answers.free(user, 4, Quiet), 0, 'the first outcome is one');
});

test('names beyond the spare cells are never remembered, and touch no other row', (t) => {
  const { answers, users } = setup();
  const [user, neighbour] = [users[1]!, users[2]!];
  const beyond = answers.stride;
  answers.keep(neighbour, 0, Quiet, PASSES);
  answers.windows[neighbour.row] = 7;
  answers.keep(user, beyond, Quiet, PASSES);
  answers.hold(user, beyond, VOLATILE, 2000);
  t.is(answers.free(user, beyond, Quiet), UNKNOWN);
  t.is(answers.known(user, beyond, Quiet), UNKNOWN);
  t.true(answers.isKnown(user, beyond), 'nothing is gained by reading it ahead');
  t.true(answers.wasAsked(user, beyond));
  t.true(answers.expose(user, beyond, PASSES));
  t.true(answers.expose(user, beyond, PASSES));
  t.is(answers.free(neighbour, 0, Quiet), PASSES);
  t.is(answers.windows[neighbour.row], 7);
  answers.windows[neighbour.row] = 0xffff;
  t.true(answers.wasAsked(user, beyond));
});

test('what was read ahead was not asked for until somebody does', (t) => {
  const { answers, user } = setup();
  t.true(answers.keepAhead(user, 3, PASSES));
  t.false(answers.keepAhead(user, 4, VOLATILE));
  t.false(answers.wasAsked(user, 3));
  t.is(answers.free(user, 3, Expose), UNKNOWN);
  t.false(answers.wasAsked(user, 3));
  t.is(answers.free(user, 3, Quiet), PASSES);
  t.true(answers.wasAsked(user, 3));
  t.is(answers.free(user, 3, Expose), UNKNOWN, 'asking quietly exposes nothing');
});

test('an answer that depends on the time holds until that time', (t) => {
  const { answers, clock, user } = setup();
  t.deepEqual([isVolatile(VOLATILE), isVolatile(PASSES), isVolatile(-1)], [true, false, false]);
  answers.hold(user, 3, VOLATILE | EvalBits.BatchFull, 2000);
  answers.hold(user, 4, VOLATILE, 3000);
  clock.now = 1999;
  t.is(answers.free(user, 3, Quiet), VOLATILE);
  t.is(answers.free(user, 3, Expose), UNKNOWN, 'its exposure is not recorded yet');
  const { version } = answers;
  clock.now = 2000;
  t.is(answers.free(user, 4, Quiet), UNKNOWN);
  t.is(answers.version, version + 1, 'all answers are void');
  t.is(answers.free(user, 4, Quiet), UNKNOWN);
  t.is(answers.version, version + 1, 'once');
});

test('only an answer that depends on the time costs a look at the clock', (t) => {
  let looks = 0;
  const answers = new Answers(() => ++looks);
  answers.resize(10, 1);
  const user = { slot: 0, row: 0, version: answers.version } as unknown as UserRecord;
  answers.keep(user, 3, Quiet, PASSES);
  answers.free(user, 3, Quiet);
  t.is(looks, 0);
});

test('an answer whose time has come is not held', (t) => {
  const { answers, user } = setup();
  for (const until of [1000, 999, NaN]) answers.hold(user, 3, VOLATILE, until);
  t.false(answers.isKnown(user, 3));
});

test('a clock that goes back, or tells no time, voids all answers; one that stands does not', (t) => {
  const { answers, clock } = setup();
  const voids = (now: number): boolean => {
    const { version } = answers;
    clock.now = now;
    t.is(answers.time(), now);
    return answers.version !== version;
  };
  t.deepEqual([1000, 1000, 1001, 1000, NaN].map(voids), [false, false, false, true, true]);
});

test('an exposure of an answer that depends on the time is recorded once a window and value', (t) => {
  const { answers, users } = setup();
  const [user, other] = [users[1]!, users[2]!];
  t.true(answers.expose(user, 3, VOLATILE));
  t.false(answers.expose(user, 3, VOLATILE));
  t.true(answers.expose(other, 3, VOLATILE));
  t.true(answers.expose(user, 3, VOLATILE ^ EvalBits.Value));
  answers.rotateWindow();
  t.true(answers.expose(user, 3, VOLATILE ^ EvalBits.Value));
  answers.renew(other);
  t.true(answers.expose(user, 3, VOLATILE ^ EvalBits.Value), 'a slot has another user');
});

test('4,096 of those exposures are remembered', (t) => {
  const answers = new Answers(() => 0);
  answers.resize(5000, 1);
  const user = { slot: 0, row: 0, version: 0, parameters: null } as unknown as UserRecord;
  for (let spec = 0; spec < 4096; spec++) answers.expose(user, spec, VOLATILE);
  t.false(answers.expose(user, 0, VOLATILE));
  t.true(answers.expose(user, 4096, VOLATILE));
  t.true(answers.expose(user, 0, VOLATILE));
});

test('a name is looked up once, by its kind; unknown ones are told', (t) => {
  const asked: string[] = [];
  const told: string[] = [];
  const engine = {
    specIndex(kind: number, name: string): number {
      asked.push(`${kind} ${name}`);
      return name === 'full' ? -2 : name.startsWith('unknown') ? 10 : kind;
    },
  } as unknown as Engine;
  const { names } = new Answers(
    () => 0,
    (kind, name) => void told.push(`${kind} ${name}`),
  );
  names.clear(10);
  const kinds = [SpecKind.Gate, SpecKind.Config, SpecKind.Layer, EXPERIMENT_KIND] as const;
  for (const _ of [1, 2]) for (const kind of kinds) t.is(names.resolve(engine, kind, 'n'), kind);
  t.deepEqual(asked.splice(0), ['0 n', '1 n', '2 n', '3 n']);
  t.deepEqual(told, []);
  for (const _ of [1, 2]) t.is(names.resolve(engine, SpecKind.Gate, 'unknown'), 10);
  t.deepEqual(told, ['0 unknown']);
  for (const _ of [1, 2]) t.is(names.resolve(engine, SpecKind.Gate, 'full'), -2);
  t.deepEqual(asked.splice(0), ['0 unknown', '0 full', '0 full'], 'no room is not remembered');
  names.clear(10);
  for (const kind of kinds) names.resolve(engine, kind, 'n');
  t.is(asked.length, 4);
});

test('names are found in any order, the one of the time before too', (t) => {
  const { names } = new Answers(() => 0);
  const { gates } = names;
  t.is(gates.get('a'), undefined);
  ['a', 'b', 'c'].forEach((name, i) => gates.add(name, 10 + i));
  for (const order of ['abc', 'abc', 'acb', 'acb', 'aab', 'cba', 'bca'])
    t.deepEqual(
      [...order].map((name) => gates.get(name)),
      [...order].map((name) => 10 + 'abc'.indexOf(name)),
    );
  t.is(gates.get('d'), undefined);
  gates.clear();
  t.is(gates.get('a'), undefined);
  gates.add('b', 7);
  t.is(gates.get('b'), 7);
});
