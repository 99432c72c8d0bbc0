import test from 'ava';
import { timeZoneTransitions } from '../../src/engine-host/time-zone';

test('the table gives the offset that Date gives', (t) => {
  const pairs = timeZoneTransitions();
  t.is(pairs[0], -Infinity);
  for (let at = Date.UTC(1901, 0, 1); at < Date.UTC(2099, 0, 1); at += 86_400_000 * 17.3) {
    const ms = Math.floor(at);
    let offset = 0;
    for (let i = 0; i < pairs.length && pairs[i]! <= ms; i += 2) offset = pairs[i + 1]!;
    t.true(
      Math.abs(offset / -60_000 - new Date(ms).getTimezoneOffset()) < 1,
      new Date(ms).toISOString(),
    );
  }
});
