/** What becomes of the events of engines that died: none is lost without being counted. */
import test from 'ava';
import type { Engine, EventBatch } from '../../src/engine/engine';
import { MOST_RETIRED, RetiredEngines } from '../../src/engine-host/retired-engines';

/** A dead engine of which a batch takes `most` events and gives `given` of them. */
class Dead {
  disposed = 0;
  asked = 0;
  constructor(
    public events: number,
    private readonly given: (taken: number) => number = (taken) => taken,
    private readonly dropped = 0,
  ) {}

  stats = () => ({ droppedEvents: this.dropped });
  pendingEvents = (): number => this.events;
  dispose = (): void => void this.disposed++;

  takeBatchNow = (_: string, __: string, most: number): EventBatch => {
    this.asked++;
    const taken = Math.min(most, this.events);
    const count = this.given(taken);
    if (count >= 0) this.events -= taken;
    return { count: Math.max(0, count), body: new Uint8Array(), isGzipped: false };
  };

  takeBatch = (...of: [string, string, number]): Promise<EventBatch> =>
    Promise.resolve(this.takeBatchNow(...of));

  get engine(): Engine {
    return this as unknown as Engine;
  }
}

const retired = (...dead: Dead[]): RetiredEngines => {
  const engines = new RetiredEngines();
  for (const one of dead) engines.add(one.engine);
  return engines;
};

test('events are taken batch by batch, of the oldest engine first, which then goes', async (t) => {
  const [first, second] = [new Dead(3), new Dead(2)];
  const engines = retired(first, second);
  t.is(engines.pendingEvents(), 5);
  t.is(engines.takeBatchNow('[', ']', 2)?.count, 2);
  t.deepEqual([first.disposed, second.asked], [0, 0]);
  t.is((await engines.takeBatch('[', ']', 2))?.count, 1);
  t.is(first.disposed, 1);
  t.is(engines.takeBatchNow('[', ']', 9)?.count, 2);
  t.is(second.disposed, 1);
  t.is(engines.takeBatchNow('[', ']', 9), null);
  t.is(engines.takeBatch('[', ']', 9), null);
  t.like(engines, { lostEvents: 0, droppedEvents: 0 });
});

test('what an engine takes and does not give is lost, and counted', async (t) => {
  const engines = retired(new Dead(5, (taken) => taken - 2), new Dead(4, () => 9));
  t.is(engines.takeBatchNow('[', ']', 5)?.count, 3);
  t.is(engines.lostEvents, 2);
  t.is((await engines.takeBatch('[', ']', 4))?.count, 9);
  t.is(engines.lostEvents, 2, 'one that gives more loses none');
});

test('one that gives nothing is asked once, and the next one gives', (t) => {
  const [stubborn, other] = [new Dead(5, () => -1), new Dead(1)];
  const engines = retired(stubborn, other);
  t.is(engines.takeBatchNow('[', ']', 9)?.count, 1);
  t.deepEqual([stubborn.asked, stubborn.disposed, other.disposed], [1, 1, 1]);
  t.is(engines.lostEvents, 5);
  t.is(engines.pendingEvents(), 0);
});

test('one without events goes at once, and of too many the oldest; what they dropped counts', (t) => {
  const empty = new Dead(0, undefined, 4);
  const full = Array.from({ length: MOST_RETIRED }, () => new Dead(2, undefined, 1));
  t.is(MOST_RETIRED, 4);
  const engines = retired(empty);
  t.is(empty.disposed, 1);
  for (const one of full) engines.add(one.engine);
  t.is(engines.lostEvents, 0);
  t.true(full.every(({ disposed }) => disposed === 0));
  engines.add(new Dead(3).engine);
  t.deepEqual(
    full.map(({ disposed }) => disposed),
    full.map((_, i) => (i === 0 ? 1 : 0)),
  );
  t.like(engines, { lostEvents: 2, droppedEvents: 4 + MOST_RETIRED });
  t.is(engines.pendingEvents(), 2 * (MOST_RETIRED - 1) + 3);
  engines.dispose();
  t.true(full.every(({ disposed }) => disposed === 1));
  t.is(engines.pendingEvents(), 0);
  t.is(engines.lostEvents, 2 + 2 * (MOST_RETIRED - 1) + 3);
});
