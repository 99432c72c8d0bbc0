import test from 'ava';
import { customEventText, numberJson } from '../../src/engine-host/custom-event';

test('an event is JSON around its user, whatever the event before was', (t) => {
  const events = [
    ['', 0],
    ['a"b', 5],
    ['a"b', 6],
    ['c', 6],
    ['c', NaN],
    ['', 0],
  ] as const;
  for (const [eventName, time] of events) {
    const event = { eventName, time, metadataJson: '{"m":1}', valueJson: '"v"' };
    const { head, tail } = customEventText(event);
    t.deepEqual(JSON.parse(`${head}{"userID":"u"}${tail}`), {
      eventName,
      metadata: { m: 1 },
      time: Number.isNaN(time) ? null : time,
      user: { userID: 'u' },
      value: 'v',
      secondaryExposures: [],
      statsigMetadata: {},
    });
  }
});

test('numbers are written as JSON writes them', (t) => {
  for (const number of [0, 1.5, -1e21, NaN, Infinity, -Infinity])
    t.is(numberJson(number), JSON.stringify(number));
});
