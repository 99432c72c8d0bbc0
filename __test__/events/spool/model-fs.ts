/** A disk in memory, shared by the processes of a history, that fails as it is told. */
import { dirname, join } from 'node:path';
import type { FileFacts, SpoolFs } from '../../../src/events/spool/spool-fs';

/** What a path is. Links lead nowhere: nobody may follow them. */
export type EntryKind = 'file' | 'fifo' | 'link' | 'folder';

interface Entry {
  kind: EntryKind;
  content: Uint8Array;
  changedAt: number;
}

/** How the disk is. `full` has no room, `hung` does not answer, `blind` lists and reads nothing. */
export type DiskState = 'well' | 'full' | 'readonly' | 'hung' | 'blind';

const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** A process as the disk sees it: what it does after its death does not happen. */
export interface Actor {
  isDead: boolean;
  /** Called before and after each change, and in the middle of a write: may kill the process. */
  step(): void;
}

export class ModelDisk {
  state: DiskState = 'well';
  readonly entries = new Map<string, Entry>();
  private readonly folders = new Set<string>();
  private waiting: (() => void)[] = [];

  constructor(
    private readonly now: () => number,
    private readonly draw: () => number,
  ) {}

  /** What was hung goes on. */
  set(state: DiskState): void {
    this.state = state;
    if (state === 'hung') return;
    const { waiting } = this;
    this.waiting = [];
    for (const resume of waiting) resume();
  }

  /** Puts something there that is not from a spool. */
  put(path: string, content: Uint8Array | Exclude<EntryKind, 'file'>): void {
    const changedAt = this.now();
    if (typeof content === 'string') {
      this.entries.set(path, { kind: content, content: new Uint8Array(0), changedAt });
    } else {
      this.entries.set(path, { kind: 'file', content, changedAt });
    }
  }

  /** The disk as one process uses it. */
  for(actor: Actor): SpoolFs {
    const later = <T>(work: () => T): Promise<T> => this.later(actor, work);
    const write = (path: string, content: Uint8Array): void => this.write(actor, path, content);
    return {
      makeFolder: (path) => later(() => this.makeFolder(path)),
      list: (path) => later(() => this.list(path)),
      facts: (path) => later(() => this.facts(path)),
      read: (path, maxBytes) => later(() => this.read(path, maxBytes)),
      write: (path, content) => later(() => write(path, content)),
      rename: (from, to) => later(() => this.change(actor, () => this.rename(from, to))),
      remove: (path) => later(() => this.change(actor, () => this.remove(path))),
      touch: (path, time) => later(() => this.change(actor, () => this.touch(path, time))),
      syncFolder: () => later(() => undefined),
      now: {
        makeFolder: (path) => this.makeFolder(path),
        isThere: (path) => this.facts(path)?.isFile !== false && this.facts(path) !== null,
        write,
        rename: (from, to) => this.change(actor, () => this.rename(from, to)),
        remove: (path) => this.change(actor, () => this.remove(path)),
        syncFolder: () => undefined,
        removeFolder: (path) => this.removeFolder(path),
      },
    };
  }

  /** After some turns, so that processes mix; never for the dead. */
  private async later<T>(actor: Actor, work: () => T): Promise<T> {
    for (let turns = Math.floor(this.draw() * 4); turns > 0; turns--) await null;
    while (this.state === 'hung') await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (actor.isDead) return new Promise(() => undefined);
    const result = work();
    return actor.isDead ? new Promise(() => undefined) : result;
  }

  private change(actor: Actor, work: () => void): void {
    actor.step();
    if (actor.isDead) return;
    if (this.state === 'readonly') throw failure('EROFS');
    work();
    actor.step();
  }

  private write(actor: Actor, path: string, content: Uint8Array): void {
    this.change(actor, () => {
      if (!this.folders.has(dirname(path))) throw failure('ENOENT');
      if (this.entries.has(path)) throw failure('EEXIST');
      const half = content.subarray(0, Math.floor(content.length * this.draw()));
      this.put(path, half);
      actor.step();
      if (actor.isDead) return;
      if (this.state === 'full' && content.length > 0) throw failure('ENOSPC');
      this.put(path, content);
    });
  }

  private makeFolder(path: string): void {
    if (this.state === 'readonly' && !this.folders.has(path)) throw failure('EROFS');
    this.folders.add(path);
  }

  private removeFolder(path: string): void {
    if (this.list(path).length > 0) throw failure('ENOTEMPTY');
    this.folders.delete(path);
  }

  private list(path: string): string[] {
    if (this.state === 'blind') throw failure('EACCES');
    if (!this.folders.has(path)) throw failure('ENOENT');
    return [...this.entries.keys()]
      .filter((name) => dirname(name) === path)
      .map((name) => name.slice(join(path, '/').length));
  }

  private facts(path: string): FileFacts | null {
    const entry = this.entries.get(path);
    if (entry === undefined) return null;
    return {
      isFile: entry.kind === 'file',
      bytes: entry.content.length,
      changedAt: entry.changedAt,
    };
  }

  private read(path: string, maxBytes: number): Uint8Array | null {
    if (this.state === 'blind') throw failure('EIO');
    const entry = this.entries.get(path);
    if (entry === undefined) throw failure('ENOENT');
    if (entry.kind === 'link') throw failure('ELOOP');
    return entry.kind === 'file' && entry.content.length <= maxBytes ? entry.content.slice() : null;
  }

  private rename(from: string, to: string): void {
    const entry = this.entries.get(from);
    if (entry === undefined) throw failure('ENOENT');
    if (this.entries.get(to)?.kind === 'folder') throw failure('EISDIR');
    this.entries.delete(from);
    this.entries.set(to, entry);
  }

  private remove(path: string): void {
    const entry = this.entries.get(path);
    if (entry === undefined) throw failure('ENOENT');
    if (entry.kind === 'folder') throw failure('EISDIR');
    this.entries.delete(path);
  }

  private touch(path: string, time: number): void {
    const entry = this.entries.get(path);
    if (entry === undefined || entry.kind === 'link') throw failure('ENOENT');
    entry.changedAt = time;
  }
}
