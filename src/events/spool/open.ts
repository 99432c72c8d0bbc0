/** The spool on Node. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { type Clock, systemClock } from '../../host/clock';
import { DiskSpool } from './disk-spool';
import { type EventSpool, MAX_SPOOL_BYTES } from './event-spool';
import { SpoolFolder } from './folder';
import { nodeFs } from './node-fs';
import { type Owner, thisOwner } from './owner';
import type { SpoolFs } from './spool-fs';

export interface SpoolOptions {
  /** The folder in the directory is named by its hash. */
  secretKey: string;
  /**
   * Bytes of batches kept on disk for this key. Default 64 MiB; beyond it batches are not written.
   */
  maxBytes?: number;
  /** Batches survive a power failure, too. Default false. */
  sync?: boolean;
  clock?: Clock;
  /** Told of each failure of the disk. */
  onError?(error: unknown): void;
  /** For tests. */
  fs?: SpoolFs;
  /** For tests. */
  owner?: Owner;
}

/**
 * Undelivered batches on disk (`eventSpool: directory`): one file per batch, written before
 * delivery is known and deleted after it. Any number of processes and keys may use the directory.
 */
export function openSpool(directory: string, options: SpoolOptions): EventSpool {
  const { sync = false, maxBytes = MAX_SPOOL_BYTES, clock = systemClock } = options;
  const { fs = nodeFs, owner = thisOwner(), onError = () => undefined } = options;
  const folder = new SpoolFolder({
    // Absolute: the process may change its working directory.
    directory: resolve(directory),
    key: folderOf(options.secretKey),
    sync,
    fs,
    owner,
    clock,
    onError,
  });
  return new DiskSpool({ folder, owner: owner.token, maxBytes, clock, onError });
}

/** Name of a key's folder. */
export function folderOf(secretKey: string): string {
  return createHash('sha256').update(secretKey).digest('hex').slice(0, 32);
}
