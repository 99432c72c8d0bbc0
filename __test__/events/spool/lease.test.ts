/** Leases whose writing takes its time. */
import test from 'ava';
import { Lease } from '../../../src/events/spool/lease';
import type { SpoolFs } from '../../../src/events/spool/spool-fs';
import { FakeClock, settle } from '../../network/fake-clock';

/** A disk whose writes end when they are told to. */
function setup() {
  const files = new Set<string>();
  const writes: (() => void)[] = [];
  const gone = (): Error => Object.assign(new Error('gone'), { code: 'ENOENT' });
  const fs = {
    write: (path: string) =>
      new Promise<void>((resolve) =>
        writes.push(() => {
          files.add(path);
          resolve();
        }),
      ),
    touch: (path: string) => (files.has(path) ? Promise.resolve() : Promise.reject(gone())),
    now: { remove: (path: string) => void files.delete(path) },
  } as unknown as SpoolFs;
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const lease = new Lease({
    path: (name) => name,
    fs,
    owner: { token: 'place.1.2.ab', isGone: () => false },
    clock,
    onError: (error) => errors.push(error),
  });
  return { lease, files, writes, clock, errors };
}

test('a lease that was given back while it was taken is not left behind', async (t) => {
  const { lease, files, writes, clock, errors } = setup();
  const taken = lease.take();
  lease.end();
  writes[0]!();
  await taken;
  t.deepEqual([files.size, clock.pending, errors], [0, 0, []]);
});

test('a lease that was given back while it was renewed is not left behind', async (t) => {
  const { lease, files, writes, clock, errors } = setup();
  const taken = lease.take();
  writes[0]!();
  await taken;
  t.is(files.size, 1);
  files.clear();
  await clock.advance(30_000);
  t.is(writes.length, 2);
  lease.end();
  writes[1]!();
  await settle();
  t.deepEqual([files.size, clock.pending, errors], [0, 0, []]);
});

test('one that somebody removed is made anew, and kept while nobody gives it back', async (t) => {
  const { lease, files, writes, clock } = setup();
  const taken = lease.take();
  writes[0]!();
  await taken;
  files.clear();
  await clock.advance(30_000);
  writes[1]!();
  await settle();
  t.deepEqual([files.size, clock.pending], [1, 1]);
  lease.letRunOut();
  t.deepEqual([files.size, clock.pending], [1, 0]);
});
