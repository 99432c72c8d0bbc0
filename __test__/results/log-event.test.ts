/** `dist/LogEvent`, beside statsig-node's. */
import test from 'ava';
import Theirs from 'statsig-node/dist/LogEvent';
import { LogEvent } from '../../src/results/log-event';

const TIME = 1_700_000_000_000;

/** What a sequence of calls makes of an event, in both packages. */
function both(name: unknown, calls: (event: Theirs) => void): object[] {
  return [Theirs, LogEvent].map((Type) => {
    const event = new Type(name as string) as Theirs;
    event.setTime(TIME);
    calls(event);
    const { eventName, user, value, metadata, time, secondaryExposures, statsigMetadata } =
      event.toObject();
    return { eventName, user, value, metadata, time, secondaryExposures, statsigMetadata };
  });
}

test('a new event, its setters and what they refuse are statsig-node’s', (t) => {
  const exposures = [{ gate: 'g', gateValue: 'true', ruleID: 'r' }];
  const cases: [unknown, (event: Theirs) => void][] = [
    ['bought', () => undefined],
    ['', () => undefined],
    [undefined, () => undefined],
    [7, () => undefined],
    [
      'a',
      (event) =>
        event.setUser({
          userID: 'u',
          privateAttributes: { ssn: '1' },
          custom: { a: [1, 2] as never },
        }),
    ],
    ['a', (event) => event.setUser(null as never)],
    ['a', (event) => event.setValue(5)],
    ['a', (event) => event.setValue('text')],
    ['a', (event) => (event.setValue(5), event.setValue(null))],
    ['a', (event) => event.setValue({ b: 1 } as never)],
    ['a', (event) => event.setMetadata({ sku: 'x', since: new Date(0) })],
    ['a', (event) => (event.setMetadata({ sku: 'x' }), event.setMetadata(null))],
    ['a', (event) => event.setMetadata('text' as never)],
    ['a', (event) => event.setTime('soon' as never)],
    ['a', (event) => event.setSecondaryExposures(exposures)],
  ];
  for (const [name, calls] of cases) {
    const [theirs, ours] = both(name, calls);
    t.deepEqual(ours, theirs, `${String(name)}: ${calls.toString()}`);
  }
  t.true(new LogEvent('a').validate());
});

test('what is set is copied, and what cannot be copied changes nothing', (t) => {
  const metadata: Record<string, unknown> = { a: 1 };
  const event = new LogEvent('a');
  event.setMetadata(metadata);
  metadata['a'] = metadata;
  event.setMetadata(metadata);
  t.deepEqual(event.toObject().metadata, { a: 1 });
  event.setValue({
    toString: () => {
      throw new Error('no');
    },
  } as never);
  t.is(event.toObject().value, '{}');
});
