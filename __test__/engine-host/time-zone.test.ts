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

/** Tables of other zones than the one that the tests run in. */
function tableOf(zone: string): number[] {
  const before = process.env['TZ'];
  process.env['TZ'] = zone;
  try {
    return [...timeZoneTransitions()];
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  }
}

test.serial('changes are known to the millisecond, and offsets to the second', (t) => {
  t.deepEqual(tableOf('Africa/Monrovia'), [
    -Infinity,
    -2_588_000,
    Date.UTC(1919, 2, 1, 0, 43, 8),
    -2_670_000,
    Date.UTC(1972, 0, 7, 0, 44, 30),
    0,
  ]);
});

test.serial('the table begins with 1900, and ends with 2099', (t) => {
  t.deepEqual(tableOf('America/Nome').slice(0, 4), [
    -Infinity,
    -39_698_000,
    Date.UTC(1900, 7, 20, 23, 1, 38),
    -39_600_000,
  ]);
  const berlin = tableOf('Europe/Berlin');
  t.deepEqual(berlin.slice(0, 2), [-Infinity, 3_600_000]);
  t.deepEqual(berlin.slice(-4), [
    Date.UTC(2099, 2, 29, 1),
    7_200_000,
    Date.UTC(2099, 9, 25, 1),
    3_600_000,
  ]);
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
