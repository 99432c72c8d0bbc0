/**
 * What others may leave in the spool's folder: none of it hangs, is read, is sent, or takes
 * anything along.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  closeSync,
  ftruncateSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { nodeFs } from '../../../src/events/spool/node-fs';
import { all, batch, batches, directory, folder, leave, open } from './support';

const isWindows = process.platform === 'win32';
/** A name as the spool gives it, of an owner that is gone. */
const nameLikeOurs = (letter: string): string =>
  `000000000000001-${batch(letter).id}~ffffffff.1.1.00000009-10-7.batch`;

/**
 * Leaves a good batch, lets `spoil` act on the folder, and demands that the batch arrives all the
 * same.
 */
async function withGoodBatch(
  t: ExecutionContext,
  spoil: (path: string, root: string) => void,
): Promise<string> {
  const root = directory(t);
  await leave(root, [batch('a', '["good"]')]);
  spoil(folder(root), root);
  const heir = open(root);
  t.deepEqual(await all(heir), ['["good"]']);
  t.is(heir.takeDamaged(), 0);
  await heir.remove(batch('a').id);
  heir.close();
  return folder(root);
}

test('FIFOs, under names like ours and not', async (t) => {
  if (isWindows) return t.pass('no FIFOs there');
  const path = await withGoodBatch(t, (path) => {
    for (const name of [nameLikeOurs('b'), '000000000000001-x-1.batch', 'pipe.lease', 'pipe']) {
      execFileSync('mkfifo', [join(path, name)]);
    }
  });
  t.is(readdirSync(path).length, 4, 'they stay');
});

test('a FIFO that takes the place of a file between look and read', async (t) => {
  if (isWindows) return t.pass('no FIFOs there');
  const path = join(directory(t), 'pipe');
  execFileSync('mkfifo', [path]);
  t.is(await nodeFs.read(path, 1_000), null);
});

test('links, to devices, to other files and to folders', async (t) => {
  if (isWindows) return t.pass('links need rights there');
  const elsewhere = directory(t);
  writeFileSync(join(elsewhere, 'report-1.batch'), 'not ours');
  const path = await withGoodBatch(t, (path, root) => {
    symlinkSync('/dev/zero', join(path, nameLikeOurs('b')));
    symlinkSync(join(elsewhere, 'report-1.batch'), join(path, nameLikeOurs('c')));
    symlinkSync(elsewhere, join(path, nameLikeOurs('d')));
    symlinkSync(elsewhere, join(root, 'abcdef01'));
    symlinkSync(join(elsewhere, 'report-1.batch'), join(path, 'ffffffff.1.1.00000009.lease'));
  });
  t.is(readFileSync(join(elsewhere, 'report-1.batch'), 'utf8'), 'not ours');
  t.is(batches(dirname(path)).length, 3);
  await t.throwsAsync(nodeFs.read(join(path, nameLikeOurs('c')), 1_000), { code: 'ELOOP' });
});

test('folders, under names like ours, nested and full', async (t) => {
  await withGoodBatch(t, (path) => {
    mkdirSync(join(path, nameLikeOurs('b')));
    mkdirSync(join(path, 'abcdef01', 'abcdef01'), { recursive: true });
    writeFileSync(join(path, 'abcdef01', nameLikeOurs('c')), 'junk');
  });
});

test('folders and links that look like the rest of a write', async (t) => {
  if (isWindows) return t.pass('no links there');
  const path = await withGoodBatch(t, (path, root) => {
    const [ours = ''] = readdirSync(path);
    const rest = ours.replace(/~.*?-/, '~ffffffff.1.1.00000009-');
    mkdirSync(join(path, `${rest}.tmp`));
    writeFileSync(join(root, 'target'), "another one's");
    symlinkSync(join(root, 'target'), join(path, `${rest}.now`));
  });
  t.is(readdirSync(path).length, 2, 'both stay');
});

test('junk, under names that promise 10^20 events, and files longer than any batch', async (t) => {
  const path = await withGoodBatch(t, (path) => {
    const [ours = ''] = readdirSync(path);
    for (const name of [
      'junk',
      '.batch',
      '1-1.batch',
      `${ours}.bak`,
      ours.replace(/-\d+\.batch$/, '-100000000000000000000.batch'),
    ]) {
      writeFileSync(join(path, name), 'junk');
    }
    const long = openSync(join(path, nameLikeOurs('b')), 'w');
    ftruncateSync(long, 2 ** 33);
    closeSync(long);
  });
  t.is(readdirSync(path).length, 6, 'all stay');
});

test('a folder that is a link is not used', async (t) => {
  if (isWindows) return t.pass('links need rights there');
  const [root, elsewhere] = [directory(t), directory(t)];
  symlinkSync(elsewhere, folder(root));
  const errors: string[] = [];
  const spool = open(root, { onError: (error) => errors.push(String(error)) });
  await spool.write(batch('a'));
  spool.writeNow(batch('b'));
  spool.close();
  t.false(spool.has(batch('a').id) || spool.has(batch('b').id));
  t.deepEqual(readdirSync(elsewhere), []);
  t.true(lstatSync(folder(root)).isSymbolicLink());
  t.true(errors.every((error) => error.includes('is no folder')) && errors.length === 2);
});

test('a batch that cannot be read now stays, and counts as kept', async (t) => {
  const root = directory(t);
  await leave(root, [batch('a', '["good"]', 4), batch('b', '["other"]', 3)]);
  let isBroken = true;
  const broken = {
    ...nodeFs,
    read: (path: string, maxBytes: number) =>
      isBroken && path.includes(batch('a').id)
        ? Promise.reject(Object.assign(new Error('the disk'), { code: 'EIO' }))
        : nodeFs.read(path, maxBytes),
  };
  const heir = open(root, { fs: broken });
  t.deepEqual(await all(heir), ['["other"]']);
  t.is(heir.backlog, 4);
  isBroken = false;
  t.deepEqual(await all(heir), ['["good"]']);
  t.true(existsSync(folder(root)));
});

test('names that promise many bytes or events take no room and are not believed', async (t) => {
  const large = (letter: string, events = 7): string =>
    `000000000000001-${batch(letter).id}~ffffffff.1.1.00000009-67108864-${events}.batch`;
  const root = directory(t);
  await leave(root, [batch('a', '["good"]', 3)]);
  const [good = ''] = readdirSync(folder(root)).filter((name) => name.endsWith('.batch'));
  mkdirSync(join(folder(root), large('b')));
  writeFileSync(join(folder(root), large('c')), `${JSON.stringify({ v: 2 })}\n`);
  // Whole, and of another number of events than its name says.
  const lie = good.replace(batch('a').id, batch('e').id).replace(/-3\.batch$/, '-9.batch');
  writeFileSync(join(folder(root), lie), readFileSync(join(folder(root), good)));
  writeFileSync(
    join(folder(root), large('f')),
    `${JSON.stringify({ v: 1, key: { toString: 1 }, id: batch('f').id, count: 7, isGzipped: false, sha256: '' })}\n`,
  );
  const heir = open(root);
  t.deepEqual(await all(heir), ['["good"]']);
  t.is(heir.takeDamaged(), 9 + 7);
  await heir.write(batch('n', '["new"]'));
  t.true(heir.has(batch('n').id), 'there is room');
  heir.close();
});
