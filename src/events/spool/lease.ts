import type { Clock, TimerHandle } from '../../host/clock';
import { leaseName, ownerOfLease } from './file-name';
import type { Owner } from './owner';
import { codeOf } from '../../host/fields';
import type { SpoolFs } from './spool-fs';

/** A lease that was not renewed for this long has run out, ms. */
export const LEASE_MS = 120_000;
const RENEWED_EVERY_MS = 30_000;
const EMPTY = new Uint8Array(0);

export interface LeaseOptions {
  /** Path of a file by its name. */
  path(name: string): string;
  fs: SpoolFs;
  owner: Owner;
  clock: Clock;
  onError(error: unknown): void;
}

/**
 * The file that says for how long an owner's batches are its own: as long as it is there and was
 * touched within two minutes, unless the process is known to be gone.
 */
export class Lease {
  private timer: TimerHandle = null;
  private isMade = false;
  private isOver = false;
  /** It was over by `end`. */
  private isGivenBack = false;
  private readonly name: string;

  constructor(private readonly options: LeaseOptions) {
    this.name = leaseName(options.owner.token);
  }

  /**
   * Takes the lease, once. Where the disk has no room for it, it does without until there is some.
   */
  async take(): Promise<void> {
    if (this.isMade || this.isOver) return;
    try {
      await this.options.fs.write(this.options.path(this.name), EMPTY, false);
    } catch (error) {
      this.accept(error);
    }
    this.taken();
  }

  /** The same without waiting. @throws as the file system does */
  takeNow(): void {
    if (this.isMade || this.isOver) return;
    try {
      this.options.fs.now.write(this.options.path(this.name), EMPTY, false);
    } catch (error) {
      this.accept(error);
    }
    this.taken();
  }

  /** The folder vanished, and the lease with it. */
  lost(): void {
    this.options.clock.clearTimer(this.timer);
    this.isMade = false;
  }

  /** Renews it no more; asks nothing of the disk. */
  letRunOut(): void {
    this.options.clock.clearTimer(this.timer);
    this.isOver = true;
  }

  /** Gives the lease back; what it covers is anybody's. */
  end(): void {
    this.letRunOut();
    this.isGivenBack = true;
    if (this.isMade) this.remove();
  }

  private remove(): void {
    const { fs, path } = this.options;
    try {
      fs.now.remove(path(this.name));
    } catch (error) {
      this.complain(error);
    }
  }

  /**
   * Those of `owners` that are gone. `names`: all in the folder; leases of the gone are removed.
   */
  async whoIsGone(owners: ReadonlySet<string>, names: readonly string[]): Promise<Set<string>> {
    const leases = names.map(ownerOfLease).filter((token) => token !== null);
    const gone = new Set<string>();
    for (const token of new Set([...owners, ...leases])) {
      if (token !== this.options.owner.token && (await this.isGone(token))) gone.add(token);
    }
    return gone;
  }

  /** Asks for the lease by its name: a list that was read while it was made may lack it. */
  private async isGone(token: string): Promise<boolean> {
    const { clock, fs, owner, path } = this.options;
    const file = path(leaseName(token));
    const facts = await fs.facts(file);
    if (facts === null) return true;
    // A clock that was put back does not make a lease last for ever.
    const hasRunOut = Math.abs(clock.now() - facts.changedAt) > LEASE_MS;
    if (!hasRunOut && !owner.isGone(token)) return false;
    await fs.remove(file).catch((error: unknown) => this.complain(error));
    return true;
  }

  /** Without room a lease is given up, and so is that another owner leaves the batches alone. */
  private accept(error: unknown): void {
    const code = codeOf(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    this.options.onError(error);
  }

  private complain(error: unknown): void {
    if (codeOf(error) !== 'ENOENT') this.options.onError(error);
  }

  private taken(): void {
    // It was given back while it was written.
    if (this.isGivenBack) return this.remove();
    this.isMade = true;
    this.options.clock.clearTimer(this.timer);
    if (!this.isOver) this.renewLater();
  }

  private renewLater(): void {
    this.timer = this.options.clock.setTimer(
      () => {
        void this.renew().finally(() => this.isOver || this.renewLater());
      },
      RENEWED_EVERY_MS,
      'limit',
    );
  }

  /**
   * One that somebody removed (a clean-up, or an heir of a process that was frozen) is made anew.
   */
  private async renew(): Promise<void> {
    const { clock, fs, path, onError } = this.options;
    const file = path(this.name);
    try {
      await fs.touch(file, clock.now());
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || this.isOver) return onError(error);
      await fs.write(file, EMPTY, false).catch(onError);
      if (this.isGivenBack) this.remove();
    }
  }
}
