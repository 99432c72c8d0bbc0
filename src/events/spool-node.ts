import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Clock, type TimerHandle, systemClock } from '../network/clock';
import type { EventSpool, StoredBatch } from './batch';

/** Default bound of one spool, bytes of batch files. */
export const MAX_SPOOL_BYTES = 64 * 1024 * 1024;
/** An owner that has not shown itself for this long is taken for dead, ms. */
export const OWNER_STALE_MS = 120_000;
const HEARTBEAT_MS = 30_000;
const SUFFIX = '.batch';
/** Process ID in the name of a folder that was closed with batches in it. */
const NOBODY = '0';
/** `{host}~{pid}~{process start, s}~{random}`: who owns a folder. */
const OWNER = /^(.*)~(\d+)~(\d+)~[0-9a-f]+$/;
/** `{time}-{batch ID}-{events}.batch`: the name still tells how many events a file held that cannot be read. */
const COUNT = /-(\d+)\.batch$/;

export interface SpoolOptions {
  /** Bytes of batches kept on disk, those taken over included. Default 64 MiB; newer batches are not written beyond. */
  maxBytes?: number;
  clock?: Clock;
  /** Told of each failure of the disk, once per kind. */
  onError?(error: unknown): void;
}

/**
 * Undelivered batches on disk (`eventSpool: directory`), one file per batch, written before delivery is known and
 * deleted after it. Every spool writes into a folder of its own, so that processes sharing the directory never send a
 * batch twice. A folder whose owner is gone is taken over by renaming it, which only one process can do. An owner is
 * gone when its process (same host) no longer exists, or when it has not touched its folder for two minutes.
 *
 * A crash loses what the engine had not handed over yet and the batch being written. The disk is not synced: a power
 * failure may lose the latest batches.
 */
export function openSpool(directory: string, options: SpoolOptions = {}): EventSpool {
  return new DirectorySpool(directory, options);
}

class DirectorySpool implements EventSpool {
  corrupt = 0;
  unwritten = 0;
  lostEvents = 0;
  private readonly folder: string;
  private readonly clock: Clock;
  private readonly maxBytes: number;
  /** Bytes on disk by batch ID, and the file each is in. */
  private readonly files = new Map<string, { path: string; bytes: number }>();
  /** The latest write or removal under way, by batch ID. */
  private readonly working = new Map<string, Promise<void>>();
  private bytes = 0;
  private ready: Promise<unknown> | null = null;
  private heartbeat: TimerHandle = null;
  private isClosed = false;

  constructor(
    private readonly directory: string,
    private readonly options: SpoolOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.maxBytes = options.maxBytes ?? MAX_SPOOL_BYTES;
    this.folder = join(directory, ownerName());
  }

  async recover(): Promise<StoredBatch[]> {
    try {
      await this.prepare();
      const batches: StoredBatch[] = [];
      for (const name of (await readdir(this.directory)).sort()) {
        if (await this.isOrphan(name)) batches.push(...(await this.takeOver(name)));
      }
      return batches;
    } catch (error) {
      this.options.onError?.(error);
      return [];
    }
  }

  has(batchId: string): boolean {
    return this.files.has(batchId);
  }

  write(batch: StoredBatch): Promise<void> {
    return this.track(
      this.writeFile(batch).catch((error: unknown) => {
        this.unwritten++;
        this.options.onError?.(error);
      }),
      batch.id,
    );
  }

  remove(batchId: string): Promise<void> {
    const written = this.working.get(batchId);
    return this.track(written === undefined ? this.removeFile(batchId) : written.then(() => this.removeFile(batchId)), batchId);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.clock.clearTimer(this.heartbeat);
    await Promise.all(this.working.values());
    LIVE_FOLDERS.delete(this.folder);
    if (this.files.size === 0) await rm(this.folder, { recursive: true, force: true }).catch(() => undefined);
    // What is left is for the next start, which may be in this very process: nobody owns it any more.
    else await rename(this.folder, join(this.directory, ownerName(NOBODY))).catch((error: unknown) => this.options.onError?.(error));
  }

  private track(work: Promise<void>, batchId: string): Promise<void> {
    const tracked = work.finally(() => {
      if (this.working.get(batchId) === tracked) this.working.delete(batchId);
    });
    this.working.set(batchId, tracked);
    return tracked;
  }

  private async removeFile(batchId: string): Promise<void> {
    const file = this.files.get(batchId);
    if (file === undefined) return;
    this.files.delete(batchId);
    this.bytes -= file.bytes;
    await rm(file.path, { force: true }).catch((error: unknown) => this.options.onError?.(error));
  }

  private prepare(): Promise<unknown> {
    this.ready ??= mkdir(this.folder, { recursive: true }).then(() => {
      LIVE_FOLDERS.add(this.folder);
      this.beat();
    });
    return this.ready;
  }

  private beat(): void {
    if (this.isClosed) return;
    this.heartbeat = this.clock.setTimer(() => {
      const now = this.clock.now() / 1000;
      utimes(this.folder, now, now).catch((error: unknown) => this.options.onError?.(error));
      this.beat();
    }, HEARTBEAT_MS);
  }

  private async writeFile(batch: StoredBatch): Promise<void> {
    const content = encodeBatch(batch);
    if (this.bytes + content.length > this.maxBytes) throw new Error('The event spool is full');
    this.bytes += content.length;
    const path = join(this.folder, `${String(this.clock.now()).padStart(15, '0')}-${batch.id}-${batch.count}${SUFFIX}`);
    try {
      await this.prepare();
      await writeFile(`${path}.tmp`, content);
      await rename(`${path}.tmp`, path);
      this.files.set(batch.id, { path, bytes: content.length });
    } catch (error) {
      this.bytes -= content.length;
      throw error;
    }
  }

  private async isOrphan(name: string): Promise<boolean> {
    const owner = OWNER.exec(name);
    const path = join(this.directory, name);
    if (owner === null || path === this.folder || LIVE_FOLDERS.has(path)) return false;
    const [, host, pid, started] = owner;
    if (pid === NOBODY) return true;
    if (host === safeHost() && !isAlive(Number(pid), Number(started))) return true;
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    return this.clock.now() - mtimeMs > OWNER_STALE_MS;
  }

  /** Moves a folder into ours and reads it. Empty when another process was faster. */
  private async takeOver(name: string): Promise<StoredBatch[]> {
    const taken = join(this.folder, `from-${randomBytes(6).toString('hex')}`);
    try {
      await rename(join(this.directory, name), taken);
    } catch {
      return [];
    }
    const batches: StoredBatch[] = [];
    for (const path of await batchFiles(taken)) {
      const batch = await this.adopt(path);
      if (batch !== null) batches.push(batch);
    }
    return batches;
  }

  /** Reads a file of a dead owner and moves it next to ours, so that a further crash finds it in one place. */
  private async adopt(path: string): Promise<StoredBatch | null> {
    const content = await readFile(path).catch(() => null);
    const batch = content === null ? null : decodeBatch(content);
    if (content === null || batch === null) {
      this.corrupt++;
      this.lostEvents += Number(COUNT.exec(path)?.[1] ?? 1);
      await rm(path, { force: true }).catch(() => undefined);
      return null;
    }
    const isKnown = this.files.has(batch.id);
    if (this.bytes + content.length > this.maxBytes || isKnown) {
      if (!isKnown) this.lostEvents += batch.count;
      this.unwritten++;
      await rm(path, { force: true }).catch(() => undefined);
      return null;
    }
    this.bytes += content.length;
    this.files.set(batch.id, { path, bytes: content.length });
    return batch;
  }
}

/** Folders of spools open in this thread. */
const LIVE_FOLDERS = new Set<string>();

/** Batch files below a folder, oldest first. Folders nest when an owner died after taking over another's. */
async function batchFiles(folder: string): Promise<string[]> {
  const found: { name: string; path: string }[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await batchFiles(path)).map((inner) => ({ name: baseName(inner), path: inner })));
    else if (entry.name.endsWith(SUFFIX)) found.push({ name: entry.name, path });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ path }) => path);
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** One line of JSON, then the body. */
function encodeBatch({ id, count, body, isGzipped }: StoredBatch): Buffer {
  const head = JSON.stringify({ v: 1, id, count, isGzipped, sha256: digest(body) });
  return Buffer.concat([Buffer.from(`${head}\n`), body]);
}

function decodeBatch(content: Buffer): StoredBatch | null {
  try {
    const end = content.indexOf(0x0a);
    const head = JSON.parse(content.toString('utf8', 0, end)) as Record<string, unknown>;
    const { v, id, count, isGzipped, sha256 } = head;
    const body = content.subarray(end + 1);
    if (v !== 1 || typeof id !== 'string' || typeof isGzipped !== 'boolean' || sha256 !== digest(body)) return null;
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 1) return null;
    return { id, count, body, isGzipped };
  } catch {
    return null;
  }
}

function digest(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function ownerName(pid = String(process.pid)): string {
  return `${safeHost()}~${pid}~${processStart()}~${randomBytes(4).toString('hex')}`;
}

function safeHost(): string {
  return hostname().replace(/[^A-Za-z0-9.-]/g, '_') || 'host';
}

/** When this process started, in seconds. */
function processStart(): number {
  return Math.round(Date.now() / 1000 - process.uptime());
}

/** Whether a process of this host that started then still runs. A container's process 1 is told from its predecessor. */
function isAlive(pid: number, started: number): boolean {
  if (pid === process.pid) return Math.abs(started - processStart()) <= 2;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
