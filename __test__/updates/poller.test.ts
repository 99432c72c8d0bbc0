import test from 'ava';
import { Poller, STALE_AFTER_MS } from '../../src/updates/poller';
import { FakeClock, settle } from '../network/fake-clock';

const YEAR = 365 * 86_400_000;

/** A poller whose passes end when they are told to. */
function setup() {
  const clock = new FakeClock();
  const ends: (() => void)[] = [];
  const run = (): Promise<number> =>
    new Promise((resolve) => {
      const pass = ends.length + 1;
      ends.push(() => resolve(pass));
    });
  const poller = new Poller({
    intervalMs: 10_000,
    isDisabled: false,
    clock,
    run,
    isFailure: () => false,
    onFailing: () => undefined,
  });
  return { poller, clock, ends };
}

test('who asks during a pass gets the result of one that begins afterwards; several share it', async (t) => {
  const { poller, ends } = setup();
  const first = poller.runAfresh();
  const second = poller.runAfresh();
  const third = poller.runAfresh();
  await settle();
  t.is(ends.length, 1);
  ends[0]!();
  t.is(await first, 1);
  await settle();
  t.is(ends.length, 2);
  const fourth = poller.runAfresh();
  ends[1]!();
  t.deepEqual(await Promise.all([second, third]), [2, 2]);
  await settle();
  ends[2]!();
  t.is(await fourth, 3);
  t.is(ends.length, 3);
});

test('a poll that comes due joins the pass that a caller waits for', async (t) => {
  const { poller, clock, ends } = setup();
  poller.start();
  await clock.advance(10_000);
  const asked = poller.runAfresh();
  ends[0]!();
  await settle();
  t.is(ends.length, 2);
  await clock.advance(20_000);
  t.is(ends.length, 2);
  ends[1]!();
  t.is(await asked, 2);
  await clock.advance(10_000);
  t.is(ends.length, 3);
  poller.stop();
});

test('after stop the pass that was waited for does not begin; its caller gets the one before', async (t) => {
  const { poller, ends } = setup();
  void poller.runAfresh();
  const waiting = poller.runAfresh();
  poller.stop();
  ends[0]!();
  t.is(await waiting, 1);
  t.is(ends.length, 1);
});

test('a clock that was set back by years neither ends polling nor starts it twice, and freezes are noticed afterwards', async (t) => {
  const { poller, clock, ends } = setup();
  poller.start();
  clock.time += 1000;
  const { length } = clock.delays;
  clock.time -= YEAR;
  poller.recoverIfStale();
  t.is(clock.delays.length, length);
  clock.time += STALE_AFTER_MS;
  poller.recoverIfStale();
  t.is(clock.delays.length, length);
  clock.time += 1;
  poller.recoverIfStale();
  t.is(clock.delays.length, length + 1);
  t.is(clock.pending, 1);
  await clock.advance(10_000);
  t.is(ends.length, 1);
  poller.stop();
});
