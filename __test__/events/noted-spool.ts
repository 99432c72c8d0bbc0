/** A spool that writes down what it is asked for. */
import type { StoredBatch } from '../../src/events/batch';
import type { EventSpool } from '../../src/events/spool/event-spool';

/** A spool in memory. While it is holding, writes are done when `held` is called. */
export class NotedSpool implements EventSpool {
  readonly calls: string[] = [];
  readonly held: (() => void)[] = [];
  private readonly stored = new Set<string>();
  isHolding = false;
  isHanging = false;
  hasNext = false;
  backlog = 0;

  async write({ id }: StoredBatch): Promise<void> {
    this.calls.push(`write ${id}`);
    if (this.isHolding) await new Promise<void>((resolve) => this.held.push(resolve));
    this.stored.add(id);
  }

  writeNow({ id }: StoredBatch): void {
    this.calls.push(`write now ${id}`);
    this.stored.add(id);
  }

  has = (id: string): boolean => this.stored.has(id);

  remove(id: string): Promise<void> {
    this.calls.push(`remove ${id}`);
    this.stored.delete(id);
    return Promise.resolve();
  }

  park(id: string): void {
    this.calls.push(`park ${id}`);
  }

  look = (): Promise<void> => Promise.resolve();
  next = (): Promise<null> => Promise.resolve(null);
  takeDamaged = (): number => 0;
  settled = (): Promise<void> => Promise.resolve();
  close = (): void => void this.calls.push('close');
}
