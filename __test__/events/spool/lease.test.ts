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

const fault = (code: string): Error => Object.assign(new Error(code), { code });

/** A disk that answers at once, and the lease of `me` on it; `faults`: what calls of it throw. */
function atOnce({ isGone = (_: string): boolean => false } = {}) {
  const files = new Map<string, number>();
  const faults: Record<string, Error> = {};
  const did: string[] = [];
  const clock = new FakeClock();
  const call = (name: string, path: string, work: () => void): void => {
    did.push(`${name} ${path}`);
    if (faults[name] !== undefined) throw faults[name];
    work();
  };
  const write = (path: string, bytes: Uint8Array, sync: boolean): void =>
    call('write', path, () => {
      if (bytes.length > 0 || sync) throw new Error('a lease is empty, and not synced');
      files.set(path, clock.time);
    });
  const remove = (path: string): void => call('remove', path, () => files.delete(path));
  const fs = {
    write: async (...args: Parameters<typeof write>) => write(...args),
    touch: async (path: string, time: number) =>
      call('touch', path, () => {
        if (!files.has(path)) throw fault('ENOENT');
        files.set(path, time);
      }),
    remove: async (path: string) => remove(path),
    facts: async (path: string) => {
      const changedAt = files.get(path);
      return changedAt === undefined ? null : { isFile: true, bytes: 0, changedAt };
    },
    now: { write, remove },
  } as unknown as SpoolFs;
  const errors: unknown[] = [];
  const lease = new Lease({
    path: (name) => name,
    fs,
    owner: { token: ME, isGone },
    clock,
    onError: (error) => errors.push(error),
  });
  return { lease, files, faults, did, clock, errors };
}

const ME = '00000001.1.1.00000001';
const OTHER = '00000002.1.1.00000002';
const mine = `${ME}.lease`;
const theirs = `${OTHER}.lease`;

test('a lease is taken once, now or later, and renewed every half minute', async (t) => {
  for (const take of ['take', 'takeNow'] as const) {
    const { lease, clock, did, errors } = atOnce();
    await lease[take]();
    await lease.take();
    lease.takeNow();
    t.deepEqual(did.splice(0), [`write ${mine}`]);
    t.is(clock.pending, 1);
    await clock.advance(29_999);
    t.deepEqual(did, []);
    await clock.advance(1);
    await clock.advance(30_000);
    t.deepEqual(did, [`touch ${mine}`, `touch ${mine}`]);
    lease.end();
    t.deepEqual([did.at(-1), clock.pending, errors], [`remove ${mine}`, 0, []]);
  }
});

test('one that is taken in both ways at once is renewed once', async (t) => {
  const { lease, clock } = atOnce();
  const taken = lease.take();
  lease.takeNow();
  await taken;
  t.is(clock.pending, 1);
});

test('one that is to run out while it is taken is not renewed', async (t) => {
  const { lease, files, writes, clock } = setup();
  const taken = lease.take();
  lease.letRunOut();
  writes[0]!();
  await taken;
  t.deepEqual([files.size, clock.pending], [1, 0]);
});

test('after its end no lease is taken', async (t) => {
  const { lease, did, clock } = atOnce();
  lease.end();
  await lease.take();
  lease.takeNow();
  t.deepEqual([did, clock.pending], [[], 0]);
});

test('a lease that is there already is this one’s', async (t) => {
  for (const take of ['take', 'takeNow'] as const) {
    const { lease, faults, clock, errors } = atOnce();
    faults['write'] = fault('EEXIST');
    await lease[take]();
    t.deepEqual([clock.pending, errors], [1, []]);
  }
});

test('a disk without room has none, which is told, until there is room', async (t) => {
  for (const take of ['take', 'takeNow'] as const) {
    for (const code of ['ENOSPC', 'EDQUOT']) {
      const { lease, faults, files, clock, errors } = atOnce();
      faults['write'] = fault(code);
      await lease[take]();
      t.deepEqual(errors, [faults['write']]);
      delete faults['write'];
      await clock.advance(30_000);
      t.deepEqual([...files.keys()], [mine]);
    }
  }
});

test('a disk that fails otherwise makes the taking fail, and it can be tried again', async (t) => {
  const { lease, faults, did, clock } = atOnce();
  faults['write'] = fault('EIO');
  await t.throwsAsync(lease.take(), { code: 'EIO' });
  t.throws(() => lease.takeNow(), { code: 'EIO' });
  t.is(clock.pending, 0);
  delete faults['write'];
  await lease.take();
  t.is(did.length, 3);
});

test('with its folder it is lost, and taken anew', async (t) => {
  const { lease, clock, did } = atOnce();
  await lease.take();
  lease.lost();
  t.is(clock.pending, 0);
  await lease.take();
  t.deepEqual([did.length, clock.pending], [2, 1]);
});

test('one that is to run out stays on the disk', async (t) => {
  const { lease, files, clock } = atOnce();
  await lease.take();
  lease.letRunOut();
  await clock.advance(60_000);
  t.deepEqual([files.size, clock.pending], [1, 0]);
});

test('what goes wrong with it is told, but for what is gone already', async (t) => {
  const { lease, faults, clock, errors } = atOnce();
  await lease.take();
  faults['touch'] = fault('EIO');
  await clock.advance(30_000);
  t.deepEqual(errors.splice(0), [faults['touch']]);
  t.is(clock.pending, 1, 'it is tried again');
  delete faults['touch'];
  faults['remove'] = fault('ENOENT');
  lease.end();
  t.deepEqual(errors, []);
  const other = atOnce();
  await other.lease.take();
  other.faults['remove'] = fault('EIO');
  other.lease.end();
  t.deepEqual(other.errors, [other.faults['remove']]);
});

test('one that cannot be made anew is told, and tried again', async (t) => {
  const { lease, files, faults, clock, errors } = atOnce();
  await lease.take();
  files.clear();
  faults['write'] = fault('EIO');
  await clock.advance(30_000);
  t.deepEqual(errors, [faults['write']]);
  delete faults['write'];
  await clock.advance(30_000);
  t.deepEqual([...files.keys()], [mine]);
});

test('an owner without a lease is gone, and so is one that ran out or is known to have ended', async (t) => {
  const gone = async (age: number | null, isGone = false): Promise<[string[], boolean]> => {
    const { lease, files, clock } = atOnce({ isGone: () => isGone });
    if (age !== null) files.set(theirs, clock.time - age);
    const found = await lease.whoIsGone(new Set([OTHER]), []);
    return [[...found], files.has(theirs)];
  };
  t.deepEqual(await gone(null), [[OTHER], false]);
  t.deepEqual(await gone(120_000), [[], true]);
  t.deepEqual(await gone(120_001), [[OTHER], false]);
  t.deepEqual(await gone(-120_000), [[], true]);
  t.deepEqual(await gone(-120_001), [[OTHER], false], 'a clock was put back');
  t.deepEqual(await gone(0, true), [[OTHER], false]);
});

test('leases in the folder are looked at, this one’s own is not', async (t) => {
  const { lease, files, faults, errors } = atOnce({ isGone: () => true });
  files.set(theirs, 0).set(mine, 0);
  const found = await lease.whoIsGone(new Set([ME]), [mine, theirs, 'somebody else’s']);
  t.deepEqual([[...found], [...files.keys()]], [[OTHER], [mine]]);
  files.set(theirs, 0);
  faults['remove'] = fault('EIO');
  t.deepEqual([...(await lease.whoIsGone(new Set(), [theirs]))], [OTHER]);
  t.deepEqual(errors, [faults['remove']]);
});
