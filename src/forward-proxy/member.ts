import type { SpecStreamSink } from '../updates/spec-stream';
import { isSign } from './connection';

/** One who takes part in a stream. */
export class Member {
  /** The last payload that it took. */
  last: Uint8Array | null = null;
  /** The last one that was newer than what it had: an older one is taken, too, as no news. */
  newest: Uint8Array | null = null;
  /** The newest payload while another one is being taken. */
  private waiting: Uint8Array | null = null;
  private taking: Promise<boolean> | null = null;
  private isStopped = false;

  constructor(private readonly sink: SpecStreamSink) {}

  get isTaking(): boolean {
    return this.taking !== null;
  }

  time(): number {
    try {
      return this.sink.time();
    } catch {
      return 0;
    }
  }

  /** False when it cannot be used, by one who takes part still. */
  give(payload: Uint8Array): Promise<boolean> {
    // Each is whole: only the newest one counts. A sign of life must not take its place.
    if (this.waiting === null || !isSign(payload)) this.waiting = payload;
    this.taking ??= this.takeAll();
    return this.taking;
  }

  lost(reason: unknown): void {
    if (this.isStopped) return;
    try {
      this.sink.lost(reason);
    } catch {
      // The others are told all the same.
    }
  }

  stop(): void {
    this.isStopped = true;
    this.waiting = null;
  }

  private async takeAll(): Promise<boolean> {
    let isGood = true;
    while (this.waiting !== null && !this.isStopped) {
      const payload = this.waiting;
      this.waiting = null;
      const before = this.time();
      isGood = await this.push(payload);
      if (!isGood || isSign(payload)) continue;
      this.last = payload;
      if (this.time() > before) this.newest = payload;
    }
    this.taking = null;
    return isGood || this.isStopped;
  }

  /** An application may have put something of its own around a sink: what that throws refuses. */
  private async push(payload: Uint8Array): Promise<boolean> {
    try {
      return await this.sink.push(payload);
    } catch {
      return false;
    }
  }
}
