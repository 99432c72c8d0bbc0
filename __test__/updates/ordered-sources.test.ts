/** Sources of config specs in an order: whose turn it is, and when the next one's comes. */
import test from 'ava';
import { OrderedSources, type OrderOptions } from '../../src/updates/ordered-sources';
import type { CustomSpecSource, SpecSteps } from '../../src/updates/spec-order';
import type { SpecInitResult } from '../../src/updates/spec-outcome';
import { FakeClock } from '../network/fake-clock';

interface World {
  time: number;
  isOver: boolean;
  isBehind: boolean;
  isStorePolled: boolean;
  store: Error | null;
  network: Error | null | 'none';
  given: string;
  /** What a call changes. */
  after: () => void;
}

function ordered(
  entries: OrderOptions['entries'],
  more: Partial<World> = {},
  options: Partial<OrderOptions> = {},
) {
  const pushed: unknown[][] = [];
  const world: World = {
    time: 0,
    isOver: false,
    isBehind: false,
    isStorePolled: false,
    store: null,
    network: null,
    given: 'applied',
    after: () => undefined,
    ...more,
  };
  const asked: string[] = [];
  const called = <T>(what: string, answer: T): Promise<T> => {
    asked.push(what);
    world.after();
    return Promise.resolve(answer);
  };
  const noted: unknown[][] = [];
  const network = () => called('network', world.network as Error | null);
  const steps = {
    isOver: () => world.isOver,
    time: () => world.time,
    isStorePolled: () => world.isStorePolled,
    isBehind: () => world.isBehind,
    store: (isFirst: boolean) => called(isFirst ? 'store at first' : 'store', world.store),
    bootstrap: () => called('bootstrap', undefined),
    network: world.network === 'none' ? null : network,
    given: ({ value }: { value: unknown }) =>
      called(`given ${String(value)}`, value === null ? null : { status: world.given, time: 1 }),
    note: (result: SpecInitResult, ...rest: unknown[]) => {
      noted.push(rest);
      if (rest[2] ?? rest[1] === null) result.source = rest[0] as never;
    },
  } as unknown as SpecSteps;
  const order = new OrderedSources({
    entries,
    stream: null,
    timeoutMs: 1_000,
    ask: {} as never,
    clock: new FakeClock(),
    pushes: (given: unknown) => ({
      start: () => pushed.push(['start', given]),
      stop: () => pushed.push(['stop', given]),
    }),
    ...options,
  } as unknown as OrderOptions);
  return {
    world,
    asked,
    noted,
    pushed,
    order,
    load: async () => order.load(steps, { success: false }),
    pass: async () => order.pass(steps),
  };
}

const custom = (get: () => unknown, name?: string): CustomSpecSource => ({ get, name });
const down = new Error('down');

test('at the start the first that has specs ends the round, and so does the end', async (t) => {
  const first = ordered(['store', 'network'], { store: down });
  await first.load();
  t.deepEqual(first.asked, ['store at first', 'network']);
  t.deepEqual(first.noted, [
    ['DataAdapter', down],
    ['Network', null],
  ]);
  const second = ordered(['store', 'network']);
  await second.load();
  t.deepEqual(second.asked, ['store at first']);
  const over = ordered(['store', 'network'], { isOver: true });
  await over.load();
  t.deepEqual(over.asked, []);
  const local = ordered(['network', 'bootstrap'], { network: 'none' });
  await local.load();
  t.deepEqual([local.asked, local.noted], [['bootstrap'], []]);
});

test('at a poll an answer ends the round; the first failure is the round’s', async (t) => {
  const good = ordered(['network', 'bootstrap', 'store']);
  t.is(await good.pass(), null);
  t.deepEqual(good.asked, ['network']);
  const last = ordered(['network', custom(() => 'mine')]);
  await last.pass();
  t.deepEqual(last.asked, ['network'], 'what it has is in force');
  const bad = ordered(['network', 'bootstrap', 'store'], { network: down, store: new Error('2') });
  t.is(await bad.pass(), down);
  t.deepEqual(bad.asked, ['network', 'store'], 'the store in want of better');
  const over = ordered(['network', 'store'], { network: down });
  over.world.after = () => (over.world.isOver = true);
  t.is(await over.pass(), down);
  t.deepEqual(over.asked, ['network']);
  const none = ordered(['network', 'bootstrap'], { network: 'none' });
  t.is(await none.pass(), null);
  t.deepEqual(none.asked, []);
});

test('a network behind what is in force is no answer', async (t) => {
  const { asked, pass } = ordered(['network', custom(() => 'mine')], { isBehind: true });
  t.is(await pass(), null);
  t.deepEqual(asked, ['network', 'given mine']);
});

test('a store is polled if others feed it, else when what is before it failed', async (t) => {
  const alone = ordered(['store', 'network']);
  t.is(await alone.pass(), null);
  t.deepEqual(alone.asked, ['network']);
  const fed = ordered(['store', 'network'], { isStorePolled: true });
  t.is(await fed.pass(), null);
  t.deepEqual(fed.asked, ['store']);
  for (const [more, asked] of [
    [{ store: down }, ['store', 'network']],
    [{ isBehind: true }, ['store', 'network']],
  ] as [Partial<World>, string[]][]) {
    const world = ordered(['store', 'network'], { isStorePolled: true, ...more });
    await world.pass();
    t.deepEqual(world.asked, asked);
  }
});

test('in want of better a store answers if it has something newer', async (t) => {
  for (const [step, asked] of [
    [1, ['network', 'store']],
    [0, ['network', 'store', 'given mine']],
  ] as [number, string[]][]) {
    const order = ordered(['network', 'store', custom(() => 'mine')], { network: down });
    order.world.after = () => (order.world.time += step);
    order.world.given = 'noUpdates';
    t.is(await order.pass(), step === 1 ? null : down);
    t.deepEqual(order.asked, asked);
  }
});

test('a custom source at the start: specs, nothing, or a failure', async (t) => {
  for (const [get, time, expected] of [
    [() => 'mine', 5, ['DataAdapter', null, true]],
    [() => 'mine', 0, ['DataAdapter', null, false]],
    [() => null, 5, ['DataAdapter', null, false]],
  ] as [() => unknown, number, unknown[]][]) {
    const { load, noted } = ordered([custom(get)], { time });
    await load();
    t.deepEqual(noted, [expected]);
  }
  const { load, noted } = ordered([custom(() => Promise.reject(down))]);
  await load();
  t.is(noted[0]![1], down);
  t.false(noted[0]![2]);
});

test('that nothing changed is an answer while what it gave is in force', async (t) => {
  const { world, pass, asked } = ordered([custom(() => 'mine'), 'network'], { time: 5 });
  world.given = 'noUpdates';
  await pass();
  t.deepEqual(asked.splice(0), ['given mine', 'network'], 'it gave nothing yet');
  world.given = 'applied';
  await pass();
  world.given = 'noUpdates';
  await pass();
  t.deepEqual(asked.splice(0), ['given mine', 'given mine']);
  world.time = 6;
  await pass();
  t.deepEqual(asked.splice(0), ['given mine', 'network'], 'somebody else gave what is newer');
  world.given = 'older';
  await pass();
  world.given = 'noUpdates';
  asked.length = 0;
  await pass();
  t.deepEqual(asked, ['given mine', 'network'], 'what it has is older');
});

test('the name of the custom source that gave what is in force', async (t) => {
  const hostile = {
    get: () => 'mine',
    get name(): string {
      throw new Error('hidden');
    },
  };
  for (const [source, name] of [
    [custom(() => 'mine', 'x'.repeat(100)), 'x'.repeat(80)],
    [custom(() => 'mine'), 'custom'],
    [custom(() => 'mine', ['mine'] as never), 'custom'],
    [hostile, 'custom'],
  ] as [CustomSpecSource, string][]) {
    const { order, pass } = ordered([source], { time: 1 });
    t.is(order.custom, null);
    await pass();
    t.is(order.custom, null, 'not before it serves');
    order.committed();
    t.is(order.custom, name);
  }
  const { order, pass } = ordered(['network']);
  await pass();
  order.committed();
  t.is(order.custom, null);
});

test('what has neither method, and a stream that is not there, are no sources', async (t) => {
  const hostile = {
    get get(): never {
      throw new Error('hidden');
    },
  };
  const { load, asked } = ordered([{}, { get: 5 as never }, hostile, 'stream', 'bootstrap']);
  await load();
  t.deepEqual(asked, ['bootstrap']);
});

test('what pushes begins and ends with the polling, under its name; one of the options has none', async (t) => {
  const stream = { start: () => () => undefined };
  const mine = { start: () => () => undefined, get: () => 'mine', name: 'mine' };
  const { order, pushed, pass, asked } = ordered(['stream', mine], {}, { stream });
  t.deepEqual(pushed, []);
  order.start();
  order.stop();
  t.deepEqual(pushed, [
    ['start', stream],
    ['start', mine],
    ['stop', stream],
    ['stop', mine],
  ]);
  t.regex(String(await pass()), /No stream of config specs is connected/);
  t.deepEqual(asked, ['given mine'], 'who pushes can be asked as well');
  const alone = ordered(['stream'], {}, { stream });
  await alone.pass();
  alone.order.committed();
  t.is(alone.order.custom, null);
});
