import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { StoredBatch } from '../../src/events/batch';
import { OWNER_STALE_MS, openSpool } from '../../src/events/spool-node';
import type { EventUpload } from '../../src/events/sender';
import { NetworkError } from '../../src/network/network-error';
import { FakeClock, settle, until } from '../network/fake-clock';
import { Source, delivery, eventsOf } from './source';

const directory = (): string => mkdtempSync(join(tmpdir(), 'spool-test-'));
const batch = (id: string, body = '[1]'): StoredBatch => ({ id, count: 1, body: Buffer.from(body), isGzipped: false });

function filesBelow(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)],
  );
}

/** A folder as a process that is gone leaves it. */
function orphan(root: string, name = `${hostname()}~999999999~1~abcd`): string {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
}

test('what was not removed is recovered once, by one spool only', async (t) => {
  const root = directory();
  const first = openSpool(root);
  await first.write(batch('a'));
  await first.write(batch('b', '[2]'));
  await first.remove('a');
  const second = openSpool(root);
  t.deepEqual(await second.recover(), [], 'the first one is still open');
  await first.close();
  t.true(first.has('b') && !first.has('a'));
  const [third, fourth] = [openSpool(root), openSpool(root)];
  const found = (await Promise.all([third.recover(), fourth.recover()])).flat();
  t.deepEqual(found.map(({ id, body }) => [id, Buffer.from(body).toString()]), [['b', '[2]']]);
  await third.remove('b');
  await fourth.remove('b');
  for (const spool of [second, third, fourth]) await spool.close();
  t.deepEqual(filesBelow(root), []);
});

test('the folder of a process of this host that is gone is taken over at once; another host must be stale', async (t) => {
  const root = directory();
  const source = openSpool(root);
  await source.write(batch('x'));
  const [file = ''] = filesBelow(root);
  const dead = orphan(root);
  const elsewhere = orphan(root, 'other-host~1~1~abcd');
  for (const folder of [dead, elsewhere]) writeFileSync(join(folder, `1-${folder.length}.batch`), content(file, folder));
  const spool = openSpool(root);
  t.deepEqual((await spool.recover()).map(({ id }) => id), ['in-999']);
  const old = Date.now() / 1000 - OWNER_STALE_MS / 1000 - 5;
  utimesSync(elsewhere, old, old);
  t.deepEqual((await spool.recover()).map(({ id }) => id), ['in-oth']);
  await source.close();
});

function content(file: string, folder: string): Buffer {
  const id = folder.includes('other-host') ? 'in-oth' : 'in-999';
  return Buffer.from(readFileSync(file).toString().replace('"id":"x"', `"id":"${id}"`));
}

test('a closed folder is free for the same process, without waiting', async (t) => {
  const root = directory();
  const first = openSpool(root);
  await first.write({ ...batch('a'), count: 7 });
  await first.close();
  const again = openSpool(root);
  t.deepEqual((await again.recover()).map(({ id, count }) => [id, count]), [['a', 7]]);
  await again.remove('a');
  await again.close();
  t.deepEqual(filesBelow(root), []);
});

test('corrupt files are skipped, deleted and counted', async (t) => {
  const root = directory();
  const writer = openSpool(root);
  await writer.write(batch('good'));
  const [file = ''] = filesBelow(root);
  const good = readFileSync(file);
  const dead = orphan(root);
  const bad = {
    empty: '',
    junk: 'not json\n[1]',
    truncated: good.subarray(0, good.length - 1),
    flipped: Buffer.from(good.toString().replace('[1]', '[2]')),
    negative: Buffer.from(good.toString().replace('"count":1', '"count":-1')),
  };
  for (const [name, bytes] of Object.entries(bad)) writeFileSync(join(dead, `${name}.batch`), bytes);
  writeFileSync(join(dead, 'good.batch'), good);
  const reader = openSpool(root);
  t.deepEqual((await reader.recover()).map(({ id }) => id), ['good']);
  t.is(reader.corrupt, 5);
  t.is(filesBelow(root).length, 2);
  await writer.close();
});

test('the bytes on disk are bounded', async (t) => {
  const root = directory();
  const errors: unknown[] = [];
  const spool = openSpool(root, { maxBytes: 600, onError: (error) => errors.push(error) });
  for (const id of ['a', 'b', 'c', 'd', 'e']) await spool.write(batch(id, 'x'.repeat(100)));
  t.is(filesBelow(root).length, 2);
  t.is(spool.unwritten, 3);
  t.is(errors.length, 3);
  await spool.remove('a');
  await spool.write(batch('f', 'x'.repeat(100)));
  t.is(spool.unwritten, 3);
});

test('a directory that cannot be used is reported, and nothing rejects', async (t) => {
  const root = directory();
  writeFileSync(join(root, 'file'), '');
  const errors: unknown[] = [];
  const spool = openSpool(join(root, 'file', 'below'), { onError: (error) => errors.push(error) });
  t.deepEqual(await spool.recover(), []);
  await spool.write(batch('a'));
  await spool.remove('a');
  await spool.close();
  t.is(spool.unwritten, 1);
  t.true(errors.length >= 2);
});

test('delivery deletes what arrived and leaves the rest for the next start', async (t) => {
  const root = directory();
  const source = new Source();
  const down = (upload: EventUpload): Promise<void> =>
    eventsOf(upload).includes(0) ? Promise.resolve() : Promise.reject(new NetworkError('network', 'down'));
  const clock = new FakeClock();
  clock.time = Date.now();
  const events = delivery(source, { upload: down, spool: openSpool(root), clock, retryLimit: 0, concurrency: 1 });
  source.log(30);
  t.deepEqual(await events.shutdown(), { delivered: 10, kept: 20, dropped: 0 });
  t.is(filesBelow(root).length, 2);

  const late = new FakeClock();
  late.time = Date.now() + OWNER_STALE_MS + 1_000;
  const arrived: number[] = [];
  const upload = (upload: EventUpload): Promise<void> => {
    arrived.push(...eventsOf(upload));
    return Promise.resolve();
  };
  const again = delivery(new Source(), { upload, spool: openSpool(root, { clock: late }), clock: new FakeClock() });
  again.start();
  await until(() => arrived.length === 20);
  await again.shutdown();
  await settle();
  t.deepEqual(arrived.sort((a, b) => a - b), Array.from({ length: 20 }, (_, i) => 10 + i));
  t.deepEqual(filesBelow(root), []);
});

test('batches survive kill -9 of the process that wrote them', async (t) => {
  const root = directory();
  const script = `
    const { openSpool } = require('./src/events/spool-node');
    const spool = openSpool(process.argv[1]);
    const write = (id) => spool.write({ id, count: 1, body: Buffer.from('[7]'), isGzipped: false });
    Promise.all([write('k1'), write('k2')]).then(() => process.stdout.write('written'));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--require=tsx/cjs', '-e', script, root], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const spool = openSpool(root);
  t.deepEqual(await spool.recover(), []);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  t.deepEqual((await spool.recover()).map(({ id }) => id).sort(), ['k1', 'k2']);
  await spool.close();
  rmSync(root, { recursive: true });
});
