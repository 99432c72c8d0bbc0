/**
 * Who owns a batch file. A token `{place}.{pid}.{start}.{random}` names one open spool: the machine
 * (or container) and its process tell others of the same place at once that it is gone, the lease
 * tells everybody else after a while.
 */
import { codeOf } from '../../host/fields';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who opens a spool, and who of the others is known to be gone. */
export interface Owner {
  readonly token: string;
  /** True when that process has certainly ended; false when it runs or nobody here can tell. */
  isGone(token: string): boolean;
}

/** This process, as one owner among others that it may have. */
export function thisOwner(): Owner {
  const { pid } = process;
  const token = [place(), pid, statusOf(pid).start, randomBytes(4).toString('hex')].join('.');
  return { token, isGone };
}

function isGone(token: string): boolean {
  const [where, pid, start] = token.split('.');
  if (where !== place()) return false;
  if (!isRunning(Number(pid))) return true;
  const now = statusOf(Number(pid));
  return now.isZombie || (now.start !== '0' && start !== '0' && now.start !== start);
}

let knownPlace: string | undefined;

/** Where process IDs mean the same: host, boot and, in a container, its name space. */
function place(): string {
  knownPlace ??= createHash('sha256')
    .update(
      [
        hostname(),
        textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
        textOf(() => readlinkSync('/proc/self/ns/pid')),
      ].join('\n'),
    )
    .digest('hex')
    .slice(0, 8);
  return knownPlace;
}

/** `start`: ticks since boot, '0' where there is no /proc. Process IDs are used again. */
function statusOf(pid: number): { start: string; isZombie: boolean } {
  const text = textOf(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The second field is the command in brackets, and may hold any; the third is the state.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { start: fields[19] ?? '0', isZombie: fields[0] === 'Z' };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
