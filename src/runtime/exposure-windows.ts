/**
 * Windows of exposures: an equal one is logged once in the one, and the first of its kind is never
 * sampled away in the other (NEWER.md 16). Payloads may say how long they are.
 */
import type { WindowOf } from '../engine/engine';
import { hasPassed, type Clock, type TimerHandle } from '../host/clock';

/** Lengths, ms. */
export type WindowLengths = Readonly<Record<WindowOf, number>>;

/** One timer for both. */
export class ExposureWindows {
  private timer: TimerHandle = null;
  private readonly startedAt: Record<WindowOf, number>;

  constructor(
    private readonly clock: Clock,
    private readonly lengths: () => WindowLengths,
    private readonly turn: (of?: WindowOf) => void,
  ) {
    const now = clock.now();
    this.startedAt = { exposed: now, sampled: now };
  }

  start(): void {
    const { exposed, sampled } = this.lengths();
    const wait =
      exposed === sampled ? exposed : Math.min(this.rest('exposed'), this.rest('sampled'));
    this.timer = this.clock.setTimer(() => {
      if (exposed === sampled) this.turnBoth(this.clock.now());
      else this.turnIfDue(this.clock.now());
      this.start();
    }, wait);
  }

  stop(): void {
    this.clock.clearTimer(this.timer);
  }

  /** Where no timer runs, calls turn the windows. */
  turnIfDue(now: number): void {
    const [exposed, sampled] = [this.isDue('exposed', now), this.isDue('sampled', now)];
    if (exposed && sampled) this.turnBoth(now);
    else if (exposed || sampled) {
      const of = exposed ? 'exposed' : 'sampled';
      this.startedAt[of] = now;
      this.turn(of);
    }
  }

  private turnBoth(now: number): void {
    this.startedAt.exposed = this.startedAt.sampled = now;
    this.turn();
  }

  private isDue(of: WindowOf, now: number): boolean {
    return hasPassed(this.lengths()[of], this.startedAt[of], now);
  }

  /** Until it is due; at least a moment, or a clock that stands still would be asked on and on. */
  private rest(of: WindowOf): number {
    const length = this.lengths()[of];
    return Math.min(Math.max(this.startedAt[of] + length - this.clock.now(), 100), length);
  }
}
