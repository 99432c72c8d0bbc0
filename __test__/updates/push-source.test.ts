/** A source that pushes: when the start goes on, and when polls may rest on it. */
import test from 'ava';
import { FakeClock } from '../network/fake-clock';
import { PushSource, type PushTarget } from '../../src/updates/push-source';
import type { SpecSteps } from '../../src/updates/spec-order';
import type { ApplyResult } from '../../src/updates/spec-outcome';

const APPLIED: ApplyResult = { status: 'applied' } as ApplyResult;
const OLDER: ApplyResult = { status: 'older' } as ApplyResult;
const UNCHANGED: ApplyResult = { status: 'noUpdates' } as ApplyResult;
const REJECTED: ApplyResult = { status: 'rejected', error: new Error('junk') };

function source(begins = true) {
  const clock = new FakeClock();
  const notes: [string, Error | null, boolean | undefined][] = [];
  let target: PushTarget | null = null;
  const force = { time: 0, next: APPLIED };
  const push = async (): Promise<ApplyResult> => force.next;
  const steps = {
    time: () => force.time,
    pushed: push,
    received: async (_: unknown, begin: () => void) => {
      begin();
      return (await push()).status;
    },
    note: (_: unknown, from: string, error: Error | null, isSuccess?: boolean) =>
      void notes.push([from, error, isSuccess]),
  } as unknown as SpecSteps;
  let turns = 0;
  const pushing = new PushSource({
    stream: {} as never,
    pushes: (_, given) => {
      target = given;
      return { start: () => begins, stop: () => undefined };
    },
    clock,
    name: 'mine',
    begin: () => void turns++,
  });
  return { pushing, clock, notes, steps, force, target: target!, turns: () => turns };
}

const isLive = async (pushing: PushSource): Promise<boolean> => (await pushing.poll()) === true;

test('the start takes the first push, or goes on after 3 s, or at once where nothing begins', async (t) => {
  const taken = source();
  const first = taken.pushing.first(taken.steps, {} as never);
  taken.force.time = 5;
  t.true(await taken.target.receive('{}'));
  await first;
  t.deepEqual(taken.notes, [['Network', null, true]]);
  t.is(taken.clock.pending, 0);
  t.true(await isLive(taken.pushing));

  const silent = source();
  const waiting = silent.pushing.first(silent.steps, {} as never);
  await silent.clock.advance(2_999);
  t.deepEqual(silent.notes, []);
  await silent.clock.advance(1);
  await waiting;
  t.deepEqual(silent.notes, [['Network', null, false]]);
  t.false(await isLive(silent.pushing));

  const refused = source(false);
  await refused.pushing.first(refused.steps, {} as never);
  t.deepEqual(refused.notes, [['Network', null, false]]);
  t.is(refused.clock.pending, 0);

  const lost = source();
  const cut = lost.pushing.first(lost.steps, {} as never);
  lost.target.streamLost();
  await cut;
  t.deepEqual(lost.notes, [['Network', null, false]]);
});

test('junk at first is an error of the start; specs without a time are none', async (t) => {
  const { pushing, steps, force, target, notes } = source();
  const first = pushing.first(steps, {} as never);
  force.next = REJECTED;
  t.false(await target.receive('junk'));
  await first;
  t.deepEqual(notes, [['Network', (REJECTED as { error: Error }).error, false]]);
  const timeless = source();
  const start = timeless.pushing.first(timeless.steps, {} as never);
  t.true(await timeless.target.receive('{}'));
  await start;
  t.deepEqual(timeless.notes, [['Network', null, false]]);
  t.false(await isLive(timeless.pushing), 'nothing tells whether there is anything newer');
});

test('polls rest on what was pushed, until the stream is lost or gives junk', async (t) => {
  const { pushing, steps, force, target, turns } = source();
  t.false(await target.receive('{}'), 'before the start');
  pushing.steps = steps;
  t.false(await isLive(pushing));
  for (const [next, time, answer, live] of [
    [UNCHANGED, 0, true, false],
    [APPLIED, 1, true, true],
    [OLDER, 1, true, true],
    [REJECTED, 1, false, false],
    [OLDER, 1, true, false],
    [UNCHANGED, 1, true, true],
  ] as const) {
    Object.assign(force, { next, time });
    t.is(await target.receive('{}'), answer, `${next.status} at ${time}`);
    t.is(await isLive(pushing), live, `${next.status} at ${time}`);
  }
  t.is(turns(), 6);
  target.streamLost();
  t.false(await isLive(pushing));
  const late = target.receive('{}');
  target.streamLost();
  t.true(await late);
  t.false(await isLive(pushing), 'the stream was lost while it was applied');
});
