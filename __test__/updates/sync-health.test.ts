/** What is remembered of syncs. */
import test from 'ava';
import { SyncRecord } from '../../src/updates/sync-health';
import { FakeClock } from '../network/fake-clock';

test('ages, failures and the next poll, by a clock that may go back', (t) => {
  const clock = new FakeClock();
  const record = new SyncRecord(clock);
  const never = { ageMs: null, nextPollMs: null, failures: 0, lastError: null, lastErrorAt: 0 };
  t.deepEqual(record.health(null), never);
  record.note('one');
  clock.time += 5;
  record.note('two');
  const failed = { ...never, failures: 2, lastError: 'two', lastErrorAt: clock.time };
  t.deepEqual(record.health(clock.time + 10.4), { ...failed, nextPollMs: 10 });
  t.deepEqual(record.health(0), { ...failed, nextPollMs: 0 });
  const { lastErrorAt } = failed;
  clock.time += 7;
  record.note(null);
  t.deepEqual(record.health(null), { ...never, ageMs: 0, lastErrorAt });
  clock.time += 9;
  t.is(record.health(null).ageMs, 9);
  record.note('three');
  t.like(record.health(null), { ageMs: 9, failures: 1, lastError: 'three' });
  clock.time -= 1_000;
  t.is(record.health(null).ageMs, 0);
});
