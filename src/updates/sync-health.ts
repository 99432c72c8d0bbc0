import type { Clock } from '../host/clock';

/** How syncing of one kind goes. */
export interface SyncHealth {
  /** Since the last success, ms; null: there was none. */
  ageMs: number | null;
  /** Until the next poll, ms; null: none is due. */
  nextPollMs: number | null;
  /** Failures since. */
  failures: number;
  /** Of the latest failure, unless a success came after it. */
  lastError: string | null;
}

/** Remembers how syncs went. */
export class SyncRecord {
  private succeededAt: number | null = null;
  private failures = 0;
  private lastError: string | null = null;
  private failedAt = 0;

  constructor(private readonly clock: Clock) {}

  /** A sync is over. `error`: text of its failure, null after a success. */
  note(error: string | null): void {
    const now = this.clock.now();
    this.lastError = error;
    if (error === null) {
      this.succeededAt = now;
      this.failures = 0;
    } else {
      this.failures++;
      this.failedAt = now;
    }
  }

  /** `nextPollAt`: null when none is due. */
  health(nextPollAt: number | null): SyncHealth & { lastErrorAt: number } {
    const now = this.clock.now();
    return {
      ageMs: this.succeededAt === null ? null : Math.max(0, now - this.succeededAt),
      nextPollMs: nextPollAt === null ? null : Math.max(0, Math.round(nextPollAt - now)),
      failures: this.failures,
      lastError: this.lastError,
      lastErrorAt: this.failedAt,
    };
  }
}
