import type { Clock } from '../host/clock';
import type { SafeLogger } from '../observability/logger';

/** Events that were lost, by reason. */
export interface DroppedByReason {
  /** Too many were waiting. */
  limit: number;
  /** The server finds an event too long (413). */
  size: number;
  /** The server refused the batch by another status. */
  refused: number;
  /** The disk did not take them, or damaged them. */
  spool: number;
  /** They went down with an engine that died. */
  engine: number;
  /** No JSON could be made of the event. */
  invalid: number;
  /** That hook dropped them, or failed. */
  beforeLog: number;
  /** They were undelivered when the SDK was shut down, or the process ended. */
  unsent: number;
}

/** Why events were lost. */
export type DropReason = keyof DroppedByReason;

/** What `onEventsDropped` is told. */
export interface DroppedEvents {
  /** Why: see `DroppedByReason`. */
  reason: DropReason;
  /** How many were lost. */
  count: number;
  /** What happened last, without secrets. */
  message: string;
}

/** Least time between two lines of the log, ms. */
const LINE_EVERY_MS = 60_000;
const NONE: DroppedByReason = {
  limit: 0,
  size: 0,
  refused: 0,
  spool: 0,
  engine: 0,
  invalid: 0,
  beforeLog: 0,
  unsent: 0,
};

export interface DropLedgerOptions {
  clock: Clock;
  logger: SafeLogger;
  /** Told of each loss. Contained. */
  onDropped(dropped: DroppedEvents, error: Error): void;
}

/** Counts what is lost, tells it, and says it: at once, and then at most one line a minute. */
export class DropLedger {
  readonly byReason: DroppedByReason = { ...NONE };
  /** What no line said yet. */
  private unsaid: DroppedByReason = { ...NONE };
  private saidAt = -Infinity;
  private latest = '';
  private isHushed = false;

  constructor(private readonly options: DropLedgerOptions) {}

  get total(): number {
    return sumOf(this.byReason);
  }

  add(reason: DropReason, count: number, error: Error): void {
    if (count <= 0) return;
    this.byReason[reason] += count;
    const message = this.options.logger.describe(error);
    try {
      this.options.onDropped({ reason, count, message }, error);
    } catch {
      // A report about lost events must not lose more.
    }
    // What the application asked for is no news.
    if (reason === 'beforeLog' || this.isHushed) return;
    this.unsaid[reason] += count;
    this.latest = message;
    this.say();
  }

  /** Further losses are counted and told, but not said. */
  hush(): void {
    this.isHushed = true;
  }

  /**
   * Says what was not said yet, unless a line was written within the last minute. `isLast`: at
   * once.
   */
  say(isLast = false): void {
    const { clock, logger } = this.options;
    const isDue = isLast || !(Math.abs(clock.now() - this.saidAt) < LINE_EVERY_MS);
    if (!isDue || sumOf(this.unsaid) === 0) return;
    const reasons = Object.entries(this.unsaid).filter(([, count]) => count > 0);
    const list = reasons.map(([reason, count]) => `${count} ${reason}`).join(', ');
    this.unsaid = { ...NONE };
    this.saidAt = clock.now();
    logger.warn(`statsigSDK> Events were dropped: ${list} (${this.latest})`);
  }
}

function sumOf(byReason: DroppedByReason): number {
  return Object.values(byReason).reduce((sum, count) => sum + count, 0);
}
