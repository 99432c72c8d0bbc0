import test from 'ava';
import { Chain } from '../../../src/events/spool/chain';
import { FakeClock, settle } from '../../network/fake-clock';

test('one piece at a time, in order; how long the present one takes, whoever waits', async (t) => {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const chain = new Chain(clock, (error) => errors.push(error));
  const ends: (() => void)[] = [];
  const work = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
  t.is(chain.busyMs, 0);
  void chain.run(work);
  await settle();
  clock.time += 500;
  t.is(chain.busyMs, 500);
  void chain.run(() => Promise.reject(new Error('of a test')));
  void chain.run(work);
  clock.time += 200;
  t.deepEqual([chain.busyMs, ends.length], [700, 1]);
  ends[0]!();
  await settle();
  clock.time += 30;
  t.deepEqual([chain.busyMs, ends.length, errors.length], [30, 2, 1]);
  ends[1]!();
  await chain.done;
  t.is(chain.busyMs, 0);
});
