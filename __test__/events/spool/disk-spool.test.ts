/** The spool on a real disk: who gets what, what is bounded, what survives. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { EventUpload } from '../../../src/events/sender';
import { LEASE_MS } from '../../../src/events/spool/lease';
import { nodeFs } from '../../../src/events/spool/node-fs';
import type { SpoolFs } from '../../../src/events/spool/spool-fs';
import { thisOwner } from '../../../src/events/spool/owner';
import { NetworkError } from '../../../src/network/network-error';
import { FakeClock, until } from '../../network/fake-clock';
import { Source, delivery, eventsOf } from '../source';
import { KEY, all, batch, batches, directory, folder, leave, open } from './support';

/** An owner of a place where this process cannot look. */
const elsewhere = (random: string) => ({
  token: `ffffffff.1.1.0000000${random}`,
  isGone: () => false,
});

test('what was not removed is given once, to one spool only, oldest first', async (t) => {
  const root = directory(t);
  const first = open(root);
  await first.write(batch('a', '[1]'));
  await first.write(batch('b', '[2]', 7));
  await first.write(batch('c', '[3]'));
  await first.remove(batch('a').id);
  t.true(first.has(batch('b').id) && !first.has(batch('a').id));
  const second = open(root);
  t.deepEqual(await all(second), [], 'the first one lives');
  first.close();
  await second.look();
  t.is(second.backlog, 8);
  t.true(second.hasNext);
  const third = open(root);
  const [some, others] = await Promise.all([all(second), all(third)]);
  t.deepEqual([...some, ...others].sort(), ['[2]', '[3]']);
  t.is(second.backlog + third.backlog, 0);
  for (const spool of [second, third]) {
    for (const letter of ['b', 'c']) await spool.remove(batch(letter).id);
    spool.close();
  }
  t.deepEqual(readdirSync(root), [], 'an empty folder goes');
});

test('count, ID, gzip and bytes come back as they were', async (t) => {
  const root = directory(t);
  const body = Buffer.from([0, 10, 255, 10, 0]);
  await leave(root, [{ ...batch('d'), count: 999, body, isGzipped: true }]);
  const heir = open(root);
  await heir.look();
  const found = await heir.next();
  t.deepEqual(
    { ...found, body: Buffer.from(found!.body) },
    { id: batch('d').id, count: 999, body, isGzipped: true },
  );
});

test("batches of one key are nobody else's, not even when their files are moved", async (t) => {
  const root = directory(t);
  await leave(root, [batch('a', '["mine"]', 3)]);
  const [name = ''] = batches(root);
  const other = open(root, { secretKey: 'secret-other' });
  t.deepEqual(await all(other), []);
  t.is(other.backlog, 0);
  mkdirSync(folder(root, 'secret-other'), { recursive: true });
  writeFileSync(join(folder(root, 'secret-other'), name), readFileSync(join(folder(root), name)));
  t.deepEqual(await all(other), []);
  t.is(other.takeDamaged(), 0);
  other.close();
  t.is(batches(root, 'secret-other').length, 1, 'it stays');
  t.deepEqual(await all(open(root)), ['["mine"]']);
});

test("folders and files are this user's only, whatever the mask and the modes before", async (t) => {
  if (process.platform === 'win32') return t.pass('no modes there');
  const root = join(directory(t), 'a', 'spool');
  const before = process.umask(0);
  t.teardown(() => process.umask(before));
  mkdirSync(folder(root), { recursive: true });
  chmodSync(folder(root), 0o777);
  const spool = open(root);
  await spool.write(batch('a'));
  spool.writeNow(batch('b'));
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  t.is(mode(folder(root)), '700');
  const names = readdirSync(folder(root));
  t.is(names.length, 3, 'two batches and the lease');
  t.deepEqual(
    names.map((name) => mode(join(folder(root), name))),
    ['600', '600', '600'],
  );
  const fresh = join(directory(t), 'b', 'spool');
  await leave(fresh, [batch('a')]);
  t.is(mode(fresh), '700');
});

test('a damaged file is counted once, by its name, and goes', async (t) => {
  const root = directory(t);
  const changes: ((content: Buffer) => Buffer)[] = [
    () => Buffer.alloc(0),
    () => Buffer.from('not json\n[1]'),
    (content) => content.subarray(0, content.length - 1),
    (content) => Buffer.from(content.toString().replace('[1]', '[2]')),
    (content) => Buffer.from(content.toString().replace('"count":11', '"count":12')),
    (content) => Buffer.from(content.toString().replace('"count":11', '"count":-1')),
  ];
  const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
  await leave(
    root,
    letters.map((letter) => batch(letter, '[1]', 11)),
  );
  batches(root).forEach((name, at) => {
    const path = join(folder(root), name);
    writeFileSync(path, changes[at]!(readFileSync(path)));
  });
  await leave(root, [batch('g', '["good"]')]);
  const heirs = [open(root), open(root)];
  const found = await Promise.all(heirs.map(all));
  t.deepEqual(found.flat(), ['["good"]']);
  t.is(heirs[0]!.takeDamaged() + heirs[1]!.takeDamaged(), 66);
  t.is(heirs[0]!.takeDamaged(), 0, 'told once');
  t.is(batches(root).length, 1);
});

test('a process of this machine that is gone has no lease; elsewhere two minutes of silence decide', async (t) => {
  const root = directory(t);
  const [place] = thisOwner().token.split('.');
  const gone = { token: `${place}.999999999.1.00000001`, isGone: () => false };
  const silent = open(root, { owner: elsewhere('2') });
  const alive = open(root, { owner: elsewhere('3') });
  const ended = open(root, { owner: gone });
  await silent.write(batch('a', '["silent"]'));
  await alive.write(batch('b', '["alive"]'));
  await ended.write(batch('c', '["gone"]'));
  const heir = open(root);
  t.deepEqual(await all(heir), ['["gone"]']);
  const past = (Date.now() - LEASE_MS - 5_000) / 1000;
  utimesSync(join(folder(root), `${elsewhere('2').token}.lease`), past, past);
  t.deepEqual(await all(heir), ['["silent"]']);
  t.false(
    existsSync(join(folder(root), `${elsewhere('2').token}.lease`)),
    'a lease that ran out goes',
  );
  t.deepEqual(await all(heir), []);
  for (const spool of [silent, alive, ended, heir]) spool.close();
});

test('a lease is renewed, and made anew when somebody removed it', async (t) => {
  const root = directory(t);
  const clock = new FakeClock();
  clock.time = Date.now();
  const spool = open(root, { clock, owner: elsewhere('4') });
  await spool.write(batch('a'));
  const lease = join(folder(root), `${elsewhere('4').token}.lease`);
  await clock.advance(31_000);
  await until(() => statSync(lease).mtimeMs > Date.now() + 20_000);
  const { unlinkSync } = await import('node:fs');
  unlinkSync(lease);
  await clock.advance(31_000);
  await until(() => existsSync(lease));
  spool.close();
  // Windows removes a file when nobody has it open any more, which who made it anew may have.
  if (process.platform === 'win32') await until(() => !existsSync(lease));
  t.false(existsSync(lease));
  t.is(clock.pending, 0);
});

test('a folder that vanishes is made anew', async (t) => {
  const root = directory(t);
  const errors: unknown[] = [];
  const spool = open(root, { onError: (error) => errors.push(error) });
  await spool.write(batch('a'));
  const { rmSync } = await import('node:fs');
  rmSync(folder(root), { recursive: true });
  await spool.write(batch('b'));
  t.true(spool.has(batch('b').id));
  t.is(readdirSync(folder(root)).length, 2);
  rmSync(folder(root), { recursive: true });
  spool.writeNow(batch('c'));
  t.is(batches(root).length, 1, 'and at the end of a process, too');
  t.deepEqual(errors, []);
});

test('who ends on a disk that does not answer renews its lease no more', async (t) => {
  const root = directory(t);
  const clock = new FakeClock();
  clock.time = Date.now();
  const write = nodeFs.write;
  let isHung = false;
  const fs = {
    ...nodeFs,
    write: (...args: Parameters<typeof write>) =>
      isHung ? new Promise<void>(() => undefined) : write(...args),
  };
  const spool = open(root, { clock, fs, owner: elsewhere('5') });
  await spool.write(batch('a', '["stored"]'));
  isHung = true;
  void spool.write(batch('b'));
  await clock.advance(5_000);
  t.true(spool.isHanging);
  spool.close();
  t.is(clock.pending, 0);
  clock.time += LEASE_MS;
  t.deepEqual(await all(open(root, { clock })), ['["stored"]']);
});

test('the bytes on disk are bounded, in whole blocks, whoever wrote them', async (t) => {
  const root = directory(t);
  const errors: unknown[] = [];
  await leave(root, [batch('a')]);
  const spool = open(root, { maxBytes: 3 * 4096, onError: (error) => errors.push(error) });
  await spool.look();
  for (const letter of ['b', 'c', 'd']) await spool.write(batch(letter));
  t.deepEqual(
    ['b', 'c', 'd'].map((letter) => spool.has(batch(letter).id)),
    [true, true, false],
  );
  t.is(errors.length, 1);
  await spool.remove(batch('b').id);
  await spool.write(batch('d'));
  t.true(spool.has(batch('d').id));
  spool.writeNow(batch('e'));
  t.false(spool.has(batch('e').id));
  t.is(batches(root).length, 3);
});

test('writes that fail take no room', async (t) => {
  let isFull = true;
  const write = nodeFs.write;
  const fs = {
    ...nodeFs,
    write: (...args: Parameters<typeof write>) =>
      isFull && args[0].includes('.batch') ? Promise.reject(new Error('ENOSPC')) : write(...args),
  };
  const errors: unknown[] = [];
  const root = directory(t);
  const spool = open(root, { fs, maxBytes: 2 * 4096, onError: (error) => errors.push(error) });
  for (const letter of ['a', 'b', 'c', 'd']) await spool.write(batch(letter));
  t.deepEqual(batches(root), []);
  t.true(errors.length > 0);
  isFull = false;
  for (const letter of ['e', 'f']) await spool.write(batch(letter));
  t.is(batches(root).length, 2);
  spool.close();
});

test('without options 64 MiB are kept, and files are not synced one by one', async (t) => {
  const root = directory(t);
  const errors: unknown[] = [];
  const synced: unknown[] = [];
  const fs: SpoolFs = {
    ...nodeFs,
    // Takes no room of a real disk.
    write: (path, _, sync) => {
      synced.push(sync);
      return nodeFs.write(path, new Uint8Array(1), sync);
    },
    syncFolder: async () => void synced.push('folder'),
  };
  const spool = open(root, { fs, onError: (error) => errors.push(error) });
  await spool.look();
  const body = new Uint8Array(4 * 1024 * 1024 - 4096);
  const written = [...'abcdefghijklmnop'].map((letter) => ({ ...batch(letter), body }));
  for (const one of written) await spool.write(one);
  t.true(written.every(({ id }) => spool.has(id)));
  t.deepEqual(errors, []);
  t.false(synced.some((sync) => sync !== false));
  await spool.remove(written[0]!.id);
  await spool.write({ ...written[0]!, body: new Uint8Array(4 * 1024 * 1024) });
  t.false(spool.has(written[0]!.id));
  t.is(errors.length, 1);
  spool.close();
});

test('what is parked comes back, in its place', async (t) => {
  const root = directory(t);
  const spool = open(root);
  for (const [letter, body] of [
    ['a', '[1]'],
    ['b', '[2]'],
    ['c', '[3]'],
  ] as const)
    await spool.write(batch(letter, body, 5));
  spool.park(batch('b').id);
  spool.park(batch('a').id);
  spool.park(batch('f').id);
  t.is(spool.backlog, 10);
  t.deepEqual(await all(spool), ['[1]', '[2]']);
  t.is(spool.backlog, 0);
});

test('a directory that cannot be used is reported, and nothing rejects', async (t) => {
  const root = directory(t);
  writeFileSync(join(root, 'file'), '');
  const errors: unknown[] = [];
  const spool = open(join(root, 'file', 'below'), { onError: (error) => errors.push(error) });
  t.deepEqual(await all(spool), []);
  await spool.write(batch('a'));
  spool.writeNow(batch('b'));
  await spool.remove(batch('a').id);
  spool.close();
  t.false(spool.has(batch('a').id) || spool.has(batch('b').id));
  // To Windows what is below a file is nothing, and a list of that is empty.
  t.true(errors.length >= (process.platform === 'win32' ? 2 : 3));
});

test('at the end of a process: written at once, and what was delivered does not come back', async (t) => {
  const root = directory(t);
  const spool = open(root, { sync: true });
  await spool.write(batch('a', '["delivered"]'));
  void spool.write(batch('b', '["under way"]'));
  void spool.write(batch('c', '["delivered too"]'));
  void spool.remove(batch('a').id);
  void spool.remove(batch('c').id);
  spool.writeNow(batch('b', '["under way"]'));
  spool.writeNow(batch('d', '["pending"]'));
  spool.close();
  await spool.settled();
  const heir = open(root);
  t.deepEqual(await all(heir), ['["under way"]', '["pending"]']);
  heir.close();
});

test('synced batches come back as others do', async (t) => {
  const root = directory(t);
  await leave(root, [batch('a', '["synced"]')], { sync: true });
  t.deepEqual(await all(open(root)), ['["synced"]']);
});

test('delivery deletes what arrived and leaves the rest for the next start', async (t) => {
  const root = directory(t);
  const source = new Source();
  const down = (upload: EventUpload): Promise<void> =>
    eventsOf(upload).includes(0)
      ? Promise.resolve()
      : Promise.reject(new NetworkError('network', 'down'));
  const events = delivery(source, {
    upload: down,
    spool: open(root),
    clock: new FakeClock(),
    retryLimit: 0,
    concurrency: 1,
  });
  source.log(30);
  t.deepEqual(await events.shutdown(), { delivered: 10, kept: 20, dropped: 0 });
  t.is(batches(root).length, 2);

  const arrived: number[] = [];
  const upload = async (upload: EventUpload): Promise<void> =>
    void arrived.push(...eventsOf(upload));
  const again = delivery(new Source(), { upload, spool: open(root), clock: new FakeClock() });
  t.deepEqual(await again.flush(), { delivered: 20, kept: 0, dropped: 0 });
  t.deepEqual(
    arrived,
    Array.from({ length: 20 }, (_, i) => 10 + i),
  );
  await again.shutdown();
  t.deepEqual(readdirSync(root), []);
});

test('a backlog larger than memory allows is delivered all the same, and reported while it is not', async (t) => {
  const root = directory(t);
  await leave(
    root,
    Array.from({ length: 9 }, (_, n) => batch(String(n), JSON.stringify([n]), 10)),
  );
  const more = { clock: new FakeClock(), maxQueuedEvents: 20, retryLimit: 0 };
  const down = (): Promise<void> => Promise.reject(new NetworkError('network', 'down'));
  const first = delivery(new Source(), { ...more, upload: down, spool: open(root) });
  t.deepEqual(await first.flush(), { delivered: 0, kept: 90, dropped: 0 });
  t.is(first.counters().queued, 90);
  t.deepEqual(await first.shutdown(), { delivered: 0, kept: 90, dropped: 0 });
  const second = delivery(new Source(), { ...more, spool: open(root) });
  second.start();
  t.deepEqual(await second.shutdown(), { delivered: 90, kept: 0, dropped: 0 });
});

test('a batch from the disk that memory has no room for at all is delivered alone', async (t) => {
  const root = directory(t);
  await leave(root, [batch('1', '[1]', 50), batch('2', '[2]', 1)]);
  const events = delivery(new Source(), {
    clock: new FakeClock(),
    maxQueuedEvents: 20,
    spool: open(root),
  });
  events.start();
  t.deepEqual(await events.flush(), { delivered: 51, kept: 0, dropped: 0 });
  await events.shutdown();
  t.deepEqual(readdirSync(root), []);
});

test('what somebody removes while memory has it is written again at the end', async (t) => {
  const root = directory(t);
  const down = (): Promise<void> => Promise.reject(new NetworkError('network', 'down'));
  const source = new Source();
  const events = delivery(source, {
    upload: down,
    clock: new FakeClock(),
    retryLimit: 0,
    spool: open(root),
  });
  source.log(10);
  await events.flush();
  rmSync(folder(root), { recursive: true });
  t.deepEqual(await events.shutdown(), { delivered: 0, kept: 10, dropped: 0 });
  const next = delivery(new Source(), { clock: new FakeClock(), spool: open(root) });
  t.deepEqual(await next.flush(), { delivered: 10, kept: 0, dropped: 0 });
  await next.shutdown();
});

test('without room in memory a batch waits on disk, and is not dropped', async (t) => {
  const root = directory(t);
  const source = new Source();
  let isUp = false;
  const upload = (): Promise<void> =>
    isUp ? Promise.resolve() : Promise.reject(new NetworkError('network', 'down'));
  const spool = open(root);
  const events = delivery(source, {
    upload,
    spool,
    clock: new FakeClock(),
    retryLimit: 0,
    maxQueuedEvents: 20,
  });
  for (let round = 0; round < 10; round++) {
    source.log(10);
    await events.flush();
    await spool.settled();
  }
  t.like(events.counters(), { queued: 100, dropped: 0 });
  isUp = true;
  t.deepEqual(await events.flush(), { delivered: 100, kept: 0, dropped: 0 });
  await events.shutdown();
  t.deepEqual(readdirSync(root), []);
});

test('batches survive kill -9 of the process that wrote them', async (t) => {
  const root = directory(t);
  const script = `
    const { batch, open } = require('./__test__/events/spool/support');
    const spool = open(process.argv[1]);
    Promise.all([spool.write(batch('a', '[7]')), spool.write(batch('b', '[8]'))]).then(() => process.stdout.write('written'));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--require=tsx/cjs', '-e', script, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const spool = open(root);
  t.deepEqual(await all(spool), []);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  t.deepEqual(await all(spool), ['[7]', '[8]']);
  spool.close();
  t.is(KEY.length > 0, true);
});
