import type { Sender } from './sender';
import type { EventSpool } from './spool/event-spool';

/**
 * Brings back what the spool holds and memory does not: oldest first, and no faster than it is
 * delivered, so that a full disk does not fill memory.
 */
export class Backlog {
  private running: Promise<void> | null = null;

  constructor(
    private readonly spool: EventSpool,
    private readonly sender: Sender,
    /** Told of events that the disk has damaged. */
    private readonly onDamaged: (events: number) => void,
  ) {}

  /**
   * Looks at the disk and brings back what is there, until deliveries fail. Joins a running pass.
   */
  drain(): Promise<void> {
    return this.pass(() => this.spool.look());
  }

  /** Goes on with what the latest look found. */
  resume(): void {
    if (this.spool.hasNext) void this.pass(() => Promise.resolve());
  }

  private pass(look: () => Promise<void>): Promise<void> {
    this.running ??= look()
      .then(() => this.bringBack())
      .finally(() => (this.running = null));
    return this.running;
  }

  private async bringBack(): Promise<void> {
    const { sender, spool } = this;
    while (!sender.isStruggling) {
      if (sender.isFull) {
        await sender.changed();
        continue;
      }
      const batch = await spool.next();
      this.onDamaged(spool.takeDamaged());
      if (batch === null) return;
      if (sender.isStopped) return spool.park(batch.id);
      sender.add(batch, true);
    }
  }
}
