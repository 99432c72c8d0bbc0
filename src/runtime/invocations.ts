/**
 * A host that is frozen between two invocations (AWS Lambda, Cloud Run without CPU in between,
 * Vercel): timers run only while one is under way, and what was logged is delivered before the last
 * one ends.
 */
import type { FlushLimits } from '../events/delivery';

/** What can be stopped for the time in between. */
export interface Pausable {
  pause(): void;
  resume(): void;
  /** Delivers, and lets syncs under way end, within the limits. Never rejects. */
  quiet(limits: FlushLimits): Promise<unknown>;
}

/** Counts invocations of one instance. See the head of this file. */
export class Invocations {
  private running = 0;

  constructor(private readonly work: Pausable) {}

  begin(): void {
    this.running++;
    if (this.running === 1) this.work.resume();
  }

  /** Resolves when the host may be frozen, or at the limits. Never rejects. */
  async end(limits: FlushLimits): Promise<void> {
    try {
      await this.work.quiet(limits);
    } finally {
      this.running = Math.max(0, this.running - 1);
      if (this.running === 0) this.work.pause();
    }
  }
}
