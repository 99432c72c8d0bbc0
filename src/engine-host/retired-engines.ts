/**
 * Engines that died: their events are still taken where they give them, and counted as lost where
 * they do not. Bound: `MOST_RETIRED` of them.
 */
import type { Engine, EventBatch } from '../engine/engine';

/** Dead engines kept until their events are taken. */
export const MOST_RETIRED = 4;

/** See the head of this file. */
export class RetiredEngines {
  /** Events that went down with an engine. */
  lostEvents = 0;
  /** Events for which engines that are dead by now had no room. */
  droppedEvents = 0;
  private readonly engines: Engine[] = [];

  add(dead: Engine): void {
    this.droppedEvents += dead.stats().droppedEvents;
    this.engines.push(dead);
    const [oldest] = this.engines;
    if (oldest !== undefined && this.engines.length > MOST_RETIRED) this.bury(oldest);
    if (dead.pendingEvents() === 0) this.bury(dead);
  }

  /** Events that dead engines still hold. */
  pendingEvents(): number {
    return this.engines.reduce((sum, engine) => sum + engine.pendingEvents(), 0);
  }

  /** Events of a dead engine; null when none has any. */
  takeBatch(...of: Parameters<Engine['takeBatch']>): Promise<EventBatch> | null {
    const taken = this.takeFrom((engine) => engine.takeBatch(...of));
    return taken?.batch.then((batch) => this.countMissing(taken.count, batch)) ?? null;
  }

  /** The same without waiting. */
  takeBatchNow(...of: Parameters<Engine['takeBatchNow']>): EventBatch | null {
    const taken = this.takeFrom((engine) => engine.takeBatchNow(...of));
    return taken === null ? null : this.countMissing(taken.count, taken.batch);
  }

  dispose(): void {
    for (let [engine] = this.engines; engine !== undefined; [engine] = this.engines)
      this.bury(engine);
  }

  /** The first batch that a dead engine gives, and how many of its events it took. */
  private takeFrom<T>(take: (engine: Engine) => T): { batch: T; count: number } | null {
    for (let [engine] = this.engines; engine !== undefined; [engine] = this.engines) {
      const before = engine.pendingEvents();
      const batch = before === 0 ? null : take(engine);
      const after = engine.pendingEvents();
      // One that gives nothing would be asked for ever.
      if (after === 0 || after >= before) this.bury(engine);
      if (batch !== null && after < before) return { batch, count: before - after };
    }
    return null;
  }

  /** A dead engine may take more events than it gives. */
  private countMissing(taken: number, batch: EventBatch): EventBatch {
    this.lostEvents += Math.max(0, taken - batch.count);
    return batch;
  }

  private bury(engine: Engine): void {
    const at = this.engines.indexOf(engine);
    if (at >= 0) this.engines.splice(at, 1);
    this.lostEvents += engine.pendingEvents();
    engine.dispose();
  }
}
