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

/** Failing polls; `waits` are the times between them, ms. */
function failing(retryAfter: () => number | null) {
  const clock = new FakeClock();
  const waits: number[] = [];
  let last = clock.time;
  let isFailing = true;
  const poller = new Poller({
    intervalMs: 10_000,
    isDisabled: false,
    clock,
    run: () => {
      waits.push(clock.time - last);
      last = clock.time;
      return Promise.resolve(isFailing);
    },
    isFailure: (failed) => failed,
    retryAfter,
    onFailing: () => undefined,
  });
  return { poller, clock, waits, setFailing: (value: boolean) => (isFailing = value) };
}

test('what failed is tried again after 1, 2, 4 and 8 s, then at each interval; a success starts over', async (t) => {
  const { poller, clock, waits, setFailing } = failing(() => 0);
  poller.start();
  await clock.advance(45_000);
  t.deepEqual(waits, [10_000, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  setFailing(false);
  await clock.advance(20_000);
  setFailing(true);
  await clock.advance(13_000);
  t.deepEqual(waits.slice(7), [10_000, 10_000, 10_000, 1_000, 2_000]);
  poller.stop();
  t.is(clock.pending, 0);
});

test('retries are spread by half either way, and never come later than the next poll', async (t) => {
  const { poller, clock, waits } = failing(() => 0);
  clock.draw = 0;
  poller.start();
  await clock.advance(9_500 + 500 + 1_000 + 2_000 + 4_000 + 8_000 + 9_500);
  t.deepEqual(waits, [9_500, 500, 1_000, 2_000, 4_000, 8_000, 9_500]);
  poller.stop();
});

test('a retry waits as long as the server asks for; what it will not mend waits for the next poll', async (t) => {
  const asked = failing(() => 3_000);
  asked.poller.start();
  await asked.clock.advance(20_000);
  t.deepEqual(asked.waits, [10_000, 3_000, 3_000, 4_000]);
  asked.poller.stop();
  const hopeless = failing(() => null);
  hopeless.poller.start();
  await hopeless.clock.advance(30_000);
  t.deepEqual(hopeless.waits, [10_000, 10_000, 10_000]);
  hopeless.poller.stop();
  const patient = failing(() => 60_000);
  patient.poller.start();
  await patient.clock.advance(30_000);
  t.deepEqual(patient.waits, [10_000, 10_000, 10_000]);
  patient.poller.stop();
});

test('a start that failed is tried again after a second, too', async (t) => {
  const { poller, clock, waits } = failing(() => 0);
  await poller.run();
  poller.start();
  await clock.advance(3_000);
  t.deepEqual(waits, [0, 1_000, 2_000]);
  poller.stop();
});
