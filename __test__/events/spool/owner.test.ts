/** Which processes have ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'ava';
import { thisOwner } from '../../../src/events/spool/owner';
import { batches, directory, leave, open, all, batch } from './support';
import { FakeClock } from '../../network/fake-clock';

const { token, isGone } = thisOwner();
const [place, pid, start] = token.split('.');

test('this process runs, and its ID has been another’s', (t) => {
  t.false(isGone(token));
  t.false(isGone(`${place}.${pid}.0.x`), 'where nobody knows when it began');
  t.false(isGone(`other.${pid}.1.x`), 'nobody can look there');
  t.true(isGone(`${place}.999999999.${start}.x`));
  t.is(start === '0', process.platform !== 'linux');
  if (start !== '0') t.true(isGone(`${place}.${pid}.${Number(start) + 1}.x`));
  t.not(thisOwner().token, token);
});

test('what has ended and waits for its parent is gone', async (t) => {
  if (process.platform !== 'linux') return t.pass('states of processes are read on Linux');
  // The shell becomes a program that never asks what its child came to.
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
  t.teardown(() => parent.kill('SIGKILL'));
  const [child] = (await once(parent.stdout, 'data')) as [Buffer];
  const zombie = `${place}.${Number(child)}.0.x`;
  for (let i = 0; i < 100 && !isGone(zombie); i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  t.true(isGone(zombie));
});

test('a clock that tells no time names files all the same', async (t) => {
  const root = directory(t);
  const clock = new FakeClock();
  clock.now = () => NaN;
  await leave(root, [batch('a', '["a"]'), batch('b', '["b"]')], { clock });
  t.is(batches(root).length, 2);
  t.deepEqual(await all(open(root)), ['["a"]', '["b"]']);
});
