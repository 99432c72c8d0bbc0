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

test.serial('in every zone, those that are UTC by another name included', (t) => {
  const before = process.env['TZ'];
  t.teardown(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
  const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC', 'Etc/UCT', 'Zulu', 'GMT'];
  const wrong = zones.filter((zone) => {
    process.env['TZ'] = zone;
    const pairs = timeZoneTransitions();
    return Array.from({ length: 100 }, (_, i) => Date.UTC(1972 + i, (i * 5) % 12, 15)).some(
      (ms) => {
        let offset = 0;
        for (let i = 0; i < pairs.length && pairs[i]! <= ms; i += 2) offset = pairs[i + 1]!;
        return Math.abs(offset / -60_000 - new Date(ms).getTimezoneOffset()) >= 1;
      },
    );
  });
  t.deepEqual(wrong, []);
  process.env['TZ'] = 'UTC';
  t.deepEqual(timeZoneTransitions(), Float64Array.of(-Infinity, 0));
});
