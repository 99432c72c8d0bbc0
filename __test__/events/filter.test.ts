/** What `beforeLog` does to an encoded batch. */
import test from 'ava';
import { type BeforeLog, EventFilter, type LoggedEvent } from '../../src/events/before-log';
import { SafeLogger } from '../../src/observability/logger';

const bodyOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function filtered(hook: (event: LoggedEvent) => unknown, body: Uint8Array, count = 2) {
  const lines: string[] = [];
  const say = (line: unknown): void => void lines.push(String(line));
  const logger = new SafeLogger({ warn: say, error: say, logLevel: 'error' });
  const { batch, dropped } = new EventFilter(hook as BeforeLog, logger).apply({
    count,
    body,
    isGzipped: false,
  });
  const text = Buffer.from(batch.body).toString();
  return { batch, dropped, lines, json: text === '' ? null : (JSON.parse(text) as object) };
}

const events = [{ eventName: 'a' }, { eventName: 'b' }];

test('what the batch says beside its events stays', (t) => {
  const keep = (): undefined => undefined;
  t.deepEqual(filtered(keep, bodyOf({ events })).json, { events });
  const whole = { statsigMetadata: { sdkType: 'x' }, events };
  const { json, batch, dropped, lines } = filtered(keep, bodyOf(whole));
  t.deepEqual(json, whole);
  t.like(batch, { count: 2, isGzipped: false });
  t.is(dropped, 0);
  t.deepEqual(lines, []);
});

test('null drops an event, another event takes its place', (t) => {
  const other = { eventName: 'other', value: 1 };
  const { json, batch, dropped, lines } = filtered(
    ({ eventName }) => (eventName === 'a' ? null : other),
    bodyOf({ events }),
  );
  t.deepEqual(json, { events: [other] });
  t.is(batch.count, 1);
  t.is(dropped, 1);
  t.deepEqual(lines, []);
});

test('what is no event drops it, and is told', (t) => {
  const hidden = { eventName: 'a', toJSON: () => 'text' };
  for (const returned of [5, 'text', false, [], {}, { eventName: 5 }, hidden]) {
    const { dropped, lines, batch } = filtered(() => returned, bodyOf({ events }));
    t.is(dropped, 2);
    t.is(batch.count, 0);
    t.regex(lines.join(), /no event; the event is dropped/);
  }
});

test('promises drop it, whatever becomes of them', async (t) => {
  for (const returned of [Promise.resolve(null), Promise.reject(new Error('later'))]) {
    const { dropped, lines } = filtered(() => returned, bodyOf({ events: [events[0]] }), 1);
    t.is(dropped, 1);
    t.is(lines.length, 1);
    t.notRegex(lines[0]!, /no event/);
  }
  await new Promise((resolve) => setImmediate(resolve));
});

test('a hook that throws drops the event, and is told', (t) => {
  const fails = (): never => {
    throw new Error('mine');
  };
  const { dropped, lines } = filtered(fails, bodyOf({ events }));
  t.is(dropped, 2);
  t.regex(lines.join(), /beforeLog failed, the event is dropped: Error: mine/);
});

test('a batch that cannot be read is dropped as a whole', (t) => {
  const { batch, dropped, lines } = filtered(() => undefined, new TextEncoder().encode('{'), 7);
  t.is(dropped, 7);
  t.deepEqual(batch, { count: 0, body: new Uint8Array(0), isGzipped: false });
  t.regex(lines.join(), /could not be read/);
});
