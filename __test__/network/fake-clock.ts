import type { Clock } from '../../src/host/clock';

interface Pending {
  due: number;
  task: () => void;
}

/** Time that moves only when told to. */
export class FakeClock implements Clock {
  time = 1_000_000;
  draw = 0.5;
  readonly delays: number[] = [];
  private readonly timers = new Set<Pending>();

  now = (): number => this.time;
  isReplaced = (): boolean => true;
  random = (): number => this.draw;

  setTimer(task: () => void, ms: number): Pending {
    const pending = { due: this.time + ms, task };
    this.delays.push(ms);
    this.timers.add(pending);
    return pending;
  }

  clearTimer(handle: unknown): void {
    this.timers.delete(handle as Pending);
  }

  get pending(): number {
    return this.timers.size;
  }

  /** Moves time on and fires what is due, letting promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const next = [...this.timers]
        .filter(({ due }) => due <= end)
        .sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.timers.delete(next);
      this.time = Math.max(this.time, next.due);
      next.task();
      await settle();
    }
    this.time = end;
    await settle();
  }
}

/** Lets everything that waits for nothing but promises and immediates run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Waits for a condition that real I/O brings about. */
export async function until(condition: () => boolean, limitMs = 10_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error('condition not met in time');
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
