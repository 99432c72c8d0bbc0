/** How often was checked without an exposure, by name (NEWER.md 17). */

/** Most names between two flushes; others are not counted. */
const MOST_NAMES = 10_000;

/** See the head of this file. */
export class NonExposedChecks {
  private counts = new Map<string, number>();

  /** @param log queues the event, given its metadata as JSON */
  constructor(private readonly log: (metadataJson: string) => void) {}

  count(name: string): void {
    const known = this.counts.get(name);
    if (known !== undefined || this.counts.size < MOST_NAMES)
      this.counts.set(name, (known ?? 0) + 1);
  }

  /** Queues what was counted since the last time, if anything was. */
  emit(): void {
    if (this.counts.size === 0) return;
    const checks = JSON.stringify(Object.fromEntries(this.counts));
    this.counts = new Map();
    this.log(JSON.stringify({ checks }));
  }
}
