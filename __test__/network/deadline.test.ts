/** Every way out of a request's limits, and that nothing of them stays behind. */
import test from 'ava';
import { Deadline } from '../../src/network/deadline';
import { codeOf } from '../../src/host/fields';
import { FakeClock } from './fake-clock';

const LIMITS = { idleMs: 100, totalMs: 250 };
const never = (): Promise<never> => new Promise(() => undefined);

test('silence ends a request, progress puts that off, and the total limit ends it all the same', async (t) => {
  for (const [touches, endsAt] of [
    [0, 100],
    [1, 180],
    [2, 250],
  ] as const) {
    const clock = new FakeClock();
    const deadline = new Deadline(clock, LIMITS);
    const waiting = t.throwsAsync(deadline.race(never()));
    for (let i = 0; i < touches; i++) {
      await clock.advance(80);
      deadline.touch();
    }
    await clock.advance(endsAt - touches * 80 - 1);
    t.false(deadline.signal.aborted);
    t.is(clock.pending, 2);
    await clock.advance(1);
    t.true(deadline.signal.aborted);
    t.is(clock.pending, 0, 'no timer is left');
    const error = await waiting;
    t.is(codeOf(error), 'timeout');
    t.is(error?.message, `No complete response within ${touches === 2 ? 250 : 100} ms`);
  }
});

test('the caller aborts, before and while it waits; later waits reject at once', async (t) => {
  const early = new AbortController();
  early.abort();
  for (const controller of [early, new AbortController()]) {
    const clock = new FakeClock();
    const deadline = new Deadline(clock, LIMITS, controller.signal);
    const waiting = t.throwsAsync(deadline.race(never()));
    controller.abort();
    t.is(codeOf(await waiting), 'aborted');
    t.is(codeOf(await t.throwsAsync(deadline.race(never()))), 'aborted');
    t.true(deadline.signal.aborted);
    t.is(clock.pending, 0);
  }
});

test('what settles in time settles as it does, and when all is cleared nothing ends it any more', async (t) => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const deadline = new Deadline(clock, LIMITS, controller.signal);
  t.is(await deadline.race(Promise.resolve(7)), 7);
  await t.throwsAsync(deadline.race(Promise.reject(new Error('refused'))), { message: 'refused' });
  deadline.clear();
  t.is(clock.pending, 0);
  controller.abort();
  t.false(deadline.signal.aborted);
});
