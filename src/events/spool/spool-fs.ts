/**
 * What the spool needs of a file system. `nodeFs` is Node's; the model of the tests is another,
 * which fails, fills up and loses processes as it is told.
 */

/** What `lstat` says. */
export interface FileFacts {
  /** Neither folder nor link, FIFO, socket or device. */
  isFile: boolean;
  bytes: number;
  /** Last change, ms since 1970. */
  changedAt: number;
}

/** The calls that exist without waiting too, for the end of a process. */
export interface SpoolFsNow {
  /** Makes the folder and what is above it, for this user only. @throws when it is not only ours */
  makeFolder(path: string): void;
  /** Makes a new file, for this user only. `sync`: the disk has it when this returns. */
  write(path: string, content: Uint8Array, sync: boolean): void;
  /** False when there is no such file; true where that cannot be told. */
  isThere(path: string): boolean;
  rename(from: string, to: string): void;
  remove(path: string): void;
  syncFolder(path: string): void;
  /** Removes the folder if it is empty. */
  removeFolder(path: string): void;
}

/** Every method rejects when the disk refuses, with Node's `code` in the error. */
export interface SpoolFs {
  /** As `SpoolFsNow.makeFolder`. */
  makeFolder(path: string): Promise<void>;
  list(path: string): Promise<string[]>;
  /** Null when there is nothing. */
  facts(path: string): Promise<FileFacts | null>;
  /**
   * Null when that is no regular file, or longer than `maxBytes`. Follows no link, waits for no
   * FIFO.
   */
  read(path: string, maxBytes: number): Promise<Uint8Array | null>;
  write(path: string, content: Uint8Array, sync: boolean): Promise<void>;
  /** Replaces what is there. Of two that rename one file one rejects with ENOENT. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Sets the time of the last change. */
  touch(path: string, time: number): Promise<void>;
  /** The disk has the folder's entries when this resolves. */
  syncFolder(path: string): Promise<void>;
  now: SpoolFsNow;
}
