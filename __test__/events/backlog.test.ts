/** What the spool holds and memory does not: when it comes back, and when that stops. */
import test from 'ava';
import { Backlog } from '../../src/events/backlog';
import type { Sender } from '../../src/events/sender';
import type { EventSpool } from '../../src/events/spool/event-spool';
import { settle } from '../network/fake-clock';

function setup(ids: string[]) {
  const did: string[] = [];
  const looks: (() => void)[] = [];
  const sender = {
    isStruggling: false,
    isFull: false,
    isStopped: false,
    changed: async () => {
      did.push('wait');
      sender.isFull = false;
    },
    add: ({ id }: { id: string }, isStored: boolean) => void did.push(`add ${id} ${isStored}`),
  };
  const spool = {
    get hasNext() {
      return ids.length > 0;
    },
    look: () => new Promise<void>((resolve) => (did.push('look'), looks.push(resolve))),
    next: async () => (ids.length === 0 ? null : { id: ids.shift()! }),
    park: (id: string) => void did.push(`park ${id}`),
    takeDamaged: () => 7,
  };
  const damaged: number[] = [];
  const backlog = new Backlog(spool as unknown as EventSpool, sender as unknown as Sender, (n) =>
    damaged.push(n),
  );
  return { backlog, damaged, did, ids, looks, sender, spool };
}

test('batches come back after a look, oldest first, as those of the disk; damage is told', async (t) => {
  const { backlog, damaged, did, looks } = setup(['a', 'b']);
  const drained = backlog.drain();
  await settle();
  t.deepEqual(did, ['look']);
  looks[0]!();
  await drained;
  t.deepEqual(did, ['look', 'add a true', 'add b true']);
  t.deepEqual(damaged, [7, 7, 7]);
});

test('one look at a time; after it another is possible', async (t) => {
  const { backlog, did, looks } = setup([]);
  const first = backlog.drain();
  t.is(backlog.drain(), first);
  looks[0]!();
  await first;
  void backlog.drain();
  t.deepEqual(did, ['look', 'look']);
});

test('it goes on without a look, if there is something', async (t) => {
  const { backlog, did, ids } = setup(['a']);
  backlog.resume();
  await settle();
  t.deepEqual(did, ['add a true']);
  backlog.resume();
  ids.push('b');
  await settle();
  t.deepEqual(did, ['add a true']);
});

test('while memory is full it waits', async (t) => {
  const { backlog, did, sender } = setup(['a']);
  sender.isFull = true;
  backlog.resume();
  await settle();
  t.deepEqual(did, ['wait', 'add a true']);
});

test('while deliveries fail nothing comes back', async (t) => {
  const { backlog, did, sender } = setup(['a']);
  sender.isStruggling = true;
  backlog.resume();
  await settle();
  t.deepEqual(did, []);
});

test('a batch that comes after the end stays on disk', async (t) => {
  const { backlog, did, sender } = setup(['a', 'b']);
  sender.isStopped = true;
  backlog.resume();
  await settle();
  t.deepEqual(did, ['park a']);
});
