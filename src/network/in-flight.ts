/** Most requests in flight to one URL (BEHAVIOUR.md 8.7). */
export const MAX_IN_FLIGHT_PER_URL = 1000;

/** Counts requests in flight per URL. Holds an entry only while there is one. */
export class InFlight {
  private readonly counts = new Map<string, number>();

  /** False when the limit is reached; otherwise `leave` must follow exactly once. */
  enter(url: string): boolean {
    const count = this.counts.get(url) ?? 0;
    if (count >= MAX_IN_FLIGHT_PER_URL) return false;
    this.counts.set(url, count + 1);
    return true;
  }

  leave(url: string): void {
    const count = (this.counts.get(url) ?? 1) - 1;
    if (count > 0) this.counts.set(url, count);
    else this.counts.delete(url);
  }

  /** Requests in flight to this URL. */
  count(url: string): number {
    return this.counts.get(url) ?? 0;
  }
}
