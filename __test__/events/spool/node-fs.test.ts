/** Node's file system as the spool uses it. */
import fs from 'node:fs';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { nodeFs } from '../../../src/events/spool/node-fs';
import { directory } from './support';

const isWindows = process.platform === 'win32';

/** What all open files have. */
async function handles(): Promise<FileHandle> {
  const file = await open(__filename);
  await file.close();
  return Object.getPrototypeOf(file) as FileHandle;
}

/** Puts something in the place of a member until the test ends. */
function instead<T extends object, K extends keyof T>(
  t: ExecutionContext,
  holder: T,
  name: K,
  value: unknown,
): void {
  const before = Object.getOwnPropertyDescriptor(holder, name)!;
  Object.defineProperty(holder, name, { ...before, value });
  t.teardown(() => Object.defineProperty(holder, name, before));
}

test('a file is read whole up to a length, and not beyond', async (t) => {
  const path = join(directory(t), 'file');
  writeFileSync(path, 'abc');
  t.is(Buffer.from((await nodeFs.read(path, 3))!).toString(), 'abc');
  t.is(await nodeFs.read(path, 2), null);
  writeFileSync(path, '');
  t.is((await nodeFs.read(path, 0))?.length, 0);
});

test.serial(
  'a file is read to its end, in however small pieces, or to where it ends now',
  async (t) => {
    const path = join(directory(t), 'file');
    writeFileSync(path, 'abc');
    const file = await handles();
    const read = file.read as (...args: unknown[]) => unknown;
    let pieces = 0;
    instead(
      t,
      file,
      'read',
      function (this: FileHandle, ...args: [Uint8Array, number, number, number]) {
        pieces++;
        const [bytes, at, length, place] = args;
        t.is(length, bytes.length - at);
        return read.call(this, bytes, at, pieces > 2 ? 0 : 1, place);
      },
    );
    t.is(Buffer.from((await nodeFs.read(path, 3))!).toString(), 'ab');
    t.is(pieces, 3);
  },
);

test.serial('what is written is synced if that is wanted, and closed', async (t) => {
  const root = directory(t);
  const did: string[] = [];
  const file = await handles();
  const { closeSync } = fs;
  instead(t, file, 'sync', async () => void did.push('sync'));
  instead(t, fs, 'fsyncSync', () => void did.push('sync now'));
  instead(t, fs, 'closeSync', (handle: number) => (did.push('close now'), closeSync(handle)));
  await nodeFs.write(join(root, 'a'), Buffer.from(''), false);
  nodeFs.now.write(join(root, 'b'), Buffer.from(''), false);
  t.deepEqual(did.splice(0), ['close now']);
  await nodeFs.write(join(root, 'c'), Buffer.from(''), true);
  nodeFs.now.write(join(root, 'd'), Buffer.from(''), true);
  t.deepEqual(did.splice(0), ['sync', 'sync now', 'close now']);
  if (isWindows) return;
  nodeFs.now.syncFolder(root);
  t.deepEqual(did, ['sync now', 'close now']);
});

test.serial('on Windows folders are not synced', async (t) => {
  instead(t, process, 'platform', 'win32');
  await nodeFs.syncFolder('nothing');
  t.notThrows(() => nodeFs.now.syncFolder('nothing'));
});

test.serial('a folder of another user is not used; without users there are no modes', (t) => {
  if (isWindows) return t.pass('no modes there');
  const path = join(directory(t), 'folder');
  nodeFs.now.makeFolder(path);
  let changes = 0;
  const change = fs.chmodSync;
  instead(t, fs, 'chmodSync', () => changes++);
  nodeFs.now.makeFolder(path);
  t.is(changes, 0, 'it is fine');
  const owner = statSync(path).uid;
  instead(t, process, 'geteuid', () => owner + 1);
  t.throws(() => nodeFs.now.makeFolder(path), { message: /belongs to another user/ });
  change(path, 0o755);
  instead(t, process, 'geteuid', undefined);
  nodeFs.now.makeFolder(path);
  t.is(changes, 0);
});

test('what is no file is not read', async (t) => {
  if (isWindows) return t.pass('Windows opens no folders');
  t.is(await nodeFs.read(directory(t), 1e9), null);
});

test('a file is written once: who finds one there fails, and changes nothing', async (t) => {
  const root = directory(t);
  const write = {
    later: (path: string, sync: boolean) => nodeFs.write(path, Buffer.from('new'), sync),
    now: async (path: string, sync: boolean) => nodeFs.now.write(path, Buffer.from('new'), sync),
  };
  for (const [name, writing] of Object.entries(write)) {
    for (const sync of [false, true]) {
      const path = join(root, `${name} ${sync}`);
      await writing(path, sync);
      t.is(readFileSync(path, 'utf8'), 'new');
      writeFileSync(path, 'old');
      await t.throwsAsync(writing(path, sync), { code: 'EEXIST' });
      t.is(readFileSync(path, 'utf8'), 'old');
    }
  }
});

test('facts of a file, of a folder, of a link and of nothing', async (t) => {
  const root = directory(t);
  const path = join(root, 'file');
  writeFileSync(path, 'abc');
  await nodeFs.touch(path, 1_700_000_000_500);
  t.deepEqual(await nodeFs.facts(path), {
    isFile: true,
    bytes: 3,
    changedAt: 1_700_000_000_500,
  });
  t.like(await nodeFs.facts(root), { isFile: false });
  t.is(await nodeFs.facts(join(root, 'nothing')), null);
  if (isWindows) return;
  symlinkSync(path, join(root, 'link'));
  t.like(await nodeFs.facts(join(root, 'link')), { isFile: false });
  await t.throwsAsync(nodeFs.facts(join(path, 'below')), { code: 'ENOTDIR' });
});

test('at the end of a process only a file is there, and a name that cannot be looked at may be', (t) => {
  const root = directory(t);
  const path = join(root, 'file');
  writeFileSync(path, '');
  t.true(nodeFs.now.isThere(path));
  t.false(nodeFs.now.isThere(root));
  t.false(nodeFs.now.isThere(join(root, 'nothing')));
  t.false(nodeFs.now.isThere(join(path, 'below')));
  if (!isWindows) t.true(nodeFs.now.isThere(join(root, 'x'.repeat(5000))));
});

test('files are renamed and removed, empty folders too, now or later', async (t) => {
  const root = directory(t);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => join(root, name)) as [string, string, string];
  writeFileSync(a, '');
  await nodeFs.rename(a, b);
  nodeFs.now.rename(b, c);
  t.deepEqual(await nodeFs.list(root), ['c']);
  await nodeFs.remove(c);
  writeFileSync(a, '');
  nodeFs.now.remove(a);
  t.deepEqual(await nodeFs.list(root), []);
  nodeFs.now.removeFolder(root);
  t.false(existsSync(root));
  mkdirSync(root);
});

test('a folder is this user’s only, whatever it was before', async (t) => {
  if (isWindows) return t.pass('no modes there');
  const root = directory(t);
  const make = {
    later: (path: string) => nodeFs.makeFolder(path),
    now: async (path: string) => nodeFs.now.makeFolder(path),
  };
  for (const [name, making] of Object.entries(make)) {
    const path = join(root, name, 'deep');
    await making(path);
    t.is(statSync(path).mode & 0o777, 0o700);
    chmodSync(path, 0o755);
    await making(path);
    t.is(statSync(path).mode & 0o777, 0o700);
    const link = join(root, `${name} link`);
    symlinkSync(path, link);
    await t.throwsAsync(making(link), { message: /is no folder/ });
  }
});

test('a folder is synced, if it is one', async (t) => {
  const root = directory(t);
  await nodeFs.syncFolder(root);
  nodeFs.now.syncFolder(root);
  if (isWindows) return t.pass('nothing is synced there');
  await t.throwsAsync(nodeFs.syncFolder(join(root, 'nothing')), { code: 'ENOENT' });
  t.throws(() => nodeFs.now.syncFolder(join(root, 'nothing')), { code: 'ENOENT' });
});
